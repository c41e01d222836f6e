/*
 * A repository in memory for the tests of migrations; see sketch.h.
 */
#include "tests/unit/plan/sketch.h"

#include "inventory/inventory_subset.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

struct sketch *sketch_new(void)
{
	struct arena *arena = arena_new();
	struct sketch *s = arena_alloc(arena, sizeof(*s));

	s->arena = arena;
	s->inventory = inventory_new();
	s->baselines = baselines_new();
	s->template = SLICE(
		"# summary for tests\n# param name name \"x\"\n# param namespace namespace "
		"optional \"x\"\n"
		"# param host host \"x\"\n\n" CREATED("${name}", "  namespace: ${namespace}\n",
						      ROUTE DEST("${host}", "100")));
	sketch_file(s, "backend.yaml", BACKEND(NEW));
	return s;
}

void sketch_free(struct sketch *s)
{
	plan_release(&s->plan);
	baselines_free(s->baselines);
	environment_index_free(s->environments);
	inventory_free(s->inventory);
	for (size_t i = 0; i < s->n; i++)
		migration_release(s->migrations[i]);
	arena_free(s->arena);
}

void sketch_file(struct sketch *s, const char *path, const char *text)
{
	(void)inventory_add(s->inventory, slice_of(path), slice_of(text), 0100644);
}

const struct migration *sketch_migration(struct sketch *s, const char *name, const char *from,
					 const char *to, const char *rest)
{
	struct migration *m = arena_alloc(s->arena, sizeof(*m));
	struct slice path = arena_printf(s->arena, ".gcpbackend/%s.yaml", name);
	struct slice text = arena_printf(
		s->arena,
		"apiVersion: gcpbackend/v1alpha1\nkind: Migration\nmetadata: {name: %s}\nspec:\n"
		"  from: {host: %s}\n  to: {host: %s}\n%s",
		name, from, to, rest);
	struct err err = ERR_INIT;

	cr_assert_lt(s->n, 4);
	cr_assert_eq(migration_read(m, path, text, 0100644, &err), 0, "%s", err.reason);
	inventory_watch(s->inventory, m);
	s->migrations[s->n++] = m;
	return m;
}

void sketch_survey(struct sketch *s)
{
	inventory_parse(s->inventory, each_in_turn);
	inventory_set_whole(s->inventory, true);
	for (size_t i = 0; i < s->n; i++) {
		struct slices files = scope_files(s->inventory, s->migrations[i], s->arena);

		for (size_t j = 0; j < files.n; j++) {
			const struct source *source = inventory_find(s->inventory, files.items[j]);
			struct version_state verdict =
				version_state_of(&source->objects, &s->migrations[i]->move);

			baselines_want(s->baselines, files.items[j], s->migrations[i]);
			baselines_set_current(s->baselines, source->path, s->migrations[i],
					      source->bytes, &verdict);
		}
	}
}

void sketch_environments(struct sketch *s)
{
	s->repository = (struct repository_id){ { NULL, 0 }, SLICE("main") };
	s->environments = environments_read(s->inventory, &s->repository, SLICE_NONE);
}

enum baselines_answer sketch_version(struct sketch *s, const char *path, const char *text,
				     const char *commit, const char *author)
{
	struct slices paths = baselines_paths(s->baselines);
	size_t i = 0;

	while (i < paths.n && !slice_is(paths.items[i], path))
		i++;
	cr_assert_lt(i, paths.n, "the history of %s is not wanted", path);
	return baselines_add_version(
		s->baselines, i, slice_of(text),
		&(struct version_commit){ slice_of(commit), slice_of(author), commit[0] == 'm' });
}

struct sketch *sketch_of(const char *now, const char *before)
{
	struct sketch *s = sketch_new();

	sketch_file(s, "vs.yaml", now);
	(void)sketch_migration(s, "web", OLD, NEW, "");
	sketch_survey(s);
	(void)sketch_version(s, "vs.yaml", now, "commit2", "Ann <ann@example.com>");
	if (before)
		(void)sketch_version(s, "vs.yaml", before, "commit1", "Bob <bob@example.com>");
	return s;
}

/* Checks that two lists of changes are equal. */
static void expect_same_changes(const struct changes *a, const struct changes *b)
{
	cr_assert_eq(a->n, b->n, "with shards there are %zu changes, not %zu", b->n, a->n);
	for (size_t i = 0; i < a->n; i++)
		cr_assert(slice_eq(a->items[i].path, b->items[i].path) &&
				  slice_eq(a->items[i].before, b->items[i].before) &&
				  slice_eq(a->items[i].after, b->items[i].after) &&
				  a->items[i].mode == b->items[i].mode,
			  "with shards %" SLICE_FMT " becomes another file",
			  SLICE_ARG(b->items[i].path));
}

