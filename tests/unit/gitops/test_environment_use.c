#include "tests/unit/gitops/tree.h"

#include <criterion/criterion.h>

#define ROWS 12
#define OURS "https://git.example.com/shop/gitops.git"

/* A tree, and what applies some of its files. */
struct use_case {
	const char *name;
	struct tree_entry files[ROWS];
	struct {
		const char *path, *want;
	} queries[ROWS];
};

/* Makes all queries of each case, in a repository with a remote and a branch. */
static void check_cases(const struct use_case *cases, size_t n)
{
	struct slice url = SLICE("git@git.example.com:shop/gitops.git");
	struct repository_id repository = { { &url, 1 }, SLICE("main") };

	for (size_t i = 0; i < n; i++) {
		struct tree *t = tree_new(&repository, cases[i].files);

		for (size_t j = 0; j < ROWS && cases[i].queries[j].path; j++) {
			const char *got = tree_ask(t, cases[i].queries[j].path);

			cr_expect_str_eq(got, cases[i].queries[j].want, "%s: %s is applied by '%s'",
					 cases[i].name, cases[i].queries[j].path, got);
		}
		tree_free(t);
	}
}

#define CHECK(cases) check_cases(cases, sizeof(cases) / sizeof((cases)[0]))

Test(environment_use, kustomizations)
{
	static const struct use_case cases[] = {
		{ "no environments", { { "vs.yaml", NULL } }, { { "vs.yaml", "" } } },
		{ "one overlay",
		  { { "web/kustomization.yaml", K("vs.yaml, ./b.yaml, sub/c.yaml") } },
		  { { "web/vs.yaml", "web[k]" },
		    { "web/b.yaml", "web[k]" },
		    { "web/sub/c.yaml", "web[k]" },
		    { "web/other.yaml", "" } } },
		{ "at the root",
		  { { "kustomization.yaml", K("vs.yaml") } },
		  { { "vs.yaml", ".[k]" } } },
		{ "a base of two overlays",
		  { { "base/kustomization.yaml", K("vs.yaml") },
		    { "prod/kustomization.yaml", K("../base") },
		    { "test/kustomization.yml",
		      "bases: [../base/]\npatches: [{path: p.yaml}]\n" } },
		  { { "base/vs.yaml", "prod[k] test[k]" }, { "test/p.yaml", "test[k]" } } },
		{ "a chain, and a diamond",
		  { { "a/kustomization.yaml", K("vs.yaml") },
		    { "b/Kustomization", K("../a") },
		    { "c/kustomization.yaml", K("../a") },
		    { "d/kustomization.yaml", K("../b, ../c") } },
		  { { "a/vs.yaml", "d[k]*" } } },
		{ "a component",
		  { { "mesh/kustomization.yaml", "kind: Component\npatches:\n- path: vs.yaml\n" },
		    { "alone/kustomization.yaml", "kind: Component\nresources: [vs.yaml]\n" },
		    { "prod/kustomization.yaml", "components: [../mesh]\n" } },
		  { { "mesh/vs.yaml", "prod[k]" }, { "alone/vs.yaml", "" } } },
		{ "generators and patches",
		  { { "web/kustomization.yaml", "configMapGenerator:\n- files: [a.conf, "
						"key=b.conf]\n  envs: [c.env]\n  env: d.env\n"
						"patchesStrategicMerge:\n- e.yaml\n- |\n  kind: "
						"x\npatchesJson6902:\n- path: f.yaml\n"
						"replacements:\n- path: g.yaml\n" } },
		  { { "web/a.conf", "web[k]" },
		    { "web/b.conf", "web[k]" },
		    { "web/c.env", "web[k]" },
		    { "web/d.env", "web[k]" },
		    { "web/e.yaml", "web[k]" },
		    { "web/f.yaml", "web[k]" },
		    { "web/g.yaml", "web[k]" } } },
		{ "a circle",
		  { { "a/kustomization.yaml", K("../b, vs.yaml") },
		    { "b/kustomization.yaml", K("../a") } },
		  { { "a/vs.yaml", "" } } },
		{ "a path out of the repository, another repository, and this one",
		  { { "a/kustomization.yaml",
		      K("../../b, 'https://git.example.com/x/y//base?ref=main', "
			"'github.com/x/y'") },
		    { "b/kustomization.yaml", K("'" OURS "//base?ref=main'") },
		    { "c/kustomization.yaml", K("'" OURS "//base?ref=v1'") },
		    { "base/kustomization.yaml", K("vs.yaml") } },
		  { { "base/vs.yaml", "b[k]" } } },
		{ "one that cannot be read",
		  { { "apps/kustomization.yaml", "resources: [\n" } },
		  { { "apps/web/vs.yaml", "apps[k?]" }, { "other/vs.yaml", "" } } },
	};

	CHECK(cases);
}

