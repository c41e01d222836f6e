/*
 * step_builds.h - the VirtualServices of a migration as environments apply them, where kustomize or
 * an engine changes them on the way.
 */
#ifndef GCB_PLAN_STEP_BUILDS_H
#define GCB_PLAN_STEP_BUILDS_H

#include "plan/step_work.h"

/* Sets w->builds and w->built; the placements of the step must be set. */
void step_builds_read(struct step_work *w);

/* Are the VirtualServices of the migration, as they are applied, at the stage of the goal? */
bool step_builds_at(const struct step_work *w, const struct goal *goal);

/*
 * Does the object of a built set belong to the migration: it is declared, or its routes are
 * patched, in one of the files of the step?
 */
bool step_builds_own(const struct step_work *w, const struct built *b);

/* Is it a file of the step? */
bool step_builds_own_file(const struct step_work *w, struct slice path);

/*
 * The first object among w->built that is known, and that an environment makes of an object of a
 * file; NULL: there is none. `built`: it must be this one; NULL: any.
 */
const struct built_member *step_builds_member(const struct step_work *w,
					      const struct environment *e,
					      const struct object *origin,
					      const struct built *built);

/*
 * Builds with other files in the place of those of the step, of the objects that these may change.
 * Freed with builds_free.
 */
struct builds *step_builds_change(const struct step_work *w, const struct build_override *overrides,
				  size_t n);

/*
 * The object as a VirtualService of a file of its own, in the memory of the pool. NULL with the
 * reason: it is not one that can be moved.
 */
const struct vs *step_builds_parse(const struct step_work *w, const struct built *b,
				   struct err *err);

/*
 * What a VirtualService of a file of its own becomes at a stage, in the memory of the pool; NULL
 * with the reason. `baseline` NULL: not known.
 */
const struct yaml_node *step_builds_converge(const struct step_work *w, const struct vs *vs,
					     const struct vs *baseline, struct stage stage,
					     struct err *err);

/*
 * Adds findings for the environments of which it is not known what they apply, and for routes to
 * the old host that they make of files without such a route.
 */
void step_builds_note_unknown(const struct step_work *w);

#endif
