#include "gitops/prune.h"

#include "tests/unit/gitops/tree.h"

#include <criterion/criterion.h>

#define ARGO(policy) APPLICATION("shop", SOURCE("apps") ", syncPolicy: {" policy "}")
#define AUTO "automated: {prune: true}"
#define OBJECT(metadata)                                                                           \
	"apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: web-vm, "        \
	"namespace: web" metadata "}\n"
#define PLAIN OBJECT("")
#define NOTE(key, value) OBJECT(", annotations: {" key ": '" value "'}")
#define OPTIONS "argocd.argoproj.io/sync-options"
#define FLUX_PRUNE "kustomize.toolkit.fluxcd.io/prune"
#define BY_HAND "run kubectl delete serviceentry.networking.istio.io web-vm -n web"

Test(prune, what_becomes_of_an_object)
{
	static const struct {
		const char *environment, *object;
		enum prune_fate fate;
		const char *why, *remedy; /* parts of them; remedy NULL: there is none */
	} rows[] = {
		{ ARGO(AUTO), PLAIN, PRUNE_FIRST, "before the sync", "PruneLast=true" },
		{ ARGO("automated: {prune: true, enabled: true}"), PLAIN, PRUNE_FIRST,
		  "before the sync", "" },
		{ ARGO("automated: {prune: true, enabled: false}"), PLAIN, PRUNE_MANUAL, "manually",
		  "argocd app sync shop --prune" },
		{ ARGO("automated: {}"), PLAIN, PRUNE_STAYS, "without automated.prune",
		  "run argocd app sync shop --prune, or " BY_HAND },
		{ ARGO("automated: {prune: false}"), PLAIN, PRUNE_STAYS, "without automated.prune",
		  "" },
		{ ARGO(""), PLAIN, PRUNE_MANUAL, "manually", "argocd app sync shop --prune" },
		{ ARGO(AUTO ", syncOptions: [CreateNamespace=true, PruneLast=true]"), PLAIN,
		  PRUNE_GOES, "PruneLast", NULL },
		{ ARGO(AUTO), NOTE(OPTIONS, "PruneLast=true"), PRUNE_GOES, "PruneLast", NULL },
		{ ARGO(AUTO ", syncOptions: [PruneLast=true]"), NOTE(OPTIONS, "PruneLast=false"),
		  PRUNE_GOES, "PruneLast", NULL },
		{ ARGO(AUTO), NOTE(OPTIONS, "Validate=false, Prune=false"), PRUNE_STAYS,
		  "Prune=false", BY_HAND },
		{ ARGO(AUTO ", syncOptions: [Prune=false]"), PLAIN, PRUNE_STAYS, "Prune=false",
		  BY_HAND },
		{ ARGO(AUTO ", syncOptions: [Prune=false]"), NOTE(OPTIONS, "Prune=true"),
		  PRUNE_FIRST, "", "" },
		{ ARGO(AUTO), NOTE(OPTIONS, "Prune=confirm"), PRUNE_MANUAL, "approval",
		  "application.argoproj.io shop -n argocd argocd.argoproj.io/deletion-approved=" },
		{ ARGO("automated: {prune: '${prune}'}"), PLAIN, PRUNE_UNKNOWN, "set elsewhere",
		  BY_HAND },
		{ APPLICATION("shop", SOURCE("'ap${x}'")), PLAIN, PRUNE_UNKNOWN, "not known",
		  BY_HAND },
		{ FLUX("apps", "path: apps, prune: true"), PLAIN, PRUNE_GOES,
		  "after everything else", NULL },
		{ FLUX("apps", "path: apps, prune: false"), PLAIN, PRUNE_STAYS, "spec.prune",
		  BY_HAND },
		{ FLUX("apps", "path: apps"), PLAIN, PRUNE_STAYS, "spec.prune", BY_HAND },
		{ FLUX("apps", "path: apps, prune: true"), NOTE(FLUX_PRUNE, "disabled"),
		  PRUNE_STAYS, "disabled", BY_HAND },
		{ FLUX("apps", "path: apps, prune: true"),
		  OBJECT(", labels: {" FLUX_PRUNE ": disabled}"), PRUNE_STAYS, "disabled",
		  BY_HAND },
		{ FLUX("apps", "path: apps, prune: true"), NOTE(FLUX_PRUNE, "enabled"), PRUNE_GOES,
		  "", NULL },
		{ FLUX("apps", "path: apps, prune: true, suspend: true"), PLAIN, PRUNE_MANUAL,
		  "suspended", "flux resume kustomization apps -n flux-system" },
		{ FLUX("apps", "path: apps, prune: '${prune}'"), PLAIN, PRUNE_UNKNOWN,
		  "set elsewhere", BY_HAND },
		{ FLUX("apps", "path: apps, prune: true") "---\n" REPOSITORY(
			  "https://git.example.com/shop/gitops.git", "tag: v1"),
		  PLAIN, PRUNE_STAYS, "a different revision", BY_HAND },
		{ K("apps/e.yaml"), PLAIN, PRUNE_UNKNOWN, "does not declare", BY_HAND },
		{ ARGO(AUTO ", syncOptions: [Prune=false]"),
		  "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: "
		  "'$(x)'}\n",
		  PRUNE_STAYS, "", "serviceentry.networking.istio.io NAME -n NAMESPACE" },
	};
	struct repository_id repository = { { NULL, 0 }, SLICE("main") };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool overlay = i == sizeof(rows) / sizeof(rows[0]) - 2;
		struct tree_entry files[] = { { overlay ? "kustomization.yaml" :
							  "z/environment.yaml",
						rows[i].environment },
					      { "apps/e.yaml", rows[i].object },
					      { NULL, NULL } };
		struct tree *t = tree_new(&repository, files);
		struct environment_uses a =
			environment_uses_of(t->index, SLICE("apps/e.yaml"), t->arena);
		struct prune p;

		cr_assert_eq(a.n, 1, "row %zu", i);
		p = prune_of(&a.items[0], &t->objects[1].items[0], t->arena);
		cr_expect_eq(p.fate, rows[i].fate, "row %zu: %d: %" SLICE_FMT, i, p.fate,
			     SLICE_ARG(p.why));
		cr_expect(slice_find(p.why, slice_of(rows[i].why)) != SIZE_MAX,
			  "row %zu: %" SLICE_FMT, i, SLICE_ARG(p.why));
		cr_expect_eq(p.remedy.ptr != NULL, rows[i].remedy != NULL, "row %zu", i);
		if (rows[i].remedy)
			cr_expect(slice_find(p.remedy, slice_of(rows[i].remedy)) != SIZE_MAX,
				  "row %zu: %" SLICE_FMT, i, SLICE_ARG(p.remedy));
		cr_expect(p.at.path.len, "row %zu", i);
		tree_free(t);
	}
}
