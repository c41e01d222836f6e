/*
 * Plans of several migrations: where their edits meet, what is refused as a whole, and the way back
 * to the original bytes.
 */
#include "tests/unit/plan/sketch.h"

#include <criterion/criterion.h>

#include <stdio.h>

#define OLD2 "old2.example.com"
#define NEW2 "new2.example.com"

/* Two routes of two hosts in one file, at the start and with one or both at 10 %. */
#define ROUTE2 "  - match: [{method: {exact: PUT}}]\n    route:\n"
#define SECOND ROUTE2 DEST(OLD2, "100")
#define SECOND_10 ROUTE2 DEST(OLD2, "90") DEST(NEW2, "10")

/* A sketch with two migrations, each with its backend, and these manifests. */
static struct sketch *two(const char *path1, const char *text1, const char *path2,
			  const char *text2, const char *from2)
{
	struct sketch *s = sketch_new();

	sketch_file(s, "backend2.yaml", BACKEND(NEW2));
	sketch_file(s, path1, text1);
	if (path2)
		sketch_file(s, path2, text2);
	(void)sketch_migration(s, "web", OLD, NEW, "  manifests: {path: a}\n");
	(void)sketch_migration(s, "pay", from2, NEW2, "");
	sketch_survey(s);
	return s;
}

/* Plans both migrations to 10 %, in their order or the other way round. */
static const struct plan *both_to_ten(struct sketch *s, bool reverse)
{
	struct intent intents[2] = { sketch_intent(s, reverse, GO_UP, "10"),
				     sketch_intent(s, !reverse, GO_UP, "10") };

	return sketch_plan(s, intents, 2);
}

Test(plan, nothing_is_wanted)
{
	struct sketch *s = sketch_of(VS("x") ALL_OLD, NULL);
	const struct plan *plan = sketch_plan(s, NULL, 0);

	cr_expect(plan->n == 0 && plan->changes.n == 0);
	sketch_free(s);
}

Test(plan, a_change_has_the_bytes_before_and_after)
{
	struct sketch *s = sketch_of(VS("x") ALL_OLD, NULL);
	const struct change *c;

	expect_step(sketch_go(s, GO_UP, "25"), "start", "25");
	cr_assert_eq(s->plan.changes.n, 1);
	c = &s->plan.changes.items[0];
	cr_expect(slice_is(c->path, "vs.yaml") && c->mode == 0100644);
	cr_expect(slice_is(c->before, VS("x") ALL_OLD) &&
		  slice_is(c->after, VS("x") SPLIT("75", "25")));
	sketch_free(s);
}

Test(plan, the_file_mode_stays)
{
	struct sketch *s = sketch_new();

	(void)inventory_add(s->inventory, SLICE("vs.yaml"), SLICE(VS("x") ALL_OLD), 0100755);
	(void)sketch_migration(s, "web", OLD, NEW, "");
	sketch_survey(s);
	expect_step(sketch_go(s, GO_UP, "25"), "start", "25");
	cr_assert_eq(s->plan.changes.n, 1);
	cr_expect_eq(s->plan.changes.items[0].mode, 0100755);
	sketch_free(s);
}

Test(plan, two_migrations_meet_in_one_file)
{
	struct sketch *s = two("a/vs.yaml", VS("x") ALL_OLD SECOND, NULL, NULL, OLD2);
	const struct plan *plan = both_to_ten(s, false);
	const struct step *web = &plan->steps[0], *pay = &plan->steps[1];

	expect_step(web, "start", "10");
	expect_step(pay, "start", "10");
	cr_assert(web->changes.n == 1 && pay->changes.n == 1 && plan->changes.n == 1);
	expect_after(s, &web->changes, "a/vs.yaml", VS("x") SPLIT("90", "10") SECOND);
	cr_expect(slice_eq(pay->changes.items[0].before, web->changes.items[0].after),
		  "the second is on top of the first");
	expect_after(s, &pay->changes, "a/vs.yaml", VS("x") SPLIT("90", "10") SECOND_10);
	expect_after(s, &plan->changes, "a/vs.yaml", VS("x") SPLIT("90", "10") SECOND_10);
	cr_expect(slice_is(plan->changes.items[0].before, VS("x") ALL_OLD SECOND));
	plan = both_to_ten(s, true);
	expect_after(s, &plan->steps[0].changes, "a/vs.yaml", VS("x") ALL_OLD SECOND_10);
	expect_after(s, &plan->changes, "a/vs.yaml", VS("x") SPLIT("90", "10") SECOND_10);
	sketch_free(s);
}

