/*
 * inventory_index.h - the objects of an inventory by the hosts that they reference.
 */
#ifndef GCB_INVENTORY_INVENTORY_INDEX_H
#define GCB_INVENTORY_INVENTORY_INDEX_H

#include "inventory/inventory.h"

struct object_refs {
	const struct object_ref *items;
	size_t n;
};

/*
 * The objects that reference a host with the same first label as `host` (so also short names and
 * near misses), or a wildcard that covers it; each once, in the order of the paths, in `arena`.
 */
struct object_refs inventory_by_host(const struct inventory *inv, struct slice host,
				     struct arena *arena);

/* True if an inventory from `top` down to `low`, without that, hides the path of `low`. */
bool inventory_hides(const struct inventory *top, const struct inventory *low, struct slice path);

#endif
