#include "base/map.h"

#include "base/alloc.h"

#include <stdlib.h>

/* The slot of a key, or the free one where it belongs. */
static struct map_slot *slot_of(const struct map *m, struct slice key)
{
	size_t at = slice_hash_case(key) & (m->cap - 1);

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
	const struct map_slot *slot = m->n ? slot_of(m, key) : NULL;

	return slot && slot->key.ptr ? slot->value : MAP_NONE;
}

/* Twice the room. */
static void grow(struct map *m)
{
	struct map larger = { NULL, m->n, m->cap ? m->cap * 2 : 64, m->fold };

	larger.slots = xzalloc(larger.cap * sizeof(*larger.slots));
	for (size_t i = 0; i < m->cap; i++)
		if (m->slots[i].key.ptr)
			*slot_of(&larger, m->slots[i].key) = m->slots[i];
	free(m->slots);
	*m = larger;
}

void map_set(struct map *m, struct slice key, size_t value)
{
	struct map_slot *slot;

	if (m->n * 4 >= m->cap * 3)
		grow(m);
	slot = slot_of(m, key);
	if (!slot->key.ptr) {
		slot->key = key.ptr ? key : SLICE("");
		m->n++;
	}
	slot->value = value;
}
