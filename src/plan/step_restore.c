#include "plan/step_internal.h"

/* The same answer to questions about other files as today's VirtualService of that name has. */
static void same_surroundings(const struct work *w, struct vs *vs)
{
	for (size_t i = 0; i < w->scope.n; i++)
		if (slice_eq(w->scope.members[i].vs.object->name, vs->object->name)) {
			vs->shares_gateway_host = w->scope.members[i].vs.shares_gateway_host;
			vs->root_mirrors = w->scope.members[i].vs.root_mirrors;
		}
}

/* The edits that bring `from` to a stage; NULL: there are none. */
static struct yaml_edits *forward(const struct work *w, const struct yaml_file *from,
				  const struct yaml_file *base, struct stage stage)
{
	struct arena *arena = w->plan->arena;
	struct yaml_edits *e = yaml_edits_new(from, arena);
	struct goal goal = step_goal(w, stage);
	const struct move_context context = { &w->m->move, arena, NULL };
	struct vs_list list, then = { NULL, 0 };
	struct objects objects = objects_of(from, arena), before;
	struct err ignored = ERR_INIT;

	if (vs_list_read(&list, &objects, &context, &ignored) < 0)
		return NULL;
	if (base) {
		before = objects_of(base, arena);
		if (vs_list_read(&then, &before, &context, &ignored) < 0)
			return NULL;
	}
	for (size_t i = 0; i < list.n; i++) {
		same_surroundings(w, &list.items[i]);
		if (vs_converge(
			    &(struct converge_context){
				    .goal = &goal,
				    .now = &list.items[i],
				    .base = base ? vs_list_pair(&then, &list, i) : NULL,
				    .arena = arena },
			    e, &ignored) < 0)
			return NULL;
	}
	return e;
}

bool step_forward(const struct work *w, const struct yaml_file *from, const struct yaml_file *base,
		  struct stage stage, struct str *out)
{
	struct yaml_edits *e = forward(w, from, base, stage);
	struct err ignored = ERR_INIT;

	return e && yaml_apply(e, out, &ignored) == 0;
}

void step_restore(const struct work *w, struct target *t)
{
	const struct baseline_file *past = baselines_find(w->in->baselines, t->path, w->m);
	const struct yaml_file *base;
	const struct yaml_edits *e;

	if (!past || !w->step->known || !t->before.ptr)
		return;
	base = slice_eq(past->baseline, t->before) ?
		       t->file :
		       baselines_baseline(w->in->baselines, t->path, w->m);
	if (!base)
		return;
	e = forward(w, base, NULL, w->step->from);
	if (e && yaml_gives(e, t->before))
		t->restore = past->baseline;
}
