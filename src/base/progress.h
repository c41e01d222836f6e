/*
 * progress.h - how far a long piece of work is, told to whoever wants to know.
 */
#ifndef GCB_BASE_PROGRESS_H
#define GCB_BASE_PROGRESS_H

#include <stddef.h>

/* Who is told. It is told often, by one thread, and decides itself what to make of that. */
struct progress {
	void (*tell)(void *ctx, const char *doing, size_t done, size_t all);
	void *ctx;
};

/*
 * Tells what is being done ("planning migrations"), and how much of it is done: `done` of `all`, or
 * just so many when `all` is 0. `doing` NULL: nothing any more; say so before somebody else writes.
 * `p` NULL, or without a function: nobody wants to know.
 */
static inline __attribute__((unused)) void progress_tell(const struct progress *p,
							 const char *doing, size_t done, size_t all)
{
	if (p && p->tell)
		p->tell(p->ctx, doing, done, all);
}

#endif
