/*
 * Where a mirror may hang: only where nothing but safe methods comes by.
 */
#include "istio/mirror.h"
#include "tests/unit/istio/scene.h"

#include <criterion/criterion.h>

static const struct {
	const char *name, *match;
	enum mirror_place place;
	const char *codes;
} rows[] = {
	{ "no match", "", MIRROR_ON_COPY, "" },
	{ "a match of a path", "match: [{uri: {prefix: /a}}], ", MIRROR_ON_COPY, "" },
	{ "GET alone", "match: [{method: {exact: GET}}], ", MIRROR_ON_ROUTE, "" },
	{ "GET and HEAD",
	  "match: [{method: {exact: GET}, uri: {exact: /}}, {method: {exact: HEAD}}], ",
	  MIRROR_ON_ROUTE, "" },
	{ "GET and all else of another path",
	  "match: [{method: {exact: GET}}, {uri: {exact: /}}], ", MIRROR_ON_COPY, "" },
	{ "GET and POST", "match: [{method: {exact: GET}}, {method: {exact: POST}}], ",
	  MIRROR_ON_COPY, "" },
	{ "POST alone", "match: [{method: {exact: POST}}], ", MIRROR_NONE, "GCB1105@6" },
	{ "get in small letters is no method of HTTP", "match: [{method: {exact: get}}], ",
	  MIRROR_NONE, "GCB1105@6" },
	{ "a regex", "match: [{method: {regex: 'GET|HEAD'}}], ", MIRROR_NONE,
	  "GCB1103@6 GCB1105@6" },
	{ "a prefix beside a path", "match: [{method: {prefix: G}}, {uri: {exact: /}}], ",
	  MIRROR_ON_COPY, "GCB1103@6" },
	{ "an empty list", "match: [], ", MIRROR_NONE, "GCB1105@6" },
	{ "a mirror of its own", "mirror: {host: x.example.com}, ", MIRROR_NONE, "GCB1101@6" },
	{ "mirrors of its own", "mirrors: [{destination: {host: x.example.com}}], ", MIRROR_NONE,
	  "GCB1101@6" },
	{ "a percentage without a mirror", "mirrorPercentage: {value: 5}, ", MIRROR_NONE,
	  "GCB1102@6" },
};

Test(mirror, place)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STR struct str text = STR_INIT;
		struct move move = scene_move();
		struct file f;

		str_addf(&text,
			 VS("x") "  http:\n  - {%sroute: [{destination: {host: "
				 "old.example.com}}]}\n",
			 rows[i].match);
		cr_assert_eq(file_read_vs(&f, text.ptr), 0, "%s: %s", rows[i].name, f.err.reason);
		cr_expect_eq(mirror_choose(&f.vs, &f.vs.routes[0],
					   &(struct move_context){ &move, f.arena, &f.findings }),
			     rows[i].place, "%s", rows[i].name);
		cr_expect_eq(mirror_choose(&f.vs, &f.vs.routes[0],
					   &(struct move_context){ &move, f.arena, NULL }),
			     rows[i].place, "%s", rows[i].name);
		cr_expect_str_eq(file_codes(&f), rows[i].codes, "%s: %s", rows[i].name,
				 file_codes(&f));
		file_close(&f);
	}
}

/* A route that nothing reaches gets no copy, which nothing would reach either. */
Test(mirror, behind_a_route_that_takes_all)
{
	static const char *const firsts[] = { "", "match: [{uri: {prefix: /}}], ",
					      "match: [{uri: {prefix: /a}}], " };

	for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		AUTO_STR struct str text = STR_INIT;
		struct move move = scene_move();
		bool hidden = i < 2;
		struct file f;

		str_addf(&text,
			 VS("x") "  http:\n  - {%sredirect: {uri: /}}\n  - {route: [{destination: "
				 "{host: old.example.com}}]}\n",
			 firsts[i]);
		cr_assert_eq(file_read_vs(&f, text.ptr), 0);
		f.findings.n = 0;
		cr_expect_eq(mirror_choose(&f.vs, &f.vs.routes[1],
					   &(struct move_context){ &move, f.arena, &f.findings }),
			     hidden ? MIRROR_NONE : MIRROR_ON_COPY);
		cr_expect_str_eq(file_codes(&f), hidden ? "GCB1105@7" : "", "%s", file_codes(&f));
		file_close(&f);
	}
}

/*
 * Istio moves catch-all routes behind those of other VirtualServices of the gateway; a copy that is
 * none would come before them.
 */
