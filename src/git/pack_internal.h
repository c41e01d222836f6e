/*
 * pack_internal.h - new objects before they are written. For pack.c and pack_write.c.
 */
#ifndef GCB_GIT_PACK_INTERNAL_H
#define GCB_GIT_PACK_INTERNAL_H

#include "base/arena.h"
#include "git/internal.h"

struct object {
	git_oid id;
	git_object_t type;
	struct slice bytes; /* of the delta, if it is one */
	bool there;         /* the repository has it already */
	size_t base;        /* number of the object that it is a delta of; BATCH_NONE: it is none */
	unsigned chain;     /* deltas until one that is none */
	uint32_t crc;       /* of its entry in the pack */
	size_t offset;      /* of that */
	struct str deflated;
};

struct batch {
	struct repo *repo;
	struct arena *arena;
	struct object *items;
	size_t n, cap, fresh; /* `fresh`: not there yet */
	bool loose;           /* there is no folder for packs: libgit2 would not look for one */
	struct map ids;       /* of the names, 20 bytes each */
};

/*
 * Writes the objects that are not there yet as one pack with its index, and makes libgit2 look for
 * it. Both are on the disk before they get their names, the pack first; a kill leaves files that
 * git gc takes away. Errors: too_large (2 GiB), io, git.
 */
int pack_write(struct batch *b, struct err *err);

#endif
