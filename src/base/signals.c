#include "base/signals.h"

#include <errno.h>
#include <string.h>
#include <time.h>

static volatile sig_atomic_t first, count;

/* Counts a signal that asks for an end. */
static void on_ask(int signo)
{
	if (!first)
		first = signo;
	if (count < 1000)
		count++;
}

/* Nothing to do: that it came ends the poll. */
static void on_child(int signo)
{
	(void)signo;
}

static const struct {
	int signo;
	void (*handler)(int signo); /* NULL: ignored */
	bool interactive;           /* for an end: stays ignored where it was */
} rows[] = {
	{ SIGINT, on_ask, true },     { SIGTERM, on_ask, true }, { SIGHUP, on_ask, true },
	{ SIGCHLD, on_child, false }, { SIGPIPE, NULL, false },
};

enum { NROWS = sizeof(rows) / sizeof(rows[0]) };
_Static_assert(NROWS == sizeof(((struct signals *)0)->actions) / sizeof(struct sigaction),
	       "one action a row");

void signals_begin(struct signals *s)
{
	struct sigaction action;
	sigset_t blocked;

	first = count = 0;
	(void)sigemptyset(&blocked);
	for (size_t i = 0; i < NROWS; i++)
		if (rows[i].handler) /* an ignored signal that is blocked, too, waits, and would
					come when it is ignored no more */
			(void)sigaddset(&blocked, rows[i].signo);
	(void)pthread_sigmask(SIG_BLOCK, &blocked, &s->mask);
	for (size_t i = 0; i < NROWS; i++) {
		(void)sigaction(rows[i].signo, NULL, &s->actions[i]);
		if (rows[i].interactive && s->actions[i].sa_handler == SIG_IGN)
			continue;
		memset(&action, 0, sizeof(action));
		action.sa_handler = rows[i].handler ? rows[i].handler : SIG_IGN;
		(void)sigaction(rows[i].signo, &action, NULL);
	}
}

void signals_end(const struct signals *s)
{
	for (size_t i = 0; i < NROWS; i++)
		(void)sigaction(rows[i].signo, &s->actions[i], NULL);
	(void)pthread_sigmask(SIG_SETMASK, &s->mask, NULL);
}

int signals_asked(void)
{
	return first;
}

int signals_count(void)
{
	return count;
}

int signals_poll(const struct signals *s, struct pollfd *fds, size_t n, int64_t ms)
{
	struct timespec time = { ms / 1000, ms % 1000 * 1000000 };
	sigset_t open = s->mask;
	int ready;

	for (size_t i = 0; i < NROWS; i++)
		(void)sigdelset(&open, rows[i].signo);
	ready = ppoll(fds, n, ms < 0 ? NULL : &time, &open);
	if (ready > 0)
		return ready;
	for (size_t i = 0; i < n; i++)
		fds[i].revents = 0;
	return 0;
}

int signals_error(int signo, struct err *err)
{
	if (signo == SIGINT)
		return err_set(err, &CODE_interrupted, NOWHERE, "interrupted");
	return err_set(err, &CODE_terminated, NOWHERE, "ended by the signal %s",
		       signo == SIGTERM ? "SIGTERM" : "SIGHUP");
}
