/*
 * filled_hosts.h - hosts in routes and DestinationRules that another program fills in: variables of
 * Flux or kustomize, templates.
 *
 * No stage edits such a route. Where the value is in the repository, it is known whether the route
 * goes to the old host in an environment.
 */
#ifndef GCB_INVENTORY_FILLED_HOSTS_H
#define GCB_INVENTORY_FILLED_HOSTS_H

#include "base/finding.h"
#include "inventory/surroundings.h"

/*
 * Adds findings (host_rendered) about the VirtualServices and DestinationRules that the environment
 * at hand applies: a host of a route that is filled in is the old one; or, in a file that the
 * migration covers, a host is not known.
 */
void filled_hosts_check(const struct surroundings *s, const struct inventory *inv,
			const struct migration *m, struct slice old_host,
			struct findings *findings);

#endif
