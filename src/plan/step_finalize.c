#include "plan/step_finalize.h"

#include "inventory/inventory_index.h"
#include "istio/restore.h"
#include "kube/group.h"
#include "plan/step_restore.h"

/*
 * The edits of the last step are those of the stage (istio/goal.h). The way back restores bytes of
 * the past if the file was not changed otherwise; else it writes the destinations of the baseline.
 */

/* The last stage of the migration's list. */
static struct stage last_stage(const struct step_work *w)
{
	return w->m->stages->items[w->m->stages->n - 1];
}

/* True if the migration is at the end, or at 100 % and is to be finalized. */
static bool is_ready(const struct step_work *w)
{
	const struct step *step = w->step;

	return step->known && (step->from.kind == STAGE_DONE ||
			       (step->from.kind == STAGE_WEIGHT && step->from.percent == 100 &&
				w->intent->direction != GO_DELETE_ENTRY));
}

int finalize_check_stage(const struct step_work *w)
{
	struct step *step = w->step;
	struct finding *f;

	if (is_ready(w) || w->intent->direction == GO_ANYWHERE)
		return 0;
	if (step->mixed)
		return 0; /* refused later, with a reason of its own */
	f = findings_add(&step->findings, &CODE_not_at_end, (struct place){ w->m->path, 0, 0 },
			 "the migration is at stage '%" SLICE_FMT "'; %s",
			 SLICE_ARG(step_stage_name(w, step->from)),
			 w->intent->direction == GO_DELETE_ENTRY ?
				 "--delete-service-entry requires a finalized migration" :
				 "finalize requires stage 100");
	if (w->intent->direction == GO_DELETE_ENTRY)
		f->remedy = SLICE("first run finalize without --delete-service-entry");
	return step_refuse(w);
}

void finalize_check_traffic(const struct step_work *w)
{
	/* findings that are only notes or warnings at other stages */
	static const struct code *const blocking[] = { &CODE_elsewhere, &CODE_route_tls,
						       &CODE_mirror_to_old };
	struct findings *f = &w->step->findings;
	size_t n = f->n;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < sizeof(blocking) / sizeof(blocking[0]); j++)
			if (f->items[i].code == blocking[j])
				findings_add(f, &CODE_still_used, f->items[i].at, "%" SLICE_FMT,
					     SLICE_ARG(f->items[i].reason));
}

/*
 * The bytes of the file at the stage that the step goes to; absent if the current bytes are not
 * exactly those of the end, made from the baseline.
 */
static struct slice restore_file(const struct step_work *w, const struct source *source)
{
	const struct baseline_file *history = baselines_find(w->in->baselines, source->path, w->m);
	const struct yaml_file *baseline = baselines_parsed(w->in->baselines, source->path, w->m);
	AUTO_STR struct str full = STR_INIT, end = STR_INIT, wanted = STR_INIT;
	struct yaml_file *moved;
	struct err ignored = ERR_INIT;

	if (!baseline || !step_render_stage(w, baseline, NULL, last_stage(w), &full))
		return SLICE_NONE;
	moved = yaml_pool_parse(w->pool, source->path, arena_copy(w->pool->arena, str_slice(&full)),
				&ignored);
	if (!moved ||
	    !step_render_stage(w, moved, baseline, (struct stage){ STAGE_DONE, 0 }, &end) ||
	    !slice_eq(str_slice(&end), source->bytes))
		return SLICE_NONE;
	if (w->step->to.kind == STAGE_START)
		return history->baseline;
	return step_render_stage(w, baseline, NULL, w->step->to, &wanted) ?
		       arena_copy(w->pool->arena, str_slice(&wanted)) :
		       SLICE_NONE;
}

/* The edits that restore the old destinations in a file; NULL with the reason. */
static struct yaml_edits *edit_old(const struct step_work *w, const struct source *source,
				   struct err *err)
{
	struct yaml_edits *e = yaml_edits_new(source->file, w->pool->arena);

	for (size_t i = 0; i < w->scope.n; i++) {
		const struct member *m = &w->scope.members[i];

		if (m->source == source &&
		    vs_restore_old(&m->vs, m->baseline, e, w->pool->arena, err) < 0)
			return NULL;
	}
	return e;
}

/*
 * The bytes of the file at the stage that the step goes to, with the old destinations of the
 * baseline and all other changes since; absent with the reason.
 */
static struct slice rebuild_file(const struct step_work *w, const struct source *source,
				 struct err *err)
{
	const struct yaml_file *baseline = baselines_parsed(w->in->baselines, source->path, w->m);
	const struct yaml_edits *e = edit_old(w, source, err);
	const struct yaml_file *full = e ? yaml_pool_apply(w->pool, e, source->path, err) : NULL;
	AUTO_STR struct str wanted = STR_INIT;

	if (!full || !step_render_stage(w, full, baseline, w->step->to, &wanted))
		return SLICE_NONE;
	return arena_copy(w->pool->arena, str_slice(&wanted));
}

/* True if the commit has a ServiceEntry with the old host, or the host is a cluster service. */
static bool has_entry(const struct step_work *w)
{
	struct slice host = w->scope.members[0].vs.old_host;
	struct object_refs all = inventory_by_host(w->in->inventory, host, w->pool->arena);

	if (slice_ends(host, SLICE(".svc.cluster.local")))
		return true;
	for (size_t i = 0; i < all.n; i++) {
		const struct yaml_node *hosts = yaml_get(all.items[i].object->spec, "hosts");

		if (!object_is(all.items[i].object, ISTIO_GROUP, "ServiceEntry"))
			continue;
		for (const struct yaml_node *c = hosts ? hosts->first : NULL; c; c = c->next)
			if (slice_eq(yaml_string(c), host))
				return true;
	}
	return false;
}

/* Refuses to restore a file. */
static int refuse_restore(const struct step_work *w, const struct source *source,
			  const struct err *why)
{
	const struct baseline_file *history = baselines_find(w->in->baselines, source->path, w->m);

	findings_add(&w->step->findings, &CODE_done_changed, (struct place){ source->path, 0, 0 },
		     "the old destinations cannot be restored in this file: %s",
		     why->code ? why->reason : "its routes are not those of the baseline")
		->remedy = arena_printf(
		w->pool->arena,
		"revert the commit that removed them (git revert); the newest commit of this file "
		"is %" SLICE_FMT,
		SLICE_ARG(history ? slice_sub(history->commit, 0, 12) : SLICE("not known")));
	return step_refuse(w);
}

int finalize_undo(const struct step_work *w)
{
	if (!has_entry(w) && !migration_allows(w->m, &CODE_entry_gone).ptr) {
		findings_add(&w->step->findings, &CODE_entry_gone,
			     (struct place){ w->m->path, 0, 0 },
			     "this commit contains no ServiceEntry with the host '%" SLICE_FMT
			     "', so requests to the old destinations would fail",
			     SLICE_ARG(w->scope.members[0].vs.old_host));
		return step_refuse(w);
	}
	for (size_t i = 0; i < w->scope.n; i++) {
		const struct source *source = w->scope.members[i].source;
		struct target *t = step_target(w, source);
		struct err why = ERR_INIT;

		if (t->restore.ptr)
			continue;
		t->restore = restore_file(w, source);
		if (!t->restore.ptr)
			t->restore = rebuild_file(w, source, &why);
		t->whole = t->restore.ptr != NULL;
		if (!t->whole)
			return refuse_restore(w, source, &why);
	}
	return 0;
}
