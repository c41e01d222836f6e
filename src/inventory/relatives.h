/*
 * relatives.h - what a VirtualService has to do with others: they share hosts of a gateway, or
 * delegate to it. A part of plan.
 */
#ifndef GCB_INVENTORY_RELATIVES_H
#define GCB_INVENTORY_RELATIVES_H

#include "base/arena.h"
#include "istio/route.h"
#include "inventory/inventory.h"

/* Fills in what only who knows the others can: shares_gateway_host and root_mirrors. */
void relatives_note(struct vs *vs, const struct inventory *inv, struct arena *arena);

#endif
