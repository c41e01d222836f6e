/*
 * What is found in versions of files, which are added with the newest first: baselines, the author
 * of the current bytes, and lowered weights.
 */
#include "tests/unit/plan/sketch.h"

#include <criterion/criterion.h>

/* The history of one manifest and one migration file. */
struct history {
	struct sketch *s;
	const struct baseline_file *file;
};

/* Paths in the order of their numbers: the manifest is 0, the migration file 1. */
static struct history history_new(void)
{
	struct sketch *s = sketch_new();
	const struct migration *m = sketch_migration(s, "web", OLD, NEW, "");

	baselines_want(s->baselines, SLICE("vs.yaml"), m);
	return (struct history){ s, baselines_find(s->baselines, SLICE("vs.yaml"), m) };
}

static enum baselines_answer push(const struct history *w, const char *text, const char *commit,
				  const char *author)
{
	return sketch_version(w->s, "vs.yaml", text, commit, author);
}

/* The same for the migration file. */
static enum baselines_answer push_home(const struct history *w, const char *rest,
				       const char *commit)
{
	struct slice text = arena_printf(w->s->arena, "spec:\n  from: {host: a}\n%s", rest);

	return sketch_version(w->s, ".gcpbackend/web.yaml", text.ptr, commit, "Ann");
}

static const char *const start = VS("x") ALL_OLD, *const mirror = VS("x") MIRRORED,
			 *const ten = VS("x") SPLIT("90", "10"),
			 *const fifty = VS("x") SPLIT("50", "50"),
			 *const all = VS("x") SPLIT("0", "100"), *const broken = "a: [\n",
			 *const start2 = "# again\n" VS("x") ALL_OLD;

Test(baseline, paths_are_manifests_and_migration_files)
{
	struct sketch *s = sketch_new();
	const struct migration *web = sketch_migration(s, "web", OLD, NEW, "");
	const struct migration *pay = sketch_migration(s, "pay", "pay.example.com", NEW, "");
	struct slices paths;

	baselines_want(s->baselines, SLICE("a.yaml"), web);
	baselines_want(s->baselines, SLICE("b.yaml"), web);
	baselines_want(s->baselines, SLICE("a.yaml"), pay);
	baselines_want(s->baselines, SLICE("a.yaml"), web);
	paths = baselines_paths(s->baselines);
	cr_assert_eq(paths.n, 4, "each path is walked once");
	cr_expect(slices_have(paths, SLICE("a.yaml")) && slices_have(paths, SLICE("b.yaml")));
	cr_expect(slices_have(paths, web->path) && slices_have(paths, pay->path));
	cr_expect_not_null(baselines_find(s->baselines, SLICE("a.yaml"), pay));
	cr_expect_null(baselines_find(s->baselines, SLICE("b.yaml"), pay), "it is not wanted");
	cr_expect_null(baselines_find(s->baselines, SLICE("c.yaml"), web));
	sketch_free(s);
}

Test(baseline, nothing_was_seen)
{
	struct history w = history_new();

	cr_assert_not_null(w.file);
	cr_expect(slice_is(w.file->path, "vs.yaml") && w.file->m == w.s->migrations[0]);
	cr_expect(!w.file->baseline.ptr && !w.file->commit.len && !w.file->sign.kind);
	sketch_free(w.s);
}

