#include "tests/unit/plan/sketch.h"

#include <criterion/criterion.h>

#include <stdio.h>

#define ARGO(name, path)                                                                           \
	"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: " name "}\n"        \
	"spec: {source: {repoURL: 'https://git.example.com/a/b', path: '" path "'}}\n"
#define TWO_OVERLAYS                                                                               \
	{ "base/kustomization.yaml", "resources: [vs.yaml]\n" },                                   \
		{ "prod/kustomization.yaml", "resources: [../base]\n" },                           \
	{                                                                                          \
		"test/kustomization.yaml", "resources: [../base]\n"                                \
	}
#define LIST(names) "  manifests: {environments: [" names "]}\n"

/* A repository with a VirtualService in base/vs.yaml, and the expected finding of a step. */
struct environments_row {
	const char *name, *rest; /* added to the spec of the migration */
	const struct {
		const char *path, *text;
	} files[4];
	const struct code *code; /* NULL: none of gitops */
	const char *reason, *remedy;
	bool refused;
};

static const struct code *const all_codes[] = { &CODE_environments_shared,
						&CODE_environments_differ,
						&CODE_environments_unsure,
						&CODE_environments_unread };

static const struct environments_row rows[] = {
	{ "nothing names an environment", "", { { NULL, NULL } }, NULL, "", "", false },
	{ "one overlay",
	  "",
	  { { "base/kustomization.yaml", "resources: [vs.yaml]\n" } },
	  NULL,
	  "",
	  "",
	  false },
	{ "two",
	  "",
	  { TWO_OVERLAYS },
	  &CODE_environments_shared,
	  "more than one environment applies the file: 'prod', 'test'",
	  "environments: [prod, test]",
	  true },
	{ "two, listed", LIST("test, prod"), { TWO_OVERLAYS }, NULL, "", "", false },
	{ "two, one of them listed",
	  LIST("prod"),
	  { TWO_OVERLAYS },
	  &CODE_environments_differ,
	  "'test' applies a file of the migration but is not listed",
	  "environments: [prod, test]",
	  true },
	{ "one more listed",
	  LIST("prod, test, x"),
	  { TWO_OVERLAYS },
	  &CODE_environments_differ,
	  "'x' applies no file of the migration",
	  "environments: [prod, test]",
	  true },
	{ "listed, and nothing names an environment",
	  LIST("prod"),
	  { { NULL, NULL } },
	  &CODE_environments_differ,
	  "'prod' applies no file",
	  "remove the list",
	  true },
	{ "names that need quotes",
	  "",
	  { { "a.yaml",
	      ARGO("'no'", "base") "---\n" ARGO("'1'", "base") "---\n" ARGO("'1'", "base") } },
	  &CODE_environments_shared,
	  "'a.yaml:1', 'a.yaml:1', 'no'",
	  "environments: ['a.yaml:1', 'no']",
	  true },
	{ "a path that cannot be this one's",
	  "",
	  { { "a.yaml", ARGO("a", "other/${x}") } },
	  NULL,
	  "",
	  "",
	  false },
	{ "one for certain, and one that may be",
	  "",
	  { { "a.yaml", ARGO("a", "base") "---\n" ARGO("b", "${x}") } },
	  &CODE_environments_shared,
	  "'a', 'b'",
	  "environments: [a, b]",
	  true },
	{ "one that may be, alone",
	  "",
	  { { "a.yaml", ARGO("b", "ba${x}") } },
	  &CODE_environments_unsure,
	  "the Application 'b' may apply base/vs.yaml",
	  "",
	  false },
	{ "one that may be, listed",
	  LIST("a, b"),
	  { { "a.yaml", ARGO("a", "base") "---\n" ARGO("b", "${x}") } },
	  &CODE_environments_unsure,
	  "the Application 'b' may apply base/vs.yaml",
	  "",
	  false },
	{ "a template of a chart",
	  "",
	  { { "chart/templates/a.yaml", "apiVersion: argoproj.io/v1alpha1\nkind: "
					"Application\nmetadata: {name: {{ .x }}}\n" } },
	  &CODE_environments_unread,
	  "may declare an environment",
	  "",
	  false },
};

/* The first finding about environments. */
static const struct finding *about(const struct step *step)
{
	for (size_t i = 0; i < step->findings.n; i++)
		for (size_t k = 0; k < sizeof(all_codes) / sizeof(all_codes[0]); k++)
			if (step->findings.items[i].code == all_codes[k])
				return &step->findings.items[i];
	return NULL;
}

/* The repository of a row. */
static struct sketch *make(const struct environments_row *row)
{
	struct sketch *s = sketch_new();

