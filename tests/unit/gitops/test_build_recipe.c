#include "gitops/build_recipe.h"

#include "gitops/environment_use.h"
#include "tests/unit/gitops/tree.h"

#include <criterion/criterion.h>

Test(build_recipe, paths)
{
	static const char *const paths[] = { ".",   "..",   "../base", "./a.yaml", "a-b/c_d",
					     "a b", "x..y", "git",     "hub.com/a" };
	static const char *const others[] = { "",
					      "/etc/passwd",
					      "~/x",
					      "https://example.com/x",
					      "HTTP://example.com/x",
					      "git::x",
					      "git@example.com:a/b",
					      "github.com/a/b",
					      "x/GitHub.com/a",
					      "a//b",
					      "a?ref=main",
					      "gh:a/b",
					      "a/b.git",
					      "dev.example.com/_git/a",
					      "file:x",
					      "a\nb",
					      "a\\b" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		cr_expect(build_recipe_is_path(slice_of(paths[i])), "%s", paths[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		cr_expect_not(build_recipe_is_path(slice_of(others[i])), "%s", others[i]);
	cr_expect_not(build_recipe_is_path((struct slice){ "a\0b", 3 }));
}

/* The recipe of the environment "e", which applies apps. */
static struct build_recipe make_recipe(struct tree **tree, const char *environment,
				       const char *kustomization, struct arena *arena)
{
	static const struct repository_id repository = { .branch = SLICE_INIT("main") };
	const struct tree_entry entries[] = {
		{ "e.yaml", environment },
		{ "apps/web.yaml", "apiVersion: networking.istio.io/v1\nkind: VirtualService\n"
				   "metadata: {name: web}\n" },
		{ "apps/kustomization.yaml", kustomization },
		{ "part/kustomization.yaml", "kind: Component\npatches: [{path: p.yaml}]\n" },
		{ NULL, NULL },
	};
	struct recipe_inputs in = { .edited = NULL };

	*tree = tree_new(&repository, entries);
	in.index = (*tree)->index;
	return build_recipe_of(&in, tree_environment(*tree, "apps/web.yaml", "e"), arena);
}

#define ARGO_SPEC(fields)                                                                          \
	"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: e}\nspec: "         \
	"{source: {path: apps, kustomize: {" fields "}}}\n"
#define FLUX_SPEC(fields)                                                                          \
	"apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: e}\n"   \
	"spec: {path: apps, " fields "}\n"

/* What an environment adds to a kustomization with web.yaml. */
static const struct {
	const char *name, *environment, *kustomization;
	const char *text; /* of the kustomization; NULL: as it is */
	bool none;        /* there is no recipe */
	size_t files;     /* that are not optional */
} rows[] = {
	{ "nothing", ARGO_SPEC("images: [a=b]"), "resources: [web.yaml]\n", NULL, false, 2 },
	{ "a namespace, in place of the other one", ARGO_SPEC("namespace: a"),
	  "namespace: b\nresources: [web.yaml]\n", "namespace: a\nresources:\n  - web.yaml\n",
	  false, 2 },
	{ "patches, behind the others", FLUX_SPEC("patches: [{patch: x}]"),
	  "resources: [web.yaml]\npatches: [{patch: y}]\n",
	  "resources:\n  - web.yaml\npatches:\n  - patch: y\n  - patch: x\n", false, 2 },
	{ "labels", ARGO_SPEC("commonLabels: {a: b}"),
	  "resources: [web.yaml]\ncommonLabels: {a: c, d: e}\n",
	  "resources:\n  - web.yaml\ncommonLabels:\n  a: b\n  d: e\n", false, 2 },
	{ "a component", FLUX_SPEC("components: [../part]"), "resources: [web.yaml]\n",
	  "resources:\n  - web.yaml\ncomponents:\n  - ../part\n", false, 4 },
	{ "files of all kinds", ARGO_SPEC(""),
	  "resources: [web.yaml]\nconfigMapGenerator: [{name: a, files: [k=f, g], envs: [h]}]\n"
	  "openapi: {path: o}\nreplacements: [{path: r}]\npatchesStrategicMerge: [s]\n",
	  NULL, false, 8 },
	{ "a patch that is a text", ARGO_SPEC(""),
	  "resources: [web.yaml]\npatchesStrategicMerge: ['{apiVersion: v1, kind: A}']\n", NULL,
	  false, 2 },
	{ "a text that may be a URL", ARGO_SPEC(""),
	  "resources: [web.yaml]\npatchesStrategicMerge: ['https://example.com/{a}']\n", NULL, true,
	  0 },
	{ "a URL", ARGO_SPEC(""), "resources: [web.yaml, 'https://example.com/x']\n", NULL, true,
	  0 },
	{ "a URL in a patch", ARGO_SPEC("patches: [{path: 'https://example.com/x'}]"),
	  "resources: [web.yaml]\n", NULL, true, 0 },
	{ "a URL in a generator", ARGO_SPEC(""),
	  "resources: [web.yaml]\nsecretGenerator: [{name: a, files: "
	  "['k=http://example.com/x']}]\n",
	  NULL, true, 0 },
	{ "a key in another case", ARGO_SPEC(""), "resources: [web.yaml]\nBases: [x]\n", NULL, true,
	  0 },
	{ "a key of an item in another case", ARGO_SPEC(""),
	  "resources: [web.yaml]\npatches: [{Path: x}]\n", NULL, true, 0 },
	{ "a generator", ARGO_SPEC(""), "resources: [web.yaml]\ngenerators: [x]\n", NULL, true, 0 },
	{ "a chart", ARGO_SPEC(""), "resources: [web.yaml]\nhelmCharts: [{name: x}]\n", NULL, true,
	  0 },
	{ "an alias", ARGO_SPEC(""), "resources: &a [web.yaml]\nbases: *a\n", NULL, true, 0 },
	{ "outside of the repository", ARGO_SPEC(""), "resources: [web.yaml, ../../x]\n", NULL,
	  true, 0 },
	{ "variables", FLUX_SPEC("postBuild: {substitute: {a: b}}"), "resources: [web.yaml]\n",
	  NULL, true, 0 },
	{ "labels behind the build", FLUX_SPEC("commonMetadata: {labels: {a: b}}"),
	  "resources: [web.yaml]\n", NULL, true, 0 },
	{ "an option of Argo CD", ARGO_SPEC("labelWithoutSelector: true"),
	  "resources: [web.yaml]\n", NULL, true, 0 },
};

Test(build_recipe, engines)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_ARENA struct arena *arena = arena_new();
		struct tree *tree;
		struct build_recipe r =
			make_recipe(&tree, rows[i].environment, rows[i].kustomization, arena);
		struct slice text = SLICE_NONE;
		size_t files = 0;

		cr_expect_eq(r.why != NULL, rows[i].none, "%s: %s", rows[i].name,
			     r.why ? r.why : "");
		for (size_t j = 0; r.n && !r.why && j < r.runs[0].n; j++) {
			const struct recipe_file *f = &r.runs[0].files[j];

			files += !f->optional;
			if (slice_is(f->path, "apps/kustomization.yaml"))
				text = f->text;
		}
		if (!r.why) {
			cr_expect_eq(files, rows[i].files, "%s: %zu", rows[i].name, files);
			cr_expect_eq(text.ptr != NULL, rows[i].text != NULL, "%s", rows[i].name);
		}
		cr_expect(!text.ptr || slice_is(text, rows[i].text), "%s: %s", rows[i].name,
			  text.ptr);
		tree_free(tree);
	}
}