Test(environment_use, applications)
{
	static const struct use_case cases[] = {
		{ "a directory of plain manifests",
		  { { "argo.yaml", APPLICATION("shop", SOURCE("apps/shop")) } },
		  { { "apps/shop/vs.yaml", "shop[d]" },
		    { "apps/shop/vs.json", "shop[d]" },
		    { "apps/shop/README.md", "" },
		    { "apps/shop/sub/vs.yaml", "" },
		    { "apps/shopping/vs.yaml", "" } } },
		{ "with all below",
		  { { "argo.yaml",
		      APPLICATION(
			      "shop",
			      "source: {repoURL: '" OURS
			      "', path: ./apps/, directory: {recurse: true, include: '{a,b}/*', "
			      "exclude: '*.off.yaml'}}") } },
		  { { "apps/a/vs.yaml", "shop[d]" },
		    { "apps/b/x.off.yaml", "" },
		    { "apps/c/vs.yaml", "" } } },
		{ "two of one directory",
		  { { "argo.yaml", APPLICATION("one", SOURCE("apps")) "---\n" APPLICATION(
					   "two", SOURCE("apps")) } },
		  { { "apps/vs.yaml", "one[d] two[d]" } } },
		{ "a kustomization",
		  { { "argo.yaml", APPLICATION("prod", SOURCE("prod")) "---\n" APPLICATION(
					   "test", SOURCE("test")) },
		    { "base/kustomization.yaml", K("vs.yaml") },
		    { "prod/kustomization.yaml", K("../base") },
		    { "test/kustomization.yaml", K("../base") },
		    { "dev/kustomization.yaml", K("../base") } },
		  { { "base/vs.yaml", "dev[k] prod[k] test[k]" },
		    { "prod/not-listed.yaml", "" } } },
		{ "several sources, one of them a chart, one for values",
		  { { "argo.yaml",
		      APPLICATION("shop",
				  "sources: [{repoURL: 'https://charts.example.com', chart: web}, "
				  "{repoURL: '" OURS "', ref: values}, {repoURL: '" OURS
				  "', path: a}, {repoURL: '" OURS "', path: b}]") } },
		  { { "a/vs.yaml", "shop[d]" }, { "b/vs.yaml", "shop[d]" }, { "vs.yaml", "" } } },
		{ "charts and plugins",
		  { { "argo.yaml", APPLICATION("chart", SOURCE("chart")) "---\n" APPLICATION(
					   "helm", "source: {repoURL: '" OURS
						   "', path: helm, helm: {values: x}}") },
		    { "argo2.yaml", APPLICATION("plugin", "source: {repoURL: '" OURS
							  "', path: plugin, plugin: {name: x}}") },
		    { "chart/Chart.yaml", NULL } },
		  { { "chart/templates/vs.yaml", "chart[c]" },
		    { "chart/values.yaml", "" },
		    { "helm/templates/a/vs.yaml", "helm[c]" },
		    { "plugin/x/vs.yaml", "plugin[?]" } } },
		{ "the hydrator",
		  { { "argo.yaml",
		      APPLICATION("shop", "sourceHydrator: {drySource: {repoURL: '" OURS
					  "', path: dry, targetRevision: main}, "
					  "syncSource: {targetBranch: env, path: wet}}") } },
		  { { "dry/vs.yaml", "shop[d]" }, { "wet/vs.yaml", "" } } },
		{ "components of the Application",
		  { { "argo.yaml",
		      APPLICATION("shop", "source: {repoURL: '" OURS
					  "', path: web, kustomize: {components: [../mesh]}}") },
		    { "web/kustomization.yaml", K("vs.yaml") },
		    { "mesh/kustomization.yaml", "kind: Component\nresources: [m.yaml]\n" } },
		  { { "web/vs.yaml", "shop[k]" }, { "mesh/m.yaml", "shop[k]" } } },
		{ "another repository, another revision",
		  { { "a.yaml", APPLICATION("ours", SOURCE("apps")) },
		    { "b.yaml",
		      APPLICATION("other", "source: {repoURL: 'https://git.example.com/shop/web', "
					   "path: apps}") },
		    { "c.yaml", APPLICATION("tagged", "source: {repoURL: '" OURS
						      "', path: apps, targetRevision: v1.2}") },
		    { "d.yaml", APPLICATION("head", "source: {repoURL: '" OURS
						    "', path: apps, targetRevision: HEAD}") },
		    { "e.yaml",
		      APPLICATION("full", "source: {repoURL: '" OURS
					  "', path: apps, targetRevision: refs/heads/main}") } },
		  { { "apps/vs.yaml", "full[d] head[d] ours[d] tagged[d]!" } } },
		{ "only addresses that are none of the remotes'",
		  { { "b.yaml",
		      APPLICATION("mirror", "source: {repoURL: 'https://mirror.example.org/x/y', "
					    "path: apps}") } },
		  { { "apps/vs.yaml", "mirror[d]" } } },
		{ "a path with a variable",
		  { { "argo.yaml", APPLICATION("shop", SOURCE("'apps/${cluster}/web'")) } },
		  { { "apps/eu/web/vs.yaml", "shop[?]~" }, { "other/vs.yaml", "" } } },
		{ "a path with a variable that fits two overlays of a base",
		  { { "argo.yaml", APPLICATION("shop", SOURCE("'overlays/${env}'")) },
		    { "base/kustomization.yaml", K("vs.yaml") },
		    { "overlays/eu/kustomization.yaml", K("../../base, vs.yaml") },
		    { "overlays/us/kustomization.yaml", K("../../base") } },
		  { { "base/vs.yaml", "shop[?]*~" }, { "overlays/eu/vs.yaml", "shop[?]~" } } },
		{ "an Application that is applied in two places",
		  { { "shared/kustomization.yaml", K("argo.yaml") },
		    { "shared/argo.yaml", APPLICATION("shop", SOURCE("apps")) },
		    { "eu/kustomization.yaml", K("../shared") },
		    { "us/kustomization.yaml", K("../shared") } },
		  { { "apps/vs.yaml", "shop[d]*" }, { "shared/argo.yaml", "eu[k] us[k]" } } },
	};

	CHECK(cases);
}

