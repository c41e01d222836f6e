#include "base/signals.h"

#include <errno.h>
#include <string.h>
#include <time.h>

static volatile sig_atomic_t first, count;

/* The pair of signals_begin and signals_end that is not inside of another, and how many are open.
 */
static struct signals outermost;
static unsigned depth;

/* Counts a signal that is to end the program. */
static void on_end_signal(int signo)
{
	if (!first)
		first = signo;
	if (count < 1000)
		count++;
}

/* Does nothing: the signal interrupts the poll. */
static void on_child(int signo)
{
	(void)signo;
}

static const struct {
	int signo;
	void (*handler)(int signo); /* NULL: ignored */
	bool terminating;           /* stays ignored if it was */
} rows[] = {
	{ SIGINT, on_end_signal, true }, { SIGTERM, on_end_signal, true },
	{ SIGHUP, on_end_signal, true }, { SIGCHLD, on_child, false },
	{ SIGPIPE, NULL, false },
};

enum { NROWS = sizeof(rows) / sizeof(rows[0]) };
_Static_assert(NROWS == sizeof(((struct signals *)0)->actions) / sizeof(struct sigaction),
	       "one action a row");

void signals_begin(struct signals *s)
{
	struct sigaction action;
	sigset_t blocked;

	if (depth++) {
		*s = outermost;
		return;
	}
	first = count = 0;
	(void)sigemptyset(&blocked);
	for (size_t i = 0; i < NROWS; i++)
		if (rows[i].handler) /* blocked, an ignored signal would be delivered later */
			(void)sigaddset(&blocked, rows[i].signo);
	(void)pthread_sigmask(SIG_BLOCK, &blocked, &s->mask);
	for (size_t i = 0; i < NROWS; i++) {
		(void)sigaction(rows[i].signo, NULL, &s->actions[i]);
		if (rows[i].terminating && s->actions[i].sa_handler == SIG_IGN)
			continue;
		memset(&action, 0, sizeof(action));
		action.sa_handler = rows[i].handler ? rows[i].handler : SIG_IGN;
		(void)sigaction(rows[i].signo, &action, NULL);
	}
	outermost = *s;
}

void signals_end(const struct signals *s)
{
	if (--depth)
		return;
	for (size_t i = 0; i < NROWS; i++)
		(void)sigaction(rows[i].signo, &s->actions[i], NULL);
	(void)pthread_sigmask(SIG_SETMASK, &s->mask, NULL);
}

int signals_first(void)
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
	return err_set(err, &CODE_terminated, NOWHERE, "terminated by %s",
		       signo == SIGTERM ? "SIGTERM" : "SIGHUP");
}
