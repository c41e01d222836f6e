/*
 * The end of a migration: when old may go, what is read back, and the way back from there.
 */
#include "tests/unit/plan/sketch.h"

#include <criterion/criterion.h>

#define ENTRY                                                                                      \
	"apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: e}\nspec: "      \
	"{hosts: [" OLD "]}\n"
#define DONE ROUTE DEST(NEW, "100")
#define FULL SPLIT("0", "100")

/*
 * A sketch at the end, or what looks like it, with these older versions; the ServiceEntry is there.
 */
static struct sketch *at_end(const char *now, const char *before1, const char *before2, bool entry)
{
	struct sketch *s = sketch_new();

	if (entry)
		sketch_file(s, "entry.yaml", ENTRY);
	sketch_file(s, "vs.yaml", now);
	(void)sketch_migration(s, "web", OLD, NEW, "");
	sketch_survey(s);
	(void)sketch_version(s, "vs.yaml", now, "c3", "C");
	if (before1)
		(void)sketch_version(s, "vs.yaml", before1, "c2", "B");
	if (before2)
		(void)sketch_version(s, "vs.yaml", before2, "c1", "A");
	return s;
}

Test(step_finalize, from_the_last_stage)
{
	struct sketch *s = sketch_of(VS("x") FULL, VS("x") ALL_OLD);

	expect_step(sketch_go(s, GO_FINALIZE, "done"), "100", "done");
	expect_after(s, &s->plan.changes, "vs.yaml", VS("x") DONE);
	sketch_free(s);
}

Test(step_finalize, not_before)
{
	static const char *const early[] = { VS("x") ALL_OLD, VS("x") MIRRORED,
					     VS("x") SPLIT("50", "50") };

	for (size_t i = 0; i < 3; i++) {
		struct sketch *s = sketch_of(early[i], VS("x") ALL_OLD);

		expect_refused(s, sketch_go(s, GO_FINALIZE, "done"), not_at_end,
			       ".gcpbackend/web.yaml", 0, "is at");
		sketch_free(s);
	}
}

Test(step_finalize, not_when_mixed)
{
	struct sketch *s = sketch_of(VS("x") SPLIT("1", "99"), VS("x") ALL_OLD);

	expect_refused(s, sketch_go(s, GO_FINALIZE, "done"), mixed, "vs.yaml", 6, "99%");
	sketch_free(s);
}

Test(step_finalize, not_while_somebody_else_sends_to_old)
{
	struct sketch *s = sketch_new();

	sketch_file(s, "a/vs.yaml", VS("x") FULL);
	sketch_file(s, "b/vs.yaml", VS("other") ALL_OLD);
	(void)sketch_migration(s, "web", OLD, NEW, "  manifests: {path: a}\n");
	sketch_survey(s);
	(void)sketch_version(s, "a/vs.yaml", VS("x") FULL, "c2", "B");
	(void)sketch_version(s, "a/vs.yaml", VS("x") ALL_OLD, "c1", "A");
	expect_refused(s, sketch_go(s, GO_FINALIZE, "done"), still_used, "b/vs.yaml", 1,
		       "'other' also routes to");
	sketch_free(s);
}

Test(step_finalize, not_while_a_tcp_route_is_left)
{
	struct sketch *s =
		sketch_of(VS("x") FULL "  tcp:\n  - route: [{destination: {host: " OLD "}}]\n",
			  VS("x") ALL_OLD "  tcp:\n  - route: [{destination: {host: " OLD "}}]\n");

	expect_refused(s, sketch_go(s, GO_FINALIZE, "done"), still_used, "vs.yaml", 15, "tcp");
	sketch_free(s);
}

Test(step_finalize, is_read_back)
{
	struct sketch *s = at_end(VS("x") DONE, VS("x") FULL, VS("x") ALL_OLD, true);
	const struct step *step = sketch_go(s, GO_UP, "next");

	cr_expect(step->known && !step->mixed && step->finished && !step->held && !step->refused);
	cr_expect_str_eq(stage_text(step->from), "done");
	step = sketch_go(s, GO_FINALIZE, "done");
	cr_expect(!step->refused && step->unchanged && s->plan.changes.n == 0);
	sketch_free(s);
}

