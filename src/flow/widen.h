/*
 * widen.h - rollbacks of migrations whose manifests are no longer where the migration file looks.
 */
#ifndef GCB_FLOW_WIDEN_H
#define GCB_FLOW_WIDEN_H

#include "flow/gather.h"

/*
 * Looks through the plan of rollbacks for migrations whose manifests were moved, or in part: no
 * VirtualService that the migration covers routes to one of its hosts, or one that it does not
 * cover routes to its new host. These are planned again with the manifests of the whole commit,
 * unless another migration has the same hosts, and get a warning (manifests_moved). The evidence,
 * the plan and the migrations in `intents` and in the fleet's selection are replaced. Errors: those
 * of gather_evidence and plan_intents.
 */
int widen_rollbacks(struct evidence *evidence, struct intent *intents, size_t n, struct plan *plan,
		    struct err *err);

#endif
