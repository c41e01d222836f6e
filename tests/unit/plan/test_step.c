/*
 * One migration's step: which stage it is at, where it may go, what stops it, and what it does to
 * the migration file.
 */
#include "tests/unit/plan/sketch.h"

#include <criterion/criterion.h>

/* The file at each stage of the default list, from the start on. */
static const struct {
	const char *stage, *text;
} ladder[] = {
	{ "start", VS("x") ALL_OLD },        { "mirror", VS("x") MIRRORED },
	{ "10", VS("x") SPLIT("90", "10") }, { "25", VS("x") SPLIT("75", "25") },
	{ "50", VS("x") SPLIT("50", "50") }, { "100", VS("x") SPLIT("0", "100") },
};

enum { RUNGS = sizeof(ladder) / sizeof(ladder[0]) };

Test(step, next_climbs_rung_by_rung)
{
	for (size_t i = 0; i + 1 < RUNGS; i++) {
		struct sketch *s = sketch_of(ladder[i].text, ladder[0].text);
		const struct step *step = sketch_go(s, GO_UP, "next");

		expect_step(step, ladder[i].stage, ladder[i + 1].stage);
		cr_expect(!step->unchanged && !step->finished && !step->held && !step->skipped.n,
			  "%s", ladder[i].stage);
		expect_after(s, &step->changes, "vs.yaml", ladder[i + 1].text);
		sketch_free(s);
	}
}

Test(step, at_the_last_stage_nothing_is_next)
{
	struct sketch *s = sketch_of(ladder[5].text, ladder[0].text);
	const struct step *step = sketch_go(s, GO_UP, "next");

	expect_step(step, "100", "100");
	cr_expect(step->finished && step->unchanged);
	cr_expect_eq(s->plan.changes.n, 0);
	sketch_free(s);
}

Test(step, from_any_stage_to_any_other)
{
	for (size_t from = 0; from < RUNGS; from++)
		for (size_t to = 0; to < RUNGS; to++) {
			struct sketch *s = sketch_of(ladder[from].text, ladder[0].text);
			const struct step *step = sketch_go(s, GO_ANYWHERE, ladder[to].stage);

			expect_step(step, ladder[from].stage, ladder[to].stage);
			cr_expect_eq(step->unchanged, from == to, "%s to %s", ladder[from].stage,
				     ladder[to].stage);
			expect_after(s, &step->changes, "vs.yaml",
				     from == to ? "" : ladder[to].text);
			sketch_free(s);
		}
}

Test(step, promote_never_goes_down_and_rollback_never_up)
{
	for (size_t from = 0; from < RUNGS; from++)
		for (size_t to = 0; to < RUNGS; to++) {
			struct sketch *s = sketch_of(ladder[from].text, ladder[0].text);
			const struct step *step = sketch_go(s, GO_UP, ladder[to].stage);

			if (to < from)
				expect_refused(s, step, stage_down, ".gcpbackend/web.yaml", 0,
					       ladder[to].stage);
			else
				expect_step(step, ladder[from].stage, ladder[to].stage);
			step = sketch_go(s, GO_DOWN, ladder[to].stage);
			if (to > from)
				expect_refused(s, step, stage_up, ".gcpbackend/web.yaml", 0,
					       ladder[to].stage);
			else
				expect_step(step, ladder[from].stage, ladder[to].stage);
			sketch_free(s);
		}
}

Test(step, a_stage_that_is_not_in_the_list)
{
	static const enum direction directions[] = { GO_ANYWHERE, GO_UP, GO_DOWN };
	struct sketch *s = sketch_of(ladder[2].text, ladder[0].text);

	for (size_t i = 0; i < 3; i++) {
		const struct step *step = sketch_go(s, directions[i], "30");

		expect_refused(s, step, stage_bad, ".gcpbackend/web.yaml", 0, "'30'");
		cr_expect(slice_find(finding_of(&step->findings, &CODE_stage_bad)->remedy,
				     SLICE("start, mirror, 10, 25, 50, 100")) != SIZE_MAX);
	}
	sketch_free(s);
}

Test(step, stages_of_its_own)
{
	struct sketch *s = sketch_new();
	const struct step *step;

	sketch_file(s, "vs.yaml", ladder[0].text);
	(void)sketch_migration(s, "web", OLD, NEW, "  stages: [5, 100]\n");
	sketch_survey(s);
	step = sketch_go(s, GO_UP, "next");
	expect_step(step, "start", "5");
	expect_after(s, &step->changes, "vs.yaml", VS("x") SPLIT("95", "5"));
	expect_refused(s, sketch_go(s, GO_UP, "mirror"), stage_bad, ".gcpbackend/web.yaml", 0,
		       "'mirror'");
	expect_step(sketch_go(s, GO_UP, "start"), "start", "start");
	sketch_free(s);
}