Test(plan, both_go_back_in_one_file)
{
	static const char *const now = VS("x") SPLIT("90", "10") SECOND_10, *const before = VS("x")
										    ALL_OLD SECOND;
	struct sketch *s = two("a/vs.yaml", now, NULL, NULL, OLD2);
	struct intent intents[2] = { sketch_intent(s, 0, GO_DOWN, "start"),
				     sketch_intent(s, 1, GO_DOWN, "start") };
	const struct plan *plan;

	(void)sketch_version(s, "a/vs.yaml", now, "commit3", "Ann");
	(void)sketch_version(s, "a/vs.yaml", VS("x") SPLIT("90", "10") SECOND, "commit2", "Ann");
	(void)sketch_version(s, "a/vs.yaml", before, "commit1", "Ann");
	plan = sketch_plan(s, intents, 2);
	expect_step(&plan->steps[0], "10", "start");
	expect_step(&plan->steps[1], "10", "start");
	expect_after(s, &plan->changes, "a/vs.yaml", before);
	(void)sketch_plan(s, &intents[1], 1);
	expect_after(s, &s->plan.changes, "a/vs.yaml", VS("x") SPLIT("90", "10") SECOND);
	(void)sketch_plan(s, &intents[0], 1);
	expect_after(s, &s->plan.changes, "a/vs.yaml", VS("x") ALL_OLD SECOND_10);
	sketch_free(s);
}

Test(plan, overlapping_migrations_are_refused_as_a_whole)
{
	struct sketch *s = two("a/vs.yaml", VS("x") ALL_OLD, "b/vs.yaml", VS("w") ALL_OLD, OLD);
	struct intent intents[2] = { sketch_intent(s, 0, GO_UP, "10"),
				     sketch_intent(s, 1, GO_UP, "25") };
	const struct plan *plan = sketch_plan(s, intents, 2);

	expect_step(&plan->steps[0], "start", "10");
	cr_expect(plan->steps[1].refused && !plan->steps[1].changes.n);
	cr_assert_not_null(finding_of(&plan->steps[1].findings, &CODE_yaml_overlap));
	cr_expect(slice_is(finding_of(&plan->steps[1].findings, &CODE_yaml_overlap)->at.path,
			   "a/vs.yaml"));
	cr_expect_eq(plan->changes.n, 1, "of the second one b/vs.yaml is not changed either");
	expect_after(s, &plan->changes, "a/vs.yaml", VS("x") SPLIT("90", "10"));
	intents[0] = intents[1];
	intents[1] = sketch_intent(s, 0, GO_UP, "10");
	plan = sketch_plan(s, intents, 2);
	cr_expect(!plan->steps[0].refused && plan->steps[1].refused, "who comes first goes on");
	cr_expect_eq(plan->changes.n, 2);
	expect_after(s, &plan->changes, "a/vs.yaml",
		     VS("x") ROUTE DEST(OLD, "75") DEST(NEW2, "25"));
	expect_after(s, &plan->changes, "b/vs.yaml",
		     VS("w") ROUTE DEST(OLD, "75") DEST(NEW2, "25"));
	sketch_free(s);
}

Test(plan, a_third_one_meets_the_first_when_the_second_is_refused)
{
	struct sketch *s = two("a/vs.yaml", VS("x") ALL_OLD SECOND, NULL, NULL, OLD);
	struct intent intents[3];
	const struct plan *plan;

	(void)sketch_migration(s, "third", OLD2, NEW2, "");
	intents[0] = sketch_intent(s, 0, GO_UP, "10");
	intents[1] = sketch_intent(s, 1, GO_UP, "25");
	intents[2] = sketch_intent(s, 2, GO_UP, "10");
	plan = sketch_plan(s, intents, 3);
	cr_expect(!plan->steps[0].refused && plan->steps[1].refused && !plan->steps[2].refused);
	expect_after(s, &plan->changes, "a/vs.yaml", VS("x") SPLIT("90", "10") SECOND_10);
	cr_expect(slice_eq(plan->steps[2].changes.items[0].before,
			   plan->steps[0].changes.items[0].after));
	sketch_free(s);
}

Test(plan, one_is_refused_and_the_others_go_on)
{
	struct sketch *s = two("a/vs.yaml", VS("x") ALL_OLD, "b/vs.yaml", VS("w") SECOND, OLD2);
	struct intent intents[2] = { sketch_intent(s, 0, GO_DOWN, "10"),
				     sketch_intent(s, 1, GO_UP, "10") };
	const struct plan *plan = sketch_plan(s, intents, 2);

	cr_expect(plan->steps[0].refused && !plan->steps[0].changes.n);
	expect_finding(&plan->steps[0].findings, stage_up, ".gcpbackend/web.yaml", 0, "below '10'");
	expect_step(&plan->steps[1], "start", "10");
	cr_expect_eq(plan->changes.n, 1);
	expect_after(s, &plan->changes, "b/vs.yaml", VS("w") SECOND_10);
	sketch_free(s);
}

