/* The shares of a route, as plan and promote print them. */
#include "istio/share.h"
#include "tests/unit/istio/scene.h"

#include <criterion/criterion.h>

static const struct {
	const char *name, *route;
	struct stage stage;
	const char *shares; /* "side host before after/total " */
} rows[] = {
	{ "the page",
	  "{route: [{destination: {host: old.example.com}, weight: 100}]}",
	  { STAGE_WEIGHT, 10 },
	  "1 old.example.com 100 90/100 2 new.example.com 0 10/100 " },
	{ "no weight",
	  "{route: [{destination: {host: old.example.com}}]}",
	  { STAGE_WEIGHT, 25 },
	  "1 old.example.com 100 75/100 2 new.example.com 0 25/100 " },
	{ "others stay",
	  "{route: [{destination: {host: old.example.com}, weight: 50}, {destination: {host: x}, "
	  "weight: 50}]}",
	  { STAGE_WEIGHT, 50 },
	  "1 old.example.com 50 25/100 0 x 50 50/100 2 new.example.com 0 25/100 " },
	{ "the mirror",
	  "{match: [{method: {exact: GET}}], route: [{destination: {host: old.example.com}}]}",
	  { STAGE_MIRROR, 0 },
	  "1 old.example.com 100 100/100 3 new.example.com 0 10/100 " },
	{ "back to the start",
	  "{route: [{destination: {host: old.example.com}, weight: 75}, {destination: {host: "
	  "new.example.com}, weight: 25}]}",
	  { STAGE_START, 0 },
	  "1 old.example.com 75 100/100 2 new.example.com 25 0/100 " },
};

Test(share, table)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STR struct str text = STR_INIT, got = STR_INIT;
		struct move move = scene_move();
		struct goal goal = { .move = &move,
				     .stages = &stages_default,
				     .stage = rows[i].stage,
				     .adopt = true };
		struct shares shares = { NULL, 0, 0, NULL };
		struct goal_context context;
		struct want want;
		struct file f;

		str_addf(&text, VS("x") "  http:\n  - %s\n", rows[i].route);
		cr_assert_eq(file_read_vs(&f, text.ptr), 0, "%s", f.err.reason);
		shares.arena = f.arena;
		context = (struct goal_context){
			.goal = &goal, .vs = &f.vs, .now = &f.vs.routes[0], .arena = f.arena
		};
		cr_assert_eq(goal_want(&context, &want, &f.err), 0, "%s: %s", rows[i].name,
			     f.err.reason);
		shares_note(&shares, &f.vs, &f.vs.routes[0], &want, &move);
		for (size_t j = 0; j < shares.n; j++)
			str_addf(&got, "%d %" SLICE_FMT " %ld %ld/%ld ", (int)shares.items[j].side,
				 SLICE_ARG(shares.items[j].host), shares.items[j].before,
				 shares.items[j].after, shares.items[j].total);
		cr_expect_str_eq(got.ptr, rows[i].shares, "%s: %s", rows[i].name, got.ptr);
		cr_expect(slice_is(shares.items[0].vs, "shop/x") &&
			  slice_is(shares.items[0].route, "route 1"));
		file_close(&f);
	}
}