	inventory_want_environments(s->inventory);
	sketch_file(s, "base/vs.yaml", VS("web") ALL_OLD);
	for (size_t i = 0; i < 4 && row->files[i].path; i++)
		sketch_file(s, row->files[i].path, row->files[i].text);
	(void)sketch_migration(s, "web", OLD, NEW, row->rest);
	sketch_survey(s);
	sketch_environments(s);
	(void)sketch_version(s, "base/vs.yaml", VS("web") ALL_OLD, "commit1",
			     "Ann <ann@example.com>");
	return s;
}

Test(environments, are_listed_before_they_are_changed_together)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct environments_row *row = &rows[i];
		struct sketch *s = make(row);
		const struct step *step = sketch_go(s, GO_UP, "10");
		const struct finding *f = about(step);

		cr_expect_eq(step->refused, row->refused, "%s: %s", row->name, why_refused(step));
		cr_expect_eq(f ? f->code : NULL, row->code, "%s: %s", row->name,
			     f ? f->code->id : "nothing");
		if (f && row->code) {
			cr_expect(slice_find(f->reason, slice_of(row->reason)) != SIZE_MAX,
				  "%s: %" SLICE_FMT, row->name, SLICE_ARG(f->reason));
			cr_expect(slice_find(f->remedy, slice_of(row->remedy)) != SIZE_MAX,
				  "%s: %" SLICE_FMT, row->name, SLICE_ARG(f->remedy));
		}
		sketch_free(s);
	}
}

Test(environments, stop_no_way_back)
{
	struct sketch *s = make(&rows[2]);

	cr_expect(!sketch_go(s, GO_DOWN, "start")->refused);
	cr_expect(sketch_go(s, GO_UP, "mirror")->refused);
	cr_expect(sketch_go(s, GO_ANYWHERE, "next")->refused);
	cr_expect_eq(sketch_go(s, GO_UP, "mirror")->placements.n, 1);
	sketch_free(s);
}

Test(environments, a_created_file_is_used_by_those_of_its_kustomization)
{
	struct sketch *s = sketch_new();
	const struct step *step;

	inventory_want_environments(s->inventory);
	sketch_file(s, "base/kustomization.yaml", "resources: [a.yaml]\n");
	sketch_file(s, "prod/kustomization.yaml", "resources: [../base]\n");
	sketch_file(s, "test/kustomization.yaml", "resources: [../base]\n");
	(void)sketch_migration(s, "web", OLD, NEW,
			       "  manifests: {path: base, create: base/vs.yaml}\n");
	sketch_survey(s);
	sketch_environments(s);
	step = sketch_go(s, GO_UP, "10");
	cr_expect(step->refused);
	expect_finding(&step->findings, environments_shared, "base/vs.yaml", 0, "'prod', 'test'");
	sketch_free(s);
}

Test(environments, of_files_that_are_too_large_are_not_known)
{
	struct sketch *s = sketch_new();

	inventory_want_environments(s->inventory);
	sketch_file(s, "vs.yaml", VS("web") ALL_OLD);
	inventory_add_large(s->inventory, SLICE("apps/all.yaml"), MANIFEST_MAX + 1);
	(void)sketch_migration(s, "web", OLD, NEW, "  manifests: {virtualService: vs.yaml}\n");
	sketch_survey(s);
	sketch_environments(s);
	(void)sketch_version(s, "vs.yaml", VS("web") ALL_OLD, "commit1", "Ann <ann@example.com>");
	expect_finding(&sketch_go(s, GO_UP, "10")->findings, environments_unread, "apps/all.yaml",
		       0, "cannot be parsed");
	sketch_free(s);
}

Test(environments, what_is_kept_for_them)
{
	static const struct {
		const char *path, *text;
		bool wanted;
	} files[] = {
		{ "a/kustomization.yaml", "resources: []\n", true },
		{ "a/Kustomization", "resources: []\n", true },
		{ "a/Chart.yaml", "name: x\n", true },
		{ "a/app.yaml", ARGO("a", "b"), true },
		{ "a/x.yaml", "kind: ConfigMap\n", false },
	};
	struct inventory *with = inventory_new(), *without = inventory_new();

	inventory_want_environments(with);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct slice path = slice_of(files[i].path), text = slice_of(files[i].text);

		cr_expect_eq(inventory_wants_path(with, path) && inventory_wants(with, path, text),
			     files[i].wanted, "%s", files[i].path);
		cr_expect(!inventory_wants(without, path, text), "%s", files[i].path);
	}
	inventory_free(with);
	inventory_free(without);
}
