/*
 * inventory_subset.h - the files of a few migrations at a time, out of an inventory of many.
 *
 * Calling order: inventory_scan, whenever the tree was read; then inventory_subset as often as
 * wanted. The files of a subset are freed with it, so that the memory for parsed files does not
 * grow with the number of migrations.
 */
#ifndef GCB_INVENTORY_INVENTORY_SUBSET_H
#define GCB_INVENTORY_INVENTORY_SUBSET_H

#include "inventory/inventory.h"

/*
 * Of the files that were added since the last scan, parses by `each` only those that are relevant
 * to all migrations: kustomizations, definitions of environments, Sidecars. Then records which
 * files contain which token, and parses those with many tokens.
 */
void inventory_scan(struct inventory *inv, each_fn *each);

/*
 * Makes an overlay of `inv` (inventory_overlay) with the files that may reference the hosts of
 * these migrations, and those that are related to their VirtualServices, parsed by `each`. Paths
 * and bytes are borrowed from `inv`. Several threads may make subsets at the same time.
 */
struct inventory *inventory_subset(const struct inventory *inv,
				   const struct migration *const *migrations, size_t n,
				   each_fn *each);

/*
 * Calls `found` for each scanned file that contains the token, the first label of a host, and may
 * contain a VirtualService.
 */
void inventory_each_manifest(const struct inventory *inv, struct slice token,
			     void (*found)(const struct source *s, void *ctx), void *ctx);

#endif
