/*
 * Routes of tls and tcp: left alone and reported, or moved by weight when the migration asks for
 * it; never mirrored.
 */
#include "istio/converge.h"
#include "istio/route_pair.h"
#include "tests/unit/istio/scene.h"

#include <criterion/criterion.h>

#define TCP(old, new)                                                                              \
	"  tcp:\n  - match: [{port: 5432}]\n    route:\n    - destination: {host: "                \
	"old.example.com, subset: a, port: {number: 5432}}\n" old new
#define TLS(old, new)                                                                              \
	"  tls:\n  - match: [{sniHosts: [old.example.com]}]\n    route:\n    - destination: "      \
	"{host: old.example.com}\n" old new
#define WEIGHT(n) "      weight: " n "\n"
#define NEW_TCP(n) "    - destination: {host: new.example.com, port: {number: 9}}\n" WEIGHT(n)
#define NEW_TLS(n) "    - destination: {host: new.example.com, port: {number: 9}}\n" WEIGHT(n)

static const struct {
	const char *name;
	bool tls, tcp;
	enum stage_kind stage;
	const char *before, *after, *codes;
} rows[] = {
	{ "left alone", false, false, STAGE_WEIGHT, VS("x") TCP("", "") TLS("", ""),
	  VS("x") TCP("", "") TLS("", ""), "GCB1107@12 GCB1107@8" },
	{ "tcp", false, true, STAGE_WEIGHT, VS("x") TCP("", "") TLS("", ""),
	  VS("x") TCP(WEIGHT("90"), NEW_TCP("10")) TLS("", ""), "GCB1190@6 GCB1107@12" },
	{ "both", true, true, STAGE_WEIGHT, VS("x") TLS(WEIGHT("100"), "") TCP("", ""),
	  VS("x") TLS(WEIGHT("90"),
		      "    - destination: {host: new.example.com, port: {number: 9}}\n" WEIGHT(
			      "10")) TCP(WEIGHT("90"), NEW_TCP("10")),
	  "GCB1190@6 GCB1190@11" },
	{ "back", true, false, STAGE_START, VS("x") TLS(WEIGHT("90"), NEW_TLS("10")),
	  VS("x") TLS(WEIGHT("100"), ""), "GCB1190@6" },
	{ "the end", false, true, STAGE_DONE, VS("x") TCP(WEIGHT("0"), NEW_TCP("100")),
	  VS("x") "  tcp:\n  - match: [{port: 5432}]\n    route:\n    - destination: {host: "
		  "new.example.com, port: {number: 9}}\n",
	  "GCB1190@6" },
	{ "no mirror", true, false, STAGE_MIRROR, VS("x") TLS("", ""), VS("x") TLS("", ""),
	  "GCB1190@6 GCB1105@6" },
};

Test(kinds, of_routes)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct move move = scene_move();
		struct goal goal = { .move = &move,
				     .stages = &stages_default,
				     .stage = { rows[i].stage, 0 } };
		AUTO_STR struct str out = STR_INIT;
		struct yaml_edits *e;
		struct file f;

		goal.stage.percent = rows[i].stage == STAGE_WEIGHT ? 10 : 0;
		move.port = 9;
		move.tls = rows[i].tls;
		move.tcp = rows[i].tcp;
		file_open(&f, rows[i].before);
		cr_assert_eq(vs_read(&f.vs, &f.objects.items[0],
				     &(struct move_context){ &move, f.arena, &f.findings }, &f.err),
			     0, "%s", f.err.reason);
		e = yaml_edits_new(f.yaml, f.arena);
		cr_assert_eq(vs_converge(&(struct converge_context){ &goal, &f.vs, NULL, f.arena,
								     &f.findings, NULL },
					 e, &f.err),
			     0, "%s: %s", rows[i].name, f.err.reason);
		cr_assert_eq(yaml_apply(e, &out, &f.err), 0, "%s: %s", rows[i].name, f.err.reason);
		cr_expect_str_eq(out.ptr, rows[i].after, "%s:\n%s", rows[i].name, out.ptr);
		cr_expect_str_eq(file_codes(&f), rows[i].codes, "%s: %s", rows[i].name,
				 file_codes(&f));
		file_close(&f);
	}
}

/*
 * Routes of different kinds are counted apart, and are no pairs of each other, even with the same
 * match.
 */
Test(kinds, are_told_apart)
{
	struct move move = scene_move();
	struct file f;

	move.tcp = move.tls = true;
	file_open(&f, VS("x") "  tcp:\n  - route: [{destination: {host: old.example.com}}]\n  "
			      "http:\n  - name: a\n    route: [{destination: {host: b}}]\n"
			      "  - route: [{destination: {host: old.example.com}}]\n  tls:\n  - "
			      "route: [{destination: {host: old.example.com}}]\n");
	cr_assert_eq(vs_read(&f.vs, &f.objects.items[0],
			     &(struct move_context){ &move, f.arena, NULL }, &f.err),
		     0, "%s", f.err.reason);
	cr_assert(f.vs.n == 4 && f.vs.nold == 3);
	cr_expect_str_eq(route_label(&f.vs.routes[0], f.arena).ptr, "route 1 (a)");
	cr_expect_str_eq(route_label(&f.vs.routes[1], f.arena).ptr, "route 2");
	cr_expect_str_eq(route_label(&f.vs.routes[2], f.arena).ptr, "tls route 1");
	cr_expect_str_eq(route_label(&f.vs.routes[3], f.arena).ptr, "tcp route 1");
	for (size_t i = 0; i < 4; i++)
		cr_expect_eq(route_pairs(&f.vs, &f.vs, f.arena)[i], &f.vs.routes[i]);
	file_close(&f);
}
