/*
 * signals.h - the signals that ask this program to end, while it waits for something else. World
 * column.
 *
 * The one place where handlers are set. Between signals_begin and signals_end SIGINT, SIGTERM and
 * SIGHUP do not end the program but are counted, SIGCHLD only wakes a waiting signals_poll (also
 * where our own caller had it ignored, so that children can be waited for), and SIGPIPE is ignored.
 * They arrive inside of signals_poll alone: nothing is lost between looking and waiting. What our
 * caller ignores (nohup) stays ignored. Not to be nested; for the thread that main runs in.
 */
#ifndef GCB_BASE_SIGNALS_H
#define GCB_BASE_SIGNALS_H

#include "base/err.h"

#include <poll.h>
#include <signal.h>

struct signals {
	sigset_t mask; /* as it was before: what a child must get */
	struct sigaction actions[5];
};

/* Takes the signals over, and puts everything back as it was. */
void signals_begin(struct signals *s);
void signals_end(const struct signals *s);

/* The first signal since signals_begin that asks for an end, 0: none; and how many there were. */
int signals_asked(void);
int signals_count(void);

/*
 * poll() that a signal ends: `ms` negative waits without limit. Returns how many descriptors are
 * ready, 0 at the end of time or when a signal came.
 */
int signals_poll(const struct signals *s, struct pollfd *fds, size_t n, int64_t ms);

/*
 * The error of a command that such a signal ends: codes `interrupted` (SIGINT) and `terminated`.
 * Always returns -1.
 */
int signals_error(int signo, struct err *err);

#endif
