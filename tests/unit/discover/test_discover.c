/*
 * The hosts of ServiceEntries: targets, names, uses and readiness. Each file is written out, since
 * each is a case of its own.
 */
#include "discover/discover.h"

#include <criterion/criterion.h>

#define ENTRY(name, host)                                                                          \
	"---\napiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: " name      \
	", namespace: shop}\n"                                                                     \
	"spec: {resolution: STATIC, hosts: [" host                                                 \
	"], ports: [{number: 80, name: http, protocol: HTTP}], endpoints: [{address: "             \
	"10.0.0.1}]}\n"
#define ROUTES(name, host)                                                                         \
	"---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: " name    \
	", namespace: shop}\n"                                                                     \
	"spec:\n  hosts: [" host                                                                   \
	"]\n  http:\n  - name: all\n    route:\n    - destination: {host: " host "}\n"
#define BACKEND_IN(ns, name, host)                                                                 \
	"---\napiVersion: networking.gke.io/v1\nkind: GCPBackend\nmetadata: {name: " name ns       \
	"}\nspec: {hostname: " host "}\n"
#define BACKEND(name, host) BACKEND_IN(", namespace: shop", name, host)

/* A discovery over some files. */
struct found {
	struct inventory *inventory;
	struct repository_id here;
	struct environment_index *reach;
	struct discovery d;
	struct migration migration;
	bool has_migration;
};

/* Looks at `n` files a.yaml, b.yaml ... */
static void look(struct found *f, const char *const *texts, size_t n, struct slices taken, int port)
{
	static const char *const paths[] = { "apps/a/a.yaml", "apps/b/b.yaml", "c.yaml" };
	const struct migration *one = &f->migration;

	f->inventory = inventory_new();
	for (size_t i = 0; i < n; i++) {
		cr_assert(discover_wants(slice_of(texts[i])), "not wanted: %s", texts[i]);
		(void)inventory_add(f->inventory, slice_of(paths[i]), slice_of(texts[i]), 0100644);
	}
	inventory_parse(f->inventory, each_in_turn);
	f->reach = environments_read(f->inventory, &f->here, SLICE_NONE);
	discover_make(&f->d, &(struct discover_inputs){ .inventory = f->inventory,
							.migrations = &one,
							.n = f->has_migration,
							.taken = taken,
							.port = port,
							.environments = f->reach });
}

static void look_one(struct found *f, const char *text)
{
	look(f, &text, 1, (struct slices){ NULL, 0 }, 0);
}

static void forget(struct found *f)
{
	discover_release(&f->d);
	environment_index_free(f->reach);
	inventory_free(f->inventory);
	migration_release(f->has_migration ? &f->migration : NULL);
}

/* Is there a finding of this code? */
static bool has(const struct candidate *c, const struct code *code)
{
	for (size_t i = 0; i < c->findings.n; i++)
		if (c->findings.items[i].code == code)
			return true;
	return false;
}

