#include "plan/step_internal.h"

#include "kube/group.h"

/*
 * At the end no route names old any more. The step there is the last one's edits (istio/goal.h);
 * the way back is bytes of the past, since what was deleted is nowhere else.
 */

/* The last stage of the migration. */
static struct stage last_stage(const struct work *w)
{
	return w->m->stages->items[w->m->stages->n - 1];
}

int done_allowed(const struct work *w)
{
	struct step *step = w->step;
	char name[8];

	if (step->known && (step->from.kind == STAGE_DONE ||
			    (step->from.kind == STAGE_WEIGHT && step->from.percent == 100 &&
			     w->intent->direction != GO_DELETE_ENTRY)))
		return 0;
	if (w->intent->direction == GO_ANYWHERE || step->mixed)
		return 0; /* looked at only; or mixed, which is refused with its own reason */
	stage_name(step->from, name);
	findings_add(&step->findings, &CODE_not_at_end, (struct place){ w->m->path, 0, 0 },
		     "the migration is at '%s', and old still gets traffic or may have to", name);
	if (w->intent->direction == GO_DELETE_ENTRY)
		step->findings.items[step->findings.n - 1].remedy =
			SLICE("finalize it first, without --delete-service-entry");
	return step_refuse(w);
}

/* Findings that are only noted on the way up, and stop the end. */
static const struct code *const blocking[] = { &CODE_elsewhere, &CODE_route_tls };

void done_check(const struct work *w)
{
	struct findings *f = &w->step->findings;
	size_t n = f->n;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < sizeof(blocking) / sizeof(blocking[0]); j++)
			if (f->items[i].code == blocking[j])
				findings_add(f, &CODE_still_used, f->items[i].at, "%" SLICE_FMT,
					     SLICE_ARG(f->items[i].reason));
}

/*
 * The file's bytes at the stage that the step goes to, when its history explains today's bytes;
 * absent when not.
 */
static struct slice undone(const struct work *w, const struct source *source)
{
	const struct baseline_file *past = baselines_find(w->in->baselines, source->path, w->m);
	const struct yaml_file *base = baselines_baseline(w->in->baselines, source->path, w->m);
	AUTO_STR struct str full = STR_INIT, done = STR_INIT, wanted = STR_INIT;
	struct yaml_file *moved;
	struct err ignored = ERR_INIT;

	if (!base || !step_forward(w, base, NULL, last_stage(w), &full))
		return (struct slice){ 0 };
	moved = plan_parse(w->plan, source->path, arena_copy(w->plan->arena, str_slice(&full)),
			   &ignored);
	if (!moved || !step_forward(w, moved, base, (struct stage){ STAGE_DONE, 0 }, &done) ||
	    !slice_eq(str_slice(&done), source->bytes))
		return (struct slice){ 0 };
	if (w->step->to.kind == STAGE_START)
		return past->baseline;
	return step_forward(w, base, NULL, w->step->to, &wanted) ?
		       arena_copy(w->plan->arena, str_slice(&wanted)) :
		       (struct slice){ 0 };
}

/* Is a ServiceEntry with the old host in the commit? Names of services of the cluster need none. */
static bool has_entry(const struct work *w)
{
	struct slice host = w->scope.members[0].vs.old_host;
	struct holdings all = inventory_by_host(w->in->inventory, host, w->plan->arena);

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

int done_undo(const struct work *w)
{
	struct step *step = w->step;

	if (!has_entry(w) && !migration_allows(w->m, &CODE_entry_gone).ptr) {
		findings_add(&step->findings, &CODE_entry_gone, (struct place){ w->m->path, 0, 0 },
			     "no ServiceEntry with the host '%" SLICE_FMT
			     "' is in this commit: the old destinations would lead nowhere",
			     SLICE_ARG(w->scope.members[0].vs.old_host));
		return step_refuse(w);
	}
	for (size_t i = 0; i < w->scope.n; i++) {
		const struct source *source = w->scope.members[i].source;
		struct target *t =
			step_target(w, source->file, source->path, source->bytes, source->mode);
		const struct baseline_file *past =
			baselines_find(w->in->baselines, source->path, w->m);

		if (t->restore.ptr)
			continue;
		t->restore = undone(w, source);
		t->whole = t->restore.ptr != NULL;
		if (t->whole)
			continue;
		findings_add(&step->findings, &CODE_done_changed,
			     (struct place){ source->path, 0, 0 },
			     "the file was changed since the old destinations were taken out, or "
			     "its history is not known")
			->remedy = arena_printf(
			w->plan->arena,
			"git revert the commit that took them out; the newest one of this file is "
			"%" SLICE_FMT,
			SLICE_ARG(past ? slice_sub(past->commit, 0, 12) : SLICE("not known")));
		return step_refuse(w);
	}
	return 0;
}
