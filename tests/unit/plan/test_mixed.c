/*
 * Routes that are at no stage together: which one is named, how far they count as being, and the
 * ways out.
 */
#include "plan/mixed.h"
#include "tests/unit/plan/sketch.h"

#include <criterion/criterion.h>

/* A second route, matched otherwise, and one that may have any weights. */
#define OTHER(old, new)                                                                            \
	"  - match: [{method: {exact: PUT}}]\n    route:\n" DEST(OLD, old) DEST(NEW, new)
#define OTHER_OLD "  - match: [{method: {exact: PUT}}]\n    route:\n" DEST(OLD, "100")
#define BEFORE VS("x") ALL_OLD OTHER_OLD

/* A route with its generated copy in front, as at the stage mirror. */
#define COPIED                                                                                     \
	"  # generated copy of the next route\n  - match: [{method: {exact: GET}}, {method: "      \
	"{exact: HEAD}}]\n    route:\n" DEST(                                                      \
		OLD, "100") "    mirror: {host: " NEW                                              \
			    "}\n    mirrorPercentage: {value: 10}\n  - route:\n" DEST(OLD, "100")

Test(mixed, promote_stops_and_names_the_route)
{
	static const struct {
		const char *name, *now;
		unsigned line;
		const char *part;
	} rows[] = {
		{ "off the plan", VS("x") SPLIT("90", "10") OTHER("70", "30"), 14,
		  "route 2 of 'x' sends 30% to the new host" },
		{ "off the plan, and not where the first is",
		  VS("x") SPLIT("75", "25") OTHER("70", "30"), 14, "route 2 of 'x'" },
		{ "the first one is off the plan", VS("x") SPLIT("70", "30") OTHER("75", "25"), 6,
		  "route 1 of 'x' sends 30% to the new host" },
		{ "behind the first one", VS("x") SPLIT("75", "25") OTHER("90", "10"), 14,
		  "route 2 of 'x' sends 10% to the new host" },
		{ "left at the start", VS("x") SPLIT("75", "25") OTHER_OLD, 14,
		  "route 2 of 'x' sends 0% to the new host" },
		{ "both off the plan", VS("x") SPLIT("70", "30") OTHER("70", "30"), 6,
		  "route 1 of 'x' sends 30% to the new host" },
		{ "left at the mirror", VS("x") SPLIT("75", "25") COPIED, 22,
		  "route 2 of 'x' mirrors 10% to the new host, but route 1 of 'x' sends 25%" },
		{ "a name",
		  VS("x") SPLIT("75", "25") "  - name: slow\n    route:\n" DEST(OLD, "95")
			  DEST(NEW, "5"),
		  14, "route 2 (slow) of 'x' sends 5% to the new host, as at no stage" },
		{ "another mirror",
		  VS("x") ALL_OLD "    mirror:\n      host: " NEW
				  "\n    mirrorPercentage:\n      value: 5\n" OTHER_OLD,
		  6, "route 1 of 'x' mirrors 5% to the new host, as at no stage" },
	};
	static const char *const stages[] = { "next", "100" };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t j = 0; j < 2; j++) {
			struct sketch *s = sketch_of(rows[i].now, BEFORE);
			const struct step *step = sketch_go(s, GO_UP, stages[j]);

			cr_expect(step->mixed && !step->known, "%s", rows[i].name);
			expect_refused(s, step, mixed, "vs.yaml", rows[i].line, rows[i].part);
			sketch_free(s);
		}
}

Test(mixed, who_changed_the_file_last)
{
	struct sketch *s = sketch_new();

	sketch_file(s, "vs.yaml", VS("x") SPLIT("70", "30"));
	(void)sketch_migration(s, "web", OLD, NEW, "");
	sketch_survey(s);
	expect_refused(s, sketch_go(s, GO_UP, "next"), mixed, "vs.yaml", 6,
		       "sends 30% to the new host");
	cr_expect_eq(slice_find(finding_of(&s->plan.steps[0].findings, &CODE_mixed)->reason,
				SLICE("file last changed")),
		     SIZE_MAX, "it is not known");
	(void)sketch_version(s, "vs.yaml", VS("x") SPLIT("70", "30"), "0123456789abcdef", "Eve");
	(void)sketch_version(s, "vs.yaml", VS("x") ALL_OLD, "commit1", "Ann");
	expect_refused(s, sketch_go(s, GO_UP, "next"), mixed, "vs.yaml", 6,
		       "(file last changed by Eve in 01234567)");
	sketch_free(s);
}