Test(discover, wants_the_groups_however_they_are_spelled)
{
	static const struct {
		const char *bytes;
		bool wanted;
	} rows[] = {
		{ "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\n", true },
		{ "{\"kind\": \"ServiceEntry\", \"apiVersion\": \"networking.istio.io/v1\"}",
		  true },
		{ "{\"apiVersion\":\"networking.istio.io\\/v1\"}", true },
		{ "apiVersion: networking.gke.io/v1\nkind: GCPBackend\n", true },
		{ "apiVersion: \"networking\\u002eistio.io/v1\"\nkind: ServiceEntry\n", true },
		{ "apiVersion: networking.k8s.io/v1\nkind: Ingress\n", false },
		{ "apiVersion: networking.k8s.io/v1\n---\napiVersion: networking.istio.io/v1\n",
		  true },
		{ "data: {\"text\": \"\\u003cb\"}\n", false },
		{ "# a ServiceEntry is needed here\n", false },
		{ "", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect_eq(discover_wants(slice_of(rows[i].bytes)), rows[i].wanted, "%s",
			     rows[i].bytes);
}

/* The rule for targets: one host, and the GCPBackends around it. */
Test(discover, target)
{
	static const struct {
		const char *name, *text, *to; /* to NULL: none is chosen */
		size_t proposed;
	} rows[] = {
		{ "same name", ENTRY("pay", "x.example.com") BACKEND("pay", "y.gcp.example.com"),
		  "y.gcp.example.com", 1 },
		{ "name is the first label",
		  ENTRY("e", "pay.example.com") BACKEND("pay", "y.gcp.example.com"),
		  "y.gcp.example.com", 1 },
		{ "same first label",
		  ENTRY("e", "pay.example.com") BACKEND("b", "pay.gcp.example.com"),
		  "pay.gcp.example.com", 1 },
		{ "but for an ending",
		  ENTRY("e", "pay-vm.example.com") BACKEND("b", "pay.gcp.example.com"),
		  "pay.gcp.example.com", 1 },
		{ "another ending",
		  ENTRY("e", "pay-vx.example.com") BACKEND("b", "pay.gcp.example.com"), NULL, 0 },
		{ "the ending alone is a name",
		  ENTRY("-vm", "x.example.com") BACKEND("b", "gcp.example.com"), NULL, 0 },
		{ "a part of a name",
		  ENTRY("e", "pay-api.example.com") BACKEND("pay", "pay.gcp.example.com"), NULL,
		  0 },
		{ "another namespace",
		  ENTRY("pay", "pay.example.com")
			  BACKEND_IN(", namespace: other", "pay", "pay.gcp.example.com"),
		  NULL, 0 },
		{ "no namespace",
		  ENTRY("pay", "pay.example.com") BACKEND_IN("", "pay", "pay.gcp.example.com"),
		  "pay.gcp.example.com", 1 },
		{ "the same host",
		  ENTRY("pay", "pay.example.com") BACKEND("pay", "pay.example.com"), NULL, 0 },
		{ "two of them",
		  ENTRY("pay", "pay.example.com") BACKEND("pay", "a.gcp.example.com")
			  BACKEND("b", "pay.gcp.example.com"),
		  NULL, 2 },
		{ "wanted by two",
		  ENTRY("pay", "x.example.com") ENTRY("e", "pay.example.com")
			  BACKEND("pay", "y.gcp.example.com"),
		  NULL, 1 },
		{ "no host",
		  ENTRY("pay", "pay.example.com") "---\napiVersion: networking.gke.io/v1\nkind: "
						  "GCPBackend\nmetadata: {name: pay}\n",
		  NULL, 0 },
		{ "another kind",
		  ENTRY("pay", "pay.example.com") "---\napiVersion: networking.gke.io/v1\nkind: "
						  "GCPBackendPolicy\n"
						  "metadata: {name: pay}\nspec: {hostname: "
						  "pay.gcp.example.com}\n",
		  NULL, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct found f = { .inventory = NULL };
		const struct candidate *c;

		look_one(&f, rows[i].text);
		cr_assert_geq(f.d.n, 1);
		c = &f.d.items[0];
		cr_expect_eq(c->proposed.n, rows[i].proposed, "%s: %zu proposed", rows[i].name,
			     c->proposed.n);
		cr_expect(rows[i].to ? slice_is(c->to, rows[i].to) : !c->to.ptr, "%s: %" SLICE_FMT,
			  rows[i].name, SLICE_ARG(c->to));
		cr_expect_eq(has(c, &CODE_no_backend), !rows[i].to, "%s", rows[i].name);
		forget(&f);
	}
}

Test(discover, missing_target_is_said_once)
{
	struct found f = { .inventory = NULL };
	size_t n = 0;

	look_one(&f, ENTRY("pay", "pay.example.com") ROUTES("pay", "pay.example.com"));
	for (size_t i = 0; i < f.d.items[0].findings.n; i++) {
		n += f.d.items[0].findings.items[i].code == &CODE_no_backend;
		cr_expect_eq(slice_find(f.d.items[0].findings.items[i].reason, SLICE("<new host>")),
			     SIZE_MAX);
	}
	cr_expect_eq(n, 1);
	cr_expect_eq(f.d.items[0].readiness, READINESS_BLOCKED);
	forget(&f);
}

Test(discover, names)
{
	static const struct {
		const char *name, *text, *wanted;
	} rows[] = {
		{ "the ServiceEntry's", ENTRY("pay", "x.example.com"), "pay" },
		{ "without its ending", ENTRY("pay-vm", "x.example.com"), "pay" },
		{ "of several hosts the host's", ENTRY("e", "a.example.com, b.example.com"), "a" },
		{ "made a label", ENTRY("'Pay_Me.x'", "x.example.com"), "pay-me" },
		{ "nothing to make one of", ENTRY("'_'", "x.example.com"), "host" },
		{ "taken: with the namespace", ENTRY("taken", "x.example.com"), "taken-shop" },
		{ "taken, too: with a number", ENTRY("busy", "x.example.com"), "busy-shop-2" },
		{ "not longer than a label",
		  ENTRY("a123456789b123456789c123456789d123456789e123456789f123456789g12",
			"x.example.com"),
		  "a123456789b123456789c123456789d123456789e123456789" },
	};
	struct slice taken[] = { SLICE("taken"), SLICE("busy"), SLICE("busy-shop") };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct found f = { .inventory = NULL };

		look(&f, &rows[i].text, 1, (struct slices){ taken, 3 }, 0);
		cr_expect(slice_is(f.d.items[0].name, rows[i].wanted), "%s: %" SLICE_FMT,
			  rows[i].name, SLICE_ARG(f.d.items[0].name));
		forget(&f);
	}
}

Test(discover, same_names_are_told_apart)
{
	struct found f = { .inventory = NULL };

	look_one(&f, ENTRY("pay", "a.example.com") ENTRY("pay", "b.example.com")
			     ENTRY("pay", "c.example.com"));
	cr_assert_eq(f.d.n, 3);
	cr_expect(slice_is(f.d.items[0].name, "pay") && slice_is(f.d.items[1].name, "pay-shop") &&
		  slice_is(f.d.items[2].name, "pay-shop-2"));
	forget(&f);
}

/* What blocks a migration, each next to the same without it. */
Test(discover, readiness)
{
#define READY ENTRY("pay", "pay.example.com") BACKEND("pay", "pay.gcp.example.com")
#define TO(rest)                                                                                   \
	"---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: pay, "    \
	"namespace: shop}\nspec:\n" rest
	static const struct {
		const char *name, *text;
		enum readiness readiness;
		const struct code *code;
		int port;
	} rows[] = {
		{ "ready", READY ROUTES("pay", "pay.example.com"), READINESS_READY, NULL, 0 },
		{ "nothing routes to it", READY, READINESS_BLOCKED, &CODE_host_unknown, 0 },
		{ "only a wildcard does", READY TO("  hosts: ['*.example.com']\n"),
		  READINESS_BLOCKED, &CODE_host_wildcard, 0 },
		{ "only tls does",
		  READY TO("  tls: [{match: [], route: [{destination: {host: "
			   "pay.example.com}}]}]\n"),
		  READINESS_BLOCKED, &CODE_vs_nothing, 0 },
		{ "only a mirror does",
		  READY TO("  http: [{route: [{destination: {host: x.example.com}}], mirror: "
			   "{host: pay.example.com}}]\n"),
		  READINESS_BLOCKED, &CODE_vs_nothing, 0 },
		{ "no port",
		  READY TO("  http: [{route: [{destination: {host: pay.example.com, port: {number: "
			   "80}}}]}]\n"),
		  READINESS_BLOCKED, &CODE_port_unknown, 0 },
		{ "a port",
		  READY TO("  hosts: [pay.example.com]\n  http: [{route: [{destination: {host: "
			   "pay.example.com, port: {number: 80}}}]}]\n"),
		  READINESS_READY, NULL, 80 },
		{ "tls beside http",
		  READY TO("  http: [{route: [{destination: {host: pay.example.com}}]}]\n  tls: "
			   "[{route: [{destination: {host: pay.example.com}}]}]\n"),
		  READINESS_WARNINGS, &CODE_route_tls, 0 },
		{ "an alias",
		  READY TO("  http: [{route: &x [{destination: {host: pay.example.com}}]}, {route: "
			   "*x}]\n"),
		  READINESS_BLOCKED, &CODE_yaml_alias, 0 },
		{ "a wildcard host", ENTRY("pay", "'*.pay.example.com'"), READINESS_BLOCKED,
		  &CODE_host_bad, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct found f = { .inventory = NULL };

		look(&f, &rows[i].text, 1, (struct slices){ NULL, 0 }, rows[i].port);
		cr_assert_eq(f.d.n, 1);
		cr_expect_eq(f.d.items[0].readiness, rows[i].readiness, "%s: %s", rows[i].name,
			     readiness_name(f.d.items[0].readiness).ptr);
		cr_expect(!rows[i].code || has(&f.d.items[0], rows[i].code), "%s", rows[i].name);
		forget(&f);
	}
}

Test(discover, uses_are_named_with_their_places)
{
	struct found f = { .inventory = NULL };
	const char *texts[] = { ENTRY("pay", "pay.example.com")
					BACKEND("pay", "pay.gcp.example.com")
						ROUTES("one", "pay.example.com"),
				"apiVersion: networking.istio.io/v1\nkind: "
				"VirtualService\nmetadata: {name: two}\nspec:\n  http:\n"
				"  - route: [{destination: {host: pay.example.com}}]\n    mirror: "
				"{host: pay.example.com}\n"
				"  tcp:\n  - route: [{destination: {host: pay.example.com}}]\n" };
	const struct candidate *c;

	look(&f, texts, 2, (struct slices){ NULL, 0 }, 0);
	c = &f.d.items[0];
	cr_assert_eq(c->nuses, 4);
	cr_expect(slice_is(c->uses[0].vs, "shop/one") &&
		  slice_is(c->uses[0].route, "route 1 (all)"));
	cr_expect(slice_is(c->uses[0].path, "apps/a/a.yaml") && c->uses[0].at.line == 18, "line %u",
		  (unsigned)c->uses[0].at.line);
	cr_expect(slice_is(c->uses[1].vs, "two") && slice_is(c->uses[1].route, "route 1") &&
		  c->uses[1].at.line == 6);
	cr_expect_str_eq(c->uses[2].kind, "mirror");
	cr_expect(slice_is(slice_of(c->uses[3].kind), "tcp") && c->uses[3].at.line == 9);
	cr_expect(slice_is(c->path, "apps"), "%" SLICE_FMT, SLICE_ARG(c->path));
	cr_expect(slice_is(c->protocol, "HTTP") && c->ports.n == 1 &&
		  slice_is(c->ports.items[0], "80/HTTP") && c->endpoints == 1);
	cr_expect(slice_is(c->resolution, "STATIC") && slice_is(c->location, "MESH_EXTERNAL"));
	forget(&f);
}

Test(discover, the_folder_is_the_smallest_one)
{
	struct found f = { .inventory = NULL };
	const char *texts[] = { ENTRY("a", "a.example.com") ROUTES("a", "a.example.com")
					ROUTES("b", "b.example.com"),
				ENTRY("b", "b.example.com") ENTRY("c", "c.example.com")
					ROUTES("b2", "b.example.com"),
				ROUTES("c", "c.example.com") };

	look(&f, texts, 3, (struct slices){ NULL, 0 }, 0);
	cr_assert_eq(f.d.n, 3);
	for (size_t i = 0; i < 3; i++) {
		const struct candidate *c = &f.d.items[i];
		const char *wanted = slice_is(c->host, "a.example.com") ? "apps/a" :
				     slice_is(c->host, "b.example.com") ? "apps" :
									  ".";

		cr_expect(slice_is(c->path, wanted), "%" SLICE_FMT ": %" SLICE_FMT,
			  SLICE_ARG(c->host), SLICE_ARG(c->path));
	}
	forget(&f);
}

Test(discover, a_host_in_two_places_is_marked)
{
	struct found f = { .inventory = NULL };

	look_one(&f, ENTRY("a", "a.example.com") ENTRY("b", "a.example.com")
			     ENTRY("c", "c.example.com"));
	cr_assert_eq(f.d.n, 2);
	cr_expect(f.d.items[0].twice && f.d.items[0].nmentions == 2 && !f.d.items[1].twice);
	forget(&f);
}

Test(discover, a_migration_is_known_by_host_and_namespace)
{
	static const struct {
		const char *from;
		bool its;
	} rows[] = {
		{ "{host: pay.example.com}", true },
		{ "{host: pay.example.com, namespace: shop}", true },
		{ "{host: pay.example.com, namespace: other}", false },
		{ "{host: pays.example.com}", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_ARENA struct arena *arena = arena_new();
		struct found f = { .has_migration = true };
		struct err err = ERR_INIT;
		struct slice text = arena_printf(
			arena,
			"apiVersion: gcpbackend/v1alpha1\nkind: Migration\nmetadata: {name: mine}\n"
			"spec:\n  from: %s\n  to: {host: new.example.com}\n",
			rows[i].from);

		cr_assert_eq(migration_read(&f.migration, SLICE(".gcpbackend/mine.yaml"), text,
					    0100644, &err),
			     0, "%s", err.reason);
		look_one(&f, READY ROUTES("pay", "pay.example.com"));
		cr_expect_eq(f.d.items[0].readiness == READINESS_MIGRATION, rows[i].its, "%s",
			     rows[i].from);
		cr_expect(slice_is(f.d.items[0].to,
				   rows[i].its ? "new.example.com" : "pay.gcp.example.com"));
		cr_expect(slice_is(f.d.items[0].name, rows[i].its ? "mine" : "pay"));
		forget(&f);
	}
}

Test(discover, a_broken_file_blocks_the_hosts_in_it)
{
	struct found f = { .inventory = NULL };
	const char *texts[] = { READY ROUTES("pay", "pay.example.com")
					ENTRY("web", "web.example.com")
						BACKEND("web", "web.gcp.example.com")
							ROUTES("web", "web.example.com"),
				"{{ if }}\napiVersion: networking.istio.io/v1\nx: "
				"pay.example.com\ny: pay.example.com\n" };

	look(&f, texts, 2, (struct slices){ NULL, 0 }, 0);
	cr_assert_eq(f.d.n, 2);
	cr_expect(slice_is(f.d.items[0].host, "web.example.com") &&
		  f.d.items[0].readiness == READINESS_READY);
	cr_expect_eq(f.d.items[1].readiness, READINESS_BLOCKED);
	cr_expect_eq(f.d.items[1].findings.n, 1);
	forget(&f);
}

Test(discover, best_first)
{
	struct found f = { .inventory = NULL };

	look_one(&f, ENTRY("a", "a.example.com") READY ROUTES("pay", "pay.example.com")
			     ENTRY("b", "b.example.com"));
	cr_assert_eq(f.d.n, 3);
	cr_expect(slice_is(f.d.items[0].host, "pay.example.com") &&
		  slice_is(f.d.items[1].host, "a.example.com") &&
		  slice_is(f.d.items[2].host, "b.example.com"));
	forget(&f);
}

/* What is no ServiceEntry as it should be is passed over, without a crash. */
Test(discover, odd_shapes)
{
	static const char *const specs[] = { "",
					     "spec: 1\n",
					     "spec: {hosts: x.example.com}\n",
					     "spec: {hosts: [1, [], {}, ~, '']}\n",
					     "spec: {hosts: {a: b}, ports: 1}\n",
					     "spec: []\n" };

	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		AUTO_ARENA struct arena *arena = arena_new();
		struct found f = { .inventory = NULL };

		look_one(&f, arena_printf(arena,
					  "apiVersion: networking.istio.io/v1\nkind: "
					  "ServiceEntry\nmetadata: {name: x}\n%s",
					  specs[i])
				     .ptr);
		cr_expect_eq(f.d.n, 0, "%s", specs[i]);
		forget(&f);
	}
}

/* A migration of the host would list them. */
Test(discover, environments_that_share_a_file_are_listed)
{
	static const char *const texts[] = {
		ENTRY("pay", "pay.example.com") ROUTES("pay", "pay.example.com")
			BACKEND("pay", "pay.gcp.example.com"),
		"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: one}\n"
		"spec: {source: {path: apps/a}}\n# networking.istio.io\n",
		"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: two}\n"
		"spec: {source: {path: apps/a}}\n# networking.istio.io\n"
	};

	for (size_t n = 1; n <= 3; n++) {
		struct found f = { .has_migration = false };

		look(&f, texts, n, (struct slices){ NULL, 0 }, 0);
		cr_assert_eq(f.d.n, 1);
		cr_expect_eq(f.d.items[0].readiness, READINESS_READY, "%zu files", n);
		cr_expect_eq(environments_names(&f.d.items[0].placements, f.d.arena).n, n - 1);
		forget(&f);
	}
}

/* What was not seen keeps every host from being ready, but for those that have a migration. */
Test(discover, unseen)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct findings unread = { .arena = arena };
	const char *text = ENTRY("a-vm", "a-vm.example.com") ROUTES("a", "a-vm.example.com")
		BACKEND("a", "a.gcp.example.com");
	struct found f = { 0 };
	struct discovery d;

	look_one(&f, text);
	cr_assert_eq(f.d.n, 1);
	cr_expect_eq(f.d.items[0].readiness, READINESS_READY);
	discover_make(&d, &(struct discover_inputs){ .inventory = f.inventory, .unread = &unread });
	cr_expect_eq(d.items[0].readiness, READINESS_READY);
	discover_release(&d);
	findings_add(&unread, &CODE_live_blind, NOWHERE, "sidecars: not seen");
	discover_make(&d, &(struct discover_inputs){ .inventory = f.inventory, .unread = &unread });
	cr_expect_eq(d.items[0].readiness, READINESS_BLOCKED);
	cr_expect(has(&d.items[0], &CODE_live_blind));
	discover_release(&d);
	forget(&f);
}