/* A route to new, and none to old, is the end only when there was one to old before. */
Test(step_finalize, is_not_a_misspelt_host)
{
	struct sketch *s = at_end(VS("x") DONE, NULL, NULL, true);

	expect_refused(s, sketch_go(s, GO_UP, "next"), host_unknown, ".gcpbackend/web.yaml", 5,
		       "has an http route to");
	sketch_free(s);
}

Test(step_finalize, and_back)
{
	static const struct {
		const char *stage, *text;
	} rows[] = { { "start", VS("x") ALL_OLD },
		     { "50", VS("x") SPLIT("50", "50") },
		     { "100", VS("x") FULL } };

	for (size_t i = 0; i < 3; i++) {
		struct sketch *s = at_end(VS("x") DONE, VS("x") FULL, VS("x") ALL_OLD, true);

		expect_step(sketch_go(s, GO_DOWN, rows[i].stage), "done", rows[i].stage);
		expect_after(s, &s->plan.changes, "vs.yaml", rows[i].text);
		sketch_free(s);
	}
}

Test(step_finalize, and_no_way_back_without_the_entry)
{
	struct sketch *s = at_end(VS("x") DONE, VS("x") FULL, VS("x") ALL_OLD, false);

	expect_refused(s, sketch_go(s, GO_DOWN, "start"), entry_gone, ".gcpbackend/web.yaml", 0,
		       OLD);
	sketch_free(s);
}

/* A route that only the new host has. */
#define ANOTHER "  - match: [{method: {exact: PUT}}]\n    route:\n" DEST(NEW, "100")

/* Two subsets of the old host, one with a port and headers. */
#define SUBSETS(one, two)                                                                          \
	ROUTE "    - destination:\n        host: " OLD "\n        subset: v1\n      weight: " one  \
	      "\n    - destination:\n        host: " OLD                                           \
	      "\n        subset: v2\n        port:\n          number: 8080\n      weight: " two    \
	      "\n      headers:\n        request:\n          set:\n            x-v: \"2\"\n"

Test(step_finalize, and_back_over_other_changes)
{
	static const struct {
		const char *now, *full, *before, *stage, *text;
	} rows[] = {
		{ VS("x") DONE "    timeout: 3s\n", VS("x") FULL, VS("x") ALL_OLD, "start",
		  VS("x") ALL_OLD "    timeout: 3s\n" },
		{ "# x\n" VS("x") DONE, VS("x") FULL, VS("x") ALL_OLD, "50",
		  "# x\n" VS("x") SPLIT("50", "50") },
		{ VS("x") DONE ANOTHER, VS("x") FULL, VS("x") ALL_OLD, "start",
		  VS("x") ALL_OLD ANOTHER },
		{ VS("x") ROUTE DEST(NEW, "100") "    timeout: 3s\n",
		  VS("x") SUBSETS("0", "0") DEST(NEW, "100"), VS("x") SUBSETS("60", "40"), "25",
		  VS("x") SUBSETS("45", "30") DEST(NEW, "25") "    timeout: 3s\n" },
		{ VS("x") ROUTE DEST(NEW, "80") DEST("dr.example.com", "20"), VS("x") FULL,
		  VS("x") ALL_OLD, "start",
		  VS("x") ROUTE DEST(OLD, "80") DEST("dr.example.com", "20") },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sketch *s = at_end(rows[i].now, rows[i].full, rows[i].before, true);

		expect_step(sketch_go(s, GO_DOWN, rows[i].stage), "done", rows[i].stage);
		expect_after(s, &s->plan.changes, "vs.yaml", rows[i].text);
		sketch_free(s);
	}
}

Test(step_finalize, and_no_way_back_to_routes_that_are_not_recognized)
{
	struct sketch *s = at_end(VS("x") ANOTHER, VS("x") FULL, VS("x") ALL_OLD, true);

	expect_refused(s, sketch_go(s, GO_DOWN, "start"), done_changed, "vs.yaml", 0,
		       "are not those of the baseline");
	sketch_free(s);
}

/* The last weight was lowered to get here: that is no hold. */
Test(step_finalize, is_no_hold_after_a_way_back)
{
	struct sketch *s = at_end(VS("x") FULL, VS("x") DONE, VS("x") FULL, true);

	(void)sketch_version(s, "vs.yaml", VS("x") ALL_OLD, "c0", "A");
	cr_expect(!sketch_go(s, GO_UP, "next")->held);
	sketch_free(s);
}