Test(step, a_stage_that_changes_nothing_is_skipped)
{
	static const char *const own = "    mirror: {host: shadow.example.com}\n";
	AUTO_STR struct str text = STR_INIT;
	struct sketch *s;
	const struct step *step;

	str_addf(&text, "%s%s", ladder[0].text, own);
	s = sketch_of(text.ptr, NULL);
	step = sketch_go(s, GO_UP, "next");
	expect_step(step, "start", "10");
	cr_assert_eq(step->skipped.n, 1);
	cr_expect(slice_is(step->skipped.items[0], "mirror"));
	step = sketch_go(s, GO_UP, "mirror");
	cr_expect(step->unchanged && !step->refused && !step->changes.n);
	expect_finding(&step->findings, mirror_own, "vs.yaml", 6, "route 1");
	sketch_free(s);
}

/* A sketch at 10 % whose migration has more fields. */
static struct sketch *at_ten(const char *rest)
{
	struct sketch *s = sketch_new();

	sketch_file(s, "vs.yaml", ladder[2].text);
	(void)sketch_migration(s, "web", OLD, NEW, rest);
	sketch_survey(s);
	(void)sketch_version(s, "vs.yaml", ladder[2].text, "commit2", "Ann");
	(void)sketch_version(s, "vs.yaml", ladder[0].text, "commit1", "Bob");
	return s;
}

/* Plans one step of the first migration with all fields of an intent. */
static const struct step *go_with(struct sketch *s, struct intent intent)
{
	return &sketch_plan(s, &intent, 1)->steps[0];
}

Test(step, a_hold_stops_what_goes_up_and_nothing_else)
{
	struct sketch *s = at_ten("  hold: errors at 10 %\n");
	const struct step *step = sketch_go(s, GO_UP, "next");

	expect_refused(s, step, held, ".gcpbackend/web.yaml", 7, "errors at 10 %");
	cr_expect(step->held && slice_is(step->hold, "errors at 10 %"));
	expect_refused(s, sketch_go(s, GO_UP, "100"), held, ".gcpbackend/web.yaml", 7,
		       "errors at 10 %");
	step = sketch_go(s, GO_ANYWHERE, "25");
	expect_step(step, "10", "25");
	cr_expect(step->held);
	expect_after(s, &step->changes, "vs.yaml", ladder[3].text);
	step = sketch_go(s, GO_DOWN, "start");
	expect_step(step, "10", "start");
	expect_after(s, &step->changes, "vs.yaml", ladder[0].text);
	cr_expect_eq(s->plan.changes.n, 1, "no reason was given, so no hold is written");
	sketch_free(s);
}

/* The migration file of the sketches with these fields behind the hosts. */
#define FILE_WITH(rest)                                                                            \
	"apiVersion: gcpbackend/v1alpha1\nkind: Migration\nmetadata: {name: web}\nspec:\n  from: " \
	"{host: " OLD "}\n  to: {host: " NEW "}\n" rest

Test(step, resume_ends_the_hold)
{
	struct sketch *s = at_ten("  hold: errors at 10 %\n  stages: [10, 50]\n");
	struct intent intent = sketch_intent(s, 0, GO_UP, "next");
	const struct step *step;

	intent.resume = true;
	step = go_with(s, intent);
	expect_step(step, "10", "50");
	expect_after(s, &step->changes, "vs.yaml", ladder[4].text);
	expect_after(s, &step->changes, ".gcpbackend/web.yaml", FILE_WITH("  stages: [10, 50]\n"));
	cr_expect_eq(s->plan.changes.n, 2);
	intent = sketch_intent(s, 0, GO_UP, "10");
	intent.resume = true;
	step = go_with(s, intent);
	expect_step(step, "10", "10");
	expect_after(s, &step->changes, ".gcpbackend/web.yaml", FILE_WITH("  stages: [10, 50]\n"));
	cr_expect_eq(s->plan.changes.n, 1, "the hold ends, and nothing else changes");
	sketch_free(s);
}

Test(step, resume_without_a_hold_is_a_promotion)
{
	struct sketch *s = at_ten("");
	struct intent intent = sketch_intent(s, 0, GO_UP, "25");
	const struct step *step;

	intent.resume = true;
	step = go_with(s, intent);
	expect_step(step, "10", "25");
	cr_expect_eq(s->plan.changes.n, 1);
	expect_after(s, &step->changes, "vs.yaml", ladder[3].text);
	sketch_free(s);
}

