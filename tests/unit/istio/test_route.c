/*
 * What is read of a VirtualService: whose each destination is, what a route has besides, what is
 * noticed, and what stops the reading.
 */
#include "tests/unit/istio/scene.h"

#include <criterion/criterion.h>

#define ROUTE(dests) VS("x") "  http:\n  - route: [" dests "]\n"
#define OLD "{destination: {host: old.example.com}}"
#define NEW "{destination: {host: new.example.com}}"

Test(route, sides)
{
	static const struct {
		const char *host, *ns;
		enum side side;
	} rows[] = {
		{ "old.example.com", "shop", SIDE_OLD },
		{ "new.example.com", "shop", SIDE_NEW },
		{ "OLD.example.com", "shop", SIDE_OTHER }, /* Istio looks names up byte for byte */
		{ "old.example.com.", "shop", SIDE_OTHER },
		{ "old", "shop", SIDE_OTHER }, /* old.shop.svc.cluster.local */
		{ "'*'", "shop", SIDE_OTHER },
		{ "8080", "shop", SIDE_OTHER },
		{ "[old.example.com]", "shop", SIDE_OTHER },
		{ "~", "shop", SIDE_OTHER },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STR struct str text = STR_INIT;
		struct file f;

		str_addf(&text, VS("x") "  http:\n  - route: [{destination: {host: %s}}]\n",
			 rows[i].host);
		cr_assert_eq(file_read_vs(&f, text.ptr), 0, "%s: %s", rows[i].host, f.err.reason);
		cr_expect_eq(f.vs.routes[0].dests[0].side, rows[i].side, "%s", rows[i].host);
		file_close(&f);
	}
}

Test(route, short_names_belong_to_a_namespace)
{
	struct move move = scene_move();
	struct file f;
	struct vs vs;

	file_open(&f, VS("x") "  http:\n  - route: [{destination: {host: pay}}]\n");
	move.from = SLICE("pay");
	cr_assert_eq(vs_read(&vs, &f.objects.items[0],
			     &(struct move_context){ &move, f.arena, NULL }, &f.err),
		     0);
	cr_expect(slice_is(vs.old_host, "pay.shop.svc.cluster.local") && vs.nold == 1);
	move.ns = SLICE("other"); /* the old host's own namespace counts for it, the
				     VirtualService's for its names */
	cr_assert_eq(vs_read(&vs, &f.objects.items[0],
			     &(struct move_context){ &move, f.arena, NULL }, &f.err),
		     0);
	cr_expect(slice_is(vs.old_host, "pay.other.svc.cluster.local") && vs.nold == 0);
	move.from = SLICE("pay.shop.svc.cluster.local");
	cr_assert_eq(vs_read(&vs, &f.objects.items[0],
			     &(struct move_context){ &move, f.arena, NULL }, &f.err),
		     0);
	cr_expect_eq(vs.nold, 1);
	file_close(&f);
}

