#include "plan/step.h"

#include "migration/migration_write.h"
#include "plan/mixed.h"
#include "plan/owners.h"
#include "plan/step_builds.h"
#include "plan/step_carried.h"
#include "plan/step_created.h"
#include "plan/step_delete.h"
#include "plan/step_environments.h"
#include "plan/step_finalize.h"
#include "plan/step_proof.h"
#include "plan/step_restore.h"
#include "plan/step_rules.h"
#include "plan/step_work.h"

/*
 * Sets the first stage at which the routes would not change. `pass_new`: routes that are new since
 * the baseline do not count.
 */
static void read_stage(const struct step_work *w, bool pass_new)
{
	struct step *step = w->step;

	for (size_t i = 0; i <= w->m->stages->n && !step->known; i++) {
		struct goal goal = step_goal(w, i ? w->m->stages->items[i - 1] :
						    (struct stage){ STAGE_START, 0 });

		goal.adopt = goal.down = false;
		goal.pass_new = pass_new;
		if (step_builds_at(w, &goal)) {
			step->known = true;
			step->from = goal.stage;
			step->has_new = pass_new;
		}
	}
}

/* The current stage. */
static void find_stage(const struct step_work *w)
{
	struct step *step = w->step;
	struct stage highest = mixed_highest(&w->scope);

	if (w->scope.finalized) {
		step->known = true;
		step->from = (struct stage){ STAGE_DONE, 0 };
	}
	read_stage(w, false);
	if (highest.kind != STAGE_START)
		read_stage(w, true);
	step->mixed = !step->known;
	if (step->mixed)
		step->from = highest;
}

/* Why the migration must not advance: spec.hold, or a weight that was lowered without one. */
static void find_hold(const struct step_work *w)
{
	struct step *step = w->step;

	if (w->m->f.spec.hold.len) {
		step->held = true;
		step->hold = w->m->f.spec.hold;
	}
	for (size_t i = 0; i < w->scope.n && !step->held; i++) {
		const struct baseline_file *history =
			baselines_find(w->in->baselines, w->scope.members[i].source->path, w->m);

		if (!history || !history->sign.kind)
			continue;
		step->held = true;
		step->hold = !history->sign.by.len ?
				     history->sign.did :
				     arena_printf(w->pool->arena,
						  "%" SLICE_FMT " %" SLICE_FMT " in %" SLICE_FMT,
						  SLICE_ARG(history->sign.by),
						  SLICE_ARG(history->sign.did),
						  SLICE_ARG(slice_sub(history->sign.in, 0, 8)));
	}
}

/* Adds an error if the stage was raised in spite of the hold. */
static void note_breach(const struct step_work *w)
{
	struct step *step = w->step;
	bool moved = !step->known || step->from.kind != STAGE_START;

	for (size_t i = 0; i < w->scope.n && step->held && moved; i++) {
		const struct baseline_file *history =
			baselines_find(w->in->baselines, w->scope.members[i].source->path, w->m);
		const struct hold_breach *b = history ? &history->breach : NULL;

		if (!b || !b->in.len)
			continue;
		findings_add(
			&step->findings, &CODE_raised_while_held, w->m->hold_at,
			"the migration is at stage '%" SLICE_FMT "', raised by %" SLICE_FMT
			" in %" SLICE_FMT ", although it has been on hold since %" SLICE_FMT
			": %" SLICE_FMT,
			SLICE_ARG(step->known ? step_stage_name(w, step->from) : SLICE("mixed")),
			SLICE_ARG(b->by), SLICE_ARG(slice_sub(b->in, 0, 8)),
			SLICE_ARG(slice_sub(b->since, 0, 8)), SLICE_ARG(step->hold));
		return;
	}
}

/* Adds the edits of a stage to the targets; `findings` and `shares` may be NULL. */
static int edit_routes(const struct step_work *w, struct stage stage, struct findings *findings,
		       struct shares *shares, struct err *err)
{
	struct goal goal = step_goal(w, stage);

