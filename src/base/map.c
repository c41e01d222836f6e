#include "base/map.h"

#include "base/alloc.h"

#include <stdlib.h>

static struct siphash_key seed;

void map_seed(struct siphash_key value)
{
	seed = value;
}

/* The slot of a key, or the free one where it belongs. */
static struct map_slot *find_slot(const struct map *m, struct slice key)
{
	size_t at = siphash(seed, key, m->fold) & (m->cap - 1);

	while (m->slots[at].key.ptr &&
	       !(m->fold ? slice_eq_case(m->slots[at].key, key) : slice_eq(m->slots[at].key, key)))
		at = (at + 1) & (m->cap - 1);
	return &m->slots[at];
}

void map_release(struct map *m)
{
	free(m->slots);
	m->slots = NULL;
	m->n = m->cap = 0;
}

size_t map_get(const struct map *m, struct slice key)
{
	const struct map_slot *slot = m->n ? find_slot(m, key) : NULL;

	return slot && slot->key.ptr ? slot->value : MAP_NONE;
}

/* Doubles the room. */
static void grow_map(struct map *m)
{
	struct map larger = { NULL, m->n, m->cap ? m->cap * 2 : 64, m->fold };

	larger.slots = xzalloc(larger.cap * sizeof(*larger.slots));
	for (size_t i = 0; i < m->cap; i++)
		if (m->slots[i].key.ptr)
			*find_slot(&larger, m->slots[i].key) = m->slots[i];
	free(m->slots);
	*m = larger;
}

/* The slot of a key, which is added if necessary. */
static struct map_slot *take_slot(struct map *m, struct slice key)
{
	struct map_slot *slot;

	if (m->n * 4 >= m->cap * 3)
		grow_map(m);
	slot = find_slot(m, key);
	if (!slot->key.ptr) {
		*slot = (struct map_slot){ key.ptr ? key : SLICE(""), MAP_NONE };
		m->n++;
	}
	return slot;
}

void map_set(struct map *m, struct slice key, size_t value)
{
	take_slot(m, key)->value = value;
}

bool map_has(const struct map *m, struct slice key)
{
	return m->n && find_slot(m, key)->key.ptr;
}

bool map_add(struct map *m, struct slice key)
{
	size_t before = m->n;

	take_slot(m, key)->value = 0;
	return m->n > before;
}