Test(environment_use, flux)
{
	static const struct use_case cases[] = {
		{ "a kustomization is made of all below, but for directories that have one",
		  { { "clusters/apps.yaml", FLUX("apps", "path: ./apps") },
		    { "apps/own/kustomization.yaml", K("vs.yaml") } },
		  { { "apps/vs.yaml", "apps[k]" },
		    { "apps/sub/vs.yml", "apps[k]" },
		    { "apps/x.json", "" },
		    { "apps/own/vs.yaml", "apps[k]" },
		    { "apps/own/not-listed.yaml", "" },
		    { "clusters/apps.yaml", "" } } },
		{ "the directory has a kustomization",
		  { { "apps.yaml", FLUX("apps", "path: apps") },
		    { "apps/kustomization.yaml", K("web") },
		    { "apps/web/kustomization.yaml", K("vs.yaml") } },
		  { { "apps/web/vs.yaml", "apps[k]" },
		    { "apps/other.yaml", "" },
		    { "apps/web/other.yaml", "" } } },
		{ "one above another",
		  { { "x/a.yaml", FLUX("inner", "path: apps") "---\n" FLUX("outer", "path: .") },
		    { "apps/web/kustomization.yaml", K("vs.yaml") } },
		  { { "apps/web/vs.yaml", "inner[k] outer[k]" } } },
		{ "two kinds of Kustomization",
		  { { "kustomization.yaml", FLUX("apps", "path: apps") },
		    { "apps/k.yaml", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: "
				     "Kustomization\nresources: [../x.yaml]\n" } },
		  { { "apps/vs.yaml", "apps[k]" }, { "x.yaml", "" } } },
		{ "no path, and all of the repository",
		  { { "a.yaml", FLUX("all", "prune: true") } },
		  { { "deep/down/vs.yaml", "all[k]" }, { "a.yaml", "all[k]" } } },
		{ "clusters with the same name",
		  { { "clusters/eu/sync.yaml", FLUX("apps", "path: apps") },
		    { "clusters/us/sync.yaml", FLUX("apps", "path: apps") } },
		  { { "apps/vs.yaml",
		      "clusters/eu/sync.yaml:apps[k] clusters/us/sync.yaml:apps[k]" } } },
		{ "the source specifies repository and branch",
		  { { "eu/sync.yaml", REPOSITORY("ssh://git@git.example.com/shop/gitops",
						 "branch: main") "---\n" FLUX("eu", "path: apps") },
		    { "us/sync.yaml", REPOSITORY("ssh://git@git.example.com/shop/gitops",
						 "branch: us") "---\n" FLUX("us", "path: apps") },
		    { "tag/sync.yaml",
		      REPOSITORY(OURS, "branch: main, tag: v1") "---\n" FLUX("tag", "path: apps") },
		    { "none/sync.yaml", REPOSITORY(OURS, "") "---\n" FLUX("none", "path: apps") },
		    { "x/sync.yaml", REPOSITORY("https://git.example.com/shop/other",
						"branch: main") "---\n" FLUX("x", "path: apps") } },
		  { { "apps/vs.yaml", "eu[k] none[k]! tag[k]! us[k]!" } } },
		{ "a bucket",
		  { { "a.yaml", "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: "
				"Kustomization\nmetadata: {name: b}\n"
				"spec: {sourceRef: {kind: Bucket, name: b}, path: apps}\n" } },
		  { { "apps/vs.yaml", "b[k]~" } } },
		{ "a path that is filled in later",
		  { { "a.yaml", FLUX("apps", "path: './apps/${cluster}'") } },
		  { { "apps/eu/vs.yaml", "apps[?]~" }, { "infra/vs.yaml", "" } } },
		{ "components",
		  { { "a.yaml", FLUX("apps", "path: apps, components: [../mesh]") },
		    { "apps/kustomization.yaml", K("vs.yaml") },
		    { "mesh/kustomization.yaml", "kind: Component\nresources: [m.yaml]\n" } },
		  { { "mesh/m.yaml", "apps[k]" } } },
		{ "it applies itself",
		  { { "clusters/eu/flux-system/kustomization.yaml", K("sync.yaml") },
		    { "clusters/eu/flux-system/sync.yaml",
		      FLUX("flux-system", "path: ./clusters/eu") },
		    { "clusters/eu/apps.yaml", FLUX("apps", "path: ./apps") } },
		  { { "apps/vs.yaml", "apps[k]" },
		    { "clusters/eu/apps.yaml", "flux-system[k]" },
		    { "clusters/eu/flux-system/sync.yaml", "flux-system[k]" } } },
	};

	CHECK(cases);
}

