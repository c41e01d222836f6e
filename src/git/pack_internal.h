/*
 * pack_internal.h - writes objects as a pack.
 */
#ifndef GCB_GIT_PACK_INTERNAL_H
#define GCB_GIT_PACK_INTERNAL_H

#include "git/repo.h"

#include <git2.h>

/* An object of a pack. */
struct pack_object {
	git_oid id;
	git_object_t type;
	struct slice bytes; /* of the delta, if it is one */
	bool exists;        /* in the repository already: not written */
	size_t base;        /* number of the object that it is a delta of; SIZE_MAX: not a delta */
	unsigned chain;     /* deltas down to an object that is none */
	uint32_t crc;       /* of its entry in the pack */
	size_t offset;      /* of that */
	struct str deflated;
};

/* Objects of a pack, in the order in which they are written: bases before their deltas. */
struct pack_objects {
	struct pack_object *items;
	size_t n, cap;
	size_t fresh; /* how many do not exist yet */
};

/*
 * Appends the delta (gitformat-pack(5)) from `before` to `after`, which are equal but for one
 * stretch, as a directory is after one of its files changed. False: they have too little in common.
 */
bool pack_delta(struct slice before, struct slice after, struct str *out);

/*
 * Writes the objects that do not exist yet as one pack with its index, and makes libgit2 see it.
 * Both are durable before they get their names, the pack first; a kill leaves files that git gc
 * removes. Errors: too_large (2 GiB), io, git.
 */
int pack_write(struct repo *r, struct pack_objects *objects, struct err *err);

#endif