	for (size_t i = 0; i < w->scope.n; i++) {
		const struct member *m = &w->scope.members[i];
		struct target *t = step_target(w, m->source);
		const struct converge_context context = { &goal,          &m->vs,   m->baseline,
							  w->pool->arena, findings, shares };

		if (vs_converge(&context, t->edits, err) < 0)
			return -1;
		if (yaml_edits_refusal(t->edits)) {
			*err = *yaml_edits_refusal(t->edits);
			return -1;
		}
	}
	return 0;
}

/* Tries a stage: 1 if it would change something, 0 if not, -1 with the refusal. */
static int try_stage(const struct step_work *w, struct stage stage, struct err *err)
{
	struct targets trial = { .items = arena_array(w->pool->arena, w->scope.n + 1,
						      sizeof(struct target)) };
	struct step_work other = *w;

	other.targets = &trial;
	if (edit_routes(&other, stage, NULL, NULL, err) < 0)
		return -1;
	for (size_t i = 0; i < trial.n; i++)
		if (!yaml_edits_empty(trial.items[i].edits))
			return 1;
	return 0;
}

/* Adds a finding about mixed routes, or why the routes cannot be changed at all. */
static void note_mixed(const struct step_work *w)
{
	struct err why = ERR_INIT;

	if (try_stage(w, (struct stage){ STAGE_START, 0 }, &why) < 0 ||
	    try_stage(w, (struct stage){ STAGE_WEIGHT, 50 }, &why) < 0)
		findings_add_err(&w->step->findings, &why);
	else
		mixed_note(w);
}

/* Sets the next stage that changes something, and the stages that are skipped. */
static void resolve_next(const struct step_work *w)
{
	struct step *step = w->step;
	struct slice *skipped = arena_array(w->pool->arena, w->m->stages->n, sizeof(*skipped));
	struct err ignored = ERR_INIT;

	for (size_t i = 0; i < w->m->stages->n; i++) {
		struct stage s = w->m->stages->items[i];

		if (stage_cmp(s, step->from) <= 0)
			continue;
		if (try_stage(w, s, &ignored) !=
		    0) { /* a refusal is reported when the step is made */
			step->to = s;
			return;
		}
		skipped[step->skipped.n++] = step_stage_name(w, s);
		step->skipped.items = skipped;
	}
	step->to = step->from;
	step->finished = true;
}

/* ", mirror, 10, 25": the stages of the migration. */
static struct slice format_stages(const struct step_work *w)
{
	AUTO_STR struct str list = STR_INIT;
	char name[8];

	for (size_t i = 0; i < w->m->stages->n; i++) {
		stage_name(w->m->stages->items[i], name);
		str_addf(&list, ", %s", name);
	}
	return arena_copy(w->pool->arena, str_slice(&list));
}

/* Sets the stage that the step goes to. Refuses the step if the direction is wrong. */
static int resolve_stage(const struct step_work *w)
{
	struct step *step = w->step;
	const struct intent *intent = w->intent;
	struct place at = { w->m->path, 0, 0 };

	if (intent->next) {
		resolve_next(w);
		return 0;
	}
	step->to = intent->to;
	if (intent->to.kind == STAGE_DONE && intent->direction != GO_UP)
		return finalize_check_stage(w);
	if (!stages_have(w->m->stages, intent->to)) {
		findings_add(&step->findings, &CODE_stage_bad, at,
			     "'%" SLICE_FMT "' is not a stage of the migration",
			     SLICE_ARG(step_stage_name(w, intent->to)))
			->remedy = arena_printf(
			w->pool->arena, "specify one of the stages: start%s", format_stages(w).ptr);
		return step_refuse(w);
	}
	if (intent->direction == GO_UP && stage_cmp(intent->to, step->from) < 0) {
		findings_add(&step->findings, &CODE_stage_down, at,
			     "the migration is at stage '%" SLICE_FMT "', above '%" SLICE_FMT "'",
			     SLICE_ARG(step_stage_name(w, step->from)),
			     SLICE_ARG(step_stage_name(w, intent->to)));
		return step_refuse(w);
	}
	if (intent->direction == GO_DOWN && stage_cmp(intent->to, step->from) > 0) {
		findings_add(&step->findings, &CODE_stage_up, at,
			     "the migration is at stage '%" SLICE_FMT "', below '%" SLICE_FMT "'",
			     SLICE_ARG(step_stage_name(w, step->from)),
			     SLICE_ARG(step_stage_name(w, intent->to)));
		return step_refuse(w);
	}
	return 0;
}

