/*
 * What the objects around say against new: a missing GCPBackend, ports that carry no HTTP, TLS that would be lost.
 */
#include "istio/rules.h"
#include "tests/unit/istio/scene.h"

#include <criterion/criterion.h>

#define OLD_ROUTE VS("x") "  http:\n  - route: [{destination: {host: old.example.com}}]\n"
#define BACKEND "---\napiVersion: networking.gke.io/v1\nkind: GCPBackend\nmetadata: {name: x}\nspec: {hostname: new.example.com}\n"
#define ENTRY(ports) ISTIO("ServiceEntry") "  hosts: [old.example.com]\n  ports: " ports "\n"
#define RULE(host, policy) ISTIO("DestinationRule") "  host: '" host "'\n  trafficPolicy: " policy "\n"

/* The findings of all rules about a file whose first object is a VirtualService. */
static const char *check(struct file *f, const char *text, bool whole)
{
	struct move move = scene_move();
	struct scene scene = { .move = &move, .vss = &f->vs, .nvss = 1, .whole = whole };
	const struct object **objects;

	cr_assert_eq(file_read_vs(f, text), 0, "%s", f->err.reason);
	objects = arena_array(f->arena, f->objects.n, sizeof(*objects));
	for (size_t i = 0; i < f->objects.n; i++)
		objects[i] = &f->objects.items[i];
	scene.objects = objects;
	scene.nobjects = f->objects.n;
	scene.arena = f->arena;
	rules_check(&scene, &f->findings);
	return file_codes(f);
}

static const struct {
	const char *name, *text, *codes;
} rows[] = {
	{ "all is there", OLD_ROUTE BACKEND, "" },
	{ "no GCPBackend", OLD_ROUTE, "GCB1003@0" },
	{ "a GCPBackend of another host",
	  OLD_ROUTE
	  "---\napiVersion: networking.gke.io/v1\nkind: GCPBackend\nmetadata: {name: x}\nspec: {hostname: n.example.com}\n",
	  "GCB1003@0" },
	{ "a GCPBackend of another group",
	  OLD_ROUTE "---\napiVersion: example.com/v1\nkind: GCPBackend\nmetadata: {name: x}\nspec: {hostname: new.example.com}\n",
	  "GCB1003@0" },
	{ "the host in another letter case",
	  OLD_ROUTE
	  "---\napiVersion: networking.gke.io/v1\nkind: GCPBackend\nmetadata: {name: x}\nspec: {hostname: New.example.com}\n",
	  "GCB1003@0" },
	{ "an HTTP port", OLD_ROUTE BACKEND ENTRY("[{number: 80, protocol: http}]"), "" },
	{ "gRPC and HTTP/2", OLD_ROUTE BACKEND ENTRY("[{number: 80, protocol: GRPC}, {number: 81, protocol: HTTP2}]"), "" },
	{ "no protocol: sniffed", OLD_ROUTE BACKEND ENTRY("[{number: 80}]"), "" },
	{ "no ports", OLD_ROUTE BACKEND ENTRY("[]"), "" },
	{ "TCP", OLD_ROUTE BACKEND ENTRY("[{number: 80, protocol: TCP}]"), "GCB1004@18" },
	{ "HTTPS", OLD_ROUTE BACKEND ENTRY("[{number: 443, protocol: HTTPS}]"), "GCB1004@18" },
	{ "one of two is HTTP, and none is said",
	  OLD_ROUTE BACKEND ENTRY("[{number: 1, protocol: TCP}, {number: 80, protocol: HTTP}]"), "" },
	{ "the one that is said is TCP",
	  VS("x") "  http:\n  - route: [{destination: {host: old.example.com, port: {number: 1}}}]\n" BACKEND ENTRY(
		  "[{number: 1, protocol: TCP}, {number: 80, protocol: HTTP}]"),
	  "GCB1004@18" },
	{ "a ServiceEntry of another host",
	  OLD_ROUTE BACKEND ISTIO("ServiceEntry") "  hosts: [x.example.com]\n  ports: [{number: 1, protocol: TCP}]\n", "" },
	{ "TLS for old", OLD_ROUTE BACKEND RULE("old.example.com", "{tls: {mode: SIMPLE}}"), "GCB1005@18" },
	{ "TLS for both",
	  OLD_ROUTE BACKEND RULE("old.example.com", "{tls: {mode: MUTUAL}}") RULE("new.example.com", "{tls: {mode: SIMPLE}}"), "" },
	{ "TLS by a wildcard that covers both", OLD_ROUTE BACKEND RULE("*.example.com", "{tls: {mode: SIMPLE}}"), "" },
	{ "TLS by a wildcard that covers old only", OLD_ROUTE BACKEND RULE("*d.example.com", "{tls: {mode: SIMPLE}}"),
	  "GCB1005@18" },
	{ "TLS switched off", OLD_ROUTE BACKEND RULE("old.example.com", "{tls: {mode: DISABLE}}"), "" },
	{ "TLS of a port",
	  OLD_ROUTE BACKEND RULE("old.example.com", "{portLevelSettings: [{port: {number: 1}, tls: {mode: ISTIO_MUTUAL}}]}"),
	  "GCB1005@18" },
	{ "TLS of a subset",
	  OLD_ROUTE BACKEND ISTIO(
		  "DestinationRule") "  host: old.example.com\n  subsets:\n  - {name: v, trafficPolicy: {tls: {mode: SIMPLE}}}\n",
	  "GCB1005@19" },
	{ "odd values are nothing",
	  OLD_ROUTE BACKEND ISTIO("DestinationRule") "  host: [old.example.com]\n  trafficPolicy: text\n" ISTIO(
		  "ServiceEntry") "  hosts: old.example.com\n  ports: {a: b}\n",
	  "" },
};

Test(rules, table)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct file f;
		const char *got = check(&f, rows[i].text, true);

		cr_expect_str_eq(got, rows[i].codes, "%s: %s", rows[i].name, got);
		file_close(&f);
	}
}

Test(rules, what_was_not_seen_is_not_called_missing)
{
	struct file f;

	cr_expect_str_eq(check(&f, OLD_ROUTE, false), "GCB1113@0", "%s", file_codes(&f));
	cr_expect_eq(f.findings.items[0].code, &CODE_unchecked);
	file_close(&f);
}

/* Counts and joins. */
static void join(struct slice host, void *ctx)
{
	if (host.len)
		str_addf(ctx, "%" SLICE_FMT "|", SLICE_ARG(host));
}

Test(rules, hosts_for_indexes)
{
	AUTO_STR struct str all = STR_INIT;
	struct file f;

	file_open(&f, OLD_ROUTE BACKEND ENTRY("[]") RULE("*.x", "{}"));
	cr_assert_eq(f.objects.n, 4);
	cr_expect(!rules_want(&f.objects.items[0]));
	for (size_t i = 1; i < 4; i++) {
		cr_expect(rules_want(&f.objects.items[i]), "%zu", i);
		rules_each_host(&f.objects.items[i], join, &all);
	}
	cr_expect_str_eq(all.ptr, "new.example.com|old.example.com|*.x|");
	file_close(&f);
}
