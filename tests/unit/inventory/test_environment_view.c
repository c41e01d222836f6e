#include "inventory/environment_view.h"

#include "tests/unit/plan/sketch.h"

#include <criterion/criterion.h>

enum { FILES = 8, QUERIES = 6 };

#define WEB VS("web") ALL_OLD
#define API VS("api") ALL_OLD
#define SHOP VS_IN("shop", "web") ALL_OLD
#define K(resources) "resources: [" resources "]\n"
#define IN(ns, resources) "namespace: " ns "\nresources: [" resources "]\n"
#define ARGO(name, path)                                                                           \
	"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: " name "}\n"        \
	"spec: {source: {repoURL: 'https://git.example.com/a/b', path: '" path "'}}\n"

/* A repository, and the environments of some of its files in the view of one migration. */
struct view_row {
	const char *name;
	struct {
		const char *path, *text;
	} files[FILES];
	struct {
		const char *path, *want;
	} queries[QUERIES];
};

static const struct view_row rows[] = {
	{ "plain files are one pool",
	  { { "apps/vs.yaml", WEB }, { "infra/api.yaml", API } },
	  { { "apps/vs.yaml", "" }, { "infra/api.yaml", "" } } },
	{ "copies tell directories apart",
	  { { "clusters/dev/vs.yaml", WEB }, { "clusters/prod/vs.yaml", WEB } },
	  { { "clusters/dev/vs.yaml", "clusters/dev" },
	    { "clusters/prod/a/b.yaml", "clusters/prod" },
	    { "clusters/x.yaml", "" },
	    { "clusters/development/x.yaml", "" } } },
	{ "from the level on at which the paths differ",
	  { { "c/dev/a/vs.yaml", WEB }, { "c/prod/vs.yaml", WEB } },
	  { { "c/dev/b/x.yaml", "c/dev" }, { "c/prod/x.yaml", "c/prod" } } },
	{ "on several levels",
	  { { "dev/eu/vs.yaml", WEB }, { "dev/us/vs.yaml", WEB }, { "prod/eu/vs.yaml", WEB } },
	  { { "dev/eu/x.yaml", "dev/eu" },
	    { "dev/us/x.yaml", "dev/us" },
	    { "dev/x.yaml", "dev" },
	    { "prod/eu/vs.yaml", "prod" } } },
	{ "the root is one of them",
	  { { "vs.yaml", WEB }, { "prod/vs.yaml", WEB } },
	  { { "vs.yaml", "." }, { "x/y.yaml", "." }, { "prod/vs.yaml", "prod" } } },
	{ "two files of one directory do not",
	  { { "a/vs.yaml", WEB }, { "a/copy.yaml", WEB } },
	  { { "a/vs.yaml", "" }, { "a/copy.yaml", "" } } },
	{ "nor do objects of two namespaces",
	  { { "a/vs.yaml", WEB }, { "b/vs.yaml", SHOP } },
	  { { "a/vs.yaml", "" } } },
	{ "nor do copies that something applies",
	  { { "dev/vs.yaml", WEB },
	    { "prod/vs.yaml", WEB },
	    { "argo.yaml", ARGO("dev", "dev") "---\n" ARGO("prod", "prod") } },
	  { { "dev/vs.yaml", "dev" }, { "prod/vs.yaml", "prod" }, { "x.yaml", "" } } },
	{ "one of two copies is plain",
	  { { "dev/vs.yaml", WEB }, { "prod/vs.yaml", WEB }, { "argo.yaml", ARGO("a", "dev") } },
	  { { "dev/vs.yaml", "a" }, { "prod/vs.yaml", "prod" } } },
	{ "a kustomization that collects different objects",
	  { { "kustomization.yaml", K("a, b") },
	    { "a/kustomization.yaml", K("vs.yaml") },
	    { "b/kustomization.yaml", K("vs.yaml") },
	    { "a/vs.yaml", WEB },
	    { "b/vs.yaml", API } },
	  { { "a/vs.yaml", "." }, { "b/vs.yaml", "." } } },
	{ "one that collects copies",
	  { { "kustomization.yaml", K("a, b, own.yaml") },
	    { "a/kustomization.yaml", IN("a", "vs.yaml") },
	    { "b/kustomization.yaml", IN("b", "vs.yaml") },
	    { "a/vs.yaml", WEB },
	    { "b/vs.yaml", WEB } },
	  { { "a/vs.yaml", "a" }, { "b/vs.yaml", "b" }, { "own.yaml", "." } } },
	{ "one that collects overlays of a base",
	  { { "kustomization.yaml", K("all") },
	    { "all/kustomization.yaml", K("../a, ../b") },
	    { "a/kustomization.yaml", IN("a", "../base") },
	    { "b/kustomization.yaml", IN("b", "../base") },
	    { "base/kustomization.yaml", K("vs.yaml") },
	    { "base/vs.yaml", WEB } },
	  { { "base/vs.yaml", "a b" } } },
	{ "one that lists a base and an overlay of it",
	  { { "kustomization.yaml", K("base, a") },
	    { "a/kustomization.yaml", "namePrefix: a-\n" K("../middle") },
	    { "middle/kustomization.yaml", "namePrefix: m-\n" K("../base") },
	    { "base/kustomization.yaml", K("vs.yaml") },
	    { "base/vs.yaml", WEB } },
	  { { "base/vs.yaml", ". (several)" } } },
	{ "two levels that only collect",
	  { { "kustomization.yaml", K("all, c") },
	    { "all/kustomization.yaml", K("../a, ../b") },
	    { "a/kustomization.yaml", IN("a", "../base") },
	    { "b/kustomization.yaml", IN("b", "../base") },
	    { "c/kustomization.yaml", K("api.yaml") },
	    { "base/kustomization.yaml", K("vs.yaml") },
	    { "base/vs.yaml", WEB },
	    { "c/api.yaml", API } },
	  { { "base/vs.yaml", "a b" }, { "c/api.yaml", "c" } } },
	{ "one that changes what it collects",
	  { { "kustomization.yaml", "namePrefix: x-\n" K("a, b") },
	    { "a/kustomization.yaml", IN("a", "vs.yaml") },
	    { "b/kustomization.yaml", IN("b", "vs.yaml") },
	    { "a/vs.yaml", WEB },
	    { "b/vs.yaml", WEB } },
	  { { "a/vs.yaml", "." }, { "b/vs.yaml", "." } } },
	{ "one whose parts an Application applies, too",
	  { { "kustomization.yaml", K("a, b") },
	    { "a/kustomization.yaml", IN("a", "vs.yaml") },
	    { "b/kustomization.yaml", IN("b", "vs.yaml") },
	    { "a/vs.yaml", WEB },
	    { "b/vs.yaml", WEB },
	    { "argo.yaml", ARGO("prod", "b") } },
	  { { "a/vs.yaml", "a" }, { "b/vs.yaml", "prod" } } },
	{ "one that contains itself",
	  { { "kustomization.yaml", K("a, b") },
	    { "a/kustomization.yaml", K("../b, ../a") },
	    { "b/kustomization.yaml", K("../a, ../b") },
	    { "a/vs.yaml", WEB } },
	  { { "a/vs.yaml", "" } } },
};

