/*
 * Which VirtualServices a migration is about: paths, namespaces, files that cannot be read, files
 * to be created, and the rules around them.
 */
#include "plan/scope.h"
#include "tests/unit/plan/sketch.h"

#include <criterion/criterion.h>

/* A sketch with one migration and up to two manifests, surveyed. */
static struct sketch *with(const char *rest, const char *path1, const char *text1,
			   const char *path2, const char *text2)
{
	struct sketch *s = sketch_new();

	sketch_file(s, path1, text1);
	if (path2)
		sketch_file(s, path2, text2);
	(void)sketch_migration(s, "web", OLD, NEW, rest);
	sketch_survey(s);
	return s;
}

Test(scope, only_files_under_the_path)
{
	struct sketch *s = with("  manifests: {path: apps/web}\n", "apps/web/a/vs.yaml",
				VS("x") ALL_OLD, "apps/webshop/vs.yaml", VS("w") ALL_OLD);
	const struct step *step = sketch_go(s, GO_UP, "10");

	expect_step(step, "start", "10");
	cr_expect_eq(s->plan.changes.n, 1);
	expect_after(s, &s->plan.changes, "apps/web/a/vs.yaml", VS("x") SPLIT("90", "10"));
	expect_finding(&step->findings, elsewhere, "apps/webshop/vs.yaml", 1, "'w'");
	sketch_free(s);
}

Test(scope, only_the_one_file)
{
	struct sketch *s = with("  manifests: {virtualService: a.yaml}\n", "a.yaml",
				VS("x") ALL_OLD, "a/a.yaml", VS("w") ALL_OLD);
	const struct step *step = sketch_go(s, GO_UP, "10");

	expect_step(step, "start", "10");
	cr_expect_eq(s->plan.changes.n, 1);
	expect_after(s, &s->plan.changes, "a.yaml", VS("x") SPLIT("90", "10"));
	expect_finding(&step->findings, elsewhere, "a/a.yaml", 1, "'w'");
	sketch_free(s);
}

/* An Istio object with this spec in flow style, in line 4. */
#define OBJECT(kind, spec)                                                                         \
	"apiVersion: networking.istio.io/v1\nkind: " kind "\nmetadata: {name: o}\nspec: " spec "\n"

