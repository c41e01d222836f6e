#include "plan/step.h"

#include "plan/mixed.h"
#include "plan/step_internal.h"

#include <stdio.h>

/* A stage's name in the plan's arena. */
static struct slice name_of(const struct work *w, struct stage stage)
{
	char name[8];

	stage_name(stage, name);
	return arena_copy(w->plan->arena, slice_of(name));
}

/*
 * Which stage the migration is at: the first of the start and its list at which converging changes
 * nothing.
 */
static void find_stage(const struct work *w)
{
	struct step *step = w->step;

	if (w->scope.done) {
		step->known = true;
		step->from = (struct stage){ STAGE_DONE, 0 };
	}
	for (size_t i = 0; i <= w->m->stages->n && !step->known; i++) {
		struct goal goal = step_goal(w, i ? w->m->stages->items[i - 1] :
						    (struct stage){ STAGE_START, 0 });

		goal.adopt = false;
		if (scope_at(&w->scope, &goal)) {
			step->known = true;
			step->from = goal.stage;
		}
	}
	step->mixed = !step->known;
	if (step->mixed)
		step->from = mixed_highest(&w->scope);
}

/* Why no stage may go up: spec.hold, or a weight that somebody lowered without one. */
static void find_hold(const struct work *w)
{
	struct step *step = w->step;

	if (w->m->f.spec.hold.len) {
		step->held = true;
		step->hold = w->m->f.spec.hold;
	}
	for (size_t i = 0; i < w->scope.n && !step->held; i++) {
		const struct baseline_file *past =
			baselines_find(w->in->baselines, w->scope.members[i].source->path, w->m);

		if (!past || !past->lowered)
			continue;
		step->held = true;
		step->hold = arena_printf(
			w->plan->arena, "%" SLICE_FMT " lowered the weight in %" SLICE_FMT,
			SLICE_ARG(past->lowered_by), SLICE_ARG(slice_sub(past->lowered_in, 0, 8)));
	}
}

struct target *step_target(const struct work *w, const struct yaml_file *file, struct slice path,
			   struct slice before, unsigned mode)
{
	struct target *t;

	for (size_t i = 0; i < w->targets->n; i++)
		if (w->targets->items[i].file == file)
			return &w->targets->items[i];
	t = &w->targets->items[w->targets->n++];
	*t = (struct target){ .file = file, .path = path, .before = before, .mode = mode };
	t->edits = yaml_edits_new(file, w->plan->arena);
	return t;
}

/* Adds the edits of a stage to the targets; findings and shares may be NULL. */
static int converge(const struct work *w, struct stage stage, struct findings *findings,
		    struct shares *shares, struct err *err)
{
	struct goal goal = step_goal(w, stage);

	for (size_t i = 0; i < w->scope.n; i++) {
		const struct member *m = &w->scope.members[i];
		bool created = m->source == w->scope.created;
		struct target *t = step_target(w, m->source->file, m->source->path,
					       created ? (struct slice){ 0 } : m->source->bytes,
					       m->source->mode);
		const struct converge_context context = { &goal,          &m->vs,   m->base,
							  w->plan->arena, findings, shares };

		if (vs_converge(&context, t->edits, err) < 0)
			return -1;
		if (yaml_edits_refusal(t->edits)) {
			*err = *yaml_edits_refusal(t->edits);
			return -1;
		}
	}
	return 0;
}

/* Tries a stage: 1 when it would change something, 0 when not, -1 with the refusal. */
static int try_stage(const struct work *w, struct stage stage, struct err *err)
{
	struct targets trial = { .items = arena_array(w->plan->arena, w->scope.n + 1,
						      sizeof(struct target)) };
	struct work other = *w;

	other.targets = &trial;
	if (converge(&other, stage, NULL, NULL, err) < 0)
		return -1;
	for (size_t i = 0; i < trial.n; i++)
		if (!yaml_edits_empty(trial.items[i].edits))
			return 1;
	return 0;
}

/* Says what is mixed, or why the routes cannot be read at all. */
static void note_mixed(const struct work *w)
{
	struct err why = ERR_INIT;

	if (try_stage(w, (struct stage){ STAGE_START, 0 }, &why) < 0)
		findings_add_err(&w->step->findings, &why);
	else
		mixed_note(&w->scope, w->m, w->in->baselines, &w->step->findings);
}

/* The first stage after the present one that changes something; those passed over are named. */
static int resolve_next(const struct work *w)
{
	struct step *step = w->step;
	struct slice *skipped = arena_array(w->plan->arena, w->m->stages->n, sizeof(*skipped));
	struct err ignored = ERR_INIT;

	for (size_t i = 0; i < w->m->stages->n; i++) {
		struct stage s = w->m->stages->items[i];

		if (stage_cmp(s, step->from) <= 0)
			continue;
		if (try_stage(w, s, &ignored) != 0) { /* a refusal is told when the step is made */
			step->to = s;
			return 0;
		}
		skipped[step->skipped.n++] = name_of(w, s);
		step->skipped.items = skipped;
	}
	step->to = step->from;
	step->finished = true;
	return 0;
}