#define SET(name, generators, template)                                                            \
	"apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: set}\nspec:\n  " \
	"generators:\n" generators "  template:\n    metadata: {name: '" name                      \
	"'}\n    spec: {source: {repoURL: '" OURS "', path: '" template "'}}\n"

Test(environment_use, application_sets)
{
	static const struct use_case cases[] = {
		{ "a list",
		  { { "set.yaml",
		      SET("web-{{env}}", "  - list: {elements: [{env: eu}, {env: us}]}\n",
			  "apps/{{ env }}") } },
		  { { "apps/eu/vs.yaml", "web-eu[d]" },
		    { "apps/us/vs.yaml", "web-us[d]" },
		    { "apps/vs.yaml", "" } } },
		{ "a list for one directory",
		  { { "set.yaml",
		      SET("web-{{.values.env}}",
			  "  - list: {elements: [{values: {env: eu}}, {values: {env: us}}]}\n",
			  "apps") } },
		  { { "apps/vs.yaml", "web-eu[d] web-us[d]" } } },
		{ "a list with something that is not known",
		  { { "set.yaml", SET("web", "  - list: {elements: [{env: eu}]}\n",
				      "apps/{{env}}/{{cluster}}") } },
		  { { "apps/eu/a/vs.yaml", "web[?]~" }, { "apps/us/a/vs.yaml", "" } } },
		{ "directories of the repository",
		  { { "set.yaml", SET("{{path.basename}}",
				      "  - git: {directories: [{path: apps/*}, {path: apps/off, "
				      "exclude: true}]}\n",
				      "{{path}}") },
		    { "apps/web/vs.yaml", NULL },
		    { "apps/off/vs.yaml", NULL },
		    { "apps/.web/vs.yaml", NULL } },
		  { { "apps/web/vs.yaml", "web[d]" },
		    { "apps/off/vs.yaml", "" },
		    { "apps/.web/vs.yaml", "" },
		    { "apps/web/a/vs.yaml", "" } } },
		{ "directories, followed by a path",
		  { { "set.yaml", SET("x-{{.path.basename}}-{{index .path.segments 0}}",
				      "  - git: {directories: [{path: '*/*'}]}\n",
				      "{{ .path.path }}/overlays/prod") },
		    { "apps/web/overlays/prod/kustomization.yaml", K("../../base") },
		    { "apps/web/base/kustomization.yaml", K("vs.yaml") } },
		  { { "apps/web/base/vs.yaml", "x-web-apps[k]" } } },
		{ "directories times a list",
		  { { "set.yaml",
		      SET("{{path.basename}}-{{env}}",
			  "  - matrix: {generators: [{git: {directories: [{path: 'apps/*'}]}}, "
			  "{list: {elements: [{env: eu}, {env: us}]}}]}\n",
			  "{{path}}/{{env}}") },
		    { "apps/web/eu/kustomization.yaml", K("../base") },
		    { "apps/web/base/kustomization.yaml", K("vs.yaml") } },
		  { { "apps/web/base/vs.yaml", "web-eu[k]" } } },
		{ "directories times clusters",
		  { { "set.yaml", SET("{{path.basename}}-{{name}}",
				      "  - matrix: {generators: [{git: {directories: [{path: "
				      "'apps/*'}]}}, {clusters: {}}]}\n",
				      "{{path}}") },
		    { "apps/web/vs.yaml", NULL } },
		  { { "apps/web/vs.yaml", "set/apps/web[d]*" } } },
		{ "clusters of a known directory",
		  { { "set.yaml", SET("web-{{name}}", "  - clusters: {}\n", "apps/web") } },
		  { { "apps/web/vs.yaml", "set[d]*" } } },
		{ "names without quotes",
		  { { "set.yaml", "apiVersion: argoproj.io/v1alpha1\nkind: "
				  "ApplicationSet\nmetadata: {name: set}\nspec:\n"
				  "  generators: [{list: {elements: [{env: eu}]}}]\n  template:\n  "
				  "  metadata:\n      name: web-{{env}}\n"
				  "    spec:\n      source:\n        repoURL: " OURS
				  "\n        path: apps/{{env}}\n" } },
		  { { "apps/eu/vs.yaml", "web-eu[d]" } } },
		{ "clusters of an unknown directory",
		  { { "set.yaml", SET("web-{{name}}", "  - clusters: {}\n", "apps/{{name}}") } },
		  { { "apps/web/vs.yaml", "set[?]*~" }, { "infra/vs.yaml", "" } } },
		{ "files of the repository",
		  { { "set.yaml",
		      SET("web-{{x}}", "  - git: {files: [{path: 'apps/*/config.json'}]}\n",
			  "{{path}}") },
		    { "apps/web/vs.yaml", NULL } },
		  { { "apps/web/vs.yaml", "set/apps/web[d]~" } } },
		{ "directories that only give values",
		  { { "set.yaml",
		      SET("web-{{path.basename}}", "  - git: {directories: [{path: 'envs/*'}]}\n",
			  "charts/web") } },
		  { { "charts/web/vs.yaml", "set[d]*" } } },
		{ "directories of another repository",
		  { { "set.yaml", SET("web-{{path.basename}}",
				      "  - git: {repoURL: 'https://git.example.com/x/y', "
				      "directories: [{path: 'apps/*'}]}\n",
				      "{{path}}") },
		    { "apps/web/vs.yaml", NULL } },
		  { { "apps/web/vs.yaml", "set[?]*~" } } },
	};

	CHECK(cases);
}