Test(route, weights)
{
	static const struct {
		const char *weight;
		long value;
	} rows[] = { { "", -1 },
		     { ", weight: 0", 0 },
		     { ", weight: 100", 100 },
		     { ", weight: 1000000", 1000000 },
		     { ", weight: 1000001", -2 },
		     { ", weight: '5'", -2 },
		     { ", weight: 05", -2 },
		     { ", weight: -5", -2 },
		     { ", weight: 5.0", -2 },
		     { ", weight: ~", -2 },
		     { ", weight: [5]", -2 },
		     { ", weight: !!int 5", -2 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STR struct str text = STR_INIT;
		struct file f;

		str_addf(&text,
			 VS("x") "  http:\n  - route: [{destination: {host: old.example.com}%s}]\n",
			 rows[i].weight);
		cr_assert_eq(file_read_vs(&f, text.ptr), 0, "%s: %s", rows[i].weight, f.err.reason);
		cr_expect_eq(f.vs.routes[0].dests[0].value, rows[i].value, "%s", rows[i].weight);
		file_close(&f);
	}
}

Test(route, what_it_has_besides)
{
	static const struct {
		const char *route;
		bool catch_all, our_mirror, foreign_mirror, redirect, delegate;
	} rows[] = {
		{ "{}", true, false, false, false, false },
		{ "{match: []}", true, false, false, false, false },
		{ "{match: [{uri: {prefix: /}}]}", true, false, false, false, false },
		{ "{match: [{uri: {regex: '.*'}, name: n}]}", true, false, false, false, false },
		{ "{match: [{uri: {regex: '*'}}]}", false, false, false, false, false },
		{ "{match: [{uri: {prefix: /}, method: {exact: GET}}]}", false, false, false, false,
		  false },
		{ "{match: [{uri: {prefix: /a}}, {uri: {prefix: /}}]}", true, false, false, false,
		  false },
		{ "{match: [{uri: {exact: /}}]}", false, false, false, false, false },
		{ "{match: [{method: {exact: GET}}]}", false, false, false, false, false },
		{ "{mirror: {host: new.example.com}}", true, true, false, false, false },
		{ "{mirror: {host: other.example.com}}", true, false, true, false, false },
		{ "{mirrors: [{destination: {host: new.example.com}}]}", true, false, true, false,
		  false },
		{ "{redirect: {uri: /x}}", true, false, false, true, false },
		{ "{directResponse: {status: 503}}", true, false, false, true, false },
		{ "{direct_response: {status: 503}}", true, false, false, true, false },
		{ "{delegate: {name: y}}", true, false, false, false, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STR struct str text = STR_INIT;
		const struct route *r;
		struct file f;

		str_addf(&text, VS("x") "  http:\n  - %s\n", rows[i].route);
		cr_assert_eq(file_read_vs(&f, text.ptr), 0, "%s: %s", rows[i].route, f.err.reason);
		r = &f.vs.routes[0];
		cr_expect(r->catch_all == rows[i].catch_all && r->our_mirror == rows[i].our_mirror,
			  "%s", rows[i].route);
		cr_expect(r->foreign_mirror == rows[i].foreign_mirror &&
				  r->redirect == rows[i].redirect &&
				  r->delegate == rows[i].delegate,
			  "%s", rows[i].route);
		file_close(&f);
	}
}

Test(route, spellings_of_the_percentage)
{
	static const char *const names[] = { "mirrorPercentage", "mirrorPercent", "mirror_percent",
					     "mirror_percentage" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		AUTO_STR struct str text = STR_INIT;
		struct file f;

		str_addf(&text, VS("x") "  http:\n  - {%s: 5}\n", names[i]);
		cr_assert_eq(file_read_vs(&f, text.ptr), 0);
		cr_expect_not_null(f.vs.routes[0].percent, "%s", names[i]);
		file_close(&f);
	}
}

Test(route, what_is_noticed)
{
	static const struct {
		const char *name, *text, *codes;
	} rows[] = {
		{ "nothing", ROUTE(OLD), "" },
		{ "another letter case", ROUTE("{destination: {host: Old.example.com}}"),
		  "GCB1110@6" },
		{ "a tcp and a tls route",
		  VS("x") "  tcp:\n  - route: [" OLD "]\n  tls:\n  - route: [" OLD "]\n",
		  "GCB1107@8 GCB1107@6" },
		{ "a delegate",
		  VS("x") "  http:\n  - {delegate: {name: y}}\n  - route: [" OLD "]\n",
		  "GCB1108@6" },
		{ "a redirect, where old is used",
		  VS("x") "  http:\n  - {redirect: {uri: /}}\n  - route: [" OLD "]\n",
		  "GCB1109@6" },
		{ "a redirect, where it is not", VS("x") "  http:\n  - {redirect: {uri: /}}\n",
		  "" },
		{ "new alone", VS("x") "  http:\n  - route: [" NEW "]\n  - route: [" OLD "]\n",
		  "GCB1115@6" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct file f;

		cr_assert_eq(file_read_vs(&f, rows[i].text), 0, "%s: %s", rows[i].name,
			     f.err.reason);
		cr_expect_str_eq(file_codes(&f), rows[i].codes, "%s: %s", rows[i].name,
				 file_codes(&f));
		file_close(&f);
	}
}

Test(route, what_stops_the_reading)
{
	static const struct {
		const char *name, *text;
		const struct code *code; /* NULL: it is read */
		uint32_t line;
	} rows[] = {
		{ "http is a map", VS("x") "  http: {route: []}\n", &CODE_yaml_type, 5 },
		{ "http is null", VS("x") "  http:\n", NULL, 0 },
		{ "no spec",
		  "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: x}\n",
		  NULL, 0 },
		{ "spec is a list",
		  "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: "
		  "x}\nspec: []\n",
		  NULL, 0 },
		{ "a route that is text", VS("x") "  http: [text]\n", NULL, 0 },
		{ "destinations that are text", VS("x") "  http:\n  - route: text\n",
		  &CODE_yaml_type, 6 },
		{ "match is a map", VS("x") "  http:\n  - {match: {}, route: [" OLD "]}\n",
		  &CODE_yaml_type, 6 },
		{ "an alias for the list",
		  "x: &l [" OLD "]\n---\n" VS("x") "  y: &l [" OLD "]\n  http:\n  - route: *l\n",
		  NULL, 0 },
		{ "a destination that is an alias",
		  VS("x") "  y: &d {host: old.example.com}\n  http:\n  - route: [{destination: "
			  "*d}]\n",
		  &CODE_yaml_alias, 7 },
		{ "a key twice in a destination of ours",
		  VS("x") "  http:\n  - route: [{destination: {host: a, host: old.example.com}}]\n",
		  &CODE_yaml_duplicate, 6 },
		{ "a key twice in a route of others",
		  VS("x") "  http:\n  - route: [{destination: {host: a, host: b}}]\n", NULL, 0 },
		{ "a merge key on the way",
		  VS("x") "  y: &d {a: b}\n  http:\n  - <<: *d\n    route: [" OLD "]\n",
		  &CODE_yaml_alias, 7 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct file f;
		bool second = slice_starts(slice_of(rows[i].text), SLICE("x:"));
		int result;

		if (second)
			continue; /* the first document is no object there */
		result = file_read_vs(&f, rows[i].text);
		cr_expect_eq(result, rows[i].code ? -1 : 0, "%s: %s", rows[i].name, f.err.reason);
		cr_expect(f.err.code == rows[i].code && f.err.line == rows[i].line, "%s: %u: %s",
			  rows[i].name, f.err.line, f.err.reason);
		file_close(&f);
	}
}

Test(route, moved_and_numbers)
{
	struct file f;

	cr_assert_eq(file_read_vs(&f, ROUTE(OLD ", " NEW)), 0);
	cr_expect(vs_is_moved(&f.vs));
	file_close(&f);
	cr_assert_eq(file_read_vs(&f, VS("x") "  http:\n  # generated copy of the next route\n  - "
					      "match: [{method: {exact: GET}}]\n    route: [" OLD
					      "]\n    mirror: {host: new.example.com}\n  - name: "
					      "all\n    route: [" OLD "]\n"),
		     0);
	cr_expect(f.vs.routes[0].our_copy && f.vs.routes[0].number == 1 &&
		  f.vs.routes[1].number == 1 && vs_is_moved(&f.vs));
	cr_expect_str_eq(route_label(&f.vs.routes[1], f.arena).ptr, "route 1 (all)");
	cr_expect_str_eq(route_label(&f.vs.routes[0], f.arena).ptr, "route 1");
	file_close(&f);
}

/* Counts and joins. */
static void join_host(struct slice host, void *ctx)
{
	str_addf(ctx, "%" SLICE_FMT "|", SLICE_ARG(host));
}

Test(route, each_host)
{
	AUTO_STR struct str all = STR_INIT;
	struct file f;

	file_open(&f, VS("x") "  hosts: [a]\n  http:\n  - route: [{destination: {host: b}}]\n    "
			      "mirror: {host: c}\n  tls:\n  - route: "
			      "[{destination: {host: d}}]\n  tcp:\n  - route: [{destination: "
			      "{host: e}}]\n");
	vs_each_host(&f.objects.items[0], join_host, &all);
	for (const char *c = "abcde"; *c; c++) {
		char wanted[] = { *c, '|', '\0' };

		cr_expect(slice_find(str_slice(&all), slice_of(wanted)) != SIZE_MAX, "%c: %s", *c,
			  all.ptr);
	}
	file_close(&f);
}
