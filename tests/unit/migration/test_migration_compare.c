/*
 * In which fields two versions of a migration file differ.
 */
#include "migration/migration_compare.h"

#include <criterion/criterion.h>

#define HEAD "apiVersion: gcpbackend/v1alpha1\nkind: Migration\n"
#define FROM "spec:\n  from: {host: a.example.com, namespace: shop}\n"
#define BASE HEAD "metadata: {name: web}\n" FROM "  to: {host: b.example.com}\n"

/* Reads both texts and compares the names of the fields that differ. */
static void expect_fields(const char *a, const char *b, const char *wanted)
{
	const struct slice path = SLICE(".gcpbackend/web.yaml");
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_STR struct str names = STR_INIT;
	struct err err = ERR_INIT;
	struct migration x, y;
	struct slices fields;

	cr_assert_eq(migration_read(&x, path, slice_of(a), 0100644, &err), 0, "%s", err.reason);
	cr_assert_eq(migration_read(&y, path, slice_of(b), 0100644, &err), 0, "%s", err.reason);
	fields = migration_differences(&x, &y, arena);
	str_adds(&names, "");
	for (size_t i = 0; i < fields.n; i++)
		str_addf(&names, "%s%" SLICE_FMT, i ? " " : "", SLICE_ARG(fields.items[i]));
	cr_expect_str_eq(names.ptr, wanted, "%s", b);
	migration_release(&x);
	migration_release(&y);
}

Test(migration_compare, names_the_fields)
{
	expect_fields(BASE, BASE, "");
	expect_fields(BASE, "# c\n" BASE "  # d\n", "");
	expect_fields(BASE, BASE "  stages: [10, 50]\n", "spec.stages");
	expect_fields(BASE, BASE "  mirror: {percent: 20, methods: [GET]}\n",
		      "spec.mirror.percent spec.mirror.methods");
	expect_fields(BASE "  allow: {GCB1207: one}\n", BASE "  allow: {GCB1207: two}\n",
		      "spec.allow");
	expect_fields(BASE "  hold: x\n", BASE, "spec.hold");
	expect_fields(BASE "  git: {mode: direct}\n", BASE "  git: {mode: pull-request}\n",
		      "spec.git.mode");
	expect_fields(BASE,
		      HEAD "metadata: {name: web, labels: {a: b}}\n" FROM
			   "  to: {host: c.example.com, port: 80}\n",
		      "metadata.labels spec.to.host spec.to.port");
}

Test(migration_compare, knows_what_a_rollback_depends_on)
{
	static const char *const yes[] = { "spec.from.host",      "spec.to.host",
					   "spec.git.branch",     "spec.git.rollback",
					   "spec.manifests.path", "spec.routes" };
	static const char *const no[] = { "spec.hold",
					  "spec.allow",
					  "spec.stages",
					  "spec.mirror.percent",
					  "metadata.labels",
					  "spec.git.mode",
					  "spec.manifests.environments" };

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		cr_expect(migration_field_is_of_rollback(slice_of(yes[i])), "%s", yes[i]);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		cr_expect_not(migration_field_is_of_rollback(slice_of(no[i])), "%s", no[i]);
}
