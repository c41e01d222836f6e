#include "flow/blobs.h"

#include "base/alloc.h"

#include <stdlib.h>

/* An object id as a key. */
static struct slice key_of(const struct oid *id)
{
	return (struct slice){ (const char *)id->id, sizeof(id->id) };
}

void blobs_add(struct blobs *blobs, const struct oid *id, struct slice bytes)
{
	map_set(&blobs->numbers, arena_copy(blobs->arena, key_of(id)), blobs->n);
	ROOM(blobs->bytes, blobs->n, blobs->cap);
	blobs->bytes[blobs->n++] = bytes;
}

struct slice blobs_find(const struct blobs *blobs, const struct oid *id)
{
	size_t at = map_get(&blobs->numbers, key_of(id));

	return at == MAP_NONE ? SLICE_NONE : blobs->bytes[at];
}

void blobs_release(struct blobs *blobs)
{
	map_release(&blobs->numbers);
	free(blobs->bytes);
	*blobs = (struct blobs){ .arena = blobs->arena };
}
