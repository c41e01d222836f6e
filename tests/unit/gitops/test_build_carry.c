#include "gitops/build_carry.h"

#include "tests/unit/gitops/tree.h"

#include <criterion/criterion.h>

/* The host is "old", a part of it "part"; it is in the files "old.yaml" and "old.patch". */
static bool in_text(struct slice text, void *ctx)
{
	(void)ctx;
	return slice_find(text, SLICE("old")) != SIZE_MAX;
}

static bool in_part(struct slice text, void *ctx)
{
	return in_text(text, ctx) || slice_find(text, SLICE("part")) != SIZE_MAX;
}

static bool in_file(struct slice path, void *ctx)
{
	return in_text(path, ctx);
}

static struct slice read_file(struct slice path, void *ctx)
{
	(void)ctx;
	return slice_ends(path, SLICE(".patch")) ?
		       SLICE("kind: X\nmetadata: {name: merged}\nspec: {host: old}\n") :
		       SLICE_NONE;
}

#define ENTRY(patch) "patches: [{target: {kind: X}, " patch "}]\n"
#define NAMED(name) "patches: [{target: {kind: X, name: " name "}, patch: 'host: old'}]\n"
#define COMPONENT "kind: Component\n"

static const struct {
	const char *name, *base, *top, *engine;
	const char *files; /* that are found, each with a blank behind; directories end with '/',
			      files of which only some objects may be meant with '?' */
} rows[] = {
	{ "nothing", K("a.yaml"), K("../base"), NULL, "" },
	{ "the name of a resource", K("old.yaml"), K("../base"), NULL, "" },
	{ "an inline patch", K("a.yaml, b.yaml"), K("../base") ENTRY("patch: 'host: old'"), NULL,
	  "base/a.yaml base/b.yaml " },
	{ "an inline patch of the base", K("a.yaml") ENTRY("patch: 'host: old'"),
	  K("../base, c.yaml"), NULL, "base/a.yaml " },
	{ "a patch of another host", K("a.yaml"), K("../base") ENTRY("patch: 'host: part'"), NULL,
	  "" },
	{ "a patch file", K("a.yaml"), K("../base") ENTRY("path: old.yaml"), NULL, "base/a.yaml " },
	{ "another patch file", K("a.yaml"), K("../base") ENTRY("path: p.yaml"), NULL, "" },
	{ "a strategic merge", K("a.yaml"), K("../base") "patchesStrategicMerge: [old.patch]\n",
	  NULL, "base/a.yaml? " },
	{ "an inline strategic merge", K("a.yaml"),
	  K("../base") "patches: [{patch: '{metadata: {name: a}, spec: {host: old}}'}]\n", NULL,
	  "base/a.yaml? " },
	{ "a patch of a name", K("a.yaml"), K("../base") NAMED("a-b"), NULL, "base/a.yaml? " },
	{ "a patch of a pattern", K("a.yaml"), K("../base") NAMED("a.*"), NULL, "base/a.yaml " },
	{ "a patch of a name where there are prefixes", K("a.yaml") "namePrefix: p-\n",
	  K("../base") NAMED("a-b"), NULL, "base/a.yaml " },
	{ "a patch of a name, and one of all", K("a.yaml, b.yaml") ENTRY("patch: 'host: old'"),
	  K("../base, c.yaml") NAMED("a-b"), NULL, "base/a.yaml base/b.yaml top/c.yaml? " },
	{ "a replacement", K("a.yaml"), K("../base") "replacements: [{sourceValue: part}]\n", NULL,
	  "base/a.yaml " },
	{ "a literal without a replacement", K("a.yaml"),
	  K("../base") "configMapGenerator: [{name: c, literals: [h=old]}]\n", NULL, "" },
	{ "a literal that a replacement may read",
	  K("a.yaml") "configMapGenerator: [{name: c, literals: [h=part]}]\n",
	  K("../base") "replacements: [{source: {kind: ConfigMap}}]\n", NULL, "base/a.yaml " },
	{ "a component", COMPONENT ENTRY("patch: 'host: old'"),
	  K("a.yaml") "components: [../base]\n", NULL, "top/a.yaml " },
	{ "an Application", K("a.yaml"), K("../base"),
	  APPLICATION("e", "source: {path: top, kustomize: {" ENTRY("patch: old") "}}"),
	  "base/a.yaml " },
	{ "a component of an Application", COMPONENT ENTRY("patch: 'host: old'"), K("a.yaml"),
	  APPLICATION("e", "source: {path: top, kustomize: {components: [../base]}}"),
	  "top/a.yaml " },
	{ "a variable of Flux", K("a.yaml"), K("../base"),
	  FLUX("e", "path: ./top, postBuild: {substitute: {H: old}}"), "base/a.yaml " },
	{ "Flux without a kustomization", K("a.yaml"), K("../base"),
	  FLUX("e", "path: ./plain, " ENTRY("patch: old")), "plain/ " },
	{ "a kustomization that lists itself", K("../top, a.yaml"),
	  K("../base") ENTRY("patch: 'host: old'"), NULL, "base/a.yaml " },
};

/* The paths as a text. */
static void list_paths(const struct carried *c, struct str *out)
{
	for (size_t i = 0; i < c->files.n; i++)
		str_addf(out, "%" SLICE_FMT " ", SLICE_ARG(c->files.items[i]));
	for (size_t i = 0; i < c->named.n; i++)
		str_addf(out, "%" SLICE_FMT "? ", SLICE_ARG(c->named.items[i]));
	for (size_t i = 0; i < c->directories.n; i++)
		str_addf(out, "%" SLICE_FMT "/ ", SLICE_ARG(c->directories.items[i]));
}

Test(build_carry, rows)
{
	static const struct repository_id repository = { .branch = SLICE_INIT("main") };
	const struct carry_query query = { in_text, in_part, in_file, read_file, NULL };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct tree_entry entries[] = {
			{ "base/kustomization.yaml", rows[i].base },
			{ "top/kustomization.yaml", rows[i].top },
			{ rows[i].engine ? "e.yaml" : NULL, rows[i].engine },
			{ NULL, NULL },
		};
		struct tree *t = tree_new(&repository, entries);
		struct carried c = build_carried(t->index, &query, t->arena);
		AUTO_STR struct str found = STR_INIT;

		list_paths(&c, &found);
		cr_expect(slice_is(str_slice(&found), rows[i].files), "%s: %s", rows[i].name,
			  found.ptr ? found.ptr : "");
		carried_release(&c);
		tree_free(t);
	}
}

Test(build_carry, names)
{
	struct carried c = { .names = MAP_INIT };

	cr_expect_not(carried_has_name(&c, SLICE("name: a-b")));
	map_add(&c.names, SLICE("a-b"));
	cr_expect(carried_has_name(&c, SLICE("name: a-b")));
	cr_expect(carried_has_name(&c, SLICE("{\"name\":\"a-b\"}")));
	cr_expect_not(carried_has_name(&c, SLICE("name: a-b-c")));
	cr_expect_not(carried_has_name(&c, SLICE("name: xa-b")));
	carried_release(&c);
}