/* The shares of one route, and how far that is. */
static const struct {
	const char *name, *text;
	struct stage stage;
} heights[] = {
	{ "nothing", VS("x") ALL_OLD, { STAGE_START, 0 } },
	{ "a mirror", VS("x") MIRRORED, { STAGE_MIRROR, 0 } },
	{ "a share", VS("x") SPLIT("70", "30"), { STAGE_WEIGHT, 30 } },
	{ "a share of a small weight", VS("x") SPLIT("1", "2"), { STAGE_WEIGHT, 66 } },
	{ "less than one percent", VS("x") SPLIT("999", "1"), { STAGE_WEIGHT, 1 } },
	{ "a weight of nothing", VS("x") SPLIT("100", "0"), { STAGE_START, 0 } },
	{ "others do not count",
	  VS("x") ROUTE DEST(OLD, "10") DEST(NEW, "10") DEST("c", "80"),
	  { STAGE_WEIGHT, 50 } },
	{ "the furthest",
	  VS("x") MIRRORED SPLIT("99", "1") SPLIT("20", "80") SPLIT("70", "30"),
	  { STAGE_WEIGHT, 80 } },
	{ "a route to new alone is another matter",
	  VS("x") MIRRORED "  - route:\n" DEST(NEW, "1"),
	  { STAGE_MIRROR, 0 } },
	{ "a second VirtualService",
	  VS("x") MIRRORED "---\n" VS("w") SPLIT("95", "5"),
	  { STAGE_WEIGHT, 5 } },
};

Test(mixed, how_far_the_furthest_route_is)
{
	for (size_t i = 0; i < sizeof(heights) / sizeof(heights[0]); i++) {
		struct sketch *s = sketch_of(heights[i].text, NULL);
		struct plan_inputs in = { .inventory = s->inventory,
					  .baselines = s->baselines,
					  .each = each_in_turn,
					  .vs_template = s->template };
		struct findings findings = { .arena = s->arena };
		struct yaml_pool pool;
		struct scope scope;

		yaml_pool_init(&pool);
		cr_assert_eq(scope_find(&scope, &pool, &in, s->migrations[0], &findings), 0, "%s",
			     heights[i].name);
		cr_expect_eq(stage_cmp(mixed_highest(&scope), heights[i].stage), 0, "%s: %s",
			     heights[i].name, stage_text(mixed_highest(&scope)));
		yaml_pool_release(&pool);
		sketch_free(s);
	}
}

Test(mixed, rollback_goes_down_from_the_furthest_route)
{
	struct sketch *s = sketch_of(VS("x") SPLIT("90", "10") OTHER("70", "30"), BEFORE);
	const struct step *step = sketch_go(s, GO_DOWN, "25");

	cr_expect(!step->refused && step->mixed, "%s", why_refused(step));
	cr_expect_str_eq(stage_text(step->from), "30");
	expect_after(s, &s->plan.changes, "vs.yaml", VS("x") SPLIT("90", "10") OTHER("75", "25"));
	expect_refused(s, sketch_go(s, GO_DOWN, "50"), stage_up, ".gcpbackend/web.yaml", 0,
		       "below '50'");
	step = sketch_go(s, GO_DOWN, "start");
	cr_expect(!step->refused, "%s", why_refused(step));
	expect_after(s, &s->plan.changes, "vs.yaml", BEFORE);
	sketch_free(s);
}

Test(mixed, promote_below_the_furthest_route)
{
	struct sketch *s = sketch_of(VS("x") SPLIT("90", "10") OTHER("70", "30"), BEFORE);

	expect_refused(s, sketch_go(s, GO_UP, "25"), stage_down, ".gcpbackend/web.yaml", 0,
		       "above '25'");
	sketch_free(s);
}

Test(mixed, rendering_needs_a_stage)
{
	struct sketch *s = sketch_of(VS("x") SPLIT("90", "10") OTHER("70", "30"), BEFORE);
	const struct step *step = sketch_go(s, GO_ANYWHERE, "50");

	cr_expect(!step->refused && step->mixed, "%s", why_refused(step));
	expect_after(s, &s->plan.changes, "vs.yaml", VS("x") SPLIT("50", "50") OTHER("50", "50"));
	expect_refused(s, sketch_go(s, GO_ANYWHERE, "next"), mixed, "vs.yaml", 14, "30%");
	sketch_free(s);
}