/* ", mirror, 10, 25": the stages of the migration. */
static struct slice stage_list(const struct work *w)
{
	AUTO_STR struct str list = STR_INIT;
	char name[8];

	for (size_t i = 0; i < w->m->stages->n; i++) {
		stage_name(w->m->stages->items[i], name);
		str_addf(&list, ", %s", name);
	}
	return arena_copy(w->plan->arena, str_slice(&list));
}

/* The absolute stage of the intent, and whether its direction is right. */
static int resolve(const struct work *w)
{
	struct step *step = w->step;
	const struct intent *intent = w->intent;
	struct place at = { w->m->path, 0, 0 };

	if (intent->next)
		return resolve_next(w);
	step->to = intent->to;
	if (intent->to.kind == STAGE_DONE && intent->direction != GO_UP)
		return done_allowed(w);
	if (!stages_have(w->m->stages, intent->to)) {
		findings_add(&step->findings, &CODE_stage_bad, at,
			     "'%" SLICE_FMT "' is not one of the migration's stages",
			     SLICE_ARG(name_of(w, intent->to)))
			->remedy =
			arena_printf(w->plan->arena, "they are start%s", stage_list(w).ptr);
		return step_refuse(w);
	}
	if (intent->direction == GO_UP && stage_cmp(intent->to, step->from) < 0) {
		findings_add(&step->findings, &CODE_stage_down, at,
			     "the migration is at '%" SLICE_FMT "', above '%" SLICE_FMT "'",
			     SLICE_ARG(name_of(w, step->from)), SLICE_ARG(name_of(w, intent->to)));
		return step_refuse(w);
	}
	if (intent->direction == GO_DOWN && stage_cmp(intent->to, step->from) > 0) {
		findings_add(&step->findings, &CODE_stage_up, at,
			     "the migration is at '%" SLICE_FMT "', below '%" SLICE_FMT "'",
			     SLICE_ARG(name_of(w, step->from)), SLICE_ARG(name_of(w, intent->to)));
		return step_refuse(w);
	}
	return 0;
}

/* May the step go up? Mixed routes, holds and the rules stop it; a step down nothing stops. */
static int may_go(const struct work *w)
{
	struct step *step = w->step;
	bool up = w->intent->direction != GO_ANYWHERE && w->intent->direction != GO_DOWN;

	if (step->mixed && !w->intent->adopt && (up || w->intent->next)) {
		note_mixed(w);
		return step_refuse(w);
	}
	if (up && step->held && !w->intent->resume) {
		findings_add(&step->findings, &CODE_held, w->m->hold_at,
			     "the migration is held: %" SLICE_FMT, SLICE_ARG(step->hold));
		return step_refuse(w);
	}
	if (w->intent->direction != GO_DOWN && w->intent->direction != GO_DELETE_ENTRY &&
	    step->to.kind != STAGE_START)
		scope_check(&w->scope, w->in, w->intent, step->to, &step->findings);
	if (w->intent->direction != GO_DOWN && step->to.kind != STAGE_START)
		step_check_placements(w);
	if (step->to.kind == STAGE_DONE)
		done_check(w);
	if (!findings_stop(&step->findings))
		return 0;
	(void)step_refuse(w);
	return w->intent->survey ? 0 : -1;
}

/* The migration file: a rollback writes its hold, a resumed promotion removes it. */
static void converge_hold(const struct work *w)
{
	const struct migration *m = w->m;
	AUTO_STR struct str text = STR_INIT;
	struct err err = ERR_INIT;
	struct yaml_file *file = NULL;
	struct yaml_edits *trial;
	struct target *t;

	if (m->bytes.ptr && ((w->intent->direction == GO_DOWN && w->intent->hold.len) ||
			     (w->intent->resume && m->f.spec.hold.ptr)))
		file = plan_parse(w->plan, m->path, m->bytes, &err);
	if (!file)
		return;
	trial = yaml_edits_new(file, w->plan->arena);
	migration_edit_hold(trial, file,
			    w->intent->direction == GO_DOWN ? w->intent->hold : SLICE(""),
			    w->plan->arena);
	if (yaml_apply(trial, &text, &err) <
	    0) { /* no reason to keep traffic where it must not stay */
		findings_add(&w->step->findings, &CODE_unchecked,
			     (struct place){ m->path, err.line, err.col },
			     "spec.hold cannot be written: %s", err.reason)
			->remedy = SLICE("write or remove it by hand");
		return;
	}
	t = step_target(w, file, m->path, m->bytes, m->mode);
	yaml_edits_merge(t->edits, trial);
}

/* The files of the step, for the plan's reader. */
static void list_files(const struct work *w)
{
	struct slices *files = &w->step->files;

	files->items = arena_array(w->plan->arena, w->scope.n, sizeof(struct slice));
	for (size_t i = 0; i < w->scope.n; i++)
		if (!slices_have(*files, w->scope.members[i].source->path))
			files->items[files->n++] = w->scope.members[i].source->path;
}