Test(plan, changes_are_sorted_by_path)
{
	static const char *const paths[] = { "b.yaml", "a/z.yaml", "c/a.yaml", "a.yaml",
					     "a/b/c.yaml" };
	static const char *const sorted[] = { "a.yaml", "a/b/c.yaml", "a/z.yaml", "b.yaml",
					      "c/a.yaml" };
	struct sketch *s = sketch_new();

	for (size_t i = 0; i < 5; i++)
		sketch_file(s, paths[i], VS("x") ALL_OLD);
	(void)sketch_migration(s, "web", OLD, NEW, "");
	sketch_survey(s);
	expect_step(sketch_go(s, GO_UP, "100"), "start", "100");
	cr_assert_eq(s->plan.changes.n, 5);
	for (size_t i = 0; i < 5; i++) {
		cr_expect(slice_is(s->plan.changes.items[i].path, sorted[i]), "%s", sorted[i]);
		cr_expect(slice_is(s->plan.changes.items[i].after, VS("x") SPLIT("0", "100")), "%s",
			  sorted[i]);
	}
	sketch_free(s);
}

Test(plan, changes_of_several_migrations_are_sorted_too)
{
	static const char *const sorted[] = { ".gcpbackend/pay.yaml", "a/vs.yaml", "b/vs.yaml" };
	struct sketch *s = two("a/vs.yaml", VS("x") ALL_OLD, "b/vs.yaml", VS("w") SECOND_10, OLD2);
	struct intent intents[2] = { sketch_intent(s, 1, GO_DOWN, "start"),
				     sketch_intent(s, 0, GO_UP, "10") };
	const struct plan *plan;

	intents[0].hold = SLICE("errors");
	plan = sketch_plan(s, intents, 2);
	cr_assert_eq(plan->changes.n, 3);
	for (size_t i = 0; i < 3; i++)
		cr_expect(slice_is(plan->changes.items[i].path, sorted[i]), "%s", sorted[i]);
	sketch_free(s);
}

/* The last one first. */
static void each_backwards(size_t n, void (*work)(void *ctx, size_t i), void *ctx)
{
	while (n-- > 0)
		work(ctx, n);
}

Test(plan, the_work_may_be_done_in_any_order)
{
	struct sketch *s = two("a/vs.yaml", VS("x") ALL_OLD, "b/vs.yaml", VS("w") SECOND, OLD2);
	struct plan_inputs in = { .inventory = s->inventory,
				  .baselines = s->baselines,
				  .each = each_backwards,
				  .vs_template = s->template };
	struct intent intents[2] = { sketch_intent(s, 0, GO_UP, "10"),
				     sketch_intent(s, 1, GO_UP, "10") };

	plan_make(&s->plan, &in, intents, 2);
	cr_expect_eq(s->plan.changes.n, 2);
	expect_after(s, &s->plan.changes, "a/vs.yaml", VS("x") SPLIT("90", "10"));
	expect_after(s, &s->plan.changes, "b/vs.yaml", VS("w") SECOND_10);
	sketch_free(s);
}

/* Files that are brought to every stage and back. */
static const struct {
	const char *name, *text;
} originals[] = {
	{ "plain", VS("x") ALL_OLD },
	{ "no weight, no line end",
	  VS("x") "    - route:\n        - destination: {host: " OLD "}" },
	{ "comments",
	  VS("x") "  # mine\n" ROUTE "    # old\n" DEST(OLD, "100 # all") "    # behind\n# end\n" },
	{ "CR LF", "apiVersion: networking.istio.io/v1\r\nkind: VirtualService\r\nmetadata: {name: "
		   "x}\r\nspec:\r\n  http:\r\n"
		   "  - route:\r\n    - destination:\r\n        host: " OLD "\r\n" },
	{ "quotes", VS("x") "  - route:\n    - {\"destination\": {'host': \"" OLD
			    "\", subset: v1}, weight:   100}\n" },
	{ "JSON",
	  "{\"apiVersion\": \"networking.istio.io/v1\", \"kind\": \"VirtualService\", "
	  "\"metadata\": {\"name\": \"x\"},\n"
	  " \"spec\": {\"http\": [{\"route\": [{\"destination\": {\"host\": \"" OLD "\"}}]}]}}\n" },
	{ "several", VS("x") ROUTE DEST(OLD, "60") "    - destination: {host: " OLD
						   ", subset: v2}\n      weight: 40\n" },
	{ "one of several", VS("x") ROUTE DEST("c.example.com", "50") DEST(OLD, "50") },
	{ "two documents", VS("x") ALL_OLD
	  "---\n# next\n" VS("w") "  - route:\n" DEST(OLD, "10") "    timeout: 3s\n" },
};

