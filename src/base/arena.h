/*
 * arena.h - memory that belongs to one big value and is freed with it.
 *
 * A parsed file, an inventory and a plan own an arena each: their parts are allocated there, may
 * point at each other, are not freed one by one, and do not move. Calling order: arena_new,
 * arena_alloc ..., arena_free.
 */
#ifndef GCB_BASE_ARENA_H
#define GCB_BASE_ARENA_H

#include "base/slice.h"

struct arena;

/* An empty arena, owned by the caller. Never fails. */
struct arena *arena_new(void);

/* Frees the arena and all that was allocated in it. NULL is fine. */
void arena_free(struct arena *a);

/* `size` zeroed bytes, aligned for any type. Valid until arena_free. */
void *arena_alloc(struct arena *a, size_t size);

/* `n` zeroed elements of `size` bytes; ends the program when the product overflows. */
void *arena_array(struct arena *a, size_t n, size_t size);

/* A copy of the bytes of `s` with a NUL behind them (not counted). An absent slice stays absent. */
struct slice arena_copy(struct arena *a, struct slice s);

/* The concatenation of the parts, with a NUL behind it (not counted). */
struct slice arena_join(struct arena *a, const struct slice *parts, size_t n);

/* Text made as printf makes it, NUL-terminated. */
struct slice arena_printf(struct arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * A larger copy of a list of `n` elements of `size` bytes, for ARENA_ROOM: `*cap` becomes twice as
 * large. The old list stays in the arena.
 */
void *arena_grow(struct arena *a, const void *list, size_t n, size_t *cap, size_t size);

/*
 * Room for one more element behind the `n` elements of `list`, which was allocated in the arena (or
 * is NULL with cap 0): may move `list`, and updates `cap`.
 */
#define ARENA_ROOM(arena, list, n, cap)                                                            \
	do {                                                                                       \
		if ((n) == (cap))                                                                  \
			(list) = arena_grow((arena), (list), (n), &(cap), sizeof(*(list)));        \
	} while (0)

/*
 * Frees an arena when the variable goes out of scope: `AUTO_ARENA struct arena *a = arena_new();`
 */
#define AUTO_ARENA __attribute__((cleanup(arena_auto_)))
void arena_auto_(struct arena **a);

#endif