/* Names the comments of people that stand in what is removed. */
static void note_lost_comments(const struct work *w)
{
	for (size_t i = 0; i < w->targets->n; i++) {
		const struct target *t = &w->targets->items[i];
		struct slices lost = yaml_lost_comments(t->edits);

		for (size_t j = 0; j < lost.n; j++)
			if (!slice_is(lost.items[j], COPY_COMMENT))
				findings_add(&w->step->findings, &CODE_comment_lost,
					     (struct place){ t->path, 0, 0 },
					     "the comment '%" SLICE_FMT
					     "' goes with what is removed",
					     SLICE_ARG(lost.items[j]));
	}
}

/* What this step moves and no other one of the plan may. */
static void claim(const struct work *w)
{
	struct targets *t = w->targets;
	size_t n = 0;

	for (size_t i = 0; i < w->scope.n; i++)
		for (size_t r = 0; r < w->scope.members[i].vs.n; r++)
			n += w->scope.members[i].vs.routes[r].n + 1;
	t->claims = arena_array(w->plan->arena, n, sizeof(*t->claims));
	for (size_t i = 0; i < w->scope.n; i++)
		for (size_t r = 0; r < w->scope.members[i].vs.n; r++) {
			const struct route *route = &w->scope.members[i].vs.routes[r];

			if (route->nold && w->step->to.kind == STAGE_MIRROR)
				t->claims[t->nclaims++] = route->node;
			for (size_t d = 0; d < route->n; d++)
				if (route->dests[d].side == SIDE_OLD)
					t->claims[t->nclaims++] = route->dests[d].node;
		}
}

/* Whose requests the routes get that this is about. */
static void note_audiences(const struct work *w)
{
	size_t n;
	const struct object *const *sidecars = inventory_sidecars(w->in->inventory, &n);

	for (size_t i = 0; i < w->scope.n; i++)
		for (size_t r = 0; r < w->scope.members[i].vs.n; r++) {
			const struct route *route = &w->scope.members[i].vs.routes[r];

			if ((route->nold || (w->scope.done && route->nnew)) && !route->our_copy)
				audience_add(&w->step->audiences, &w->scope.members[i].vs, route,
					     sidecars, n);
		}
}

/* The edits of a step that is allowed. */
static int make_edits(const struct work *w)
{
	struct step *step = w->step;
	struct err err = ERR_INIT;
	bool any = false;

	if (w->intent->direction == GO_DELETE_ENTRY)
		return step_drop_entry(w);
	if (w->scope.done && step->to.kind != STAGE_DONE) {
		if (done_undo(w) < 0)
			return -1;
		converge_hold(w);
		return 0;
	}
	if (converge(w, step->to, &step->findings,
		     w->intent->trial || w->intent->brief ? NULL : &step->shares, &err) < 0) {
		findings_add_err(&step->findings, &err);
		return step_refuse(w);
	}
	if (w->intent->rules)
		step_drop_rules(w);
	if (findings_stop(&step->findings))
		return step_refuse(w);
	for (size_t i = 0; i < w->targets->n; i++)
		any = any || w->targets->items[i].remove ||
		      !yaml_edits_empty(w->targets->items[i].edits) ||
		      !w->targets->items[i].before.ptr;
	step->unchanged = !any;
	if (any)
		claim(w);
	if (!w->intent->trial)
		note_lost_comments(w);
	if (any || w->intent->resume)
		converge_hold(w);
	if (w->scope.created)
		step_list_created(w);
	for (size_t i = 0; i < w->targets->n && step->to.kind == STAGE_START; i++)
		step_restore(w, &w->targets->items[i]);
	return 0;
}

/*
 * How many files the step may change: manifests, the migration file, a kustomization; any, where
 * objects go.
 */
static size_t most_targets(const struct work *w)
{
	size_t sources, kustomizations;

	if (w->intent->direction != GO_DELETE_ENTRY && !w->intent->rules)
		return w->scope.n + 2;
	(void)inventory_sources(w->in->inventory, &sources);
	(void)inventory_kustomizations(w->in->inventory, &kustomizations);
	return w->scope.n + 2 + sources + kustomizations;
}

void step_make(struct step *step, struct targets *targets, struct plan *plan,
	       const struct plan_inputs *in, const struct intent *intent)
{
	struct work w = { .step = step,
			  .targets = targets,
			  .plan = plan,
			  .in = in,
			  .intent = intent,
			  .m = intent->m };

	*step = (struct step){ .m = intent->m, .intent = *intent };
	step->findings.arena = step->shares.arena = step->audiences.arena = plan->arena;
	if (scope_find(&w.scope, plan, in, intent->m, &step->findings) < 0) {
		step->refused = true;
		return;
	}
	if (w.scope.created &&
	    intent->direction ==
		    GO_DOWN) { /* nothing was moved yet: nothing to take back, nor to create */
		step->known = step->unchanged = true;
		return;
	}
	list_files(&w);
	if (!intent->trial)
		step_land(&w);
	targets->items = arena_array(plan->arena, most_targets(&w), sizeof(struct target));
	find_stage(&w);
	find_hold(&w);
	if (resolve(&w) < 0 || may_go(&w) < 0)
		return;
	if (!intent->trial && !intent->brief)
		note_audiences(&w);
	(void)make_edits(&w);
}