/* Checks that two steps are equal. */
static void expect_same_step(const struct step *a, const struct step *b)
{
	cr_assert(a->refused == b->refused && a->known == b->known && a->mixed == b->mixed &&
			  a->held == b->held && a->finished == b->finished &&
			  a->unchanged == b->unchanged && !stage_cmp(a->from, b->from) &&
			  !stage_cmp(a->to, b->to) && a->shares.n == b->shares.n &&
			  a->audiences.n == b->audiences.n && a->files.n == b->files.n &&
			  a->placements.n == b->placements.n && slice_eq(a->hold, b->hold),
		  "with shards the step of %" SLICE_FMT " differs", SLICE_ARG(a->m->name));
	cr_assert_eq(a->findings.n, b->findings.n, "with shards there are %zu findings, not %zu",
		     b->findings.n, a->findings.n);
	for (size_t i = 0; i < a->findings.n; i++) {
		const struct finding *x = &a->findings.items[i], *y = &b->findings.items[i];

		cr_assert(x->code == y->code && slice_eq(x->reason, y->reason) &&
				  slice_eq(x->at.path, y->at.path) && x->at.line == y->at.line &&
				  x->allowed == y->allowed,
			  "with shards the finding is %s: %" SLICE_FMT, y->code->id,
			  SLICE_ARG(y->reason));
	}
	expect_same_changes(&a->changes, &b->changes);
}

/* Checks that the plan is the same with a partition, and an inventory that is only scanned. */
static void plan_in_shards(struct sketch *s, struct plan_inputs in, const struct intent *intents,
			   size_t n)
{
	size_t count;
	struct source *const *sources = inventory_sources(s->inventory, &count);
	struct plan plan;

	in.inventory = inventory_new();
	for (size_t i = 0; i < s->n; i++)
		inventory_watch(in.inventory, s->migrations[i]);
	inventory_want_environments(in.inventory);
	for (size_t i = 0; i < count; i++)
		if (sources[i]->bytes.ptr)
			(void)inventory_add(in.inventory, sources[i]->path, sources[i]->bytes,
					    sources[i]->mode);
		else
			inventory_add_large(in.inventory, sources[i]->path, YAML_MAX_BYTES + 1);
	inventory_set_whole(in.inventory, inventory_whole(s->inventory));
	inventory_scan(in.inventory, each_in_turn);
	in.partition =
		partition_new(in.inventory, (const struct migration *const *)s->migrations, s->n);
	in.each_shard = each_in_turn;
	partition_read_manifests(in.partition, each_in_turn);
	if (partition_add_related(in.partition))
		inventory_scan(in.inventory, each_in_turn);
	plan_make(&plan, &in, intents, n);
	for (size_t i = 0; i < n; i++)
		expect_same_step(&s->plan.steps[i], &plan.steps[i]);
	expect_same_changes(&s->plan.changes, &plan.changes);
	plan_release(&plan);
	partition_free(in.partition);
	inventory_free(in.inventory);
}

const struct plan *sketch_plan(struct sketch *s, const struct intent *intents, size_t n)
{
	struct plan_inputs in = { .inventory = s->inventory,
				  .baselines = s->baselines,
				  .each = each_in_turn,
				  .vs_template = s->template };

	in.environments = s->environments;
	plan_release(&s->plan);
	plan_make(&s->plan, &in, intents, n);
	cr_assert_eq(s->plan.n, n);
	plan_in_shards(s, in, intents, n);
	return &s->plan;
}

struct intent sketch_intent(const struct sketch *s, size_t i, enum direction direction,
			    const char *stage)
{
	struct intent intent = { .m = s->migrations[i],
				 .direction = direction,
				 .next = strcmp(stage, "next") == 0 };

	cr_assert(intent.next || stage_parse(slice_of(stage), &intent.to), "%s", stage);
	return intent;
}

const struct step *sketch_go(struct sketch *s, enum direction direction, const char *stage)
{
	struct intent intent = sketch_intent(s, 0, direction, stage);

	return &sketch_plan(s, &intent, 1)->steps[0];
}

const char *sketch_after(const struct sketch *s, const struct changes *changes, const char *path)
{
	for (size_t i = 0; i < changes->n; i++)
		if (slice_is(changes->items[i].path, path))
			return arena_copy(s->arena, changes->items[i].after).ptr;
	return "";
}

const char *stage_text(struct stage s)
{
	static char name[8];

	stage_name(s, name);
	return name;
}

const struct finding *finding_of(const struct findings *findings, const struct code *code)
{
	for (size_t i = 0; i < findings->n; i++)
		if (findings->items[i].code == code)
			return &findings->items[i];
	return NULL;
}

const char *why_refused(const struct step *step)
{
	static char text[256];
	const struct finding *f = findings_stop(&step->findings);

	(void)snprintf(text, sizeof(text), "%" SLICE_FMT,
		       SLICE_ARG(f ? f->reason : SLICE("no reason")));
	return text;
}