Test(mixed, files_that_are_not_at_one_stage)
{
	struct sketch *s = sketch_new();

	sketch_file(s, "a.yaml", VS("x") SPLIT("75", "25"));
	sketch_file(s, "b.yaml", VS("w") ALL_OLD);
	(void)sketch_migration(s, "web", OLD, NEW, "");
	sketch_survey(s);
	expect_refused(s, sketch_go(s, GO_UP, "next"), mixed, "b.yaml", 6,
		       "of 'w' sends 0% to the new host");
	sketch_free(s);
}

/* Plans the first migration with --adopt. */
static const struct step *adopt(struct sketch *s, const char *stage)
{
	struct intent intent = sketch_intent(s, 0, GO_UP, stage);

	intent.adopt = true;
	return &sketch_plan(s, &intent, 1)->steps[0];
}

Test(mixed, adopt_goes_on_from_the_furthest_route)
{
	struct sketch *s = sketch_of(VS("x") SPLIT("90", "10") OTHER("70", "30"), BEFORE);
	const struct step *step = adopt(s, "next");

	cr_expect(!step->refused && step->mixed, "%s", why_refused(step));
	cr_expect_str_eq(stage_text(step->to), "50");
	expect_after(s, &s->plan.changes, "vs.yaml", VS("x") SPLIT("50", "50") OTHER("50", "50"));
	sketch_free(s);
}

/* A route with two old destinations and new. */
#define THREE(one, two, new)                                                                       \
	ROUTE DEST(OLD, one) "    - destination: {host: " OLD ", subset: v2}\n      weight: " two  \
			     "\n    - destination:\n        host: " NEW                            \
			     "\n      weight: " new "\n"

Test(mixed, adopt_takes_todays_proportions)
{
	static const struct {
		const char *name, *now, *after;
	} rows[] = {
		{ "other ones", VS("x") THREE("60", "20", "20"), VS("x") THREE("38", "12", "50") },
		{ "those of a stage", VS("x") THREE("45", "30", "25"),
		  VS("x") THREE("30", "20", "50") },
		{ "equal ones", VS("x") THREE("30", "30", "40"), VS("x") THREE("25", "25", "50") },
		{ "another sum", VS("x") THREE("600", "200", "200"),
		  VS("x") THREE("375", "125", "500") },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sketch *s = sketch_of(rows[i].now, NULL);
		const struct step *step = sketch_go(s, GO_UP, "50");

		cr_expect(step->refused && finding_of(&step->findings, &CODE_no_baseline), "%s",
			  rows[i].name);
		step = adopt(s, "50");
		cr_expect(!step->refused && step->mixed, "%s: %s", rows[i].name, why_refused(step));
		cr_expect_str_eq(sketch_after(s, &s->plan.changes, "vs.yaml"), rows[i].after, "%s",
				 rows[i].name);
		sketch_free(s);
	}
}

Test(mixed, adopt_passes_no_hold)
{
	struct sketch *s = sketch_new();

	sketch_file(s, "vs.yaml", VS("x") SPLIT("70", "30"));
	(void)sketch_migration(s, "web", OLD, NEW, "  hold: errors\n");
	sketch_survey(s);
	expect_refused(s, adopt(s, "next"), held, ".gcpbackend/web.yaml", 7, "errors");
	sketch_free(s);
}

Test(mixed, weights_that_are_put_right_again)
{
	struct sketch *s = sketch_of(VS("x") SPLIT("75", "25"), VS("x") SPLIT("70", "30"));

	(void)sketch_version(s, "vs.yaml", VS("x") SPLIT("90", "10"), "commit0", "Ann");
	expect_refused(s, sketch_go(s, GO_UP, "next"), held, ".gcpbackend/web.yaml", 0, "Ann");
	sketch_free(s);
	s = sketch_of(VS("x") SPLIT("75", "25"), VS("x") SPLIT("80", "20"));
	(void)sketch_version(s, "vs.yaml", VS("x") ALL_OLD, "commit0", "Ann");
	expect_step(sketch_go(s, GO_UP, "next"), "25", "50");
	sketch_free(s);
}
