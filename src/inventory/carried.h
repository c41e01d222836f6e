/*
 * carried.h - the files of an inventory whose objects get a host only on the way to the cluster
 * (gitops/build_carry.h): no token of a host finds them.
 */
#ifndef GCB_INVENTORY_CARRIED_H
#define GCB_INVENTORY_CARRIED_H

#include "gitops/build_carry.h"
#include "inventory/inventory.h"

/*
 * The files that may be such ones, of the hosts of the watched migrations; the caller reads them.
 * The index is that of the inventory. Released with carried_release.
 */
struct carried carried_files(const struct inventory *inv, const struct environment_index *index,
			     struct arena *arena);

/* May the file contain an object that matters? */
bool carried_wants(struct slice bytes);

/* Adds such a file and parses it. */
void carried_add(struct inventory *inv, struct slice path, struct slice bytes, unsigned mode);

/* The files that were added. */
struct source *const *carried_sources(const struct inventory *inv, size_t *n);

/* Does the file at the path, which is in the inventory, contain a host of a watched migration? */
bool carried_in_file(const struct inventory *inv, struct slice path);

#endif
