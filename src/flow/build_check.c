#include "flow/build_check.h"

#include "base/alloc.h"
#include "base/parallel.h"
#include "flow/plan_intents.h"
#include "flow/session_internal.h"
#include "git/tree.h"
#include "gitops/build_recipe.h"
#include "live/kustomize.h"
#include "plan/build_opinion.h"

#include <stdlib.h>

/* Outputs of environments as they are are kept up to this sum, for other migrations. */
#define KEPT_MAX ((size_t)128 << 20)

/* What the program printed for an environment as it is. */
struct kept_output {
	struct slice text; /* absent: not built yet, or not kept */
	bool judged;       /* it was counted */
};

struct build_checks {
	const struct evidence *evidence;
	struct kustomize program;
	struct plan_inputs inputs;
	struct arena *arena;
	struct kept_output *kept; /* by the number of the environment */
	size_t nkept, bytes;
	struct build_counts counts;
};

/* The check of one migration. */
struct build_check {
	struct build_checks *all;
	const struct step *step;
	struct opinion *opinion;
	const struct changes *changes;
	struct findings *findings;
	struct arena *arena;
};

/* --- all of them ---------------------------------------------------------- */

int build_checks_open(const struct evidence *evidence, const struct build_program *program,
		      struct build_checks **out, struct err *err)
{
	struct build_checks *c = xzalloc(sizeof(*c));

	c->evidence = evidence;
	c->arena = arena_new();
	if (kustomize_find(&c->program, program->named, c->arena, err) < 0) {
		build_checks_free(c);
		return -1;
	}
	c->program.timeout_ms = program->timeout_ms;
	c->counts.program = c->program.name;
	inventory_parse(evidence->inventory, parallel_each);
	c->inputs = (struct plan_inputs){ .inventory = evidence->inventory,
					  .baselines = evidence->baselines,
					  .environments = evidence->environments,
					  .each = parallel_each,
					  .vs_template = evidence->vs_template };
	*out = c;
	return 0;
}

void build_checks_free(struct build_checks *c)
{
	if (!c)
		return;
	arena_free(c->arena);
	free(c->kept);
	free(c);
}

struct build_counts build_checks_counts(const struct build_checks *c)
{
	return c->counts;
}

/* What is kept of an environment. */
static struct kept_output *find_kept(struct build_checks *c, const struct environment *e)
{
	if (e->number >= c->nkept) {
		size_t n = 2 * e->number + 16;

		c->kept = xrealloc_array(c->kept, n, sizeof(*c->kept));
		for (; c->nkept < n; c->nkept++)
			c->kept[c->nkept] = (struct kept_output){ .judged = false };
	}
	return &c->kept[e->number];
}

/* --- the files of a run --------------------------------------------------- */

/* The change of a path; NULL: there is none. */
static const struct change *find_change(const struct changes *changes, struct slice path)
{
	for (size_t i = 0; i < changes->n; i++)
		if (slice_eq(changes->items[i].path, path))
			return &changes->items[i];
	return NULL;
}

/* Reads a file of the commit: 1: it does not exist, or is no regular file. */
static int read_file(const struct build_check *c, struct slice path, struct slice *out,
		     struct err *err)
{
	const struct base_commit *base = &c->all->evidence->fleet->base;
	struct slice name = arena_copy(c->arena, path);
	struct tree_file file;
	int result = tree_find(base->session->repo,
			       &(struct commit_path){ &base->id, name.ptr, MANIFEST_MAX }, c->arena,
			       &file, err);

	if (result != 0)
		return result;
	if ((file.mode != 0100644 && file.mode != 0100755) || !file.bytes.ptr)
		return 1;
	*out = file.bytes;
	return 0;
}

/* The bytes of a file of a run, with the edits of `changes`: 1: there is none. */
static int find_bytes(const struct build_check *c, const struct recipe_file *file,
		      const struct changes *changes, struct slice *out, struct err *err)
{
	const struct change *change = find_change(changes, file->path);

	if (file->text.ptr) {
		*out = file->text;
		return 0;
	}
	if (!change)
		return read_file(c, file->path, out, err);
	*out = change->after;
	return change->after.ptr ? 0 : 1;
}

/* Makes the tree of a run: 1: a file is missing, the path behind the files of the tree. */
static int fill_tree(const struct build_check *c, const struct recipe_run *run,
		     const struct changes *changes, struct kustomize_tree *out, struct err *err)
{
	struct kustomize_file *files = arena_array(c->arena, run->n, sizeof(*files));

	*out = (struct kustomize_tree){ files, 0, run->directory, run->unrestricted };
	for (size_t i = 0; i < run->n; i++) {
		struct kustomize_file *f = &files[out->n];
		int result = find_bytes(c, &run->files[i], changes, &f->bytes, err);

		f->path = run->files[i].path;
		if (result < 0 || (result > 0 && !run->files[i].optional))
			return result;
		out->n += result == 0;
	}
	return 0;
}

/* --- building ------------------------------------------------------------- */

/* Which files are built. */
struct build_request {
	const struct environment *environment;
	const struct build_recipe *recipe;
	const struct changes *changes;
	bool after;
};

/* Adds the finding that there is no second opinion. */
static void note_unjudged(const struct build_check *c, const struct environment *e, struct place at,
			  const char *why)
{
	findings_add(c->findings, &CODE_build_unjudged, at,
		     "'%" SLICE_FMT "' is not run for the %s '%" SLICE_FMT "': %s",
		     SLICE_ARG(c->all->program.name), environment_kind_text(e->kind),
		     SLICE_ARG(e->name), why);
}

