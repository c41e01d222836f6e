/*
 * Files that a migration creates where no VirtualService routes to the old host; the search for
 * them is a part of scope.c.
 */
#include "tests/unit/plan/sketch.h"

#include <criterion/criterion.h>

#define CREATE "  manifests: {path: apps, create: apps/web/vs.yaml}\n"

/* A sketch with a migration that creates a file, and one manifest more. */
static struct sketch *with(const char *path, const char *text)
{
	struct sketch *s = sketch_new();

	if (path)
		sketch_file(s, path, text);
	(void)sketch_migration(s, "web", OLD, NEW, CREATE);
	sketch_survey(s);
	return s;
}

Test(create, a_file_at_each_stage)
{
	static const struct {
		const char *stage, *text;
	} rows[] = {
		{ "start", CREATED("web", "", ALL_OLD) },
		{ "mirror", CREATED("web", "", MIRRORED) },
		{ "10", CREATED("web", "", SPLIT("90", "10")) },
		{ "100", CREATED("web", "", SPLIT("0", "100")) },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sketch *s = with(NULL, NULL);
		const struct step *step = sketch_go(s, GO_ANYWHERE, rows[i].stage);

		expect_step(step, "start", rows[i].stage);
		cr_expect(!step->unchanged, "a new file is a change");
		cr_assert_eq(s->plan.changes.n, 1);
		cr_expect(!s->plan.changes.items[0].before.ptr &&
			  s->plan.changes.items[0].mode == 0100644);
		expect_after(s, &s->plan.changes, "apps/web/vs.yaml", rows[i].text);
		sketch_free(s);
	}
}

Test(create, the_namespace_is_the_old_hosts)
{
	struct sketch *s = sketch_new();

	(void)sketch_migration(s, "web", OLD ", namespace: shop", NEW,
			       "  manifests: {create: vs.yaml}\n");
	sketch_survey(s);
	expect_step(sketch_go(s, GO_UP, "10"), "start", "10");
	expect_after(s, &s->plan.changes, "vs.yaml",
		     CREATED("web", "  namespace: shop\n", SPLIT("90", "10")));
	sketch_free(s);
}

Test(create, not_where_a_virtual_service_routes_to_old)
{
	struct sketch *s = with("apps/other.yaml", VS("x") ALL_OLD);

	expect_step(sketch_go(s, GO_UP, "10"), "start", "10");
	cr_expect_eq(s->plan.changes.n, 1);
	expect_after(s, &s->plan.changes, "apps/other.yaml", VS("x") SPLIT("90", "10"));
	sketch_free(s);
}

Test(create, a_file_that_was_created_has_the_rendered_one_as_its_baseline)
{
	static const char *const bare = "  - route:\n    - destination:\n        host: " OLD "\n";
	struct sketch *s = with("apps/web/vs.yaml",
				CREATED("web", "", "  - route:\n" DEST(OLD, "75") DEST(NEW, "25")));
	AUTO_STR struct str before = STR_INIT;

	s->template = SLICE("# param name name \"x\"\n# param namespace namespace optional "
			    "\"x\"\n# param host host \"x\"\n\n" CREATED(
				    "${name}", "  namespace: ${namespace}\n",
				    "  - route:\n    - destination:\n        host: ${host}\n"));
	expect_step(sketch_go(s, GO_DOWN, "start"), "25", "start");
	str_addf(&before, "%s%s", CREATED("web", "", ""), bare);
	expect_after(s, &s->plan.changes, "apps/web/vs.yaml", before.ptr);
	sketch_free(s);
}

Test(create, a_file_of_somebody_else_is_in_the_way)
{
	struct sketch *s =
		with("apps/web/vs.yaml", VS("x") "  - route:\n" DEST("c.example.com", "1"));

	expect_refused(s, sketch_go(s, GO_UP, "next"), create_place, "apps/web/vs.yaml", 0, OLD);
	sketch_free(s);
}

