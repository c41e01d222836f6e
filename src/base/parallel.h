/*
 * parallel.h - each_fn with the threads of this machine.
 */
#ifndef GCB_BASE_PARALLEL_H
#define GCB_BASE_PARALLEL_H

#include "base/each.h"

/*
 * As each.h says, by as many threads as there are processors for this process, eight at most; the
 * caller's is one of them. Little work is done in turn, and so is all of it where no thread can be
 * had.
 */
void parallel_each(size_t n, void (*work)(void *ctx, size_t i), void *ctx);

/* The same for few things that each are so much work that a thread is worth it. */
void parallel_parts(size_t n, void (*work)(void *ctx, size_t i), void *ctx);

#endif