Test(step, rollback_writes_a_hold)
{
	static const struct {
		const char *name, *rest, *hold, *file;
	} rows[] = {
		{ "a new one", "  stages: [10, 25]\n", "errors",
		  FILE_WITH("  stages: [10, 25]\n  hold: errors\n") },
		{ "another reason", "  hold: 'slow'\n", "errors", FILE_WITH("  hold: 'errors'\n") },
		{ "the same reason", "  hold: errors\n", "errors", "" },
		{ "a text that YAML would take for something else", "  stages: [10, 25]\n", "true",
		  FILE_WITH("  stages: [10, 25]\n  hold: \"true\"\n") },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sketch *s = at_ten(rows[i].rest);
		struct intent intent = sketch_intent(s, 0, GO_DOWN, "start");
		const struct step *step;

		intent.hold = slice_of(rows[i].hold);
		step = go_with(s, intent);
		expect_step(step, "10", "start");
		expect_after(s, &step->changes, "vs.yaml", ladder[0].text);
		cr_expect_str_eq(sketch_after(s, &s->plan.changes, ".gcpbackend/web.yaml"),
				 rows[i].file, "%s", rows[i].name);
		sketch_free(s);
	}
}

Test(step, a_weight_that_was_lowered_without_a_hold_holds)
{
	struct sketch *s = sketch_new();
	struct intent intent;
	const struct step *step;

	sketch_file(s, "vs.yaml", ladder[2].text);
	(void)sketch_migration(s, "web", OLD, NEW, "");
	sketch_survey(s);
	(void)sketch_version(s, "vs.yaml", ladder[2].text, "0123456789abcdef",
			     "Eve <eve@example.com>");
	(void)sketch_version(s, "vs.yaml", ladder[4].text, "commit2", "Ann");
	(void)sketch_version(s, "vs.yaml", ladder[0].text, "commit1", "Bob");
	step = sketch_go(s, GO_UP, "next");
	expect_refused(s, step, held, ".gcpbackend/web.yaml", 0, "Eve <eve@example.com>");
	expect_finding(&step->findings, held, ".gcpbackend/web.yaml", 0, "01234567");
	cr_expect(step->held && step->hold.len);
	expect_step(sketch_go(s, GO_DOWN, "start"), "10", "start");
	intent = sketch_intent(s, 0, GO_UP, "next");
	intent.resume = true;
	step = go_with(s, intent);
	expect_step(step, "10", "25");
	cr_expect_eq(s->plan.changes.n, 1, "there is no hold to take out of the file");
	sketch_free(s);
}

Test(step, without_a_backend_nothing_goes_up)
{
	struct sketch *s = sketch_new();

	sketch_file(s, "vs.yaml", ladder[2].text);
	(void)sketch_migration(s, "web", OLD, "other.example.com", "");
	sketch_survey(s);
	expect_refused(s, sketch_go(s, GO_UP, "next"), no_backend, ".gcpbackend/web.yaml", 6,
		       "other.example.com");
	expect_refused(s, sketch_go(s, GO_ANYWHERE, "10"), no_backend, ".gcpbackend/web.yaml", 6,
		       "other.example.com");
	cr_expect(!sketch_go(s, GO_DOWN, "start")->refused, "nothing stops a rollback");
	cr_expect(!sketch_go(s, GO_ANYWHERE, "start")->refused, "the start needs no backend");
	sketch_free(s);
}

Test(step, without_a_backend_a_rollback_goes_down_to_any_stage)
{
	struct sketch *s = sketch_new();
	const struct step *step;

	sketch_file(s, "vs.yaml", VS("x") ROUTE DEST(OLD, "50") DEST("other.example.com", "50"));
	(void)sketch_migration(s, "web", OLD, "other.example.com", "");
	sketch_survey(s);
	step = sketch_go(s, GO_DOWN, "10");
	expect_step(step, "50", "10");
	expect_after(s, &step->changes, "vs.yaml",
		     VS("x") ROUTE DEST(OLD, "90") DEST("other.example.com", "10"));
	sketch_free(s);
}

Test(step, what_the_migration_allows_is_noted_with_the_reason)
{
	struct sketch *s = sketch_new();
	const struct step *step;

	sketch_file(s, "vs.yaml", ladder[0].text);
	(void)sketch_migration(s, "web", OLD, "other.example.com",
			       "  allow: {GCB1003: kept by infra}\n");
	sketch_survey(s);
	step = sketch_go(s, GO_UP, "next");
	expect_step(step, "start", "mirror");
	expect_finding(&step->findings, no_backend, ".gcpbackend/web.yaml", 6, "kept by infra");
	cr_expect(finding_of(&step->findings, &CODE_no_backend)->allowed);
	cr_expect_null(findings_stop(&step->findings));
	sketch_free(s);
}

