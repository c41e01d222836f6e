/*
 * signals.h - the signals that end this program, while it waits for another one. World column.
 *
 * The only place that sets handlers. Between signals_begin and signals_end SIGINT, SIGTERM and
 * SIGHUP do not end the program but are counted, SIGCHLD only wakes a waiting signals_poll (also if
 * our caller ignored it, so that children can be waited for), and SIGPIPE is ignored. Signals are
 * delivered inside of signals_poll only, so none is lost between checking and waiting. Signals that
 * our caller ignores (nohup) stay ignored. May be nested, the inner ones then change nothing: what
 * must be undone whatever happens goes between an outer pair (temporary.h). For the thread of main.
 */
#ifndef GCB_BASE_SIGNALS_H
#define GCB_BASE_SIGNALS_H

#include "base/err.h"

#include <poll.h>
#include <signal.h>

struct signals {
	sigset_t mask; /* the previous one, which children get */
	struct sigaction actions[5];
};

/* Takes over the signals, and restores everything. A signal that was not counted arrives then. */
void signals_begin(struct signals *s);
void signals_end(const struct signals *s);

/* The first terminating signal since signals_begin, 0: none; and how many there were. */
int signals_first(void);
int signals_count(void);

/*
 * poll() that a signal interrupts; negative `ms` waits without limit. Returns how many descriptors
 * are ready, 0 on a timeout or a signal.
 */
int signals_poll(const struct signals *s, struct pollfd *fds, size_t n, int64_t ms);

/*
 * The error of a command that such a signal ends: codes `interrupted` (SIGINT) and `terminated`.
 * Always returns -1.
 */
int signals_error(int signo, struct err *err);

#endif