/* True if the old destinations of a route get requests, today or in another stage. */
static bool any_is_moved(const struct scope *scope)
{
	for (size_t i = 0; i < scope->n; i++)
		for (size_t j = 0; j < scope->members[i].vs.n; j++)
			if (scope->members[i].vs.routes[j].nold &&
			    !route_is_standby(&scope->members[i].vs.routes[j]))
				return true;
	return false;
}

/* Refuses a migration whose routes are all standbys. */
static int check_weights(const struct step_work *w)
{
	const struct member *first = &w->scope.members[0];

	if (w->scope.finalized || any_is_moved(&w->scope))
		return 0;
	findings_add(&w->step->findings, &CODE_weight_zero, yaml_place(first->vs.object->node),
		     "the old destinations have weight 0 in all routes of '%" SLICE_FMT "'",
		     SLICE_ARG(first->vs.object->name));
	return step_refuse(w);
}

/* Refuses a step up for mixed routes, holds and rules. A step down is never refused for these. */
static int check_step(const struct step_work *w)
{
	struct step *step = w->step;
	bool up = w->intent->direction != GO_ANYWHERE && w->intent->direction != GO_DOWN;

	if (w->intent->direction != GO_DOWN && check_weights(w) < 0)
		return -1;
	if (step->mixed && !w->intent->adopt && (up || w->intent->next)) {
		note_mixed(w);
		return step_refuse(w);
	}
	if (w->intent->direction != GO_DOWN)
		mixed_note_edited(w);
	if (up && step->held && !w->intent->resume) {
		findings_add(&step->findings, &CODE_held, w->m->hold_at,
			     "the migration is on hold: %" SLICE_FMT, SLICE_ARG(step->hold));
		return step_refuse(w);
	}
	if (w->intent->options.unjudged)
		return 0;
	if (w->intent->direction != GO_DOWN && w->intent->direction != GO_DELETE_ENTRY &&
	    step->to.kind != STAGE_START)
		step_rules_check(w, step->to);
	if (w->intent->direction != GO_DOWN && step->to.kind != STAGE_START) {
		size_t from = step->findings.n;

		step_check_placements(w);
		step_builds_note_unknown(w);
		if (w->scope.created)
			step_created_check(w);
		migration_allow(w->m, from, &step->findings);
	}
	if (step->to.kind == STAGE_DONE)
		finalize_check_traffic(w);
	if (w->intent->direction != GO_DOWN)
		owners_check(w->in->owners, step);
	if (!findings_stop(&step->findings))
		return 0;
	(void)step_refuse(w);
	return w->intent->options.all_findings ? 0 : -1;
}

/*
 * The value of spec.proposed after the step; absent: it does not change. It is written in commits
 * for review, and whatever the mode is where the file has it.
 */
static struct slice proposed_stage(const struct step_work *w)
{
	const struct step *step = w->step;
	bool down = step->known && stage_cmp(step->to, step->from) < 0;
	const struct baseline_file *history;

