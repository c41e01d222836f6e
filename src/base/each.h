/*
 * each.h - the same work on many things that have nothing to do with each other. Code without side
 * effects takes an each_fn as an argument and leaves it to its caller whether one thread does the
 * work or several.
 */
#ifndef GCB_BASE_EACH_H
#define GCB_BASE_EACH_H

#include <stddef.h>

/*
 * Calls work(ctx, i) once for every i below `n`, in any order, maybe several at the same time, and
 * returns when all have returned. So work may change what belongs to number i alone, and may read
 * all else.
 */
typedef void each_fn(size_t n, void (*work)(void *ctx, size_t i), void *ctx);

/* One after the other. */
void each_in_turn(size_t n, void (*work)(void *ctx, size_t i), void *ctx);

#endif