Test(create, the_nearest_kustomization_lists_it)
{
	static const struct {
		const char *name, *path1, *text1, *path2, *text2, *path, *after;
	} rows[] = {
		{ "beside it", "apps/kustomization.yaml", "resources:\n- web/b.yaml\n",
		  "apps/web/kustomization.yaml", "resources:\n- a.yaml\n",
		  "apps/web/kustomization.yaml", "resources:\n- a.yaml\n- vs.yaml\n" },
		{ "above it", "apps/kustomization.yaml", "resources: [web/b.yaml]\n",
		  "kustomization.yaml", "resources: [c.yaml]\n", "apps/kustomization.yaml",
		  "resources: [web/b.yaml, web/vs.yaml]\n" },
		{ "that lists it already", "apps/web/kustomization.yaml", "resources: [vs.yaml]\n",
		  NULL, NULL, NULL, NULL },
		{ "that lists no neighbour", "apps/kustomization.yaml",
		  "resources: [shop/b.yaml]\n", NULL, NULL, NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sketch *s = sketch_new();

		sketch_file(s, rows[i].path1, rows[i].text1);
		if (rows[i].path2)
			sketch_file(s, rows[i].path2, rows[i].text2);
		(void)sketch_migration(s, "web", OLD, NEW, CREATE);
		sketch_survey(s);
		expect_step(sketch_go(s, GO_UP, "10"), "start", "10");
		cr_expect_eq(s->plan.changes.n, rows[i].path ? 2 : 1, "%s", rows[i].name);
		if (rows[i].path)
			cr_expect_str_eq(sketch_after(s, &s->plan.changes, rows[i].path),
					 rows[i].after, "%s", rows[i].name);
		sketch_free(s);
	}
}

Test(create, two_migrations_cannot_create_one_file)
{
	struct sketch *s = with(NULL, NULL);
	struct intent intents[2];
	const struct plan *plan;

	(void)sketch_migration(s, "pay", "pay.example.com", NEW, CREATE);
	intents[0] = sketch_intent(s, 0, GO_UP, "10");
	intents[1] = sketch_intent(s, 1, GO_UP, "10");
	plan = sketch_plan(s, intents, 2);
	expect_step(&plan->steps[0], "start", "10");
	cr_expect(plan->steps[1].refused && !plan->steps[1].changes.n && plan->changes.n == 1);
	expect_finding(&plan->steps[1].findings, yaml_overlap, "apps/web/vs.yaml", 0, "same file");
	cr_expect_neq(slice_find(plan->changes.items[0].after, SLICE(OLD)), SIZE_MAX,
		      "the first one's file is made");
	sketch_free(s);
}

Test(create, two_files_in_one_kustomization)
{
	struct sketch *s = with("apps/web/kustomization.yaml", "resources:\n- a.yaml\n");
	struct intent intents[2];
	const struct plan *plan;

	(void)sketch_migration(s, "pay", "pay.example.com", NEW,
			       "  manifests: {create: apps/web/pay.yaml}\n");
	intents[0] = sketch_intent(s, 0, GO_UP, "10");
	intents[1] = sketch_intent(s, 1, GO_UP, "10");
	plan = sketch_plan(s, intents, 2);
	expect_step(&plan->steps[0], "start", "10");
	expect_step(&plan->steps[1], "start", "10");
	cr_expect_eq(plan->changes.n, 3);
	expect_after(s, &plan->steps[0].changes, "apps/web/kustomization.yaml",
		     "resources:\n- a.yaml\n- vs.yaml\n");
	expect_after(s, &plan->changes, "apps/web/kustomization.yaml",
		     "resources:\n- a.yaml\n- vs.yaml\n- pay.yaml\n");
	sketch_free(s);
}

Test(create, a_template_that_cannot_be_rendered)
{
	struct sketch *s = with(NULL, NULL);
	const struct step *step;

	s->template = SLICE("# param nobody string \"x\"\n\na: ${nobody}\n");
	step = sketch_go(s, GO_UP, "10");
	cr_expect(step->refused && !s->plan.changes.n);
	cr_assert_not_null(findings_stop(&step->findings));
	cr_expect_eq(findings_stop(&step->findings)->code, &CODE_template);
	sketch_free(s);
}