	if (w->intent->options.edits_only || w->intent->direction == GO_DELETE_ENTRY ||
	    (w->m->f.spec.git.mode != MODE_PULL_REQUEST && !w->m->f.spec.proposed.ptr))
		return SLICE_NONE;
	if (w->intent->direction != GO_DOWN)
		return down ? SLICE_NONE :
			      arena_printf(w->pool->arena, "stage %" SLICE_FMT,
					   SLICE_ARG(step_stage_name(w, step->to)));
	history = w->scope.n ?
			  baselines_find(w->in->baselines, w->scope.members[0].source->path, w->m) :
			  NULL;
	if (!history || !history->commit.len)
		return SLICE("none");
	return arena_printf(w->pool->arena, "none after %" SLICE_FMT,
			    SLICE_ARG(slice_sub(history->commit, 0, 12)));
}

/* Adds a warning that the hold cannot be written, which must not stop a rollback. */
static void note_unwritten(const struct step_work *w, const char *field, const struct err *err)
{
	findings_add(&w->step->findings, &CODE_hold_unwritten,
		     (struct place){ w->m->path, err->line, err->col },
		     "spec.%s cannot be written: %s", field,
		     err->code ? err->reason : "spec is not a mapping");
}

/*
 * Edits the migration file: a rollback writes a hold, promote --resume removes it; both say which
 * stage is proposed for review.
 */
static void edit_migration(const struct step_work *w)
{
	const struct migration *m = w->m;
	bool hold = w->intent->direction == GO_DOWN && w->intent->hold.len,
	     resume = w->intent->resume && m->f.spec.hold.ptr;
	struct slice proposed = proposed_stage(w);
	const char *field = hold || resume ? "hold" : "proposed";
	AUTO_STR struct str text = STR_INIT;
	struct err err = ERR_INIT;
	struct yaml_file *file = NULL;
	const struct yaml_node *spec;
	struct yaml_edits *trial;
	struct target *t;

	if (!m->bytes.ptr || !(hold || resume || proposed.len))
		return;
	file = yaml_pool_parse(w->pool, m->path, m->bytes, &err);
	spec = file ? yaml_get(yaml_root(file, 0), "spec") : NULL;
	if (!spec || spec->kind != YAML_MAP) {
		note_unwritten(w, field, &err);
		return;
	}
	trial = yaml_edits_new(file, w->pool->arena);
	if (proposed.len)
		migration_edit_proposed(trial, file, proposed, w->pool->arena);
	if (hold || resume)
		migration_edit_hold(trial, file, hold ? w->intent->hold : SLICE(""),
				    w->pool->arena);
	if (yaml_apply(trial, &text, &err) < 0) { /* must not stop a rollback */
		note_unwritten(w, field, &err);
		return;
	}
	t = step_migration_target(w, file);
	yaml_edits_merge(t->edits, trial);
}

/* Sets the files of the step. */
static void list_files(const struct step_work *w)
{
	struct slices *files = &w->step->files;

	files->items = arena_array(w->pool->arena, w->scope.n, sizeof(struct slice));
	for (size_t i = 0; i < w->scope.n; i++)
		if (!slices_have(*files, w->scope.members[i].source->path))
			files->items[files->n++] = w->scope.members[i].source->path;
}

/* Adds findings for comments in what is removed, except for generated ones. */
static void note_lost_comments(const struct step_work *w)
{
	for (size_t i = 0; i < w->targets->n; i++) {
		const struct target *t = &w->targets->items[i];
		struct slices lost = yaml_lost_comments(t->edits);

		for (size_t j = 0; j < lost.n; j++)
			if (!slice_is(lost.items[j], COPY_COMMENT))
				findings_add(&w->step->findings, &CODE_comment_lost,
					     (struct place){ t->path, 0, 0 },
					     "the comment '%" SLICE_FMT
					     "' is removed with the lines around it",
					     SLICE_ARG(lost.items[j]));
	}
}

