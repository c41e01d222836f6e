/*
 * weight_owners.h - who else writes the weights of a VirtualService, or keeps them from being
 * applied, by what the commit contains.
 */
#ifndef GCB_INVENTORY_WEIGHT_OWNERS_H
#define GCB_INVENTORY_WEIGHT_OWNERS_H

#include "base/finding.h"
#include "inventory/surroundings.h"

/*
 * Adds findings for the environment at hand: Rollouts and Canaries that set the weights
 * (live_writer), and settings that keep its engine from applying the routes (live_ignored,
 * not_applied).
 */
void weight_owners_check(const struct surroundings *s, const struct inventory *inv,
			 const struct object *vs, struct findings *findings);

/*
 * Adds findings for what commits other weights to the file: Kargo, and the image automation of Flux
 * (live_writer). They may run in any cluster.
 */
void weight_owners_check_file(const struct inventory *inv, const struct source *file,
			      struct findings *findings);

#endif
