/*
 * blobs.h - bytes of blobs that were read already, so that the history need not read them again.
 */
#ifndef GCB_FLOW_BLOBS_H
#define GCB_FLOW_BLOBS_H

#include "base/arena.h"
#include "base/map.h"
#include "git/repo.h"

/* By the ids of the blobs. `{ .arena = ... }` is an empty one. */
struct blobs {
	struct arena *arena; /* of the keys */
	struct map numbers;
	struct slice *bytes; /* borrowed */
	size_t n, cap;
};

/* Adds a blob. The bytes must remain valid as long as they may be looked up. */
void blobs_add(struct blobs *blobs, const struct oid *id, struct slice bytes);

/* The bytes of a blob; absent: they were not added. */
struct slice blobs_find(const struct blobs *blobs, const struct oid *id);

/* Removes all blobs. */
void blobs_release(struct blobs *blobs);

#endif