Test(scope, nothing_routes_to_the_old_host)
{
	static const struct {
		const char *name, *path, *text;
		const struct code *code;
		const char *file;
		unsigned line;
	} rows[] = {
		{ "another host", "a/vs.yaml", VS("x") "  - route:\n" DEST("c", "1"),
		  &CODE_host_unknown, ".gcpbackend/web.yaml", 5 },
		{ "outside", "b/vs.yaml", VS("x") ALL_OLD, &CODE_host_unknown,
		  ".gcpbackend/web.yaml", 5 },
		{ "another kind", "a/vs.yaml", OBJECT("ServiceEntry", "{hosts: [" OLD "]}"),
		  &CODE_host_unknown, ".gcpbackend/web.yaml", 5 },
		{ "another group", "a/vs.yaml",
		  "apiVersion: example.com/v1\nkind: VirtualService\nmetadata: {name: x}\nspec:\n  "
		  "http:\n" ALL_OLD,
		  &CODE_host_unknown, ".gcpbackend/web.yaml", 5 },
		{ "a wildcard", "a/vs.yaml",
		  OBJECT("VirtualService", "{http: [{route: [{destination: {host: c}}]}],\n  "
					   "hosts: ['*.example.com']}"),
		  &CODE_host_wildcard, "a/vs.yaml", 5 },
		{ "tls", "a/vs.yaml",
		  OBJECT("VirtualService", "{tls: [{route: [{destination:\n  {host: " OLD "}}]}]}"),
		  &CODE_vs_nothing, "a/vs.yaml", 5 },
		{ "tcp", "a/vs.yaml",
		  OBJECT("VirtualService", "{tcp: [{route: [{destination:\n  {host: " OLD "}}]}]}"),
		  &CODE_vs_nothing, "a/vs.yaml", 5 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sketch *s =
			with("  manifests: {path: a}\n", rows[i].path, rows[i].text, NULL, NULL);
		const struct step *step = sketch_go(s, GO_UP, "next");
		const struct finding *f = findings_stop(&step->findings);

		cr_assert(step->refused && f && !s->plan.changes.n, "%s", rows[i].name);
		cr_expect_eq(f->code, rows[i].code, "%s: %s", rows[i].name, f->code->id);
		cr_expect(slice_is(f->at.path, rows[i].file) && f->at.line == rows[i].line,
			  "%s: line %u", rows[i].name, (unsigned)f->at.line);
		sketch_free(s);
	}
}

Test(scope, a_wildcard_covers_what_a_short_name_means)
{
	struct sketch *s = sketch_new();

	sketch_file(s, "vs.yaml",
		    OBJECT("VirtualService", "{http: [{route: [{destination: {host: c}}]}],\n  "
					     "hosts: ['*.shop.svc.cluster.local']}"));
	(void)sketch_migration(s, "web", "pay, namespace: shop", NEW, "");
	sketch_survey(s);
	expect_refused(s, sketch_go(s, GO_UP, "10"), host_wildcard, "vs.yaml", 5,
		       "'pay.shop.svc.cluster.local'");
	sketch_free(s);
}

Test(scope, a_host_that_only_looks_like_the_old_one)
{
	struct sketch *s =
		with("", "vs.yaml", VS("x") ALL_OLD "  - route:\n" DEST("Old.example.com", "1"),
		     NULL, NULL);
	const struct step *step = sketch_go(s, GO_UP, "10");

	expect_step(step, "start", "10");
	expect_finding(&step->findings, host_near, "vs.yaml", 13, "Old.example.com");
	expect_after(s, &s->plan.changes, "vs.yaml",
		     VS("x") SPLIT("90", "10") "  - route:\n" DEST("Old.example.com", "1"));
	sketch_free(s);
}

Test(scope, files_that_cannot_be_read)
{
	static const struct {
		const char *name, *path, *text;
		const struct code *code; /* NULL: they do not matter */
	} rows[] = {
		{ "covered", "a/b.yaml", "host: " OLD "\nx: [\n", &CODE_yaml_syntax },
		{ "a template", "a/b.yaml", "host: " OLD "\n{{ if .x }}\n", &CODE_yaml_template },
		{ "in conflict", "a/b.yaml",
		  "<<<<<<< ours\nhost: " OLD "\n=======\n>>>>>>> theirs\n", &CODE_yaml_conflict },
		{ "not covered", "b/b.yaml", "host: " OLD "\nx: [\n", NULL },
		{ "about something else", "a/b.yaml", "host: c.example.com\nx: [\n", NULL },
		{ "a list that is none", "a/b.yaml", VS("w") "  - route: {host: " OLD "}\n", NULL },
		{ "an alias", "a/b.yaml",
		  VS("w") "  - route:\n    - &a\n      destination: {host: " OLD "}\n    - *a\n",
		  &CODE_yaml_alias },
		{ "an alias elsewhere", "b/b.yaml",
		  VS("w") "  - route:\n    - &a\n      destination: {host: " OLD "}\n    - *a\n",
		  NULL },
		{ "a key twice", "a/b.yaml",
		  VS("w") "  - route:\n" DEST(OLD, "1") "      weight: 2\n", &CODE_yaml_duplicate },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sketch *s = with("  manifests: {path: a}\n", "a/vs.yaml", VS("x") ALL_OLD,
					rows[i].path, rows[i].text);
		const struct step *step = sketch_go(s, GO_UP, "10");
		const struct finding *f = findings_stop(&step->findings);

		cr_expect_eq(step->refused, rows[i].code != NULL, "%s", rows[i].name);
		cr_expect_eq(f ? f->code : NULL, rows[i].code, "%s: %s", rows[i].name,
			     why_refused(step));
		cr_expect(!f || slice_is(f->at.path, rows[i].path), "%s", rows[i].name);
		cr_expect_eq(s->plan.changes.n, rows[i].code == NULL, "%s", rows[i].name);
		sketch_free(s);
	}
}

Test(scope, a_file_too_large_to_be_read)
{
	for (int covered = 0; covered < 2; covered++) {
		struct sketch *s = sketch_new();
		const struct step *step;

		sketch_file(s, "a/vs.yaml", VS("x") ALL_OLD);
		inventory_add_large(s->inventory,
				    covered ? SLICE("a/big.yaml") : SLICE("b/big.yaml"),
				    MANIFEST_MAX + 1);
		(void)sketch_migration(s, "web", OLD, NEW, "  manifests: {path: a}\n");
		sketch_survey(s);
		step = sketch_go(s, GO_UP, "10");
		if (covered)
			expect_refused(s, step, yaml_limit, "a/big.yaml", 0, "33554433 bytes");
		else
			expect_step(step, "start", "10");
		sketch_free(s);
	}
}

Test(scope, short_names_mean_their_own_namespace)
{
	struct sketch *s = sketch_new();
	static const char *const full = "pay.shop.svc.cluster.local";

	sketch_file(s, "a.yaml", VS_IN("shop", "a") "  - route:\n" DEST("pay", "100"));
	sketch_file(s, "b.yaml", VS_IN("web", "b") "  - route:\n" DEST("pay", "100"));
	sketch_file(s, "c.yaml",
		    VS_IN("web", "c") "  - route:\n" DEST("pay.shop.svc.cluster.local", "100"));
	sketch_file(s, "d.yaml", VS("d") "  - route:\n" DEST("pay", "100"));
	(void)sketch_migration(s, "web", "pay, namespace: shop", NEW, "");
	sketch_survey(s);
	expect_step(sketch_go(s, GO_UP, "10"), "start", "10");
	cr_expect_eq(s->plan.changes.n, 3,
		     "in the namespace 'web' the host pay is another one than %s", full);
	expect_after(s, &s->plan.changes, "a.yaml",
		     VS_IN("shop", "a") "  - route:\n" DEST("pay", "90") DEST(NEW, "10"));
	expect_after(s, &s->plan.changes, "c.yaml",
		     VS_IN("web", "c") "  - route:\n" DEST("pay.shop.svc.cluster.local", "90")
			     DEST(NEW, "10"));
	expect_after(s, &s->plan.changes, "d.yaml",
		     VS("d") "  - route:\n" DEST("pay", "90") DEST(NEW, "10"));
	sketch_free(s);
}

Test(scope, without_a_namespace_short_names_are_moved_in_each)
{
	struct sketch *s = sketch_new();

	sketch_file(s, "a.yaml", VS_IN("shop", "a") "  - route:\n" DEST("pay", "100"));
	sketch_file(s, "b.yaml", VS_IN("web", "b") "  - route:\n" DEST("pay", "100"));
	(void)sketch_migration(s, "web", "pay", NEW, "");
	sketch_survey(s);
	expect_step(sketch_go(s, GO_UP, "10"), "start", "10");
	cr_expect_eq(s->plan.changes.n, 2);
	sketch_free(s);
}

Test(scope, the_same_name_in_two_namespaces_has_two_baselines)
{
	static const char *const now = VS_IN("a", "x") "  - route:\n" DEST(OLD, "50")
		DEST(NEW, "50") "---\n" VS_IN("b", "x") "  - route:\n" DEST(OLD, "500")
			DEST(NEW, "500");
	static const char *const before =
		VS_IN("b", "x") "  - route:\n" DEST(OLD, "1000") "---\n" VS_IN(
			"a", "x") "  - route:\n    - destination:\n        host: " OLD "\n";
	struct sketch *s = sketch_of(now, before);

	expect_step(sketch_go(s, GO_DOWN, "start"), "50", "start");
	expect_after(s, &s->plan.changes, "vs.yaml",
		     VS_IN("a", "x") "  - route:\n    - destination:\n        host: " OLD
				     "\n---\n" VS_IN("b", "x") "  - route:\n" DEST(OLD, "1000"));
	sketch_free(s);
}

Test(scope, the_rules_are_asked)
{
	static const struct {
		const char *name, *text;
		const struct code *code;
		unsigned line;
	} rows[] = {
		{ "http",
		  OBJECT("ServiceEntry",
			 "{hosts: [" OLD "], ports: [{number: 80, protocol: HTTP}]}"),
		  NULL, 0 },
		{ "tcp",
		  OBJECT("ServiceEntry",
			 "{hosts: [" OLD "],\n  ports: [{number: 80, protocol: TCP}]}"),
		  &CODE_not_http, 5 },
		{ "tls is lost",
		  OBJECT("DestinationRule",
			 "{host: " OLD ",\n  trafficPolicy: {tls: {mode: SIMPLE}}}"),
		  &CODE_tls_lost, 5 },
		{ "tls of others",
		  OBJECT("DestinationRule",
			 "{host: c.example.com, trafficPolicy: {tls: {mode: SIMPLE}}}"),
		  NULL, 0 },
		{ "tls of all",
		  OBJECT("DestinationRule",
			 "{host: '*.example.com', trafficPolicy: {tls: {mode: SIMPLE}}}"),
		  NULL, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sketch *s = with("", "vs.yaml", VS("x") ALL_OLD, "rule.yaml", rows[i].text);
		const struct step *step = sketch_go(s, GO_UP, "10");
		const struct finding *f = findings_stop(&step->findings);

		cr_expect_eq(f ? f->code : NULL, rows[i].code, "%s: %s", rows[i].name,
			     why_refused(step));
		cr_expect(!f || (slice_is(f->at.path, "rule.yaml") && f->at.line == rows[i].line),
			  "%s", rows[i].name);
		cr_expect(!sketch_go(s, GO_DOWN, "start")->refused, "%s: nothing stops a step down",
			  rows[i].name);
		sketch_free(s);
	}
}

Test(scope, what_is_not_there_counts_only_in_a_whole_tree)
{
	struct sketch *s = sketch_new();
	const struct step *step;

	sketch_file(s, "vs.yaml", VS("x") ALL_OLD);
	(void)sketch_migration(s, "web", OLD, "other.example.com", "");
	sketch_survey(s);
	inventory_set_whole(s->inventory, false);
	step = sketch_go(s, GO_UP, "10");
	expect_step(step, "start", "10");
	expect_finding(&step->findings, unchecked, ".gcpbackend/web.yaml", 6, "other.example.com");
	sketch_free(s);
}

#define GATEWAY(name, hosts)                                                                       \
	"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: " name         \
	"}\nspec:\n  hosts: [" hosts "]\n  gateways: [public]\n  http:\n"

Test(scope, a_shared_gateway_has_no_copy_of_a_catch_all)
{
	for (int shared = 0; shared < 2; shared++) {
		struct sketch *s = with(
			"", "vs.yaml",
			GATEWAY("x", "www.example.com") "  - route:\n" DEST(OLD, "100"), "y.yaml",
			shared ? GATEWAY("w", "a.example.com, WWW.example.com") "  - route:\n" DEST(
					 "c", "1") :
				 GATEWAY("w", "www.example.org") "  - route:\n" DEST("c", "1"));
		const struct step *step = sketch_go(s, GO_UP, "mirror");

		expect_step(step, "start", "mirror");
		cr_expect_eq(step->unchanged, shared);
		if (shared)
			expect_finding(&step->findings, mirror_queue, "vs.yaml", 8, "route 1");
		else
			cr_expect_null(finding_of(&step->findings, &CODE_mirror_queue));
		sketch_free(s);
	}
}

Test(scope, members_know_their_baseline)
{
	struct sketch *s = sketch_of(VS("x") ALL_OLD "---\n" VS("w") ALL_OLD, NULL);
	struct plan_inputs in = { .inventory = s->inventory,
				  .baselines = s->baselines,
				  .each = each_in_turn,
				  .vs_template = s->template };
	struct findings findings = { .arena = s->arena };
	struct yaml_pool pool;
	const struct migration *m = s->migrations[0];
	struct goal start = { .move = &m->move, .stages = m->stages, .stage = { STAGE_START, 0 } },
		    ten = start;
	struct scope scope;

	ten.stage = (struct stage){ STAGE_WEIGHT, 10 };
	yaml_pool_init(&pool);
	cr_assert_eq(scope_find(&scope, &pool, &in, m, &findings), 0);
	cr_assert_eq(scope.n, 2);
	cr_expect(!scope.created && !findings.n);
	for (size_t i = 0; i < 2; i++) {
		cr_expect(slice_is(scope.members[i].vs.object->name, i ? "w" : "x"));
		cr_expect_eq(scope.members[i].source,
			     inventory_find(s->inventory, SLICE("vs.yaml")));
		cr_assert_not_null(scope.members[i].baseline);
		cr_expect(slice_eq(scope.members[i].baseline->object->name,
				   scope.members[i].vs.object->name));
		cr_expect(vs_at(&scope.members[i].vs, scope.members[i].baseline, &start));
		cr_expect(!vs_at(&scope.members[i].vs, scope.members[i].baseline, &ten));
	}
	yaml_pool_release(&pool);
	sketch_free(s);
}

Test(scope, a_renamed_virtual_service_has_no_baseline)
{
	static const char *const several =
		ROUTE DEST(OLD, "60") "    - destination: {host: " OLD
				      ", subset: v2}\n      weight: 40\n";
	static const char *const moved =
		ROUTE DEST(OLD, "45") "    - destination: {host: " OLD
				      ", subset: v2}\n      weight: 30\n" DEST(NEW, "25");
	AUTO_STR struct str now = STR_INIT, before = STR_INIT;

	for (int renamed = 0; renamed < 2; renamed++) {
		struct sketch *s;

		str_clear(&now);
		str_clear(&before);
		str_addf(&now, "%s%s", VS("x"), moved);
		str_addf(&before, "%s%s", renamed ? VS("w") : VS("x"), several);
		s = sketch_of(now.ptr, before.ptr);
		if (renamed)
			expect_refused(s, sketch_go(s, GO_UP, "50"), no_baseline, "vs.yaml", 6,
				       "route 1");
		else
			expect_step(sketch_go(s, GO_UP, "50"), "25", "50");
		sketch_free(s);
	}
}
