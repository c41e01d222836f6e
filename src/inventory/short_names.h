/*
 * short_names.h - whether a name of one label in a route means the old host.
 *
 * Istio completes it with the namespace of the VirtualService. That is the one in which an
 * environment applies it: the namespace of a kustomization, of the destination of an Application,
 * or a targetNamespace may differ from that of the file.
 */
#ifndef GCB_INVENTORY_SHORT_NAMES_H
#define GCB_INVENTORY_SHORT_NAMES_H

#include "gitops/environment_use.h"
#include "inventory/builds.h"
#include "istio/route.h"

enum short_names {
	SHORT_NAMES_FIT,     /* they mean what the VirtualService was read for, or there are none */
	SHORT_NAMES_FOREIGN, /* no environment applies a route to the old host, although the
				VirtualService was read so */
	SHORT_NAMES_UNCLEAR  /* they mean different hosts in the environments, or in the file */
};

/*
 * Compares a VirtualService, as it was read from its file, with what the environments of the file
 * apply. Sets an error (namespace_unclear) if it is unclear. `builds` NULL: nothing is known.
 */
enum short_names short_names_check(struct builds *builds, const struct environment_uses *uses,
				   const struct vs *vs, struct err *err);

#endif
