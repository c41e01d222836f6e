/*
 * converge.h - the edits that bring a VirtualService to a stage, and reading the stage back by the
 * same means.
 *
 * A VirtualService is at stage S when converging to S yields no edits. From this one definition
 * follow that the same stage twice is no change, that the next stage is the first whose bytes
 * differ, what is mixed, and which stages are skipped.
 */
#ifndef GCB_ISTIO_CONVERGE_H
#define GCB_ISTIO_CONVERGE_H

#include "base/finding.h"
#include "istio/share.h"

/*
 * Adds to `e` the edits that bring `now` to the goal. `base` is the VirtualService at baseline, or
 * NULL: then `now` counts as the baseline as far as it is not moved. `findings` and `shares` may be
 * NULL. Errors: a refusal (see stage.h, and route_shape, host_header, port_unknown); `e` may then
 * hold a part and must be dropped. The arena must outlive `e`.
 */
int vs_converge(struct yaml_edits *e, const struct vs *now, const struct vs *base,
		const struct goal *goal, struct arena *arena, struct findings *findings,
		struct shares *shares, struct err *err);

/*
 * Marks generated copies that have lost their comment, or never had room for one, by being exactly
 * what the tool would generate. Part of reading; call it once after vs_read.
 */
void vs_mark_copies(struct vs *vs, const struct move *move, struct arena *arena);

/* Is `now` at the goal's stage? False also when converging is refused. */
bool vs_at(const struct vs *now, const struct vs *base, const struct goal *goal);

#endif
