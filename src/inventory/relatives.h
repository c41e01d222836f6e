/*
 * relatives.h - VirtualServices that affect each other: they share a host on a gateway, or one
 * delegates to the other.
 */
#ifndef GCB_INVENTORY_RELATIVES_H
#define GCB_INVENTORY_RELATIVES_H

#include "base/arena.h"
#include "inventory/host_tokens.h"
#include "istio/route.h"

struct inventory;

/*
 * Calls `found` for the tokens by which the relatives of a VirtualService are found: on a gateway,
 * those of its hosts; without hosts, its name, by which others delegate to it.
 */
void relatives_each_token(const struct object *o, host_token_fn *found, void *ctx);

/* Sets what depends on the relatives of `vs`: shares_gateway_host and root_mirrors. */
void relatives_note(struct vs *vs, const struct inventory *inv, struct arena *arena);

#endif
