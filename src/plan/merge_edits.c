#include "plan/merge_edits.h"

#include "base/alloc.h"
#include "base/map.h"
#include "plan/share_check.h"
#include "plan/step_work.h"

#include <stdlib.h>

/*
 * A file with the edits of the steps so far. All edits apply to the same parsed original, so their
 * order does not matter; a step that changes what an earlier one changes is refused.
 */
struct merged_file {
	const struct target *first; /* the target of the first step that changes it */
	struct yaml_edits *edits;
	struct slice current;     /* bytes after the steps so far; absent: a file to create */
	size_t nsteps;            /* the number of steps that change it */
	struct str text;          /* if that is 1: the result */
	struct err *why;          /* or why there is none */
	struct yaml_file *parsed; /* the result, if all of it had to be parsed */
};

/* All files of the steps. */
struct merge {
	const struct edited_steps *edited;
	struct yaml_pool *pool;
	struct merged_file *files;
	size_t n, cap;
	struct map indices; /* of the files, by path */
	struct map claimed; /* nodes that a step claims, by address */
	bool keep_parsed;   /* the parsed results are used again, by the checks of the steps */
	const struct plan_inputs *in;
};

/* True if the step changes the file of the target. */
static bool has_effect(const struct target *t)
{
	return !yaml_edits_empty(t->edits) || !t->before.ptr || t->whole || t->remove;
}

/* The file of a target, which was added. */
static struct merged_file *find_file(const struct merge *m, struct slice path)
{
	return &m->files[map_get(&m->indices, path)];
}

/* Adds the file of a target, or counts one more step. */
static void add_target(struct merge *m, const struct target *t)
{
	size_t at = map_get(&m->indices, t->path);

	if (at == MAP_NONE) {
		at = m->n;
		map_set(&m->indices, t->path, at);
		ROOM(m->files, m->n, m->cap);
		m->files[m->n++] =
			(struct merged_file){ .first = t,
					      .edits = yaml_edits_new(t->file, m->pool->arena),
					      .current = t->before,
					      .text = STR_INIT };
	}
	m->files[at].nsteps++;
}

/* Adds the files of all steps that are not refused. */
static void add_files(struct merge *m)
{
	for (size_t i = 0; i < m->edited->n; i++) {
		const struct targets *targets = &m->edited->targets[i];

		for (size_t j = 0; j < targets->n && !m->edited->steps[i].refused; j++)
			if (has_effect(&targets->items[j]))
				add_target(m, &targets->items[j]);
	}
}

/* Makes the result of a file that one step changes: nearly all files, and nearly all the work. */
static void apply_alone(void *ctx, size_t i)
{
	const struct merge *m = ctx;
	struct merged_file *f = &m->files[i];
	struct err err = ERR_INIT;
	int result;

	if (f->nsteps != 1 || f->first->restore.ptr)
		return;
	result = m->keep_parsed ? yaml_apply_parsed(f->first->edits, &f->text, &f->parsed, &err) :
				  yaml_apply(f->first->edits, &f->text, &err);
	if (result < 0)
		f->why = err_keep(&err);
}

/* The bytes of a file that one step changes. */
static int take_alone(const struct merge *m, const struct merged_file *f, struct slice *out,
		      struct err *err)
{
	if (f->why) {
		*err = *f->why;
		return -1;
	}
	if (f->first->remove) {
		*out = SLICE_NONE;
		return 0;
	}
	*out = f->first->restore.ptr ? f->first->restore :
				       arena_copy(m->pool->arena, str_slice(&f->text));
	return 0;
}

/* The bytes of a file with the edits of one more step. */
static int merge_target(const struct merge *m, const struct target *t, struct slice *out,
			struct err *err)
{
	const struct merged_file *f = find_file(m, t->path);
	struct yaml_edits *both;
	AUTO_STR struct str text = STR_INIT;

	if (f->nsteps == 1)
		return take_alone(m, f, out, err);
	if (t->whole || t->remove || f->first->whole || f->first->remove) {
		(void)err_set(
			err, &CODE_yaml_overlap, (struct place){ t->path, 0, 0 },
			"one migration deletes or restores the file, and another one changes it");
		return err_remedy(err, "run the command for each migration separately");
	}
	if (t->file != f->first->file)
		return err_set(err, &CODE_yaml_overlap, (struct place){ t->path, 0, 0 },
			       "two migrations create the same file");
	both = yaml_edits_new(t->file, m->pool->arena);
	yaml_edits_merge(both, f->edits);
	yaml_edits_merge(both, t->edits);
	if (yaml_apply(both, &text, err) < 0)
		return -1;
	*out = arena_copy(m->pool->arena, str_slice(&text));
	return 0;
}

/* The address of a node as a key. */
static struct slice address_key(const struct merge *m, const struct yaml_node *node)
{
	return arena_copy(m->pool->arena, (struct slice){ (const char *)&node, sizeof(node) });
}

/*
 * Refuses a step that claims a node of an earlier one: each would be right alone, but not the
 * weights of the route together.
 */
static bool check_claims(const struct merge *m, struct step *step, const struct targets *targets)
{
	for (size_t i = 0; i < targets->nclaims; i++)
		if (map_has(&m->claimed, address_key(m, targets->claims[i]))) {
			findings_add(&step->findings, &CODE_yaml_overlap,
				     yaml_place(targets->claims[i]),
				     "another selected migration moves the same destination or "
				     "route");
			return false;
		}
	return true;
}

