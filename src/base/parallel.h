/*
 * parallel.h - the same work on many things that are independent of each other, in one thread or
 * in several.
 *
 * Code without side effects takes an each_fn as an argument, so that its caller decides.
 */
#ifndef GCB_BASE_PARALLEL_H
#define GCB_BASE_PARALLEL_H

#include <stddef.h>

/*
 * Calls work(ctx, i) once for every i below `n`, in any order, perhaps several at the same time,
 * and returns when all have returned. So `work` may change only what belongs to number i, and may
 * read everything else.
 */
typedef void each_fn(size_t n, void (*work)(void *ctx, size_t i), void *ctx);

/* In this thread, in ascending order. */
void each_in_turn(size_t n, void (*work)(void *ctx, size_t i), void *ctx);

/*
 * With one thread per processor of this process, at most eight; the caller's is one of them. With
 * few items, or if no thread can be created, the caller's thread does the work.
 */
void parallel_each(size_t n, void (*work)(void *ctx, size_t i), void *ctx);

/* The same for few items, each of which is enough work for a thread. */
void parallel_parts(size_t n, void (*work)(void *ctx, size_t i), void *ctx);

#endif