Test(baseline, the_baseline_is_the_newest_version_without_the_new_host)
{
	static const struct {
		const char *name, *versions[5]; /* newest first */
		const char *baseline;
	} rows[] = {
		{ "today's", { VS("x") ALL_OLD, VS("w") ALL_OLD }, VS("x") ALL_OLD },
		{ "the one before",
		  { VS("x") SPLIT("90", "10"), VS("x") ALL_OLD, VS("w") ALL_OLD },
		  VS("x") ALL_OLD },
		{ "a mirror is none",
		  { VS("x") SPLIT("90", "10"), VS("x") MIRRORED, VS("x") ALL_OLD },
		  VS("x") ALL_OLD },
		{ "of the second climb",
		  { VS("x") SPLIT("90", "10"), VS("w") ALL_OLD, VS("x") SPLIT("50", "50"),
		    VS("x") ALL_OLD },
		  VS("w") ALL_OLD },
		{ "a part is moved",
		  { VS("x") ALL_OLD SPLIT("90", "10"), VS("x") ALL_OLD ALL_OLD },
		  VS("x") ALL_OLD ALL_OLD },
		{ "behind a version that is broken",
		  { VS("x") SPLIT("90", "10"), "a: [\n", "\xff", VS("x") ALL_OLD },
		  VS("x") ALL_OLD },
		{ "behind a version that cannot be trusted",
		  { VS("x") SPLIT("90", "10"), VS("x") "  - route: *nobody\n",
		    VS("x") "  - route: {a: b}\n", VS("x") ALL_OLD },
		  VS("x") ALL_OLD },
		{ "a route to the new host alone does not matter",
		  { VS("x") SPLIT("90", "10"), VS("x") ALL_OLD "  - route:\n" DEST(NEW, "1"),
		    VS("x") ALL_OLD },
		  VS("x") ALL_OLD "  - route:\n" DEST(NEW, "1") },
		{ "there is none", { VS("x") SPLIT("90", "10"), VS("x") MIRRORED }, NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct history w = history_new();

		for (size_t j = 0; j < 5 && rows[i].versions[j]; j++)
			(void)push(&w, rows[i].versions[j], "commit", "Ann");
		cr_expect(slice_eq(w.file->baseline, slice_of(rows[i].baseline)), "%s: %" SLICE_FMT,
			  rows[i].name, SLICE_ARG(w.file->baseline));
		cr_expect_eq(baselines_parsed(w.s->baselines, w.file->path, w.file->m) != NULL,
			     rows[i].baseline != NULL, "%s", rows[i].name);
		sketch_free(w.s);
	}
}

Test(baseline, an_empty_version_is_one)
{
	struct history w = history_new();

	push(&w, ten, "c2", "Bob");
	push(&w, "", "c1", "Ann");
	cr_assert_not_null(w.file->baseline.ptr, "nothing of the move is in it");
	cr_expect_eq(w.file->baseline.len, 0);
	sketch_free(w.s);
}

Test(baseline, what_is_judged_already_is_not_parsed_again)
{
	static const char text[] = "a: [";
	struct sketch *s = sketch_new();
	const struct migration *m = sketch_migration(s, "web", OLD, NEW, "");
	const struct version_state verdict = { .readable = true, .untouched = true, .routes = 1 };

	baselines_want(s->baselines, SLICE("vs.yaml"), m);
	baselines_set_current(s->baselines, SLICE("vs.yaml"), m, slice_of(text), &verdict);
	(void)sketch_version(s, "vs.yaml", text, "c1", "Ann");
	cr_expect(slice_is(baselines_find(s->baselines, SLICE("vs.yaml"), m)->baseline, text));
	cr_expect_null(baselines_parsed(s->baselines, SLICE("vs.yaml"), m), "it is no YAML");
	sketch_free(s);
}

Test(baseline, routes_of_today_are_read_when_it_matters)
{
	static const char two[] = VS("x") ALL_OLD ALL_OLD;
	const struct version_state verdict = { .readable = true,
					       .untouched = true,
					       .routes = ROUTES_UNCOUNTED };
	struct history w = history_new();

	baselines_set_current(w.s->baselines, SLICE("vs.yaml"), w.s->migrations[0], slice_of(two),
			      &verdict);
	(void)push(&w, two, "c3", "Ann");
	(void)push(&w, ten, "c2", "Bob");
	(void)push(&w, start, "c1", "Ann");
	cr_expect(w.file->sign.kind == HOLD_LOWERED && slice_is(w.file->sign.in, "c3"),
		  "lowered, and a route was added");
	sketch_free(w.s);
}

Test(baseline, the_newest_version_is_todays)
{
	struct history w = history_new();

	(void)push(&w, ten, "commit3", "Eve");
	(void)push(&w, mirror, "commit2", "Bob");
	(void)push(&w, start, "commit1", "Ann");
	cr_expect(slice_is(w.file->commit, "commit3") && slice_is(w.file->author, "Eve"));
	sketch_free(w.s);
}

Test(baseline, migrations_in_one_file_have_baselines_of_their_own)
{
	struct sketch *s = sketch_new();
	const struct migration *web = sketch_migration(s, "web", OLD, NEW, "");
	const struct migration *pay =
		sketch_migration(s, "pay", "pay.example.com", "cloud.example.com", "");
	static const char *const both = VS("x") SPLIT("90", "10") ROUTE DEST("pay.example.com", "1")
		DEST("cloud.example.com", "1");
	static const char *const one = VS("x") SPLIT("90", "10") ROUTE DEST("pay.example.com", "2");
	static const char *const none = VS("x") ALL_OLD ROUTE DEST("pay.example.com", "3");

	baselines_want(s->baselines, SLICE("vs.yaml"), web);
	baselines_want(s->baselines, SLICE("vs.yaml"), pay);
	cr_expect_eq(sketch_version(s, "vs.yaml", both, "commit3", "Ann"), BASELINES_MORE);
	cr_expect_eq(sketch_version(s, "vs.yaml", one, "commit2", "Ann"), BASELINES_MORE);
	(void)sketch_version(s, "vs.yaml", none, "commit1", "Ann");
	cr_expect(slice_is(baselines_find(s->baselines, SLICE("vs.yaml"), web)->baseline, none));
	cr_expect(slice_is(baselines_find(s->baselines, SLICE("vs.yaml"), pay)->baseline, one));
	sketch_free(s);
}

/*
 * Versions of the manifest, newest first, with the commits c9, c8 ... and their authors; which of
 * them lowered the stage.
 */
static const struct {
	const char *name;
	const char *const *versions[6];
	const char *lowered_in; /* NULL: none */
} falls[] = {
	{ "up", { &fifty, &ten, &start }, NULL },
	{ "down", { &ten, &fifty, &start }, "c9" },
	{ "to the start", { &start, &ten, &start }, "c9" },
	{ "the mirror goes", { &start, &mirror, &start }, "c9" },
	{ "from weights to the mirror", { &mirror, &ten, &start }, "c9" },
	{ "from the mirror to weights", { &ten, &mirror, &start }, NULL },
	{ "from all", { &fifty, &all, &start }, "c9" },
	{ "down and up again", { &fifty, &ten, &fifty, &start }, NULL },
	{ "other changes came after it", { &start2, &start, &ten, &start }, "c8" },
	{ "a broken version between", { &ten, &broken, &fifty, &start }, "c9" },
	{ "a broken one after it", { &broken, &ten, &fifty, &start }, "c8" },
	{ "nothing ever moved", { &start2, &start }, NULL },
	{ "only one version", { &ten }, NULL },
};

Test(baseline, the_newest_change_went_down)
{
	static const char *const commits[] = { "c9", "c8", "c7", "c6", "c5", "c4" };
	static const char *const authors[] = { "Ann", "Bob", "Eve", "Dan", "Kim", "Leo" };

	for (size_t i = 0; i < sizeof(falls) / sizeof(falls[0]); i++) {
		struct history w = history_new();
		const char *author = "";

		for (size_t j = 0; j < 6 && falls[i].versions[j]; j++) {
			(void)push(&w, *falls[i].versions[j], commits[j], authors[j]);
			if (slice_is(slice_of(falls[i].lowered_in), commits[j]))
				author = authors[j];
		}
		cr_expect_eq(w.file->sign.kind != HOLD_NONE, falls[i].lowered_in != NULL, "%s",
			     falls[i].name);
		cr_expect(slice_eq(w.file->sign.in, slice_of(falls[i].lowered_in)), "%s",
			  falls[i].name);
		cr_expect(slice_is(w.file->sign.by, author), "%s", falls[i].name);
		sketch_free(w.s);
	}
}

Test(baseline, a_hold_of_the_same_commit_explains_it)
{
	static const struct {
		const char *name, *rest, *commit;
		bool lowered;
	} rows[] = {
		{ "the same commit", "  hold: errors\n", "c2", false },
		{ "an earlier one", "  hold: errors\n", "c1", true },
		{ "an empty hold", "  hold: ''\n", "c2", true },
		{ "no hold", "  note: hold\n", "c2", true },
		{ "a broken file", "  hold: [\n", "c2", true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct history w = history_new();

		(void)push(&w, start, "c2", "Ann");
		(void)push_home(&w, rows[i].rest, rows[i].commit);
		(void)push(&w, ten, "c1", "Ann");
		(void)push(&w, start, "c0", "Ann");
		cr_expect_eq(w.file->sign.kind == HOLD_LOWERED, rows[i].lowered, "%s",
			     rows[i].name);
		sketch_free(w.s);
	}
}

Test(baseline, a_hold_that_ended_still_explains_the_commit_that_wrote_it)
{
	struct history w = history_new();

	(void)push_home(&w, "", "c3");
	(void)push(&w, start, "c2", "Ann");
	(void)push_home(&w, "  hold: errors\n", "c2");
	(void)push(&w, ten, "c1", "Ann");
	cr_expect(!w.file->sign.kind);
	sketch_free(w.s);
}

Test(baseline, the_walk_ends_when_all_is_known)
{
	struct history w = history_new();

	cr_expect_eq(push(&w, ten, "c4", "Ann"), BASELINES_MORE, "there is no baseline yet");
	cr_expect_eq(push_home(&w, "", "c4"), BASELINES_MORE, "a hold may come");
	cr_expect_eq(push(&w, fifty, "c3", "Ann"), BASELINES_MORE);
	cr_expect_eq(push(&w, start, "c2", "Ann"), BASELINES_ALL_DONE);
	sketch_free(w.s);
}

Test(baseline, before_the_migration_began_nothing_is_wanted)
{
	struct history w = history_new();

	cr_expect_eq(push(&w, start2, "c4", "Ann"), BASELINES_MORE,
		     "it may have been lowered to this");
	cr_expect_eq(sketch_version(w.s, ".gcpbackend/web.yaml", NULL, "c3", "Ann"),
		     BASELINES_ALL_DONE);
	cr_expect(slice_is(w.file->baseline, start2) && !w.file->sign.kind);
	sketch_free(w.s);
}

Test(baseline, a_file_begins_where_it_was_not)
{
	struct history w = history_new();

	(void)push(&w, fifty, "c4", "Ann");
	(void)push(&w, ten, "c3", "Ann");
	cr_expect_eq(push(&w, NULL, "c2", "Ann"), BASELINES_MORE,
		     "the baseline may be behind the gap");
	cr_expect(!w.file->baseline.ptr && !w.file->sign.kind);
	cr_expect(slice_is(w.file->commit, "c4"));
	cr_expect_eq(push(&w, start2, "c1", "Ann"), BASELINES_ALL_DONE);
	cr_expect(slice_is(w.file->baseline, start2));
	sketch_free(w.s);
}

Test(baseline, a_file_that_was_deleted_and_made_again)
{
	struct history w = history_new();

	(void)push(&w, ten, "c4", "Ann");
	(void)push(&w, start2, "c3", "Ann");
	cr_expect_eq(push(&w, NULL, "c2", "Ann"), BASELINES_ALL_DONE,
		     "the versions before count no more");
	cr_expect(slice_is(w.file->baseline, start2));
	sketch_free(w.s);
}

Test(baseline, a_manifest_that_was_lowered_by_adding_it_again)
{
	struct history w = history_new();

	(void)push(&w, start2, "c5", "Eve");
	cr_expect_eq(push(&w, NULL, "c4", "Bob"), BASELINES_MORE, "there may be an older one");
	cr_expect_eq(w.file->sign.kind, HOLD_NONE);
	(void)push(&w, ten, "c2", "Ann");
	(void)push(&w, start, "c1", "Ann");
	cr_expect(w.file->sign.kind == HOLD_LOWERED && slice_is(w.file->sign.in, "c5") &&
		  slice_is(w.file->sign.by, "Eve"));
	cr_expect(slice_is(w.file->baseline, start2), "older versions are no baseline");
	sketch_free(w.s);
}

Test(baseline, a_new_manifest_is_not_lowered)
{
	struct history w = history_new();
	size_t n;

	(void)push(&w, start, "c5", "Eve");
	(void)push(&w, NULL, "c4", "Bob");
	cr_expect_eq(push(&w, NULL, "c3", "Bob"), BASELINES_ALL_DONE);
	cr_expect_eq(w.file->sign.kind, HOLD_NONE);
	cr_assert(baselines_doubts(w.s->baselines, &n) && n == 1,
		  "its routes may come from another file");
	sketch_free(w.s);
}

Test(baseline, a_migration_file_that_was_added_again)
{
	static const struct {
		const char *name;
		bool before; /* it existed before */
		enum hold_kind kind;
	} rows[] = { { "new", false, HOLD_NONE }, { "again", true, HOLD_LOWERED } };

	for (size_t i = 0; i < 2; i++) {
		struct history w = history_new();

		(void)push_home(&w, "", "c6");
		cr_expect_eq(sketch_version(w.s, ".gcpbackend/web.yaml", NULL, "c5", "Ann"),
			     BASELINES_MORE);
		(void)push(&w, start, "c4", "Bob");
		(void)push(&w, ten, "c3", "Ann");
		(void)push(&w, start, "c2", "Ann");
		if (rows[i].before)
			(void)push_home(&w, "", "c3");
		else
			cr_expect_eq(sketch_version(w.s, ".gcpbackend/web.yaml", NULL, "c1", "Ann"),
				     BASELINES_ALL_DONE);
		cr_expect_eq(w.file->sign.kind, rows[i].kind, "%s", rows[i].name);
		sketch_free(w.s);
	}
}

Test(baseline, a_hold_that_was_lost_with_the_migration_file)
{
	struct history w = history_new();

	(void)push_home(&w, "", "c6");
	(void)sketch_version(w.s, ".gcpbackend/web.yaml", NULL, "c5", "Ann");
	(void)push(&w, start, "c4", "Bob");
	(void)push_home(&w, "  hold: errors\n", "c4");
	(void)push(&w, ten, "c3", "Ann");
	cr_expect(w.file->sign.kind == HOLD_LOST && slice_is(w.file->sign.in, "c6"), "%d",
		  (int)w.file->sign.kind);
	sketch_free(w.s);
}

Test(baseline, routes_that_cannot_be_compared)
{
	static const char other[] =
		VS("x") "  - match: [{method: {exact: POST}}]\n    route:\n" DEST(OLD, "100");
	struct history w = history_new();

	(void)push(&w, other, "c3", "Eve");
	(void)push(&w, ten, "c2", "Ann");
	(void)push(&w, start, "c1", "Ann");
	cr_expect(w.file->sign.kind == HOLD_UNCLEAR && slice_is(w.file->sign.in, "c3"));
	sketch_free(w.s);
}

Test(baseline, a_merge_that_raised_does_not_end_the_search)
{
	struct history w = history_new();
	size_t n;

	(void)push(&w, ten, "m4", "Eve");
	(void)push(&w, start2, "c3", "Bob");
	cr_expect_eq(push(&w, start, "c2", "Bob"), BASELINES_MORE, "was it lowered before?");
	(void)push(&w, fifty, "c1", "Ann");
	cr_expect(w.file->sign.kind == HOLD_LOWERED && slice_is(w.file->sign.in, "c2"));
	cr_assert(baselines_doubts(w.s->baselines, &n) && n == 1, "the merge may know that commit");
	sketch_free(w.s);
}

Test(baseline, raised_although_on_hold)
{
	static const struct {
		const char *name, *raised, *held; /* the commits, in the order of their numbers */
		bool breach;
	} rows[] = { { "after the hold", "c4", "c3", true }, { "before it", "c3", "c4", false } };

	for (size_t i = 0; i < 2; i++) {
		struct sketch *s = sketch_new();
		const struct migration *m =
			sketch_migration(s, "web", OLD, NEW, "  hold: errors\n");
		struct history w = { s, NULL };

		baselines_want(s->baselines, SLICE("vs.yaml"), m);
		w.file = baselines_find(s->baselines, SLICE("vs.yaml"), m);
		for (int c = 4; c > 2; c--) {
			const char commit[] = { 'c', (char)('0' + c), 0 };

			if (!strcmp(commit, rows[i].raised))
				(void)push(&w, fifty, commit, "Eve");
			else
				(void)push_home(&w, "  hold: errors\n", commit);
		}
		(void)push(&w, ten, "c2", "Ann");
		(void)push_home(&w, "", "c1");
		cr_expect_eq(w.file->breach.in.len > 0, rows[i].breach, "%s", rows[i].name);
		if (rows[i].breach)
			cr_expect(slice_is(w.file->breach.by, "Eve") &&
				  slice_is(w.file->breach.since, rows[i].held));
		sketch_free(s);
	}
}

Test(baseline, one_file_is_done_and_another_is_not)
{
	struct sketch *s = sketch_new();
	const struct migration *m = sketch_migration(s, "web", OLD, NEW, "");

	baselines_want(s->baselines, SLICE("a.yaml"), m);
	baselines_want(s->baselines, SLICE("b.yaml"), m);
	cr_expect_eq(sketch_version(s, "a.yaml", ten, "c3", "Ann"), BASELINES_MORE);
	cr_expect_eq(sketch_version(s, "b.yaml", ten, "c3", "Ann"), BASELINES_MORE);
	cr_expect_eq(sketch_version(s, "a.yaml", start, "c2", "Ann"), BASELINES_FILE_DONE);
	cr_expect_eq(sketch_version(s, "b.yaml", mirror, "c2", "Ann"), BASELINES_MORE);
	cr_expect_eq(sketch_version(s, "b.yaml", start, "c1", "Ann"), BASELINES_ALL_DONE);
	sketch_free(s);
}

Test(baseline, a_baseline_by_hand)
{
	struct sketch *s = sketch_new();
	const struct migration *web = sketch_migration(s, "web", OLD, NEW, "");
	const struct migration *pay = sketch_migration(s, "pay", "pay.example.com", NEW, "");

	baselines_want(s->baselines, SLICE("vs.yaml"), pay);
	baselines_set_baseline(s->baselines, SLICE("vs.yaml"), web, slice_of(start));
	cr_assert_not_null(baselines_find(s->baselines, SLICE("vs.yaml"), web));
	cr_expect(slice_is(baselines_find(s->baselines, SLICE("vs.yaml"), web)->baseline, start));
	cr_expect_not_null(baselines_parsed(s->baselines, SLICE("vs.yaml"), web));
	cr_expect_null(baselines_parsed(s->baselines, SLICE("vs.yaml"), pay),
		       "it is of one migration only");
	sketch_free(s);
}

/* Reads the VirtualServices of a text. */
static struct vs_list list_of(struct sketch *s, const char *text, struct yaml_file **file)
{
	struct err err = ERR_INIT;
	struct objects *objects = arena_alloc(s->arena, sizeof(*objects));
	struct vs_list list = { NULL, 0 };

	cr_assert_eq(yaml_parse(file, SLICE("vs.yaml"), slice_of(text), &err), 0, "%s", err.reason);
	*objects = objects_of(*file, s->arena);
	cr_assert_eq(vs_list_read(&list, objects,
				  &(struct move_context){ &s->migrations[0]->move, s->arena, NULL },
				  &err),
		     0, "%s", err.reason);
	return list;
}

Test(baseline, virtual_services_are_paired_by_namespace_and_name)
{
	struct history w = history_new();
	struct yaml_file *file1, *file2;
	struct vs_list now =
		list_of(w.s,
			VS_IN("a", "x") ALL_OLD "---\n" BACKEND(NEW) "---\n" VS_IN("b", "x") ALL_OLD
			"---\n" VS("x") ALL_OLD "---\n" VS_IN("a", "x") ALL_OLD
			"---\n" VS_IN("a", "gone") ALL_OLD,
			&file1);
	struct vs_list then =
		list_of(w.s,
			VS("x") ALL_OLD "---\n" VS_IN("a", "x") ALL_OLD "---\n" VS_IN("a", "x")
				ALL_OLD "---\n" VS_IN("b", "x") ALL_OLD,
			&file2);
	static const int pairs[] = { 1, 3, 0, 2, -1 };

	cr_assert(now.n == 5 && then.n == 4, "other objects are passed over");
	for (size_t i = 0; i < 5; i++)
		cr_expect_eq(vs_list_pair(&then, &now, i),
			     pairs[i] < 0 ? NULL : &then.items[pairs[i]], "number %zu", i);
	yaml_file_free(file1);
	yaml_file_free(file2);
	sketch_free(w.s);
}

Test(baseline, a_list_that_cannot_be_read)
{
	struct history w = history_new();
	struct yaml_file *file;
	struct err err = ERR_INIT;
	struct objects objects;
	struct vs_list list;

	cr_assert_eq(yaml_parse(&file, SLICE("vs.yaml"),
				SLICE(VS("x") ALL_OLD "---\n" VS("w") "  - route: {a: b}\n"), &err),
		     0);
	objects = objects_of(file, w.s->arena);
	cr_expect_eq(
		vs_list_read(&list, &objects,
			     &(struct move_context){ &w.s->migrations[0]->move, w.s->arena, NULL },
			     &err),
		-1);
	cr_expect_eq(err.code, &CODE_yaml_type, "%s", err.reason);
	yaml_file_free(file);
	sketch_free(w.s);
}