/* True if the shares of the step must be checked. */
static bool needs_check(const struct step *step)
{
	enum direction d = step->intent.direction;

	return d == GO_UP || d == GO_DOWN || d == GO_FINALIZE;
}

/* The new bytes of a file as parsed; `*own` if they were parsed here. */
static int parse_after(const struct merged_file *f, const struct change *c, struct yaml_file **out,
		       struct yaml_file **own, struct err *err)
{
	*own = NULL;
	*out = f->nsteps == 1 ? f->parsed : NULL;
	if (*out)
		return 0;
	if (yaml_parse(own, c->path, c->after, err) < 0)
		return -1;
	*out = *own;
	return 0;
}

/* Checks the shares of a manifest that a step changes. */
static int check_shares(const struct merge *m, const struct step *step, const struct target *t,
			const struct change *c, struct err *err)
{
	struct share_change change = { step, t->file, NULL, m->in->baselines };
	struct yaml_file *after = NULL, *own_after = NULL, *own_before = NULL;
	int result = 0;

	if (!needs_check(step) || !c->before.ptr || !c->after.ptr ||
	    !slices_have(step->files, c->path))
		return 0;
	if (c->before.ptr != t->before.ptr) {
		result = yaml_parse(&own_before, c->path, c->before, err);
		change.before = own_before;
	}
	if (result == 0)
		result = parse_after(find_file(m, c->path), c, &after, &own_after, err);
	change.after = after;
	if (result == 0)
		result = share_check(&change, err);
	yaml_file_free(own_before);
	yaml_file_free(own_after);
	return result;
}

/* The changes of a step, or -1: it cannot be merged. */
static int make_changes(const struct merge *m, const struct step *step,
			const struct targets *targets, struct changes *out, struct err *err)
{
	struct change *items = arena_array(m->pool->arena, targets->n, sizeof(*items));
	size_t n = 0;

	for (size_t i = 0; i < targets->n; i++) {
		const struct target *t = &targets->items[i];

		if (!has_effect(t))
			continue;
		items[n] = (struct change){
			t->path, find_file(m, t->path)->current, { NULL, 0 }, t->mode
		};
		if (merge_target(m, t, &items[n].after, err) < 0 ||
		    check_shares(m, step, t, &items[n], err) < 0)
			return -1;
		n += !items[n].before.ptr || !items[n].after.ptr ||
		     !slice_eq(items[n].before, items[n].after);
	}
	*out = (struct changes){ items, n };
	return 0;
}

/* Merges a step. One that cannot be merged is refused, and leaves the files as they were. */
static void merge_step(struct merge *m, struct step *step, const struct targets *targets)
{
	struct changes changes = { NULL, 0 };
	struct err err = ERR_INIT;

	if (!check_claims(m, step, targets)) {
		step->refused = true;
		return;
	}
	if (make_changes(m, step, targets, &changes, &err) < 0) {
		findings_add_err(&step->findings, &err);
		step->refused = true;
		return;
	}
	for (size_t i = 0; i < targets->nclaims; i++)
		map_set(&m->claimed, address_key(m, targets->claims[i]), i);
	for (size_t i = 0; i < targets->n; i++)
		if (has_effect(&targets->items[i]))
			yaml_edits_merge(find_file(m, targets->items[i].path)->edits,
					 targets->items[i].edits);
	for (size_t i = 0; i < changes.n; i++)
		find_file(m, changes.items[i].path)->current = changes.items[i].after;
	step->changes = changes;
}

/* Order of the paths. */
static int compare_changes(const void *a, const void *b)
{
	const struct change *x = a, *y = b;

	return slice_cmp(x->path, y->path);
}

void changes_sort(struct changes *changes)
{
	if (changes->n)
		qsort(changes->items, changes->n, sizeof(struct change), compare_changes);
}

/* The changes of all steps. */
static struct changes sum_changes(const struct merge *m)
{
	struct change *items = arena_array(m->pool->arena, m->n, sizeof(*items));
	struct changes all = { items, 0 };

	for (size_t i = 0; i < m->n; i++) {
		const struct merged_file *f = &m->files[i];
		struct slice before = f->first->before;

		items[all.n] =
			(struct change){ f->first->path, before, f->current, f->first->mode };
		all.n += before.ptr ? !f->current.ptr || !slice_eq(before, f->current) :
				      f->current.ptr != NULL;
	}
	changes_sort(&all);
	return all;
}

/* Frees the files; those that were parsed go to the pool. */
static void release_files(struct merge *m)
{
	map_release(&m->indices);
	map_release(&m->claimed);
	for (size_t i = 0; i < m->n; i++) {
		str_release(&m->files[i].text);
		free(m->files[i].why);
		if (m->files[i].parsed)
			yaml_pool_add(m->pool, m->files[i].parsed);
	}
	free(m->files);
}

struct changes merge_edits(const struct edited_steps *edited, const struct plan_inputs *in,
			   struct yaml_pool *pool)
{
	struct merge m = {
		.edited = edited, .pool = pool, .indices = MAP_INIT, .claimed = MAP_INIT, .in = in
	};
	struct changes all;

	for (size_t i = 0; i < edited->n; i++)
		m.keep_parsed = m.keep_parsed || needs_check(&edited->steps[i]);
	add_files(&m);
	if (edited->n > 1)
		progress_report(in->progress, "files edited and checked", m.n, 0);
	in->each(m.n, apply_alone, &m);
	for (size_t i = 0; i < edited->n; i++)
		if (!edited->steps[i].refused)
			merge_step(&m, &edited->steps[i], &edited->targets[i]);
	all = sum_changes(&m);
	release_files(&m);
	return all;
}
