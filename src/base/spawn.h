/*
 * spawn.h - starting a program: what process.c does between its pipes and its waiting. World
 * column.
 */
#ifndef GCB_BASE_SPAWN_H
#define GCB_BASE_SPAWN_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

struct spawn {
	const char *file;                     /* absolute */
	const char *const *argv, *const *env; /* env: as in struct process */
	const int *fds; /* its three standard descriptors, close-on-exec and above them; fds[0] -1:
			   /dev/null */
	int folder;     /* an open folder to work in; -1: ours */
	const sigset_t *mask; /* its signal mask; SIGPIPE and SIGCHLD are as by default */
	bool group;           /* in a process group of its own */
};

/*
 * Starts it: 0 and its number in `*pid`, else the errno that tells why it cannot be run. A script
 * without "#!" is run by sh, as POSIX has execvp do. Without threads or signals in between.
 */
int process_spawn(pid_t *pid, const struct spawn *s);

#endif
