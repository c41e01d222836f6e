#include "gitops/patch_merge_internal.h"

#include "yaml/value.h"

#include <criterion/criterion.h>

#define HEAD "apiVersion: a/v1\nkind: K\nmetadata: {name: m}\n"
#define OBJECT HEAD "spec: {map: {a: 1, b: 2}, list: [1, 2], text: t}\n"

/* Parses a text; the file is freed by the caller. */
static struct yaml_file *parse(const char *text)
{
	struct yaml_file *file = NULL;
	struct err err = ERR_INIT;

	cr_assert_eq(yaml_parse(&file, SLICE("x.yaml"), slice_of(text), &err), 0, "%s", text);
	return file;
}

Test(patch_merge, merges)
{
	static const struct {
		const char *patch, *spec; /* spec NULL: there is no result */
		enum build_verdict verdict;
	} rows[] = {
		{ "spec: {map: {b: 3, c: 4}}", "{map: {a: 1, b: 3, c: 4}, list: [1, 2], text: t}",
		  BUILD_KNOWN },
		{ "spec: {list: [3]}", "{map: {a: 1, b: 2}, list: [3], text: t}", BUILD_KNOWN },
		{ "spec: {text: u, new: {x: [1]}}",
		  "{map: {a: 1, b: 2}, list: [1, 2], text: u, new: {x: [1]}}", BUILD_KNOWN },
		{ "spec: {map: null}", "{list: [1, 2], text: t}", BUILD_KNOWN },
		{ "spec: {none: null}", "{map: {a: 1, b: 2}, list: [1, 2], text: t}", BUILD_KNOWN },
		{ "spec: {map: {$patch: delete}}", "{list: [1, 2], text: t}", BUILD_KNOWN },
		{ "spec: {map: {$patch: replace, c: 1}}", "{map: {c: 1}, list: [1, 2], text: t}",
		  BUILD_KNOWN },
		{ "$patch: delete", NULL, BUILD_KNOWN },
		{ "spec: {new: {a: null}}", NULL, BUILD_UNKNOWN },
		{ "spec: {map: [1]}", NULL, BUILD_UNKNOWN },
		{ "spec: {list: {a: 1}}", NULL, BUILD_UNKNOWN },
		{ "spec: {list: [{$patch: delete}]}", NULL, BUILD_UNKNOWN },
		{ "spec: {$setElementOrder/list: [1]}", NULL, BUILD_UNKNOWN },
		{ "spec: {map: {$patch: other}}", NULL, BUILD_UNKNOWN },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_ARENA struct arena *arena = arena_new();
		struct slice text = arena_printf(
			arena,
			"apiVersion: other/v2\nkind: K\nmetadata: {name: other, namespace: x, "
			"labels: {l: m}}\n%s\n",
			rows[i].patch);
		struct yaml_file *object = parse(OBJECT), *patch = parse(text.ptr);
		struct yaml_file *wanted = rows[i].spec ? parse(rows[i].spec) : NULL;
		struct build_stop stop = { BUILD_KNOWN, NOWHERE, NULL };
		const struct yaml_node *got, *metadata;

		got = patch_merge_apply(yaml_root(patch, 0), yaml_root(object, 0), &stop, arena);
		metadata = yaml_get(got, "metadata");
		cr_expect_eq(stop.verdict, rows[i].verdict, "%s", rows[i].patch);
		cr_expect_eq(!got, !wanted, "%s", rows[i].patch);
		if (got && wanted) {
			cr_expect(value_same(yaml_get(got, "spec"), yaml_root(wanted, 0)), "%s",
				  rows[i].patch);
			cr_expect(slice_is(yaml_string(yaml_get(metadata, "name")), "m"));
			cr_expect_null(yaml_get(metadata, "namespace"));
			cr_expect_not_null(yaml_path(metadata, "labels", "l", NULL));
			cr_expect(slice_is(yaml_string(yaml_get(got, "apiVersion")), "a/v1"));
		}
		yaml_file_free(object);
		yaml_file_free(patch);
		yaml_file_free(wanted);
	}
}