Test(mirror, a_shared_gateway)
{
	static const struct {
		const char *gateways, *match;
		bool shared;
		enum mirror_place place;
	} cases[] = {
		{ "[g]", "", true, MIRROR_NONE },
		{ "[g]", "", false, MIRROR_ON_COPY },
		{ "[mesh]", "", false, MIRROR_ON_COPY },
		{ "[mesh, g]", "", true, MIRROR_NONE },
		{ "[g]", "match: [{uri: {prefix: /a}}], ", true, MIRROR_ON_COPY },
		{ "[g]", "match: [{uri: {prefix: /}}], ", true, MIRROR_NONE },
		{ "[g]", "match: [{uri: {prefix: /}, port: 443}], ", true, MIRROR_NONE },
		{ "[g]", "match: [{port: 443}], ", true, MIRROR_NONE },
		{ "[g]", "match: [{uri: {prefix: /}, gateways: [g]}], ", true, MIRROR_NONE },
		{ "[g]", "match: [{uri: {prefix: /}, sourceNamespace: a}], ", true, MIRROR_NONE },
		{ "[g]", "match: [{sourceLabels: {a: b}}], ", true, MIRROR_NONE },
		{ "[g]", "match: [{uri: {regex: .*}, ignoreUriCase: true}], ", true, MIRROR_NONE },
		{ "[g]", "match: [{uri: {prefix: /}, statPrefix: a}], ", true, MIRROR_NONE },
		{ "[g]", "match: [{uri: {exact: /}}], ", true, MIRROR_ON_COPY },
		{ "[g]", "match: [{headers: {a: {exact: b}}}], ", true, MIRROR_ON_COPY },
		{ "[g]", "match: [{authority: {exact: b}}], ", true, MIRROR_ON_COPY },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_STR struct str text = STR_INIT;
		struct move move = scene_move();
		struct file f;

		str_addf(&text,
			 VS("x") "  gateways: %s\n  http:\n  - {%sroute: [{destination: {host: "
				 "old.example.com}}]}\n",
			 cases[i].gateways, cases[i].match);
		cr_assert_eq(file_read_vs(&f, text.ptr), 0);
		f.vs.shares_gateway_host = cases[i].shared;
		cr_expect_eq(mirror_choose(&f.vs, &f.vs.routes[0],
					   &(struct move_context){ &move, f.arena, NULL }),
			     cases[i].place, "%zu", i);
		file_close(&f);
	}
}

/* Istio drops a route of a delegate with a block that conflicts with all blocks of the root. */
Test(mirror, a_copy_below_a_root)
{
	static const struct {
		const char *root, *own;
		enum mirror_place place;
	} cases[] = {
		{ "", "", MIRROR_ON_COPY },
		{ "match: [{uri: {prefix: /a}}], ", "", MIRROR_ON_COPY },
		{ "match: [{uri: {prefix: /a}}], ", "match: [{uri: {prefix: /a/b}}], ",
		  MIRROR_ON_COPY },
		{ "match: [{method: {exact: GET}}], ", "", MIRROR_NONE }, /* HEAD conflicts */
		{ "match: [{method: {exact: POST}}], ", "", MIRROR_NONE },
		{ "match: [{method: {regex: .*}}], ", "", MIRROR_NONE },
		{ "match: [{method: {exact: GET}}, {method: {exact: HEAD}}], ", "",
		  MIRROR_ON_COPY },
		{ "match: [{ignoreUriCase: true, uri: {prefix: /a}}], ", "", MIRROR_NONE },
		{ "match: [{ignoreUriCase: false, uri: {prefix: /a}}], ", "", MIRROR_ON_COPY },
		{ "match: [{ignoreUriCase: true, uri: {prefix: /a}}], ",
		  "match: [{ignoreUriCase: true}], ", MIRROR_ON_COPY },
		{ "match: [{sourceNamespace: a}], ", "", MIRROR_NONE },
		{ "match: [{sourceNamespace: a}], ", "match: [{sourceNamespace: a}], ",
		  MIRROR_ON_COPY },
		{ "match: [{sourceLabels: {a: b}}], ", "", MIRROR_ON_COPY },
		{ "match: [{sourceLabels: {a: b}}], ", "match: [{sourceLabels: {a: c}}], ",
		  MIRROR_NONE },
		{ "match: [{headers: {x: {exact: a}}}], ", "match: [{headers: {y: {exact: b}}}], ",
		  MIRROR_ON_COPY },
		{ "match: [{headers: {x: {exact: a}}}], ", "match: [{headers: {x: {exact: b}}}], ",
		  MIRROR_NONE },
		{ "match: [{port: 80}], ", "match: [{port: 81}], ", MIRROR_NONE },
		{ "match: [{port: 80}], ", "match: [{uri: {exact: /}}], ", MIRROR_ON_COPY },
		{ "match: [{gateways: [g]}], ", "match: [{gateways: [h]}], ", MIRROR_NONE },
		{ "match: [{gateways: [g]}], ", "", MIRROR_ON_COPY },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_STR struct str text = STR_INIT;
		struct move move = scene_move();
		struct file f;

		str_addf(
			&text,
			VS("x") "  http:\n  - {%sroute: [{destination: {host: old.example.com}}]}\n"
				"---\napiVersion: networking.istio.io/v1\nkind: VirtualService\n"
				"metadata: {name: root, namespace: shop}\n"
				"spec: {hosts: [a.b], http: [{%sdelegate: {name: x}}]}\n",
			cases[i].own, cases[i].root);
		cr_assert_eq(file_read_vs(&f, text.ptr), 0);
		f.findings.n = 0;
		vs_add_roots(&f.vs, &f.objects.items[1], f.arena);
		cr_assert_eq(f.vs.nroots, 1);
		cr_expect_eq(mirror_choose(&f.vs, &f.vs.routes[0],
					   &(struct move_context){ &move, f.arena, &f.findings }),
			     cases[i].place, "%zu", i);
		cr_expect_str_eq(file_codes(&f), cases[i].place == MIRROR_NONE ? "GCB1105@11" : "",
				 "%zu: %s", i, file_codes(&f));
		file_close(&f);
	}
}