Test(plan, back_at_the_start_are_the_original_bytes)
{
	static const char *const stages[] = { "mirror", "10", "25", "50", "100" };

	for (size_t i = 0; i < sizeof(originals) / sizeof(originals[0]); i++)
		for (size_t j = 0; j < 5; j++) {
			struct sketch *up = sketch_of(originals[i].text, NULL), *down;
			const char *moved;

			expect_step(sketch_go(up, GO_UP, stages[j]), "start", stages[j]);
			moved = sketch_after(up, &up->plan.changes, "vs.yaml");
			down = sketch_of(moved, originals[i].text);
			expect_step(sketch_go(down, GO_DOWN, "start"), stages[j], "start");
			cr_expect_str_eq(sketch_after(down, &down->plan.changes, "vs.yaml"),
					 originals[i].text, "%s: back from %s", originals[i].name,
					 stages[j]);
			sketch_free(down);
			sketch_free(up);
		}
}

Test(plan, what_others_changed_meanwhile_stays)
{
	struct sketch *s = sketch_of("# theirs\n" VS("x") SPLIT("90", "10") "    timeout: 3s\n",
				     VS("x") ALL_OLD);

	expect_step(sketch_go(s, GO_DOWN, "start"), "10", "start");
	expect_after(s, &s->plan.changes, "vs.yaml",
		     "# theirs\n" VS("x") ALL_OLD "    timeout: 3s\n");
	sketch_free(s);
}

Test(plan, without_a_history_what_was_added_goes)
{
	struct sketch *s = sketch_of(VS("x") SPLIT("90", "10"), NULL);

	expect_step(sketch_go(s, GO_DOWN, "start"), "10", "start");
	expect_after(s, &s->plan.changes, "vs.yaml", VS("x") ALL_OLD);
	sketch_free(s);
}

Test(plan, the_baseline_is_far_back)
{
	struct sketch *s = sketch_of(VS("x") ROUTE DEST(OLD, "50") DEST(NEW, "50"), NULL);
	char text[sizeof(VS("x")) + 400];

	for (int i = 49; i > 0; i--) {
		(void)snprintf(text, sizeof(text), VS("x") ROUTE DEST(OLD, "%d") DEST(NEW, "%d"),
			       100 - i, i);
		cr_assert_eq(sketch_version(s, "vs.yaml", text, "between", "Ann"), BASELINES_MORE);
	}
	(void)sketch_version(s, "vs.yaml",
			     VS("x") "  - match: [{method: {exact: GET}}]\n    route:\n"
				     "    - destination:\n        host: " OLD "\n",
			     "first", "Bob");
	expect_step(sketch_go(s, GO_DOWN, "start"), "50", "start");
	expect_after(s, &s->plan.changes, "vs.yaml",
		     VS("x") "  - match: [{method: {exact: GET}}]\n    route:\n"
			     "    - destination:\n        host: " OLD "\n");
	sketch_free(s);
}

Test(plan, files_are_those_that_are_covered_and_route_to_old)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct sketch *s = sketch_new();
	struct slices files;

	sketch_file(s, "a/vs.yaml", VS("x") ALL_OLD "---\n" VS("w") ALL_OLD);
	sketch_file(
		s, "a/more.yml",
		VS("z") "  - route:\n" DEST("c.example.com", "1") "  - route:\n" DEST(OLD, "1"));
	sketch_file(
		s, "a/host.yaml",
		"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: h}\n"
		"spec: {hosts: [" OLD "], http: [{route: [{destination: {host: c}}]}]}\n");
	sketch_file(
		s, "a/rule.yaml",
		"apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: h}\n"
		"spec: {host: " OLD "}\n");
	sketch_file(s, "a/broken.yaml", "host: " OLD "\n\tx: [\n");
	sketch_file(s, "b/vs.yaml", VS("x") ALL_OLD);
	sketch_file(s, "a/case.yaml", VS("x") "  - route:\n" DEST("OLD.example.com", "1"));
	(void)sketch_migration(s, "web", OLD, NEW, "  manifests: {path: a}\n");
	inventory_parse(s->inventory, each_in_turn);
	files = scope_files(s->inventory, s->migrations[0], arena);
	cr_assert_eq(files.n, 2);
	cr_expect(slices_have(files, SLICE("a/vs.yaml")) &&
		  slices_have(files, SLICE("a/more.yml")));
	sketch_free(s);
}
