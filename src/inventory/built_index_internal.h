/*
 * built_index_internal.h - the objects of one built set by what they are made of, by their names,
 * files and hosts. Each index is made when it is first asked for.
 */
#ifndef GCB_INVENTORY_BUILT_INDEX_INTERNAL_H
#define GCB_INVENTORY_BUILT_INDEX_INTERNAL_H

#include "base/map.h"
#include "gitops/build.h"

/* An object with a key, as a linked list in an array. */
struct built_link {
	size_t item, next; /* `next`: MAP_NONE: the last */
};

/* The objects of a set by one kind of key. */
struct built_keys {
	struct map first; /* of a key, to its first link; the objects are in the order of the set */
	struct built_link *links;
	size_t n, cap;
	bool made;
};

struct built_index {
	const struct built_set *set;
	struct arena *arena; /* the owner's */
	struct built_keys origins, ids, files, tokens;
};

/* An empty index; the set and the arena must outlive it. */
struct built_index built_index_make(const struct built_set *set, struct arena *arena);

/* Frees the maps. */
void built_index_release(struct built_index *x);

/* The first object that is made of an object of a file; NULL: there is none. */
const struct built *built_index_find(struct built_index *x, const struct object *origin);

/* The next object that is made of the same one as an object of the set; NULL: there is none. */
const struct built *built_index_next(struct built_index *x, const struct built *built);

/* The object with the kind, group, namespace and name of another one; NULL: there is none. */
const struct built *built_index_find_same(struct built_index *x, const struct built *like);

/*
 * The first link of the objects of a file, and those to which a patch of the file is applied;
 * MAP_NONE: there are none.
 */
size_t built_index_file(struct built_index *x, struct slice path);

/*
 * The same of the VirtualServices with a token (inventory/host_tokens.h) that are not as their
 * files declare them.
 */
size_t built_index_token(struct built_index *x, struct slice token);

#endif
