/*
 * map.h - a map from text to numbers: open addressing, insert and look up only.
 *
 * Keys are borrowed and must outlive the map. `struct map m = MAP_INIT;` (or MAP_INIT_FOLD, where
 * ASCII letters match in either case), map_set, map_get, map_release.
 */
#ifndef GCB_BASE_MAP_H
#define GCB_BASE_MAP_H

#include "base/slice.h"

struct map {
	struct map_slot {
		struct slice key; /* absent: a free slot */
		size_t value;
	} * slots;
	size_t n, cap;
	bool fold;
};

/* clang-format off */
#define MAP_INIT { NULL, 0, 0, false }
#define MAP_INIT_FOLD { NULL, 0, 0, true }
/* clang-format on */

/* What map_get gives for a key that is not there. */
#define MAP_NONE SIZE_MAX

/* Frees the slots; the map is empty again. */
void map_release(struct map *m);

/* The value of a key, or MAP_NONE. */
size_t map_get(const struct map *m, struct slice key);

/*
 * Sets the value of a key, which is added when it is not there. An absent key counts as an empty
 * one.
 */
void map_set(struct map *m, struct slice key, size_t value);

#endif