/* Is the error one that ends the command, and not about this build? */
static bool is_end(const struct err *err)
{
	return err->code == &CODE_interrupted || err->code == &CODE_terminated ||
	       err->code == &CODE_git;
}

/*
 * Runs the program on one run of a recipe, and appends a document separator and its output. 1: with
 * a finding.
 */
static int build_run(const struct build_check *c, const struct build_request *b,
		     const struct recipe_run *run, struct str *out, struct err *err)
{
	struct kustomize_tree tree;
	struct err why = ERR_INIT;
	int result = fill_tree(c, run, b->changes, &tree, err);

	if (result > 0)
		note_unjudged(c, b->environment, (struct place){ tree.files[tree.n].path, 0, 0 },
			      "this file is referenced and does not exist, or is a symlink or too "
			      "large");
	if (result != 0)
		return result;
	str_adds(out, "---\n");
	if (kustomize_build(&c->all->program, &tree, out, &why) == 0)
		return 0;
	if (is_end(&why)) {
		*err = why;
		return -1;
	}
	opinion_note_failure(c->opinion, b->environment, b->after, &why, c->findings);
	return 1;
}

/* Builds an environment: 1: with a finding. The text is in the arena of the check. */
static int build_environment_text(const struct build_check *c, const struct build_request *b,
				  struct slice *out, struct err *err)
{
	AUTO_STR struct str text = STR_INIT;

	for (size_t i = 0; i < b->recipe->n; i++) {
		int result = build_run(c, b, &b->recipe->runs[i], &text, err);

		if (result != 0)
			return result;
	}
	*out = arena_copy(c->arena, str_slice(&text));
	return 0;
}

/* The same of an environment as it is, which may have been built for another migration. */
static int build_before(const struct build_check *c, const struct build_request *b,
			struct slice *out, struct err *err)
{
	struct kept_output *kept = find_kept(c->all, b->environment);
	int result;

	if (kept->text.ptr) {
		*out = kept->text;
		return 0;
	}
	result = build_environment_text(c, b, out, err);
	if (result == 0 && c->all->bytes + out->len <= KEPT_MAX) {
		c->all->bytes += out->len;
		kept->text = arena_copy(c->all->arena, *out);
	}
	return result;
}

/* Does the step change a file of the recipe? */
static bool is_changed(const struct build_check *c, const struct build_recipe *recipe)
{
	for (size_t i = 0; i < recipe->n; i++)
		for (size_t j = 0; j < recipe->runs[i].n; j++)
			if (find_change(c->changes, recipe->runs[i].files[j].path))
				return true;
	return false;
}

static const struct yaml_file *find_edited(struct slice path, void *ctx)
{
	return opinion_edited(ctx, path);
}

/* Counts an environment once. */
static void count_environment(const struct build_check *c, const struct environment *e, bool built)
{
	struct kept_output *kept = find_kept(c->all, e);

	if (kept->judged)
		return;
	kept->judged = true;
	c->all->counts.environments += built;
	c->all->counts.without += !built;
}

/* Builds an environment before and after, and compares. */
static int check_environment(const struct build_check *c, const struct environment *e,
			     struct err *err)
{
	static const struct changes none = { NULL, 0 };
	struct recipe_inputs in = { .index = c->all->evidence->environments };
	struct build_recipe before = build_recipe_of(&in, e, c->arena), after;
	struct build_request request = { e, &before, &none, false };
	struct program_build built = { .environment = e, .partly = before.plain };
	int result;

	in.edited = find_edited;
	in.ctx = c->opinion;
	after = build_recipe_of(&in, e, c->arena);
	if (before.why || after.why)
		note_unjudged(c, e, before.why ? before.at : after.at,
			      before.why ? before.why : after.why);
	if (before.why || after.why || !before.n) { /* without runs it applies plain files */
		count_environment(c, e, false);
		return 0;
	}
	result = build_before(c, &request, &built.before, err);
	built.after = built.before;
	request = (struct build_request){ e, &after, c->changes, true };
	if (result == 0 && is_changed(c, &after))
		result = build_environment_text(c, &request, &built.after, err);
	if (result == 0)
		opinion_compare(c->opinion, &built, c->findings);
	count_environment(c, e, result == 0);
	return result < 0 ? -1 : 0;
}

/* --- one migration -------------------------------------------------------- */

/* Checks all environments of a step. */
static int check_step(struct build_checks *all, const struct step *step,
		      const struct changes *changes, struct findings *findings, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	const struct opinion_inputs in = { &all->inputs, step, changes, all->program.name };
	struct build_check c = { .all = all,
				 .step = step,
				 .opinion = opinion_new(&in),
				 .changes = changes,
				 .findings = findings,
				 .arena = arena };
	int result = 0;

	for (size_t i = 0; i < opinion_count(c.opinion) && result == 0; i++)
		result = check_environment(&c, opinion_environment(c.opinion, i), err);
	opinion_free(c.opinion);
	return result;
}

int build_check_migration(struct build_checks *all, const struct step *step,
			  struct findings *findings, struct err *err)
{
	/* The edits of the stage, also where the check refuses it. */
	const struct intent intent = { .m = step->m,
				       .direction = GO_ANYWHERE,
				       .to = step->to,
				       .options = { .unjudged = true, .brief = true } };
	static const struct changes none = { NULL, 0 };
	struct plan plan = { .n = 0 };
	size_t from = findings->n;
	bool moves = step->known && !step->finished && step->to.kind != STAGE_DONE;
	int result;

	if (moves && plan_intents(all->evidence, &intent, 1, &plan, err) < 0)
		return -1;
	result = check_step(all, step, moves ? &plan.changes : &none, findings, err);
	if (moves)
		plan_release(&plan);
	migration_allow(step->m, from, findings);
	return result;
}