/* Claims the nodes of a route. */
static void claim_route(struct targets *t, const struct route *route, bool mirror)
{
	if (route->nold && mirror)
		t->claims[t->nclaims++] = route->node;
	for (size_t i = 0; i < route->n; i++)
		if (route->dests[i].side == SIDE_OLD)
			t->claims[t->nclaims++] = route->dests[i].node;
}

/* Claims the nodes that no other step may change. */
static void claim_nodes(const struct step_work *w)
{
	struct targets *t = w->targets;
	size_t n = 0;

	for (size_t i = 0; i < w->scope.n; i++)
		for (size_t r = 0; r < w->scope.members[i].vs.n; r++)
			n += w->scope.members[i].vs.routes[r].n + 1;
	t->claims = arena_array(w->pool->arena, n, sizeof(*t->claims));
	for (size_t i = 0; i < w->scope.n; i++)
		for (size_t r = 0; r < w->scope.members[i].vs.n; r++)
			claim_route(t, &w->scope.members[i].vs.routes[r],
				    w->step->to.kind == STAGE_MIRROR);
}

/* The objects of a list, without their files. */
static const struct object **list_objects(const struct step_work *w, const struct object_ref *all,
					  size_t n)
{
	const struct object **items = arena_array(w->pool->arena, n, sizeof(*items));

	for (size_t i = 0; i < n; i++)
		items[i] = all[i].object;
	return items;
}

/* All Sidecars and Gateways of the commit. */
static struct audience_scene list_scene(const struct step_work *w)
{
	struct audience_scene scene;
	const struct object_ref *all = inventory_sidecars(w->in->inventory, &scene.sidecars.n);

	scene.sidecars.items = list_objects(w, all, scene.sidecars.n);
	all = inventory_gateways(w->in->inventory, &scene.ngateways);
	scene.gateways = list_objects(w, all, scene.ngateways);
	return scene;
}

/* Sets the audiences of the routes that are moved. */
static void note_audiences(const struct step_work *w)
{
	struct audience_scene scene = list_scene(w);

	for (size_t i = 0; i < w->scope.n; i++)
		for (size_t r = 0; r < w->scope.members[i].vs.n; r++) {
			const struct route *route = &w->scope.members[i].vs.routes[r];

			if ((route->nold || (w->scope.finalized && route->nnew)) &&
			    !route->our_copy)
				audience_add(&w->step->audiences, &w->scope.members[i].vs, route,
					     &scene);
		}
}

/* True if the shares and audiences of the routes are wanted. */
static bool wants_shares(const struct step_work *w)
{
	return !w->intent->options.edits_only && !w->intent->options.brief;
}

/* Could the environments apply this stage, judged by the proof? */
static bool is_provable(const struct step_work *w, struct stage stage)
{
	struct targets trial = { .items = arena_array(w->pool->arena, w->scope.n + 1,
						      sizeof(struct target)) };
	struct step_work other = *w;
	struct err ignored = ERR_INIT;

	other.targets = &trial;
	return edit_routes(&other, stage, NULL, NULL, &ignored) == 0 &&
	       step_proof_holds(w, &trial, stage);
}

/* Adds the stages that environments could apply as a remedy to the findings from `from` on. */
static void name_provable(const struct step_work *w, size_t from)
{
	AUTO_STR struct str list = STR_INIT;
	struct findings *findings = &w->step->findings;

	for (size_t i = 0; i < w->m->stages->n; i++)
		if (is_provable(w, w->m->stages->items[i]))
			str_addf(&list, "%s%" SLICE_FMT, list.len ? "," : "",
				 SLICE_ARG(step_stage_name(w, w->m->stages->items[i])));
	for (size_t i = from; i < findings->n && list.len; i++)
		findings->items[i].remedy = arena_printf(
			w->pool->arena,
			"change the patch, or use only stages that it fits: spec.stages: [%s]",
			list.ptr);
}

