/*
 * spawn.h - starts a program for process.c. World column.
 */
#ifndef GCB_BASE_SPAWN_H
#define GCB_BASE_SPAWN_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

struct spawn {
	const char *file;                     /* absolute */
	const char *const *argv, *const *env; /* env: as in struct process */
	bool only_env;                        /* the same */
	size_t memory_max;                    /* the same */
	const int *fds; /* its three standard descriptors, close-on-exec and above them; fds[0] -1:
			   /dev/null */
	int directory;  /* an open directory to work in; -1: ours */
	const sigset_t *mask; /* its signal mask; SIGPIPE and SIGCHLD have their default actions */
	bool group;           /* in a process group of its own */
};

/*
 * Starts it. Returns 0 and its number in `*pid`, or the errno of the reason. A script without "#!"
 * is run by sh, as POSIX specifies for execvp.
 */
int process_spawn(pid_t *pid, const struct spawn *s);

#endif
