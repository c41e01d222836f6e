#include "gitops/build.h"
#include "gitops/build_needs.h"
#include "tests/unit/gitops/tree.h"
#include "yaml/value.h"

#include <criterion/criterion.h>

/*
 * What replacements do, and which of them are not evaluated. Random ones are compared with several
 * versions of kustomize (tests/e2e/kustomize).
 */

#define SPEC(host, weight, times)                                                                  \
	"{hosts: [" host "], weight: " weight ", http: [" times "], empty: null}"
#define TIMES(a, b, c)                                                                             \
	"{name: main, timeout: " a "}, {name: main-2, timeout: " b "}, {name: \"other\", "         \
	"timeout: " c "}"
#define AS_IT_WAS TIMES("1s", "2s", "3s")
#define FROM_MAP(key, more)                                                                        \
	"{source: {kind: ConfigMap, name: c, fieldPath: data." key "}, " more "}"
#define INTO(paths, more)                                                                          \
	"targets: [{select: {kind: VirtualService}, fieldPaths: [" paths "]" more "}]"

static const struct replace_row {
	const char *replacement;
	const char *spec; /* afterwards; NULL: not known */
} rows[] = {
	{ FROM_MAP("t", INTO("spec.http.0.timeout", "")),
	  SPEC("a.example.com", "5", TIMES("7s", "2s", "3s")) },
	{ FROM_MAP("t", INTO("spec.http.*.timeout", "")),
	  SPEC("a.example.com", "5", TIMES("7s", "7s", "7s")) },
	{ FROM_MAP("t", INTO("'spec.http.[name=main].timeout'", "")),
	  SPEC("a.example.com", "5", TIMES("7s", "7s", "3s")) },
	{ FROM_MAP("t", INTO("'spec.http.[name=o.her].timeout', 'spec.hosts.[=example]'", "")),
	  SPEC("7s", "5", TIMES("1s", "2s", "7s")) },
	{ FROM_MAP("t", INTO("'spec.http.[name=^main$].timeout'", "")), NULL },
	{ FROM_MAP("t", INTO("'spec.http.[name=none].timeout'", "")), NULL },
	{ FROM_MAP("t", INTO("spec.http.3.timeout", "")), NULL },
	{ FROM_MAP("t", INTO("spec.absent", "")), NULL },
	{ FROM_MAP("t", INTO("spec.empty", "")), NULL },
	{ FROM_MAP("t", INTO("kind", "")), NULL },
	{ FROM_MAP("t", INTO("spec.hosts", "")),
	  "{hosts: 7s, weight: 5, http: [" AS_IT_WAS "], empty: null}" },
	{ FROM_MAP("t", INTO("spec.http.0.new.field", ", options: {create: true}")),
	  SPEC("a.example.com", "5",
	       "{name: main, timeout: 1s, new: {field: 7s}}, {name: main-2, timeout: 2s}, {name: "
	       "other, timeout: 3s}") },
	{ FROM_MAP("absent", INTO("spec.http.0.timeout", "")), NULL },
	{ FROM_MAP("n", INTO("spec.weight", "")), SPEC("a.example.com", "7", AS_IT_WAS) },
	{ FROM_MAP("n", INTO("spec.hosts.0", "")), SPEC("'7'", "5", AS_IT_WAS) },
	{ FROM_MAP("yes", INTO("spec.hosts.0", "")), SPEC("'yes'", "5", AS_IT_WAS) },
	{ FROM_MAP("t", INTO("spec.weight", "")), NULL },
	{ FROM_MAP("t", INTO("spec.hosts.0", ", options: {delimiter: ., index: 0}")),
	  SPEC("7s.example.com", "5", AS_IT_WAS) },
	{ FROM_MAP("t", INTO("spec.hosts.0", ", options: {delimiter: ., index: -1}")),
	  SPEC("7s.a.example.com", "5", AS_IT_WAS) },
	{ FROM_MAP("t", INTO("spec.hosts.0", ", options: {delimiter: ., index: 9}")),
	  SPEC("a.example.com.7s", "5", AS_IT_WAS) },
	{ FROM_MAP("t", INTO("spec.hosts.0", ", options: {encoding: base64}")), NULL },
	{ FROM_MAP("t", INTO("spec.hosts.0", ", reject: [{name: web}]")),
	  SPEC("a.example.com", "5", AS_IT_WAS) },
	{ FROM_MAP("t", INTO("spec.hosts.0", ", reject: [{name: other}]")),
	  SPEC("7s", "5", AS_IT_WAS) },
	{ "{source: {kind: ConfigMap, name: c, fieldPath: data.h, options: {delimiter: ':', index: "
	  "1}}, " INTO("spec.weight", "") "}",
	  SPEC("a.example.com", "8443", AS_IT_WAS) },
	{ "{source: {kind: ConfigMap, name: g, fieldPath: data.t}, " INTO("spec.hosts.0", "") "}",
	  SPEC("9s", "5", AS_IT_WAS) },
	{ "{source: {kind: ConfigMap, name: e, fieldPath: data.t}, " INTO("spec.hosts.0", "") "}",
	  NULL },
	{ "{source: {kind: ConfigMap, fieldPath: data.t}, " INTO("spec.hosts.0", "") "}", NULL },
	{ "{source: {kind: Deployment, name: c}, " INTO("spec.hosts.0", "") "}", NULL },
	{ "{source: {kind: VirtualService}, " INTO("spec.hosts.0", "") "}",
	  SPEC("web", "5", AS_IT_WAS) },
	{ "{source: {kind: VirtualService, fieldPath: 'spec.http.[name=other].timeout'}, " INTO(
		  "spec.hosts.0", "") "}",
	  SPEC("3s", "5", AS_IT_WAS) },
	{ "{sourceValue: fixed, " INTO("spec.hosts.0", "") "}", SPEC("fixed", "5", AS_IT_WAS) },
	{ "{source: {kind: Deployment, name: c}, targets: [{select: {kind: Gateway}}]}",
	  SPEC("a.example.com", "5", AS_IT_WAS) },
	{ "{path: r.yaml}", SPEC("7s", "5", AS_IT_WAS) },
	{ "{path: absent.yaml}", NULL },
};