Test(step, a_weight_too_small_for_the_stages)
{
	struct sketch *s =
		sketch_of(VS("x") ROUTE DEST(OLD, "5") DEST("c.example.com", "95"), NULL);
	const struct step *step = sketch_go(s, GO_UP, "10");

	/* 5 becomes 1 at 10 % and at 25 %: ten and more are enough */
	expect_refused(s, step, weight_small, "vs.yaml", 8, "weight 5");
	cr_expect(slice_find(finding_of(&step->findings, &CODE_weight_small)->remedy,
			     SLICE("by 2")) != SIZE_MAX);
	sketch_free(s);
}

Test(step, rounding_is_told)
{
	struct sketch *s = sketch_of(VS("x") ROUTE DEST(OLD, "10"), NULL);
	const struct step *step = sketch_go(s, GO_UP, "25");

	expect_step(step, "start", "25");
	expect_finding(&step->findings, rounded, "vs.yaml", 8, "25% is rounded to 2 of 10");
	expect_after(s, &step->changes, "vs.yaml", VS("x") SPLIT("8", "2"));
	cr_expect_null(finding_of(&sketch_go(s, GO_UP, "50")->findings, &CODE_rounded),
		       "5 of 10 is exact");
	sketch_free(s);
}

Test(step, shares_before_and_after)
{
	struct sketch *s =
		sketch_of(VS_IN("shop", "x") SPLIT("90", "10"), VS_IN("shop", "x") ALL_OLD);
	const struct step *step = sketch_go(s, GO_UP, "50");

	expect_step(step, "10", "50");
	cr_assert_eq(step->shares.n, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct share *row = &step->shares.items[i];
		bool old = row->side == SIDE_OLD;

		cr_expect(slice_is(row->vs, "shop/x") && slice_is(row->route, "route 1"));
		cr_expect(slice_is(row->host, old ? OLD : NEW) && (old || row->side == SIDE_NEW));
		cr_expect_eq(row->before, old ? 90 : 10);
		cr_expect_eq(row->after, 50);
		cr_expect_eq(row->total, 100);
	}
	sketch_free(s);
}

Test(step, a_comment_that_goes_is_named)
{
	struct sketch *s =
		sketch_of(VS("x") ROUTE DEST(OLD, "90") "    # ask Ann first\n" DEST(NEW, "10"),
			  ladder[0].text);
	const struct step *step = sketch_go(s, GO_DOWN, "start");

	expect_step(step, "10", "start");
	expect_finding(&step->findings, comment_lost, "vs.yaml", 0, "ask Ann first");
	expect_after(s, &step->changes, "vs.yaml", ladder[0].text);
	sketch_free(s);
}

Test(step, the_comment_of_a_generated_copy_is_nobodys)
{
	static const char *const before = VS("x") "  - route:\n" DEST(OLD, "100");
	struct sketch *up = sketch_of(before, NULL), *s;
	const struct step *step;

	expect_step(sketch_go(up, GO_UP, "next"), "start", "mirror");
	s = sketch_of(sketch_after(up, &up->plan.changes, "vs.yaml"), before);
	step = sketch_go(s, GO_UP, "next");
	expect_step(step, "mirror", "10");
	cr_expect_null(finding_of(&step->findings, &CODE_comment_lost));
	expect_after(s, &step->changes, "vs.yaml",
		     VS("x") "  - route:\n" DEST(OLD, "90") DEST(NEW, "10"));
	sketch_free(s);
	sketch_free(up);
}

Test(step, files_are_named_once)
{
	struct sketch *s = sketch_new();
	const struct step *step;

	sketch_file(s, "b.yaml", VS("b1") ALL_OLD "---\n" VS("b2") ALL_OLD);
	sketch_file(s, "a.yaml", VS("a") ALL_OLD);
	(void)sketch_migration(s, "web", OLD, NEW, "");
	sketch_survey(s);
	step = sketch_go(s, GO_UP, "10");
	expect_step(step, "start", "10");
	cr_assert_eq(step->files.n, 2);
	cr_expect(slices_have(step->files, SLICE("a.yaml")) &&
		  slices_have(step->files, SLICE("b.yaml")));
	expect_after(s, &step->changes, "b.yaml",
		     VS("b1") SPLIT("90", "10") "---\n" VS("b2") SPLIT("90", "10"));
	expect_after(s, &step->changes, "a.yaml", VS("a") SPLIT("90", "10"));
	sketch_free(s);
}
