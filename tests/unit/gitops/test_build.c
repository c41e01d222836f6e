#include "gitops/build.h"

#include "gitops/environment_use.h"
#include "tests/unit/gitops/tree.h"
#include "yaml/value.h"

#include <criterion/criterion.h>

/*
 * What engines add to a kustomization. What kustomize itself does is compared with kustomize
 * (tests/e2e/kustomize).
 */

#define VS                                                                                         \
	"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: web}\n"        \
	"spec: {http: [{timeout: 1s}, {timeout: 2s}], hosts: ['${HOST}'], weight: '${W}', "        \
	"text: \"a: ${W}\"}\n"
#define ARGO_SPEC(fields)                                                                          \
	"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: e}\nspec: "         \
	"{destination: {namespace: target}, source: {path: apps, kustomize: {" fields "}}}\n"
#define FLUX_SPEC(fields)                                                                          \
	"apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: e}\n"   \
	"spec: {path: apps, " fields "}\n"
#define SECOND_TIMEOUT                                                                             \
	"patches: [{target: {kind: VirtualService}, patch: '- {op: replace, path: "                \
	"/spec/http/1/timeout, value: 9s}'}]"

/* A build of apps/web.yaml by the environment "e". */
struct built_fixture {
	struct tree *tree;
	struct build_file file;
	struct build_inputs inputs;
	struct builder *builder;
	struct built_set set;
};

static void build(struct built_fixture *f, const char *environment, const char *kustomization)
{
	static const struct repository_id repository = { .branch = SLICE_INIT("main") };
	const struct tree_entry entries[] = {
		{ "e.yaml", environment },
		{ "apps/web.yaml", VS },
		{ kustomization ? "apps/kustomization.yaml" : NULL, kustomization },
		{ NULL, NULL },
	};

	*f = (struct built_fixture){ .tree = tree_new(&repository, entries) };
	for (size_t i = 0; i < f->tree->n; i++)
		if (f->tree->objects[i].n &&
		    slice_is(f->tree->objects[i].items[0].kind, "VirtualService"))
			f->file =
				(struct build_file){ SLICE("apps/web.yaml"), &f->tree->objects[i] };
	f->inputs = (struct build_inputs){ .files = &f->file, .n = 1 };
	f->builder = builder_new(f->tree->index, &f->inputs);
	f->set = build_environment(f->builder, tree_environment(f->tree, "apps/web.yaml", "e"));
}

static void release(struct built_fixture *f)
{
	builder_free(f->builder);
	tree_free(f->tree);
}

/* The text of a field of the only object, "?" if it is not known. */
static struct slice field_of(const struct built_fixture *f, const char *key)
{
	const struct yaml_node *spec = f->set.n == 1 ? f->set.items[0].object.spec : NULL;

	return f->set.n != 1 || f->set.items[0].stop.verdict != BUILD_KNOWN ?
		       SLICE("?") :
		       yaml_get(spec, key)->text;
}

Test(build, what_an_application_adds)
{
	struct built_fixture f;
	const struct object *o;

	build(&f,
	      ARGO_SPEC("namePrefix: p-, nameSuffix: -s, commonLabels: {l: m}, " SECOND_TIMEOUT),
	      "resources: [web.yaml]\nnamePrefix: own-\n");
	cr_assert_eq(f.set.n, 1);
	o = &f.set.items[0].object;
	cr_expect(slice_is(o->name, "p-web-s"));
	cr_expect(slice_is(o->ns, "target"));
	cr_expect_not_null(yaml_path(o->metadata, "labels", "l", NULL));
	cr_expect(slice_is(yaml_get(value_item(yaml_get(o->spec, "http"), 1), "timeout")->text,
			   "9s"));
	cr_expect_not(f.set.items[0].as_written);
	release(&f);
}

Test(build, what_flux_adds)
{
	struct built_fixture f;
	const struct object *o;

	build(&f,
	      FLUX_SPEC("targetNamespace: shop, commonMetadata: {labels: {l: m}}, " SECOND_TIMEOUT),
	      NULL);
	cr_assert_eq(f.set.n, 1);
	o = &f.set.items[0].object;
	cr_expect(slice_is(o->ns, "shop"));
	cr_expect_not_null(yaml_path(o->metadata, "labels", "l", NULL));
	cr_expect(slice_is(yaml_get(value_item(yaml_get(o->spec, "http"), 1), "timeout")->text,
			   "9s"));
	release(&f);
}

