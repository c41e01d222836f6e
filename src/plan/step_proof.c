#include "plan/step_proof.h"

#include "gitops/kustomization.h"
#include "plan/step_builds.h"
#include "yaml/value.h"

/* A proof while it is made. */
struct proof {
	const struct step_work *w;
	const struct targets *targets;
	struct stage stage;
	struct builds *after;
	bool whole; /* the edits may change any object, not only those of the files of the step */
};

/* How a proof fails. */
struct disproof {
	const struct environment *environment;
	struct place at;
	struct slice kind, name; /* of the object; absent: all */
	const char *why;
	bool builds; /* `name` is absent: the environment can still be built */
};

/* --- the edited files ----------------------------------------------------- */

/* The file of a target after its edits; NULL with the reason. */
static const struct yaml_file *edit_file(const struct proof *p, const struct target *t,
					 struct err *err)
{
	struct yaml_pool *pool = p->w->pool;

	return t->restore.ptr ? yaml_pool_parse(pool, t->path, t->restore, err) :
				yaml_pool_apply(pool, t->edits, t->path, err);
}

/* May a target change objects of other files than those of the step? */
static bool reaches_others(const struct proof *p, const struct target *t)
{
	return t->remove || kustomization_is(t->path) || !step_builds_own_file(p->w, t->path);
}

/* Makes the builds of the edited files. False with the reason. */
static bool build_after(struct proof *p, struct err *err)
{
	const struct step_work *w = p->w;
	struct build_override *files = arena_array(w->pool->arena, p->targets->n, sizeof(*files));
	size_t n = 0;

	for (size_t i = 0; i < p->targets->n; i++) {
		const struct target *t = &p->targets->items[i];

		if (slice_eq(t->path, w->m->path))
			continue;
		files[n] = (struct build_override){ t->path, NULL };
		if (!t->remove) {
			files[n].file = edit_file(p, t, err);
			if (!files[n].file)
				return false;
		}
		p->whole = p->whole || reaches_others(p, t);
		n++;
	}
	p->after = p->whole ? builds_new(w->in->inventory, w->in->environments, files, n) :
			      step_builds_change(w, files, n);
	return true;
}

/* --- one object ----------------------------------------------------------- */

/* The spec of a VirtualService that is moved to a stage; NULL with the reason. */
static const struct yaml_node *move_spec(const struct step_work *w, const struct vs *vs,
					 const struct vs *baseline, struct stage stage,
					 struct err *err)
{
	return yaml_get(step_builds_converge(w, vs, baseline, stage, err), "spec");
}

/*
 * Is the VirtualService after the step the one that the step should make of the one before? If the
 * step restores the old destinations after the end, removing them again must lead to the one
 * before.
 */
static bool is_moved_right(const struct proof *p, const struct built_member *member,
			   const struct built *before, const struct built *now,
			   struct disproof *why)
{
	const struct step_work *w = p->w;
	const struct yaml_node *expected = NULL, *actual = now->object.spec;
	struct err err = ERR_INIT;

	if (member && w->scope.finalized && p->stage.kind != STAGE_DONE) {
		const struct vs *vs = step_builds_parse(w, now, &err);

		actual = before->object.spec;
		expected = vs ? move_spec(w, vs, member->baseline, (struct stage){ STAGE_DONE, 0 },
					  &err) :
				NULL;
	} else if (member) {
		expected = move_spec(w, &member->vs, member->baseline, p->stage, &err);
	}
	why->why = !expected ? "the routes that are applied cannot be moved" :
		   value_same(now->object.spec, before->object.spec) ?
			       "the patch replaces the routes that the stage edits" :
			       "with the edited file, the patch changes other routes than now";
	return expected && value_same(actual, expected);
}

/* Where the patches of an object are; the place of the object if there are none. */
static struct place patch_place(const struct built *b)
{
	for (const struct built_patch *p = b->patches; p; p = p->next)
		if (!p->metadata_only)
			return p->at;
	return yaml_place(b->origin->node);
}

/* Compares an object before and after. False: the step does not have its effect. */
static bool compare_object(const struct proof *p, const struct environment *e,
			   const struct built *before, struct disproof *why)
{
	const struct built *now = builds_find_same(p->after, e, before);
	bool own = step_builds_own(p->w, before);

	if (before->stop.verdict != BUILD_KNOWN) /* reported by step_builds_note_unknown */
		return true;
	why->at = patch_place(before);
	why->kind = before->object.kind;
	why->name = before->object.name;
	if (!now) {
		why->why = "the object would not be applied any more";
		return false;
	}
	if (now->stop.verdict != BUILD_KNOWN) {
		why->at = now->stop.at;
		why->why = now->stop.why;
		return !own;
	}
	if (before->as_written && now->as_written)
		return true;
	if (own && vs_is(&before->object))
		return is_moved_right(p, step_builds_member(p->w, e, before->origin, before),
				      before, now, why);
	why->why = "with the edited file, the patch changes another object than now";
	return value_same(now->object.spec, before->object.spec);
}

/* The objects that the step may change: those of its files, or all. */
static struct built_refs list_compared(const struct proof *p, const struct environment *e,
				       const struct built_set *before)
{
	struct arena *arena = p->w->pool->arena;
	struct built_refs all = { NULL, 0 };

	if (!p->whole && !p->w->built.linked)
		return builds_of_files(p->w->builds, e, p->w->built.files, arena);
	all.items = arena_array(arena, before->n, sizeof(*all.items));
	for (; all.n < before->n; all.n++)
		all.items[all.n] = &before->items[all.n];
	return all;
}

