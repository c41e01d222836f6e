/*
 * trace.h - a log of the external commands that the program runs (-v LEVEL). World column.
 *
 * One listener for the whole process, because commands are run from everywhere; nothing is logged
 * until trace_set. A line begins with the command it is about, and may contain anything that the
 * command was given or printed: the listener removes secrets (redact.h).
 */
#ifndef GCB_BASE_TRACE_H
#define GCB_BASE_TRACE_H

#include "base/slice.h"

#include <stdbool.h>

/* What is logged from which level on. */
enum trace_level {
	TRACE_COMMANDS = 1,    /* commands: their arguments, exit codes and durations */
	TRACE_STDERR = 4,      /* each line of their standard error */
	TRACE_ENVIRONMENT = 6, /* their directory, and the environment variables set for them */
	TRACE_STDOUT = 8,      /* each line of their standard output */
	TRACE_MOST = 9         /* the same */
};

/* `log` takes a line without its end, fit for a terminal, from the thread of main. */
struct trace {
	long level; /* 0: nothing is logged */
	void (*log)(void *ctx, struct slice line);
	void *ctx;
};

/* Sets the listener (copied). Call it before other threads exist. */
void trace_set(const struct trace *t);

/* Is this level logged? Spares preparing the line. */
bool trace_wants(enum trace_level level);

/* Logs a line, made as printf makes it. */
void trace_log(enum trace_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