Test(build, variables_of_flux)
{
	static const struct {
		const char *post, *weight;
		enum yaml_type type;
	} rows[] = {
		{ "substitute: {W: '90', HOST: h}", "90", YAML_INT },
		{ "substitute: {W: text, HOST: h}", "text", YAML_STRING },
		{ "substitute: {HOST: h}", "?", YAML_STRING },
		{ "substitute: {W: '90', HOST: h}, substituteFrom: [{kind: ConfigMap, name: c}]",
		  "90", YAML_INT },
		{ "substituteFrom: [{kind: ConfigMap, name: c}]", "?", YAML_STRING },
		{ "substitute: {}", "${W}", YAML_STRING },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_ARENA struct arena *arena = arena_new();
		struct built_fixture f;
		struct slice text = arena_printf(
			arena,
			"apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
			"metadata: {name: e}\nspec: {path: apps, postBuild: {%s}}\n",
			rows[i].post);

		build(&f, text.ptr, NULL);
		cr_expect(slice_is(field_of(&f, "weight"), rows[i].weight), "%s", rows[i].post);
		if (*rows[i].weight != '?') {
			cr_expect_eq(yaml_type_of(yaml_get(f.set.items[0].object.spec, "weight")),
				     rows[i].type, "%s", rows[i].post);
			cr_expect_eq(yaml_type_of(yaml_get(f.set.items[0].object.spec, "text")),
				     YAML_STRING);
		}
		release(&f);
	}
}

Test(build, what_is_as_written)
{
	struct built_fixture f;

	build(&f, ARGO_SPEC("namespace: shop"), "resources: [web.yaml]\ncommonLabels: {l: m}\n");
	cr_assert_eq(f.set.n, 1);
	cr_expect(f.set.items[0].as_written);
	cr_expect(slice_is(f.set.items[0].object.ns, "shop"));
	release(&f);
}

Test(build, what_is_not_evaluated)
{
	struct built_fixture f;

	build(&f, ARGO_SPEC("namePrefix: p-"), "resources: [web.yaml]\ntransformers: [t.yaml]\n");
	cr_assert_eq(f.set.n, 1);
	cr_expect_eq(f.set.items[0].stop.verdict, BUILD_UNKNOWN);
	release(&f);
	build(&f, ARGO_SPEC("namePrefix: p-"),
	      "resources: [web.yaml, 'https://example.com/x//y']\n");
	cr_expect_eq(f.set.stop.verdict, BUILD_UNKNOWN);
	cr_expect_eq(f.set.n, 1);
	release(&f);
}

Test(build, what_is_configured_for_all_objects)
{
	static const struct {
		const char *fields;
		enum build_verdict verdict, of_set;
	} rows[] = {
		{ "configurations: [absent.yaml]", BUILD_UNKNOWN, BUILD_KNOWN },
		{ "crds: [absent.json]", BUILD_UNKNOWN, BUILD_KNOWN },
		{ "vars: [{name: X, objref: {kind: Service, name: x}}]", BUILD_UNKNOWN,
		  BUILD_KNOWN },
		{ "bases: ['github.com/shop/gitops/base?ref=v1']", BUILD_KNOWN, BUILD_UNKNOWN },
		{ "vars: []", BUILD_KNOWN, BUILD_KNOWN },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_ARENA struct arena *arena = arena_new();
		struct built_fixture f;

		build(&f, ARGO_SPEC("namePrefix: p-"),
		      arena_printf(arena, "resources: [web.yaml]\n%s\n", rows[i].fields).ptr);
		cr_assert_eq(f.set.n, 1);
		cr_expect_eq(f.set.items[0].stop.verdict, rows[i].verdict, "%s", rows[i].fields);
		cr_expect_eq(f.set.stop.verdict, rows[i].of_set, "%s", rows[i].fields);
		release(&f);
	}
}
