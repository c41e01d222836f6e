#include "migration/migration.h"

#include <criterion/criterion.h>

#define META "apiVersion: gcpbackend/v1alpha1\nkind: Migration\nmetadata: {name: web}\n"
#define HOSTS "  from: {host: a.example.com}\n  to: {host: b.example.com}\n"

/* Reads a migration file; 0 or -1. */
static int read(const char *text, struct migration *m, struct err *err)
{
	return migration_read(m, SLICE(".gcpbackend/web.yaml"), slice_of(text), 0100644, err);
}

Test(migration, all_fields)
{
	struct err err = ERR_INIT;
	struct migration m;

	cr_assert_eq(read(META "spec:\n  from: {host: a.example.com, namespace: shop}\n  to: "
			       "{host: b.example.com, port: 8080}\n"
			       "  manifests: {path: apps/shop}\n  stages: [mirror, 20, 100]\n  "
			       "mirror: {percent: 5, methods: [GET]}\n"
			       "  git: {branch: main, mode: pull-request, rollback: direct}\n  "
			       "allow: {GCB1003: \"kept elsewhere\"}\n  hold: \"why\"\n",
			  &m, &err),
		     0, "%s", err.reason);
	cr_assert(slice_is(m.move.from, "a.example.com") && slice_is(m.move.ns, "shop") &&
		  m.move.port == 8080);
	cr_assert(m.stages->n == 3 && m.stages->items[1].percent == 20 &&
		  m.move.mirror_percent == 5 && m.move.methods.n == 1);
	cr_assert(m.f.spec.git.mode == MODE_PULL_REQUEST &&
		  m.f.spec.git.rollback == ROLLBACK_DIRECT && m.hold_at.line);
	cr_assert(slice_is(migration_allows(&m, &CODE_no_backend), "kept elsewhere") &&
		  !migration_allows(&m, &CODE_tls_lost).ptr);
	cr_assert(migration_covers(&m, SLICE("apps/shop/vs.yaml")) &&
		  !migration_covers(&m, SLICE("apps/shopping/vs.yaml")));
	migration_release(&m);
}

Test(migration, defaults)
{
	struct err err = ERR_INIT;
	struct migration m;

	cr_assert_eq(read(META "spec:\n" HOSTS, &m, &err), 0, "%s", err.reason);
	cr_assert(m.stages->n == 5 && m.move.mirror_percent == 10 && m.move.methods.n == 2 &&
		  !m.hold_at.line && !m.move.port);
	cr_assert(migration_covers(&m, SLICE("anything.yaml")));
	migration_release(&m);
}

Test(migration, mistakes)
{
	static const struct {
		const char *name, *text, *reason, *remedy;
		unsigned line;
	} rows[] = {
		{ "unknown field", META "spec:\n" HOSTS "  manifest: {path: x}\n",
		  "unknown field 'manifest'", "did you mean 'manifests'?", 7 },
		{ "no stage", META "spec:\n" HOSTS "  proposed: 5 stages\n",
		  "'5 stages' is not a value of 'proposed': must be 'stage STAGE' or 'none'",
		  "remove the field: promote and rollback write it", 7 },
		{ "in a part", META "spec:\n  from: {hots: a.example.com}\n",
		  "unknown field 'hots'", "did you mean 'host'?", 5 },
		{ "missing", META "spec:\n  from: {host: a.example.com}\n",
		  "the field 'to' is missing", "", 5 },
		{ "range", META "spec:\n" HOSTS "  mirror: {percent: 0}\n",
		  "'percent' must be a number from 1 to 100", "", 7 },
		{ "choice", META "spec:\n" HOSTS "  git: {mode: push}\n",
		  "'mode' must be direct or pull-request", "", 7 },
		{ "number for text", META "spec:\n" HOSTS "  hold: 25\n", "'hold' must be a string",
		  "quote it: \"25\"", 7 },
		{ "list", META "spec:\n" HOSTS "  stages: mirror\n", "'stages' must be a list", "",
		  7 },
		{ "stages fall", META "spec:\n" HOSTS "  stages: [50, 10]\n",
		  "the stages must increase: '10' is out of order", "", 7 },
		{ "a stage in a list of lines", META "spec:\n" HOSTS "  stages:\n  - 10\n  - x\n",
		  "'x' is not a stage: use mirror, or a percentage from 1 to 100", "", 9 },
		{ "method", META "spec:\n" HOSTS "  mirror:\n    methods:\n    - GET\n    - get\n",
		  "'get' is not an upper-case HTTP method", "", 10 },
		{ "routes", META "spec:\n" HOSTS "  routes:\n  - http\n  - udp\n",
		  "'udp' is not a type of routes: must be http, tls or tcp", "", 9 },
		{ "code", META "spec:\n" HOSTS "  allow: {GCB9999: x}\n",
		  "the code 'GCB9999' does not exist", "", 7 },
		{ "never allowed", META "spec:\n" HOSTS "  allow: {GCB1004: x}\n",
		  "the code 'GCB1004' cannot be allowed", "", 7 },
		{ "no reason", META "spec:\n" HOSTS "  allow: {GCB1003: ''}\n",
		  "the code 'GCB1003' is allowed without a reason", "", 7 },
		{ "outside", META "spec:\n" HOSTS "  manifests: {path: a/../..}\n",
		  "manifests.path 'a/../..' is not a path inside the repository", "", 7 },
		{ "kind",
		  "apiVersion: gcpbackend/v2\nkind: Migration\nmetadata: {name: "
		  "web}\nspec:\n" HOSTS,
		  "expected kind Migration, apiVersion gcpbackend/v1alpha1", "", 1 },
		{ "duplicate", META "spec:\n" HOSTS "  hold: a\n  hold: b\n",
		  "the map has a duplicate key", "", 5 },
		{ "name",
		  "apiVersion: gcpbackend/v1alpha1\nkind: Migration\nmetadata: {name: "
		  "other}\nspec:\n" HOSTS,
		  "the file of the migration 'other' must be named 'other.yaml'", "", 3 },
		{ "two documents", META "spec:\n" HOSTS "---\na: b\n",
		  "a migration file must contain one document, this one contains 2", "", 0 },
		{ "same host",
		  META "spec:\n  from: {host: a.example.com}\n  to: {host: A.example.com}\n",
		  "the old host and the new host are the same: 'A.example.com'", "", 6 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = ERR_INIT;
		struct migration m;

		cr_assert_eq(read(rows[i].text, &m, &err), -1, "%s", rows[i].name);
		cr_assert_str_eq(err.reason, rows[i].reason, "%s", rows[i].name);
		cr_assert(!rows[i].remedy[0] || slice_is(slice_of(err.remedy), rows[i].remedy),
			  "%s: %s", rows[i].name, err.remedy);
		cr_assert_eq(err.line, rows[i].line, "%s: line %u", rows[i].name,
			     (unsigned)err.line);
	}
}
