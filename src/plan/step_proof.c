#include "plan/step_proof.h"

#include "plan/step_builds.h"
#include "yaml/value.h"

/* A proof while it is made. */
struct proof {
	const struct step_work *w;
	const struct targets *targets;
	struct stage stage;
	struct builds *after;
};

/* How a proof fails. */
struct disproof {
	const struct environment *environment;
	struct place at;
	struct slice kind, name; /* of the object; absent: all */
	const char *why;
};

/* --- the edited files ----------------------------------------------------- */

/* The file of a target after its edits; NULL with the reason. */
static const struct yaml_file *edit_file(const struct proof *p, const struct target *t,
					 struct err *err)
{
	struct yaml_pool *pool = p->w->pool;
	AUTO_STR struct str text = STR_INIT;

	if (t->restore.ptr)
		return yaml_pool_parse(pool, t->path, t->restore, err);
	if (yaml_apply(t->edits, &text, err) < 0)
		return NULL;
	return yaml_pool_parse(pool, t->path, arena_copy(pool->arena, str_slice(&text)), err);
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
		n++;
	}
	p->after = builds_new(w->in->inventory, w->in->environments, files, n);
	return true;
}

/* --- one object ----------------------------------------------------------- */

/* The spec of a VirtualService that is moved to a stage; NULL with the reason. */
static const struct yaml_node *move_spec(const struct step_work *w, const struct vs *vs,
					 const struct vs *baseline, struct stage stage,
					 struct err *err)
{
	struct goal goal = step_goal(w, stage);
	struct yaml_edits *edits = yaml_edits_new(vs->object->node->file, w->pool->arena);
	AUTO_STR struct str text = STR_INIT;
	const struct yaml_file *file;

	if (vs_converge(&(struct converge_context){ &goal, vs, baseline, w->pool->arena, NULL,
						    NULL },
			edits, err) < 0 ||
	    yaml_apply(edits, &text, err) < 0)
		return NULL;
	file = yaml_pool_parse(w->pool, yaml_place(vs->object->node).path,
			       arena_copy(w->pool->arena, str_slice(&text)), err);
	return file ? yaml_get(yaml_root(file, 0), "spec") : NULL;
}

/* The member of an object; NULL: it is none, or its routes cannot be read. */
static const struct built_member *find_member(const struct proof *p, const struct built *b)
{
	const struct step_work *w = p->w;

	for (size_t i = 0; i < w->built.n; i++)
		if (w->built.items[i].built == b && w->built.items[i].known)
			return &w->built.items[i];
	return NULL;
}

/*
 * Is the VirtualService after the step the one that the step should make of the one before? If the
 * step restores the old destinations after the end, removing them again must lead to the one before.
 */
static bool is_moved_right(const struct proof *p, const struct built *before,
			   const struct built *now, struct disproof *why)
{
	const struct step_work *w = p->w;
	const struct built_member *member = find_member(p, before);
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
static bool compare_object(const struct proof *p, const struct built *before,
			   const struct built_set *after, struct disproof *why)
{
	const struct built *now = step_builds_find(after, before);
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
		return is_moved_right(p, before, now, why);
	why->why = "with the edited file, the patch changes another object than now";
	return value_same(now->object.spec, before->object.spec);
}

/* Compares what an environment applies. False with the reason: the step has another effect. */
static bool compare_environment(const struct proof *p, const struct environment *e,
				struct disproof *why)
{
	const struct built_set *before = builds_of(p->w->builds, e),
			       *after = builds_of(p->after, e);

	*why = (struct disproof){ .environment = e };
	if (before->stop.verdict == BUILD_FAILS)
		return true;
	if (after->stop.verdict == BUILD_FAILS) {
		why->at = after->stop.at;
		why->why = after->stop.why;
		return false;
	}
	for (size_t i = 0; i < before->n; i++)
		if (!compare_object(p, &before->items[i], after, why))
			return false;
	return true;
}

/* --- all environments ----------------------------------------------------- */

/* Was the environment of a member met before? */
static bool is_repeated(const struct built_members *l, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (l->items[i].environment == l->items[at].environment)
			return true;
	return false;
}

/* Adds the finding of a failed proof. */
static void note_disproof(const struct proof *p, const struct disproof *why)
{
	const struct step_work *w = p->w;
	const struct code *code =
		w->intent->direction == GO_DOWN ? &CODE_rollback_differs : &CODE_build_differs;

	if (!why->name.len) {
		findings_add(&w->step->findings, code, why->at,
			     "stage '%" SLICE_FMT "' would break the build of the %s '%" SLICE_FMT
			     "': %s",
			     SLICE_ARG(step_stage_name(w, p->stage)),
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

/* Makes the proof; with `note`, adds findings. */
static bool prove(const struct step_work *w, const struct targets *targets, struct stage stage,
		  bool note)
{
	struct proof p = { .w = w, .targets = targets, .stage = stage };
	struct err err = ERR_INIT;
	bool holds = true;

	if (!w->built.n || !build_after(&p, &err))
		return true; /* edits that cannot be applied are refused elsewhere */
	for (size_t i = 0; i < w->built.n && (note || holds); i++) {
		struct disproof why;

		if (is_repeated(&w->built, i) ||
		    compare_environment(&p, w->built.items[i].environment, &why))
			continue;
		holds = false;
		if (note)
			note_disproof(&p, &why);
	}
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