static const struct yaml_file *find(struct slice path, void *ctx)
{
	const struct tree *t = ctx;

	for (size_t i = 0; i < t->n; i++)
		if (slice_eq(yaml_name(t->files[i]), path))
			return t->files[i];
	return NULL;
}

/* A tree with a VirtualService, ConfigMaps, and these replacements; in `arena`. */
static struct tree *make_tree(const char *replacement, struct arena *arena)
{
	static const struct repository_id repository = { .branch = SLICE_INIT("main") };
	const struct tree_entry entries[] = {
		{ "apps/kustomization.yaml",
		  arena_printf(arena,
			       "resources: [web.yaml, map.yaml]\n"
			       "configMapGenerator: [{name: g, literals: ['t=\"9s\"']}, "
			       "{name: e, envs: [e.env]}]\n"
			       "replacements: [%s]\n",
			       replacement)
			  .ptr },
		{ "apps/web.yaml", "apiVersion: networking.istio.io/v1\nkind: VirtualService\n"
				   "metadata: {name: web}\n"
				   "spec: " SPEC("a.example.com", "5", AS_IT_WAS) "\n" },
		{ "apps/map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: "
				   "{t: 7s, n: '7', h: 'new.example.com:8443', yes: 'yes'}\n" },
		{ "apps/r.yaml", FROM_MAP("t", INTO("spec.hosts.0", "")) "\n" },
		{ NULL, NULL },
	};

	return tree_new(&repository, entries);
}

/* What the kustomization builds of the two files. */
static void check_row(const struct replace_row *row)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct tree *t = make_tree(row->replacement, arena);
	struct build_file files[2];
	struct build_inputs in = { .files = files, .find = find, .ctx = t };
	struct builder *b;
	struct built_set set;
	struct yaml_file *expected = NULL;
	struct err err = ERR_INIT;

	for (size_t i = 1; i < 3; i++)
		files[in.n++] = (struct build_file){ yaml_name(t->files[i]), &t->objects[i] };
	b = builder_new(t->index, &in);
	set = build_kustomization(b, SLICE("apps/kustomization.yaml"));
	cr_assert_eq(set.n, 1, "%s", row->replacement);
	cr_expect_eq(set.items[0].stop.verdict, row->spec ? BUILD_KNOWN : BUILD_UNKNOWN, "%s: %s",
		     row->replacement, set.items[0].stop.why);
	if (row->spec) {
		cr_assert_eq(yaml_parse(&expected, SLICE("x"), slice_of(row->spec), &err), 0);
		cr_expect(value_same(set.items[0].object.spec, yaml_root(expected, 0)), "%s",
			  row->replacement);
		yaml_file_free(expected);
	}
	builder_free(b);
	tree_free(t);
}

Test(build_replace, rows)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
}

/* The paths that are needed for the VirtualService, with a blank between. */
static const char *needs_of(const struct tree *t)
{
	struct slice path = SLICE("apps/web.yaml");
	struct slices found = build_needs(t->index, (struct slices){ &path, 1 }, t->arena);
	AUTO_STR struct str text = STR_INIT;

	for (size_t i = 0; i < found.n; i++)
		str_addf(&text, "%s%" SLICE_FMT, i ? " " : "", SLICE_ARG(found.items[i]));
	str_addc(&text, '\0');
	return arena_copy(t->arena, str_slice(&text)).ptr;
}

Test(build_replace, files_that_are_read)
{
	static const struct {
		const char *replacement, *needs;
	} needs[] = {
		{ "{path: r.yaml}", "apps/r.yaml apps/e.env apps/web.yaml apps/map.yaml" },
		{ FROM_MAP("t", INTO("spec.hosts.0", "")),
		  "apps/e.env apps/web.yaml apps/map.yaml" },
		{ "{source: {kind: ConfigMap}, targets: [{select: {kind: Deployment}}]}", "" },
	};

	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
		AUTO_ARENA struct arena *arena = arena_new();
		struct tree *t = make_tree(needs[i].replacement, arena);

		cr_expect_str_eq(needs_of(t), needs[i].needs, "%s", needs[i].replacement);
		tree_free(t);
	}
}
