/*
 * The shares of edited manifests, compared with what a stage should give.
 */
#include "plan/share_check.h"

#include "tests/unit/plan/sketch.h"

#include <criterion/criterion.h>
#include <string.h>

#define CANARY DEST("canary.example.com", "20")

/* Two old destinations. */
#define PAIR(one, two)                                                                             \
	ROUTE DEST(OLD, one) "    - destination: {host: " OLD ", subset: v2}\n      weight: " two  \
			     "\n"

struct row {
	const char *name, *before, *after;
	enum direction direction;
	const char *to;
	const char *why; /* a part of the reason; NULL: it is right */
};

static const struct row rows[] = {
	{ "up", ALL_OLD, SPLIT("90", "10"), GO_UP, "10", NULL },
	{ "too much", ALL_OLD, SPLIT("80", "20"), GO_UP, "10", "not the stage's" },
	{ "too little", ALL_OLD, SPLIT("98", "2"), GO_UP, "10", "not the stage's" },
	{ "rounded", ROUTE DEST(OLD, "7"), SPLIT("6", "1"), GO_UP, "10", NULL },
	{ "all", SPLIT("50", "50"), SPLIT("0", "100"), GO_UP, "100", NULL },
	{ "nearly all", SPLIT("50", "50"), SPLIT("1", "99"), GO_UP, "100", "not the stage's" },
	{ "back", SPLIT("90", "10"), ALL_OLD, GO_DOWN, "start", NULL },
	{ "back without a key", SPLIT("90", "10"), ROUTE "    - destination: {host: " OLD "}\n",
	  GO_DOWN, "start", NULL },
	{ "not back", SPLIT("90", "10"), SPLIT("90", "10"), GO_DOWN, "start", "not the stage's" },
	{ "back to a lower one", SPLIT("50", "50"), SPLIT("90", "10"), GO_DOWN, "10", NULL },
	{ "kept below", SPLIT("95", "5"), SPLIT("95", "5"), GO_DOWN, "10", NULL },
	{ "raised on the way down", SPLIT("95", "5"), SPLIT("90", "10"), GO_DOWN, "10",
	  "not the stage's" },
	{ "no key beside a canary", SPLIT("60", "20") CANARY,
	  ROUTE "    - destination: {host: " OLD "}\n" CANARY, GO_DOWN, "start",
	  "other destinations" },
	{ "right beside a canary", SPLIT("60", "20") CANARY, ROUTE DEST(OLD, "80") CANARY, GO_DOWN,
	  "start", NULL },
	{ "more for all", SPLIT("60", "20") CANARY,
	  ROUTE DEST(OLD, "40") DEST("canary.example.com", "10"), GO_DOWN, "start", NULL },
	{ "another canary", SPLIT("60", "20") CANARY,
	  ROUTE DEST(OLD, "80") DEST("other.example.com", "20"), GO_DOWN, "start",
	  "other destinations" },
	{ "one canary less", SPLIT("60", "20") CANARY CANARY, ROUTE DEST(OLD, "80") CANARY, GO_DOWN,
	  "start", "other destinations" },
	{ "the baseline's proportions", PAIR("30", "20") DEST(NEW, "50"), PAIR("60", "40"), GO_DOWN,
	  "start", NULL },
	{ "other proportions", PAIR("30", "20") DEST(NEW, "50"), PAIR("40", "60"), GO_DOWN, "start",
	  "proportions" },
	{ "a route less", ALL_OLD ALL_OLD, SPLIT("90", "10"), GO_UP, "10", "number of routes" },
	{ "a route more", ALL_OLD, SPLIT("90", "10") SPLIT("90", "10"), GO_UP, "10",
	  "number of routes" },
	{ "the end", SPLIT("0", "100"), ROUTE DEST(NEW, "100"), GO_FINALIZE, "done", NULL },
	{ "not the end", SPLIT("0", "100"), SPLIT("0", "100"), GO_FINALIZE, "done",
	  "not the stage's" },
};

/* The baseline: two old destinations. */
#define BASELINE PAIR("60", "40")

Test(share_check, what_a_stage_should_give)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_ARENA struct arena *arena = arena_new();
		struct slice before = slice_of(
				     arena_printf(arena, "%s%s", VS("x"), rows[i].before).ptr),
			     after = slice_of(
				     arena_printf(arena, "%s%s", VS("x"), rows[i].after).ptr);
		struct sketch *s = sketch_of(before.ptr, VS("x") BASELINE);
		struct intent intent = sketch_intent(s, 0, rows[i].direction, rows[i].to);
		struct step step = { .m = intent.m, .intent = intent, .to = intent.to };
		struct yaml_file *was, *is;
		struct err err = ERR_INIT;
		int result;

		cr_assert_eq(yaml_parse(&was, SLICE("vs.yaml"), before, &err), 0);
		cr_assert_eq(yaml_parse(&is, SLICE("vs.yaml"), after, &err), 0);
		result = share_check(&(struct share_change){ &step, was, is, s->baselines }, &err);
		cr_expect_eq(result, rows[i].why ? -1 : 0, "%s: %s", rows[i].name, err.reason);
		if (rows[i].why)
			cr_expect(err.code == &CODE_shares_wrong && strstr(err.reason, rows[i].why),
				  "%s: %s", rows[i].name, err.reason);
		yaml_file_free(was);
		yaml_file_free(is);
		sketch_free(s);
	}
}
