/*
 * publish_branches.h - steps become stage branches, for review.
 */
#ifndef GCB_FLOW_PUBLISH_BRANCHES_H
#define GCB_FLOW_PUBLISH_BRANCHES_H

#include "flow/publish.h"

/*
 * Publishes the pending steps of the plan, whose rows are in `out`, as publish_plan describes it.
 * If others are faster with a branch, it tries again, a bounded number of times.
 */
int publish_branches(const struct base_commit *base, const struct plan *plan,
		     const struct publish_options *options, struct publication *out,
		     struct err *err);

#endif
