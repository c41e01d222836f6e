/*
 * patch_lists_internal.h - the lists of patches of kustomizations, read once for all builders.
 *
 * With many objects in one directory there is often a patch for each. A builder has few of these
 * objects, and there is one for each of many migrations. So the inline patches are parsed once, and
 * the entries of a list are found by the name in their target.
 *
 * Calling order: patch_lists_add for each list that may be asked for; then patch_lists_find and
 * patch_list_select by any number of threads. Pure.
 */
#ifndef GCB_GITOPS_PATCH_LISTS_INTERNAL_H
#define GCB_GITOPS_PATCH_LISTS_INTERNAL_H

#include "base/map.h"
#include "gitops/build.h"

/* An entry of a list. */
struct patch_entry {
	const struct yaml_node *node;
	const struct yaml_file *text; /* its inline patch; NULL: there is none, or it cannot be
					 parsed */
	size_t next; /* the next entry whose target has the same name, or which may select objects
			of any name as this one; or MAP_NONE */
};

struct patch_list {
	struct patch_entry *entries;
	size_t n;
	struct map named; /* name in the target, to the last entry with it */
	size_t any;       /* the last entry that may select objects of any name, or MAP_NONE */
};

/* Entries of a list that may be applied to some objects, in the order of the list, each once. */
struct patch_selection {
	size_t *items;
	size_t n, cap;
};

struct patch_lists {
	struct patch_list **items;
	size_t n, cap;
	struct map at;            /* address of the list's node, to its index */
	struct yaml_file **texts; /* owned */
	size_t ntexts, texts_cap;
	struct arena *arena; /* the owner's */
};

/* Frees what it holds besides the arena. */
void patch_lists_release(struct patch_lists *l);

/* Reads a list of patches: `patches`, `patchesJson6902` or `patchesStrategicMerge`. NULL is fine.
 */
void patch_lists_add(struct patch_lists *l, const struct yaml_node *list);

/* The list that was read of this node; NULL: it was not. */
const struct patch_list *patch_lists_find(const struct patch_lists *l,
					  const struct yaml_node *list);

/*
 * Adds the entries that may be applied to one of the objects, as they are and were named, to the
 * selection, which is in `arena`.
 */
void patch_list_select(const struct patch_list *l, const struct built *objects, size_t n,
		       struct patch_selection *selection, struct arena *arena);

/*
 * Parses the text of an inline patch, with the lines that it has in its file; NULL: it cannot be
 * parsed. Freed with yaml_file_free.
 */
struct yaml_file *patch_parse(const struct yaml_node *text, struct arena *arena);

/* Is the entry of `patchesStrategicMerge` an inline patch, and not a path? */
bool patch_is_inline(const struct yaml_node *entry);

#endif
