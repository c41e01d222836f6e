#include "plan/step_restore.h"

/* Copies what depends on other files from the current VirtualService with the same name. */
static void copy_surroundings(const struct step_work *w, struct vs *vs)
{
	for (size_t i = 0; i < w->scope.n; i++)
		if (slice_eq(w->scope.members[i].vs.object->name, vs->object->name))
			vs_copy_notes(vs, &w->scope.members[i].vs);
}

/* The edits that bring `from` to a stage; NULL: there are none. */
static struct yaml_edits *edit_to_stage(const struct step_work *w, const struct yaml_file *from,
					const struct yaml_file *baseline, struct stage stage)
{
	struct arena *arena = w->pool->arena;
	struct yaml_edits *e = yaml_edits_new(from, arena);
	struct goal goal = step_goal(w, stage);
	const struct move_context context = { &w->m->move, arena, NULL };
	struct vs_list list, before = { NULL, 0 };
	struct objects objects = objects_of(from, arena), baseline_objects;
	struct err ignored = ERR_INIT;

	goal.down = false;
	if (vs_list_read(&list, &objects, &context, &ignored) < 0)
		return NULL;
	if (baseline) {
		baseline_objects = objects_of(baseline, arena);
		if (vs_list_read(&before, &baseline_objects, &context, &ignored) < 0)
			return NULL;
	}
	for (size_t i = 0; i < list.n; i++) {
		copy_surroundings(w, &list.items[i]);
		if (vs_converge(
			    &(struct converge_context){
				    .goal = &goal,
				    .now = &list.items[i],
				    .base = baseline ? vs_list_pair(&before, &list, i) : NULL,
				    .arena = arena },
			    e, &ignored) < 0)
			return NULL;
	}
	return e;
}

bool step_render_stage(const struct step_work *w, const struct yaml_file *from,
		       const struct yaml_file *baseline, struct stage stage, struct str *out)
{
	struct yaml_edits *e = edit_to_stage(w, from, baseline, stage);
	struct err ignored = ERR_INIT;

	return e && yaml_apply(e, out, &ignored) == 0;
}

void step_restore(const struct step_work *w, struct target *t)
{
	const struct baseline_file *history = baselines_find(w->in->baselines, t->path, w->m);
	const struct yaml_file *baseline;
	const struct yaml_edits *e;

	if (!history || !w->step->known || !t->before.ptr)
		return;
	baseline = slice_eq(history->baseline, t->before) ?
			   t->file :
			   baselines_parsed(w->in->baselines, t->path, w->m);
	if (!baseline)
		return;
	e = edit_to_stage(w, baseline, NULL, w->step->from);
	if (e && yaml_gives(e, t->before))
		t->restore = history->baseline;
}