Test(environment_use, fields_of_an_environment)
{
	static const struct tree_entry files[] = {
		{ "argo.yaml",
		  APPLICATION("shop",
			      SOURCE("apps") ", destination: {server: "
					     "'https://kubernetes.default.svc', namespace: web}") },
		{ "flux.yaml", FLUX("flux", "path: apps, targetNamespace: web, suspend: true") },
		{ "x/kustomization.yaml", "namespace: web\nresources: [vs.yaml]\n" },
		{ NULL, NULL },
	};
	struct repository_id repository = { { NULL, 0 }, SLICE("main") };
	struct tree *t = tree_new(&repository, files);
	const struct environment *argo = tree_environment(t, "apps/vs.yaml", "shop");
	const struct environment *flux = tree_environment(t, "apps/vs.yaml", "flux"),
				 *overlay = tree_environment(t, "x/vs.yaml", "x");

	cr_expect(slice_is(argo->destination, "in-cluster/web") &&
		  slice_is(argo->directory, "apps") && argo->at.line == 1);
	cr_expect(slice_is(flux->destination, "web") && flux->suspended &&
		  slice_is(flux->ns, "flux-system"));
	cr_expect(overlay->kind == ENVIRONMENT_OVERLAY &&
		  slice_is(overlay->at.path, "x/kustomization.yaml"));
	cr_expect(environment_is_named(argo, SLICE("shop")) &&
		  environment_is_named(argo, SLICE("argo.yaml:shop")));
	cr_expect(!environment_is_named(argo, SLICE("shopping")) &&
		  !environment_is_named(argo, SLICE("flux.yaml:shop")));
	cr_expect_str_eq(environment_kind_text(overlay->kind), "kustomization");
	tree_free(t);
}

