#include "gitops/patch_json_internal.h"

#include "yaml/value.h"

#include <criterion/criterion.h>

/* Parses a text; the file is freed by the caller. */
static struct yaml_file *parse(const char *text)
{
	struct yaml_file *file = NULL;
	struct err err = ERR_INIT;

	cr_assert_eq(yaml_parse(&file, SLICE("x.yaml"), slice_of(text), &err), 0, "%s", text);
	return file;
}

#define DOCUMENT "{a: {b: 1, c: [x, z]}, d: text}"

Test(patch_json, operations)
{
	static const struct {
		const char *patch, *result; /* result NULL: there is none */
		enum build_verdict verdict;
	} rows[] = {
		{ "{op: add, path: /a/e, value: 2}", "{a: {b: 1, c: [x, z], e: 2}, d: text}",
		  BUILD_KNOWN },
		{ "{op: add, path: /a/c/1, value: m}", "{a: {b: 1, c: [x, m, z]}, d: text}",
		  BUILD_KNOWN },
		{ "{op: add, path: /a/c/2, value: m}", "{a: {b: 1, c: [x, z, m]}, d: text}",
		  BUILD_KNOWN },
		{ "{op: add, path: /a/c/-, value: m}", "{a: {b: 1, c: [x, z, m]}, d: text}",
		  BUILD_KNOWN },
		{ "{op: add, path: /a/c/3, value: m}", NULL, BUILD_FAILS },
		{ "{op: add, path: /a/c/x, value: m}", NULL, BUILD_FAILS },
		{ "{op: add, path: /x/y, value: m}", NULL, BUILD_FAILS },
		{ "{op: add, path: /a/c/-1, value: m}", NULL, BUILD_UNKNOWN },
		{ "{op: add, path: /a/n, value: null}", NULL, BUILD_UNKNOWN },
		{ "{op: add, path: /a/n}", NULL, BUILD_UNKNOWN },
		{ "{op: add, path: '', value: {}}", NULL, BUILD_UNKNOWN },
		{ "{op: add, path: /e~1f~0g, value: 1}",
		  "{a: {b: 1, c: [x, z]}, d: text, 'e/f~g': 1}", BUILD_KNOWN },
		{ "{op: replace, path: /a/c/0, value: m}", "{a: {b: 1, c: [m, z]}, d: text}",
		  BUILD_KNOWN },
		{ "{op: replace, path: /d, value: [1]}", "{a: {b: 1, c: [x, z]}, d: [1]}",
		  BUILD_KNOWN },
		{ "{op: replace, path: /a/none, value: 1}", NULL, BUILD_UNKNOWN },
		{ "{op: remove, path: /a/c/0}", "{a: {b: 1, c: [z]}, d: text}", BUILD_KNOWN },
		{ "{op: remove, path: /a}", "{d: text}", BUILD_KNOWN },
		{ "{op: remove, path: /a/none}", NULL, BUILD_FAILS },
		{ "{op: remove, path: /a/c/2}", NULL, BUILD_FAILS },
		{ "{op: test, path: /a/b, value: 1.0}", DOCUMENT, BUILD_KNOWN },
		{ "{op: test, path: /a/b, value: '1'}", NULL, BUILD_FAILS },
		{ "{op: test, path: /a/none, value: null}", DOCUMENT, BUILD_KNOWN },
		{ "{op: test, path: /a/b, value: null}", NULL, BUILD_FAILS },
		{ "{op: test, path: /a/b}", NULL, BUILD_UNKNOWN },
		{ "{op: test, path: /a/c/7, value: x}", NULL, BUILD_FAILS },
		{ "{op: copy, from: /a/c/1, path: /a/c/0}", "{a: {b: 1, c: [z, x, z]}, d: text}",
		  BUILD_KNOWN },
		{ "{op: copy, from: /none, path: /a/n}", NULL, BUILD_UNKNOWN },
		{ "{op: move, from: /a/c/1, path: /a/c/0}", "{a: {b: 1, c: [z, x]}, d: text}",
		  BUILD_KNOWN },
		{ "{op: move, from: /a/b, path: /n}", "{a: {c: [x, z]}, d: text, n: 1}",
		  BUILD_KNOWN },
		{ "{op: merge, path: /a, value: 1}", NULL, BUILD_FAILS },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_ARENA struct arena *arena = arena_new();
		struct slice text = arena_printf(arena, "- %s\n", rows[i].patch);
		struct yaml_file *document = parse(DOCUMENT), *patch = parse(text.ptr);
		struct yaml_file *wanted = rows[i].result ? parse(rows[i].result) : NULL;
		struct build_stop stop = { BUILD_KNOWN, NOWHERE, NULL };
		const struct yaml_node *got;

		got = patch_json_apply(yaml_root(patch, 0), yaml_root(document, 0), &stop, arena);
		cr_expect_eq(stop.verdict, rows[i].verdict, "%s: %d", rows[i].patch, stop.verdict);
		cr_expect_eq(!got, !wanted, "%s", rows[i].patch);
		if (got && wanted)
			cr_expect(value_same(got, yaml_root(wanted, 0)), "%s", rows[i].patch);
		yaml_file_free(document);
		yaml_file_free(patch);
		yaml_file_free(wanted);
	}
}
