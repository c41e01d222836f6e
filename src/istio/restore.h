/*
 * restore.h - the old destinations of a route that finalize removed, from the baseline.
 */
#ifndef GCB_ISTIO_RESTORE_H
#define GCB_ISTIO_RESTORE_H

#include "istio/route.h"

/*
 * Adds to `e`, which is of the file of `now`, the old destinations of the routes that had some at
 * the baseline `base`: with weight 0, in front of the new destination, which keeps its weight. The
 * result is stage 100. What was changed in the routes since stays; a destination is written as the
 * baseline has it, without its comments. A route to the new host without a counterpart at the
 * baseline was added since, and stays. Errors: route_shape, for a destination of the baseline that
 * cannot be written; baseline_pair, if a route to the new host may be one of the baseline that is
 * not recognized. `e` must then be dropped.
 */
int vs_restore_old(const struct vs *now, const struct vs *base, struct yaml_edits *e,
		   struct arena *arena, struct err *err);

#endif