Test(environment_use, shared)
{
	static const struct {
		const char *path;
		bool shared;
	} rows[] = { { "one/vs.yaml", false },
		     { "two/vs.yaml", true },
		     { "many/vs.yaml", true },
		     { "pinned/vs.yaml", false },
		     { "none", false } };
	static const struct tree_entry files[] = {
		{ "a.yaml", APPLICATION("a", SOURCE("one")) "---\n" APPLICATION(
				    "b", SOURCE("two")) "---\n" APPLICATION("c", SOURCE("two")) },
		{ "b.yaml", SET("x-{{name}}", "  - clusters: {}\n", "many") },
		{ "c.yaml",
		  APPLICATION("d", SOURCE("pinned")) "---\n" APPLICATION(
			  "e", "source: {repoURL: '" OURS "', path: pinned, targetRevision: v1}") },
		{ NULL, NULL },
	};
	struct repository_id repository = { { NULL, 0 }, SLICE("main") };
	struct tree *t = tree_new(&repository, files);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct environment_uses a =
			environment_uses_of(t->index, slice_of(rows[i].path), t->arena);

		cr_expect_eq(environment_uses_shared(&a), rows[i].shared, "%s", rows[i].path);
	}
	tree_free(t);
}

Test(environment_use, what_is_looked_at)
{
	cr_expect(environment_index_wants(
		SLICE("apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\n")));
	cr_expect(!environment_index_wants(
		SLICE("apiVersion: argoproj.io/v1alpha1\nkind: Rollout\n")));
	cr_expect(environment_index_wants(
		SLICE("apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n")));
	cr_expect(environment_index_wants(
		SLICE("apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\n")));
	cr_expect(!environment_index_wants(
		SLICE("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n")));
	cr_expect(environment_index_wants(
		SLICE("{\"apiVersion\":\"argoproj.io\\/v1alpha1\",\"kind\":\"Application\"}")));
	cr_expect(!environment_index_wants(
		SLICE("labels: {kustomize.toolkit.fluxcd.io/prune: disabled}\n")));
	cr_expect(chart_is(SLICE("a/Chart.yaml")) && !chart_is(SLICE("a/chart.yaml")));
}

