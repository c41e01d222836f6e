/*
 * relatives.h - objects that are related by something else than the hosts of a migration:
 * VirtualServices that share a host on a gateway, or of which one delegates to the other; and
 * the workloads of a ServiceEntry.
 */
#ifndef GCB_INVENTORY_RELATIVES_H
#define GCB_INVENTORY_RELATIVES_H

#include "base/arena.h"
#include "inventory/host_tokens.h"
#include "inventory/inventory_index.h"
#include "istio/route.h"

struct inventory;

/*
 * Calls `found` for the tokens by which the relatives of a VirtualService are found: on a gateway,
 * those of its hosts; without hosts, its name, by which others delegate to it.
 */
void relatives_each_token(const struct object *o, host_token_fn *found, void *ctx);

/*
 * Calls `found` for the token by which the workloads that a ServiceEntry selects are found: the
 * value of a label of its workloadSelector.
 */
void relatives_each_workload_token(const struct object *o, host_token_fn *found, void *ctx);

/*
 * The WorkloadEntries and WorkloadGroups that may be selected by the ServiceEntry, by a label; in
 * `arena`.
 */
struct object_refs relatives_workloads(const struct inventory *inv, const struct object *entry,
				       struct arena *arena);

/*
 * Does Istio merge the routes of the two VirtualServices, since both are on a gateway and have a
 * host in common?
 */
bool relatives_share_host(const struct object *a, const struct object *b);

/* Sets what depends on the relatives of `vs`: shares_gateway_host, root_mirrors and roots. */
void relatives_note(struct vs *vs, const struct inventory *inv, struct arena *arena);

#endif
