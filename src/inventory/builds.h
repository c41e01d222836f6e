/*
 * builds.h - what the environments apply (gitops/build.h) of the files of an inventory.
 */
#ifndef GCB_INVENTORY_BUILDS_H
#define GCB_INVENTORY_BUILDS_H

#include "gitops/build.h"
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
void builds_free(struct builds *b);

/* What the environment applies. */
const struct built_set *builds_of(struct builds *b, const struct environment *environment);

#endif
