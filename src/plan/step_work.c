#include "plan/step_work.h"

struct goal step_goal(const struct step_work *w, struct stage stage)
{
	return (struct goal){ .move = &w->m->move,
			      .stages = w->m->stages,
			      .stage = stage,
			      .adopt = w->intent->adopt,
			      .down = w->intent->direction == GO_DOWN };
}

struct slice step_stage_name(const struct step_work *w, struct stage stage)
{
	char name[8];

	stage_name(stage, name);
	return arena_copy(w->pool->arena, slice_of(name));
}

struct slice step_old_host(const struct step_work *w)
{
	return scope_old_host(w->m, w->pool->arena);
}

int step_refuse(const struct step_work *w)
{
	w->step->refused = true;
	return -1;
}

/* The target of a file; NULL: there is none yet. */
static struct target *find_target(const struct step_work *w, const struct yaml_file *file)
{
	for (size_t i = 0; i < w->targets->n; i++)
		if (w->targets->items[i].file == file)
			return &w->targets->items[i];
	return NULL;
}

/* Adds a target. */
static struct target *add_target(const struct step_work *w, const struct target *target)
{
	struct target *t = &w->targets->items[w->targets->n++];

	*t = *target;
	t->edits = yaml_edits_new(t->file, w->pool->arena);
	return t;
}

struct target *step_target(const struct step_work *w, const struct source *source)
{
	struct target *t = find_target(w, source->file);

	if (t)
		return t;
	return add_target(w, &(struct target){ .file = source->file,
					       .path = source->path,
					       .before = source == w->scope.created ? SLICE_NONE :
										      source->bytes,
					       .mode = source->mode });
}

struct target *step_migration_target(const struct step_work *w, const struct yaml_file *file)
{
	struct target *t = find_target(w, file);

	if (t)
		return t;
	return add_target(w, &(struct target){ .file = file,
					       .path = w->m->path,
					       .before = w->m->bytes,
					       .mode = w->m->mode });
}

bool step_needs_rollback(const struct step *step)
{
	return step->intent.direction == GO_UP && !step->intent.options.all_findings &&
	       !step->refused;
}
