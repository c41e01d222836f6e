/*
 * trace.h - what the program does in the world, told while it does it (-v LEVEL). World column.
 *
 * One listener for the whole process, as programs are run from everywhere; silent until trace_set.
 * A line says which program it is about, and may hold whatever the program was given or said: it is
 * the listener's to take secrets out (redact.h) before anybody sees it.
 */
#ifndef GCB_BASE_TRACE_H
#define GCB_BASE_TRACE_H

#include "base/slice.h"

#include <stdbool.h>

/* From which level on something is told. */
enum trace_level {
	TRACE_PROGRAMS =
		1, /* programs that are run: their arguments, how they end, how long they take */
	TRACE_SAID = 4,   /* each line of their standard error */
	TRACE_AROUND = 6, /* where they work, and what we set in their environment */
	TRACE_OUTPUT = 8, /* each line of their standard output */
	TRACE_MOST = 9    /* the same */
};

/*
 * Who listens; `tell` takes a line without its end, fit for a terminal, from the thread that main
 * runs in.
 */
struct trace {
	long level; /* 0: silent */
	void (*tell)(void *ctx, struct slice line);
	void *ctx;
};

/* From now on `t` (copied) listens. Before other threads are there. */
void trace_set(const struct trace *t);

/* Is this told? To spare work for nothing. */
bool trace_wants(enum trace_level level);

/* Tells a line, as printf makes it, if it is wanted. */
void trace_say(enum trace_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Tells each line of the text behind `who`. */
void trace_lines(enum trace_level level, const char *who, struct slice text);

#endif
