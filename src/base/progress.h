/*
 * progress.h - progress of a long operation, for its caller.
 */
#ifndef GCB_BASE_PROGRESS_H
#define GCB_BASE_PROGRESS_H

#include <stddef.h>

/* Called often, from one thread only; throttles itself. */
struct progress {
	void (*report)(void *ctx, const char *doing, size_t done, size_t all);
	void *ctx;
};

/*
 * Reports what is being done ("planning migrations"), and how much of it: `done` of `all`, or
 * `done` alone when `all` is 0. `doing` NULL: the end, to be reported before anything else is
 * printed. `p` may be NULL or without a function.
 */
static inline __attribute__((unused)) void
progress_report(const struct progress *p, const char *doing, size_t done, size_t all)
{
	if (p && p->report)
		p->report(p->ctx, doing, done, all);
}

#endif