/* "a b (several)": the environments of a file. */
static void ask(const struct environment_view *v, const char *path, struct arena *arena,
		struct str *out)
{
	struct environment_uses uses = environment_view_uses(v, slice_of(path), arena);

	for (size_t i = 0; i < uses.n; i++)
		str_addf(out, "%s%" SLICE_FMT "%s", i ? " " : "",
			 SLICE_ARG(uses.items[i].environment->name),
			 environment_use_is_many(&uses.items[i]) ? " (several)" : "");
}

/* Makes the queries of a row. */
static void check_row(const struct view_row *row)
{
	struct sketch *s = sketch_new();
	struct object_refs around;
	const struct environment_view *v;

	inventory_want_environments(s->inventory);
	for (size_t i = 0; i < FILES && row->files[i].path; i++)
		sketch_file(s, row->files[i].path, row->files[i].text);
	(void)sketch_migration(s, "web", OLD, NEW, "");
	sketch_survey(s);
	sketch_environments(s);
	around = inventory_by_host(s->inventory, SLICE(OLD), s->arena);
	v = environment_view_new(s->environments, &around, s->arena);
	for (size_t i = 0; i < QUERIES && row->queries[i].path; i++) {
		AUTO_STR struct str got = STR_INIT;

		ask(v, row->queries[i].path, s->arena, &got);
		cr_expect(slice_is(str_slice(&got), row->queries[i].want), "%s: %s is of '%s'",
			  row->name, row->queries[i].path, got.len ? got.ptr : "");
	}
	sketch_free(s);
}

Test(environment_view, tells_environments_apart_by_what_they_declare_twice)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
}

Test(environment_view, directories_are_one_cluster_if_one_contains_the_other)
{
	const struct environment dev = { .kind = ENVIRONMENT_DIRECTORY, .directory = SLICE("dev") },
				 eu = { .kind = ENVIRONMENT_DIRECTORY,
					.directory = SLICE("dev/eu") },
				 deva = { .kind = ENVIRONMENT_DIRECTORY,
					  .directory = SLICE("deva") },
				 argo = { .kind = ENVIRONMENT_ARGOCD, .cluster = SLICE("c") },
				 other = { .kind = ENVIRONMENT_ARGOCD, .cluster = SLICE("d") };

	cr_expect(environments_may_be_one_cluster(&dev, &eu));
	cr_expect(environments_may_be_one_cluster(&eu, &dev));
	cr_expect(!environments_may_be_one_cluster(&dev, &deva));
	cr_expect(environments_may_be_one_cluster(&dev, &argo));
	cr_expect(!environments_may_be_one_cluster(&other, &argo));
}