/* Refuses the step if environments would not apply what it is about. */
static int prove_step(const struct step_work *w)
{
	size_t from = w->step->findings.n;

	if (w->intent->options.edits_only || w->intent->options.unjudged ||
	    step_proof_check(w, w->step->to) || w->intent->direction == GO_DOWN)
		return 0;
	if (!w->scope.created)
		name_provable(w, from);
	return step_refuse(w);
}

/* Makes the edits of a step that is not refused. */
static int make_edits(const struct step_work *w)
{
	struct step *step = w->step;
	struct err err = ERR_INIT;
	bool any = false;

	if (w->intent->direction == GO_DELETE_ENTRY)
		return step_delete_entry(w);
	if (w->scope.finalized && step->to.kind != STAGE_DONE) {
		if (finalize_undo(w) < 0)
			return -1;
		edit_migration(w);
		return prove_step(w);
	}
	if (edit_routes(w, step->to, &step->findings, wants_shares(w) ? &step->shares : NULL,
			&err) < 0) {
		findings_add_err(&step->findings, &err);
		return step_refuse(w);
	}
	if (w->intent->rules)
		step_delete_rules(w);
	if (findings_stop(&step->findings))
		return step_refuse(w);
	for (size_t i = 0; i < w->targets->n; i++)
		any = any || w->targets->items[i].remove ||
		      !yaml_edits_empty(w->targets->items[i].edits) ||
		      !w->targets->items[i].before.ptr;
	if (w->scope.created)
		step_list_created(w);
	if (prove_step(w) < 0)
		return -1;
	step->unchanged = !any;
	if (any)
		claim_nodes(w);
	if (!w->intent->options.edits_only)
		note_lost_comments(w);
	if (any || w->intent->resume)
		edit_migration(w);
	for (size_t i = 0; i < w->targets->n && step->to.kind == STAGE_START; i++)
		step_restore(w, &w->targets->items[i]);
	return 0;
}

/*
 * The maximum number of files that the step changes: manifests, the migration file and a
 * kustomization; if it deletes objects, any file.
 */
static size_t max_targets(const struct step_work *w)
{
	size_t sources, kustomizations;

	if (w->intent->direction != GO_DELETE_ENTRY && !w->intent->rules)
		return w->scope.n + 2;
	(void)inventory_sources(w->in->inventory, &sources);
	(void)inventory_kustomizations(w->in->inventory, &kustomizations);
	return w->scope.n + 2 + sources + kustomizations;
}

void step_make(struct step *step, struct targets *targets, const struct intent *intent,
	       const struct plan_inputs *in, struct yaml_pool *pool)
{
	struct step_work w = { .step = step,
			       .targets = targets,
			       .pool = pool,
			       .in = in,
			       .intent = intent,
			       .m = intent->m };

	*step = (struct step){ .m = intent->m, .intent = *intent };
	step->findings.arena = step->shares.arena = step->audiences.arena = pool->arena;
	if (scope_find(&w.scope, pool, in, intent->m, &step->findings) < 0) {
		step->refused = true;
		return;
	}
	if (w.scope.created && intent->direction == GO_DOWN) { /* nothing to undo or to create */
		step->known = step->unchanged = true;
		return;
	}
	list_files(&w);
	w.around = scope_around(&w.scope, in, intent->m, pool->arena);
	if (!intent->options.edits_only && in->environments)
		w.view = environment_view_new(in->environments, &w.around, pool->arena);
	step_set_placements(&w, step_deleted_files(&w));
	step_builds_read(&w);
	step_carried_add(&w);
	targets->items = arena_array(pool->arena, max_targets(&w), sizeof(struct target));
	find_stage(&w);
	find_hold(&w);
	if (resolve_stage(&w) == 0 && check_step(&w) == 0) {
		if (wants_shares(&w))
			note_audiences(&w);
		(void)make_edits(&w);
	}
	if (intent->next && intent->direction == GO_ANYWHERE)
		note_breach(&w);
}
