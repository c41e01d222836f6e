/*
 * builds.h - what the environments apply (gitops/build.h) of the files of an inventory.
 */
#ifndef GCB_INVENTORY_BUILDS_H
#define GCB_INVENTORY_BUILDS_H

#include "base/finding.h"
#include "gitops/build.h"
#include "gitops/environment_use.h"
#include "inventory/inventory.h"

/* A file that takes the place of that of the inventory; NULL: it does not exist. */
struct build_override {
	struct slice path;
	const struct yaml_file *file;
};

struct builds;

/*
 * Makes the builds of an inventory; it, the index and the files must outlive them. Nothing is built
 * before it is asked for. Freed with builds_free.
 */
struct builds *builds_new(const struct inventory *inv, const struct environment_index *index,
			  const struct build_override *overrides, size_t n);
/*
 * The same, of which only the objects of `files` and of the overrides are built: for a change that
 * concerns no others.
 */
struct builds *builds_new_of(const struct inventory *inv, const struct environment_index *index,
			     const struct build_override *overrides, size_t n, struct slices files);
void builds_free(struct builds *b);

/* What the environment applies; of a directory nothing, since it applies its files as they are. */
const struct built_set *builds_of(struct builds *b, const struct environment *environment);

/* The first object that the environment makes of an object of a file; NULL: none. */
const struct built *builds_find(struct builds *b, const struct environment *environment,
				const struct object *origin);

/* The next object that the environment makes of the same object; NULL: there is none. */
const struct built *builds_next(struct builds *b, const struct environment *environment,
				const struct built *built);

/* The object with the kind, group, namespace and name of another one; NULL: there is none. */
const struct built *builds_find_same(struct builds *b, const struct environment *environment,
				     const struct built *like);

/* Objects of a built set, in its order, each once. */
struct built_refs {
	const struct built **items;
	size_t n;
};

/*
 * The objects of these files that the environment applies, and those to which a patch of one of
 * the files is applied; the list is in `arena`.
 */
struct built_refs builds_of_files(struct builds *b, const struct environment *environment,
				  struct slices files, struct arena *arena);

/*
 * The VirtualServices that the environment applies not as their files declare them, and that name
 * a host with the first label of `host`; the list is in `arena`.
 */
struct built_refs builds_of_host(struct builds *b, const struct environment *environment,
				 struct slice host, struct arena *arena);

/*
 * Adds a finding (build_unknown) if the environment of the use does not build, or if it is not
 * known whether it applies the file. `found`: the build has an object of the file.
 */
void builds_note_unknown(struct builds *b, const struct environment_use *use, bool found,
			 struct findings *findings);

#endif
