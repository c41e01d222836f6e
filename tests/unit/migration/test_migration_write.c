/*
 * New migration files, and the hold of existing ones.
 */
#include "migration/migration_write.h"

#include <criterion/criterion.h>

static const struct slice path = SLICE_INIT(".gcpbackend/web.yaml");

/* A template like the built-in one. */
static const struct slice template =
	SLICE_INIT("# summary for tests\n# param name label \"x\"\n# param from host \"x\"\n# "
		   "param to host \"x\"\n# param path path = . \"x\"\n\n"
		   "# mine\napiVersion: gcpbackend/v1alpha1\nkind: Migration\nmetadata:\n  name: "
		   "${name}\n  annotations:\n    local: \"true\"\n"
		   "spec:\n  from:\n    host: ${from}\n  to:\n    host: ${to}\n  manifests:\n    "
		   "path: ${path}\n");

/*
 * What it gives for the fields of plain(), with something more at the end of the metadata and of
 * the spec.
 */
#define FILE_OF(from, to, manifests, rest)                                                         \
	"# mine\napiVersion: gcpbackend/v1alpha1\nkind: Migration\nmetadata:\n  name: web\n  "     \
	"annotations:\n    local: \"true\"\n"                                                      \
	"spec:\n  from:\n    host: a.example.com\n" from "  to:\n    host: b.example.com\n" to     \
	"  manifests:\n    path: " manifests "\n" rest

/* The fewest fields that a migration has. */
static struct migration_fields plain(void)
{
	struct migration_fields f = { .metadata = { .name = SLICE("web") } };

	migration_defaults(&f.spec);
	f.spec.from.host = SLICE("a.example.com");
	f.spec.to.host = SLICE("b.example.com");
	return f;
}

/* Writes the fields and compares. */
static void expect_text(const char *name, const struct migration_fields *f, const char *text)
{
	AUTO_STR struct str out = STR_INIT;
	struct err err = ERR_INIT;

	cr_assert_eq(migration_write(f, template, path, &out, &err), 0, "%s: %s", name, err.reason);
	cr_expect_str_eq(out.ptr, text, "%s:\n%s", name, out.ptr);
}

Test(write, defaults_are_left_out)
{
	struct migration_fields f = plain();

	expect_text("plain", &f, FILE_OF("", "", ".", ""));
	f.spec.manifests.path = SLICE("apps/web");
	expect_text("a path", &f, FILE_OF("", "", "apps/web", ""));
}

Test(write, one_field_more)
{
	struct slice stages[] = { SLICE("mirror"), SLICE("100") }, methods[] = { SLICE("GET") };
	struct migration_fields f = plain();

	f.spec.from.ns = SLICE("shop");
	expect_text("namespace", &f, FILE_OF("    namespace: shop\n", "", ".", ""));
	f = plain();
	f.spec.to.port = 8080;
	expect_text("port", &f, FILE_OF("", "    port: 8080\n", ".", ""));
	f = plain();
	f.spec.stages = (struct slices){ stages, 2 };
	expect_text("stages", &f, FILE_OF("", "", ".", "  stages:\n    - mirror\n    - 100\n"));
	f = plain();
	f.spec.mirror.percent = 5;
	expect_text("percent", &f, FILE_OF("", "", ".", "  mirror:\n    percent: 5\n"));
	f = plain();
	f.spec.mirror.methods = (struct slices){ methods, 1 };
	expect_text("methods", &f, FILE_OF("", "", ".", "  mirror:\n    methods:\n      - GET\n"));
	f = plain();
	f.spec.git.rollback = ROLLBACK_PULL_REQUEST;
	expect_text("mode", &f, FILE_OF("", "", ".", "  git:\n    rollback: pull-request\n"));
	f = plain();
	f.spec.hold = SLICE("not before: May");
	expect_text("hold", &f, FILE_OF("", "", ".", "  hold: \"not before: May\"\n"));
}

