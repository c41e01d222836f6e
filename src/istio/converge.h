/*
 * converge.h - the edits that bring a VirtualService to a stage, and reading the stage back by the
 * same means.
 *
 * A VirtualService is at stage S when converging to S yields no edits. From this definition follows
 * that the same stage twice is no change, that the next stage is the first whose bytes differ, what
 * is mixed, and which stages are skipped. Two things that others edit are passed over when the
 * stage is read, and changed when it is made again: a generated copy that is stale, and, if the
 * caller wants it (pass_new), a route that is new.
 */
#ifndef GCB_ISTIO_CONVERGE_H
#define GCB_ISTIO_CONVERGE_H

#include "istio/share.h"

/* A VirtualService, where it is to go, and where to report. */
struct converge_context {
	const struct goal *goal;
	const struct vs *now;
	const struct vs *base; /* at baseline; NULL: `now` counts as the baseline as far as it is
				  not moved */
	struct arena *arena;   /* must outlive the edits */
	struct findings *findings; /* NULL: do not report */
	struct shares *shares;     /* NULL: not wanted */
};

/*
 * Adds to `e` the edits that bring `now` to the goal. Errors: a refusal (see goal.h, and
 * route_shape, host_authority, port_unknown); `e` may then hold some of the edits and must be
 * dropped.
 */
int vs_converge(const struct converge_context *c, struct yaml_edits *e, struct err *err);

/*
 * Marks generated copies that have lost their comment, or never had room for one, by being exactly
 * what the program would generate. Part of reading; call it once after vs_read.
 */
void vs_mark_copies(struct vs *vs, const struct move *move, struct arena *arena);

/* Is nothing moved of a route: has it neither the new host, nor a mirror to it? */
bool route_is_unmoved(const struct route *r);

/*
 * Does the generated copy in front of a route, if there is one, differ from what would be generated
 * now? Then the copy or the route was edited since.
 */
bool vs_copy_is_stale(const struct converge_context *c, const struct route *r);

/*
 * Is `now` at the goal's stage? A generated copy may be stale. False also when converging is
 * refused.
 */
bool vs_at(const struct vs *now, const struct vs *base, const struct goal *goal);

#endif
