/*
 * map.h - a map from text to numbers, or a set of texts: open addressing, insert and look up only.
 *
 * Keys are borrowed and must outlive the map. `struct map m = MAP_INIT;` (or MAP_INIT_FOLD, with
 * which ASCII letters match in either case), then map_set and map_get, or map_add and map_has for a
 * set, and map_release. There is no way to iterate over a map, so that the order of its slots,
 * which depends on the seed, cannot influence any result.
 */
#ifndef GCB_BASE_MAP_H
#define GCB_BASE_MAP_H

#include "base/siphash.h"
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

/* What map_get returns for a key that is not in the map. */
#define MAP_NONE SIZE_MAX

/*
 * Sets the key of the hash of all maps of this process, to be random where keys come from outside:
 * keys cannot be chosen to collide then. Call it before the first map and the first thread.
 */
void map_seed(struct siphash_key seed);

/* Frees the slots; the map is empty again. */
void map_release(struct map *m);

/* The value of a key, or MAP_NONE. */
size_t map_get(const struct map *m, struct slice key);

/* Sets the value of a key, adding the key if necessary. An absent key counts as an empty one. */
void map_set(struct map *m, struct slice key, size_t value);

/* Is the key in the map? */
bool map_has(const struct map *m, struct slice key);

/* Adds a key to a set. Returns whether it was missing. */
bool map_add(struct map *m, struct slice key);

#endif