Test(write, what_is_read_back_is_what_was_written)
{
	struct slice routes[] = { SLICE("http"), SLICE("tcp") };
	struct slice stages[] = { SLICE("10"), SLICE("100") },
		     methods[] = { SLICE("GET"), SLICE("OPTIONS") };
	struct pair labels[] = { { SLICE("team"), SLICE("shop") }, { SLICE("wave"), SLICE("1") } };
	struct pair allow[] = { { SLICE("GCB1003"), SLICE("kept: elsewhere") } };
	AUTO_STR struct str out = STR_INIT;
	struct migration_fields f = plain();
	struct err err = ERR_INIT;
	struct migration m;

	f.metadata.labels = (struct pairs){ labels, 2 };
	f.spec = (struct migration_spec){
		.from = { SLICE("pay"), SLICE("shop") },
		.to = { SLICE("b.example.com"), SLICE("b.internal:8080"), 443 },
		.manifests = { SLICE("apps"), SLICE("apps/vs.yaml"), SLICE("apps/vs.yaml") },
		.routes = { routes, 2 },
		.stages = { stages, 2 },
		.mirror = { 50, { methods, 2 } },
		.git = { .branch = SLICE("release"),
			 .mode = MODE_PULL_REQUEST,
			 .rollback = ROLLBACK_DIRECT },
		.allow = { allow, 1 },
		.hold = SLICE("12")
	};
	cr_assert_eq(migration_write(&f, template, path, &out, &err), 0, "%s", err.reason);
	cr_assert_eq(migration_read(&m, path, str_slice(&out), 0100644, &err), 0, "%s", err.reason);
	cr_expect(slice_is(m.name, "web") && slice_is(m.f.spec.from.host, "pay") &&
		  slice_is(m.f.spec.from.ns, "shop"));
	cr_expect(slice_is(m.f.spec.to.host, "b.example.com") && m.f.spec.to.port == 443 &&
		  slice_is(m.f.spec.hold, "12"));
	cr_expect(m.move.tcp && !m.move.tls && slice_is(m.move.host_header, "b.internal:8080"));
	cr_expect(slice_is(m.f.spec.manifests.path, "apps") &&
		  slice_is(m.f.spec.manifests.virtual_service, "apps/vs.yaml"));
	cr_expect(slice_is(m.f.spec.manifests.create, "apps/vs.yaml") &&
		  slice_is(m.f.spec.git.branch, "release"));
	cr_expect(m.f.spec.git.mode == MODE_PULL_REQUEST &&
		  m.f.spec.git.rollback == ROLLBACK_DIRECT);
	cr_expect(m.stages->n == 2 && m.stages->items[0].percent == 10 &&
		  m.f.spec.mirror.percent == 50);
	cr_expect(m.f.spec.mirror.methods.n == 2 &&
		  slice_is(m.f.spec.mirror.methods.items[1], "OPTIONS"));
	cr_expect(m.f.metadata.labels.n == 2 &&
		  slice_is(pairs_get(m.f.metadata.labels, SLICE("wave")), "1"));
	cr_expect(slice_is(pairs_get(m.f.metadata.annotations, SLICE("local")), "true"),
		  "the template's own stays");
	cr_expect(slice_is(migration_allows(&m, &CODE_no_backend), "kept: elsewhere"));
	migration_release(&m);
}

Test(write, refusals_leave_nothing_behind)
{
	struct slice stages[] = { SLICE("50"), SLICE("10") };
	struct migration_fields f[5];
	static const struct {
		const char *name;
		const struct code *code;
	} rows[] = {
		{ "another name than the file", &CODE_migration_field },
		{ "a stage that falls", &CODE_stage_bad },
		{ "the same host twice", &CODE_same_host },
		{ "a path that leaves the repository", &CODE_unsafe_path },
		{ "a port that is none", &CODE_migration_field },
	};

	for (size_t i = 0; i < 5; i++)
		f[i] = plain();
	f[0].metadata.name = SLICE("pay");
	f[1].spec.stages = (struct slices){ stages, 2 };
	f[2].spec.to.host = SLICE("A.example.com");
	f[3].spec.manifests.create = SLICE("../vs.yaml");
	f[4].spec.to.port = 70000;
	for (size_t i = 0; i < 5; i++) {
		AUTO_STR struct str out = STR_INIT;
		struct err err = ERR_INIT;

		str_adds(&out, "kept");
		cr_expect_eq(migration_write(&f[i], template, path, &out, &err), -1, "%s",
			     rows[i].name);
		cr_expect_eq(err.code, rows[i].code, "%s: %s", rows[i].name, err.reason);
		cr_expect_str_eq(out.ptr, "kept", "%s", rows[i].name);
	}
}

#define META "apiVersion: gcpbackend/v1alpha1\nkind: Migration\nmetadata: {name: web}\n"
#define HOSTS "  from: {host: a.example.com}\n  to: {host: b.example.com}\n"
#define FLOW META "spec: {from: {host: a.example.com}, to: {host: b.example.com}"