Test(environment_use, a_set_of_more_than_can_be_followed)
{
	AUTO_STR struct str text = STR_INIT;
	struct repository_id repository = { { NULL, 0 }, SLICE("main") };

	str_adds(&text, "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: "
			"set}\nspec:\n"
			"  template: {metadata: {name: 'x-{{a}}'}, spec: {source: {path: "
			"'apps/{{a}}'}}}\n  generators:\n"
			"  - list:\n      elements:\n");
	for (int i = 0; i <= 10000; i++) {
		str_addf(&text, "      - {a: v%d}\n", i);
		if (i >= 9999) {
			struct tree_entry files[] = { { "set.yaml", text.ptr }, { NULL, NULL } };
			struct tree *t = tree_new(&repository, files);

			cr_expect_str_eq(tree_ask(t, "apps/v7/vs.yaml"),
					 i == 9999 ? "x-v7[d]" : "set[?]*~");
			tree_free(t);
		}
	}
}

#define SYNC(kind, name, git)                                                                      \
	"apiVersion: configsync.gke.io/v1beta1\nkind: " kind "\nmetadata: {name: " name            \
	", namespace: a}\nspec: {git: {repo: " OURS ", " git "}}\n"

Test(environment_use, config_sync)
{
	static const struct use_case cases[] = {
		{ "all below a directory",
		  { { "sync.yaml", SYNC("RootSync", "prod", "dir: clusters/prod, branch: main") } },
		  { { "clusters/prod/vs.yaml", "prod[d]" },
		    { "clusters/prod/a/b/vs.yaml", "prod[d]" },
		    { "clusters/dev/vs.yaml", "" } } },
		{ "a kustomization",
		  { { "sync.yaml", SYNC("RepoSync", "shop", "dir: apps, branch: main") },
		    { "apps/kustomization.yaml", K("vs.yaml") } },
		  { { "apps/vs.yaml", "shop[k]" }, { "apps/other.yaml", "" } } },
		{ "another branch, a revision, and the default branch",
		  { { "sync.yaml",
		      SYNC("RootSync", "x", "dir: a, branch: next") "---\n" SYNC(
			      "RootSync", "w",
			      "dir: a, branch: main, revision: v1") "---\n" SYNC("RootSync", "z",
										 "dir: a") } },
		  { { "a/vs.yaml", "w[d]! x[d]! z[d]!" } } },
	};

	CHECK(cases);
}
