#include "gitops/guard.h"

#include "gitops/environment_use.h"

#include <criterion/criterion.h>

#define LOCAL(value) "metadata: {annotations: {config.kubernetes.io/local-config: " value "}}\n"
#define SKIP "# +argocd:skip-file-rendering\n"
#define ALL (SOURCE_KUSTOMIZE | SOURCE_DIRECTORY | SOURCE_CHART | SOURCE_UNKNOWN)

Test(guard, source_types_without_a_guard)
{
	static const struct {
		struct slice text;
		unsigned open; /* of all */
	} rows[] = {
		{ SLICE_INIT("kind: x\n"), ALL },
		{ SLICE_INIT(SKIP "kind: x\n"), ALL & ~SOURCE_DIRECTORY },
		{ SLICE_INIT("# argocd:skip-file-rendering\nkind: x\n"), ALL },
		{ SLICE_INIT(LOCAL("'true'")), ALL & ~SOURCE_KUSTOMIZE },
		{ SLICE_INIT(LOCAL("'false'")), ALL },
		{ SLICE_INIT(LOCAL("true")), ALL }, /* no text, and so no annotation */
		{ SLICE_INIT(LOCAL("'true'") "---\nkind: x\n"), ALL },
		{ SLICE_INIT(LOCAL("'true'") "---\n"), ALL & ~SOURCE_KUSTOMIZE },
		{ SLICE_INIT(SKIP LOCAL("\"true\"")), SOURCE_CHART },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct yaml_file *file = NULL;
		struct err err = ERR_INIT;

		cr_assert_eq(yaml_parse(&file, SLICE("f.yaml"), rows[i].text, &err), 0,
			     "row %zu: %s", i, err.reason);
		cr_expect_eq(guard_open(file, ALL), rows[i].open, "row %zu: %u", i,
			     guard_open(file, ALL));
		cr_expect_eq(guard_open(file, SOURCE_CHART), SOURCE_CHART, "row %zu", i);
		cr_expect_eq(guard_open(file, 0), 0, "row %zu", i);
		yaml_file_free(file);
	}
}