Test(write, the_hold_is_set_changed_and_removed)
{
	static const struct {
		const char *name, *before, *reason, *after; /* after NULL: no edit */
	} rows[] = {
		{ "set", META "spec:\n" HOSTS, "errors", META "spec:\n" HOSTS "  hold: errors\n" },
		{ "set a number", META "spec:\n" HOSTS, "25",
		  META "spec:\n" HOSTS "  hold: \"25\"\n" },
		{ "set without a line end", META "spec:\n" HOSTS "  stages: [10]", "errors",
		  META "spec:\n" HOSTS "  stages: [10]\n  hold: errors" },
		{ "set in flow", FLOW "}\n", "errors", FLOW ", hold: errors}\n" },
		{ "set before others",
		  "spec:\n" HOSTS
		  "apiVersion: gcpbackend/v1alpha1\nkind: Migration\nmetadata: {name: web}\n",
		  "errors",
		  "spec:\n" HOSTS "  hold: errors\napiVersion: gcpbackend/v1alpha1\nkind: "
		  "Migration\nmetadata: {name: web}\n" },
		{ "change", META "spec:\n" HOSTS "  hold: slow # by Ann\n", "errors",
		  META "spec:\n" HOSTS "  hold: errors # by Ann\n" },
		{ "change in quotes", META "spec:\n" HOSTS "  hold: \"slow\"\n", "errors: 5",
		  META "spec:\n" HOSTS "  hold: \"errors: 5\"\n" },
		{ "the same", META "spec:\n" HOSTS "  hold: slow\n", "slow", NULL },
		{ "remove", META "spec:\n" HOSTS "  hold: slow\n  stages: [10]\n", "",
		  META "spec:\n" HOSTS "  stages: [10]\n" },
		{ "remove with its comment", META "spec:\n" HOSTS "  # by Ann\n  hold: slow\n", "",
		  META "spec:\n" HOSTS },
		{ "remove several lines", META "spec:\n" HOSTS "  hold: |\n    a\n    b\n", "",
		  META "spec:\n" HOSTS },
		{ "remove in flow", FLOW ", hold: slow}\n", "", FLOW "}\n" },
		{ "remove what is not there", META "spec:\n" HOSTS, "", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_ARENA struct arena *arena = arena_new();
		AUTO_STR struct str out = STR_INIT;
		struct err err = ERR_INIT;
		struct yaml_edits *e;
		struct yaml_file *file = NULL;

		cr_assert_eq(yaml_parse(&file, path, slice_of(rows[i].before), &err), 0, "%s: %s",
			     rows[i].name, err.reason);
		e = yaml_edits_new(file, arena);
		migration_edit_hold(e, file, slice_of(rows[i].reason), arena);
		cr_expect_eq(yaml_edits_empty(e), rows[i].after == NULL, "%s", rows[i].name);
		cr_assert_eq(yaml_apply(e, &out, &err), 0, "%s: %s", rows[i].name, err.reason);
		cr_expect_str_eq(out.ptr, rows[i].after ? rows[i].after : rows[i].before, "%s",
				 rows[i].name);
		yaml_file_free(file);
	}
}

Test(write, the_proposed_stage_and_a_hold_are_in_adjacent_lines)
{
	static const struct {
		const char *name, *before, *text, *reason, *after;
	} rows[] = {
		{ "both are new", META "spec:\n" HOSTS, "none after 12", "errors",
		  META "spec:\n" HOSTS "  proposed: none after 12\n  hold: errors\n" },
		{ "the stage is there", META "spec:\n" HOSTS "  proposed: stage 10 # x\n",
		  "none after 12", "errors",
		  META "spec:\n" HOSTS "  proposed: none after 12 # x\n  hold: errors\n" },
		{ "the hold goes", META "spec:\n" HOSTS "  proposed: none\n  hold: errors\n",
		  "stage 25", "", META "spec:\n" HOSTS "  proposed: stage 25\n" },
		{ "in flow", FLOW "}\n", "stage mirror", "", FLOW ", proposed: stage mirror}\n" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_ARENA struct arena *arena = arena_new();
		AUTO_STR struct str out = STR_INIT;
		struct yaml_file *file = NULL;
		struct err err = ERR_INIT;
		struct migration m;
		struct yaml_edits *e;

		cr_assert_eq(yaml_parse(&file, path, slice_of(rows[i].before), &err), 0);
		e = yaml_edits_new(file, arena);
		migration_edit_proposed(e, file, slice_of(rows[i].text), arena);
		migration_edit_hold(e, file, slice_of(rows[i].reason), arena);
		cr_assert_eq(yaml_apply(e, &out, &err), 0, "%s: %s", rows[i].name, err.reason);
		cr_expect_str_eq(out.ptr, rows[i].after, "%s", rows[i].name);
		cr_assert_eq(migration_read(&m, SLICE(".gcpbackend/web.yaml"), str_slice(&out),
					    0100644, &err),
			     0, "%s: %s", rows[i].name, err.reason);
		cr_expect(slice_is(m.f.spec.proposed, rows[i].text), "%s", rows[i].name);
		migration_release(&m);
		yaml_file_free(file);
	}
}