/* Compares what an environment applies. False with the reason: the step has another effect. */
static bool compare_environment(const struct proof *p, const struct environment *e,
				struct disproof *why)
{
	const struct built_set *before = builds_of(p->w->builds, e),
			       *after = builds_of(p->after, e);
	struct built_refs compared;

	*why = (struct disproof){ .environment = e };
	if (before->stop.verdict == BUILD_FAILS)
		return true;
	if (after->stop.verdict == BUILD_FAILS) {
		why->at = after->stop.at;
		why->why = after->stop.why;
		return false;
	}
	compared = list_compared(p, e, before);
	for (size_t i = 0; i < compared.n; i++)
		if (!compare_object(p, e, compared.items[i], why))
			return false;
	return true;
}

/* --- the created file ----------------------------------------------------- */

/* How many objects of the file the environment applies. */
static size_t count_objects(const struct built_set *set, struct slice path)
{
	size_t n = 0;

	for (size_t i = 0; i < set->n; i++)
		n += slice_eq(set->items[i].path, path);
	return n;
}

/* Does the environment apply the created VirtualService, and else what it applied before? */
static bool compare_created(const struct proof *p, const struct environment_use *use,
			    struct disproof *why)
{
	const struct environment *e = use->environment;
	const struct source *created = p->w->scope.created;
	const struct built_set *before = builds_of(p->w->builds, e),
			       *after = builds_of(p->after, e);
	size_t n = count_objects(after, created->path);

	if (!compare_environment(p, e, why))
		return false;
	if (e->kind == ENVIRONMENT_DIRECTORY || e->unsure || before->stop.verdict == BUILD_FAILS ||
	    (!n && (after->stop.verdict != BUILD_KNOWN || use->source_types & SOURCE_UNKNOWN)))
		return true;
	*why = (struct disproof){ .environment = e,
				  .at = { created->path, 0, 0 },
				  .builds = true,
				  .why = n ? "it would also change what other files declare" :
					     "it would not apply the created file" };
	return n && after->n == before->n + n;
}

/* --- all environments ----------------------------------------------------- */

/* Adds the finding of a failed proof. */
static void note_disproof(const struct proof *p, const struct disproof *why)
{
	const struct step_work *w = p->w;
	const struct code *code =
		w->intent->direction == GO_DOWN ? &CODE_rollback_differs : &CODE_build_differs;

	if (!why->name.len) {
		findings_add(&w->step->findings, code, why->at,
			     "stage '%" SLICE_FMT "' would %s of the %s '%" SLICE_FMT "': %s",
			     SLICE_ARG(step_stage_name(w, p->stage)),
			     why->builds ? "have another effect on the build" : "break the build",
			     environment_kind_text(why->environment->kind),
			     SLICE_ARG(why->environment->name), why->why);
		return;
	}
	findings_add(&w->step->findings, code, why->at,
		     "the %s '%" SLICE_FMT "' would not apply stage '%" SLICE_FMT "' of %" SLICE_FMT
		     " '%" SLICE_FMT "', which is patched: %s",
		     environment_kind_text(why->environment->kind),
		     SLICE_ARG(why->environment->name), SLICE_ARG(step_stage_name(w, p->stage)),
		     SLICE_ARG(why->kind), SLICE_ARG(why->name), why->why);
}

/* Makes the proof for the environments of the created file, and adds findings. */
static bool prove_created(const struct proof *p)
{
	const struct step_work *w = p->w;
	const struct placements *l = &w->step->placements;
	bool holds = true;

	for (size_t i = 0; i < l->n && w->scope.created; i++)
		for (size_t j = 0; j < l->items[i].uses.n; j++) {
			const struct environment_use *use = &l->items[i].uses.items[j];
			struct disproof why;

			if (!slice_eq(l->items[i].path, w->scope.created->path) ||
			    use->environment->other_revision || compare_created(p, use, &why))
				continue;
			holds = false;
			note_disproof(p, &why);
		}
	return holds;
}

/* Makes the proof; with `note`, adds findings. */
static bool prove(const struct step_work *w, const struct targets *targets, struct stage stage,
		  bool note)
{
	struct proof p = { .w = w, .targets = targets, .stage = stage, .whole = w->scope.created };
	struct err err = ERR_INIT;
	bool holds = true;

	if ((!w->built.n && !(w->scope.created && w->builds)) || !build_after(&p, &err))
		return true; /* edits that cannot be applied are refused elsewhere */
	for (size_t i = 0; i < w->built.nenvironments && (note || holds); i++) {
		struct disproof why;

		if (!w->built.environments[i].n ||
		    compare_environment(&p, w->built.environments[i].environment, &why))
			continue;
		holds = false;
		if (note)
			note_disproof(&p, &why);
	}
	if (note && !prove_created(&p))
		holds = false;
	builds_free(p.after);
	return holds;
}

bool step_proof_check(const struct step_work *w, struct stage stage)
{
	return prove(w, w->targets, stage, true);
}

bool step_proof_holds(const struct step_work *w, const struct targets *targets, struct stage stage)
{
	return prove(w, targets, stage, false);
}
