/*
 * The Host header of the new destination: not old's, and the one that was asked for, in whatever
 * headers old has.
 */
#include "istio/converge.h"
#include "tests/unit/istio/scene.h"

#include <criterion/criterion.h>

#define OLD_WITH(rest)                                                                             \
	VS("x") "  http:\n  - route:\n    - destination: {host: old.example.com}\n" rest
#define NEW_WITH(rest) "    - destination: {host: new.example.com}\n      weight: 10\n" rest

/* The VirtualService at a stage; false with f->err when it is refused. */
static bool converge_text(struct file *f, const char *text, const char *header, int percent,
			  struct str *out)
{
	struct move move = scene_move();
	struct goal goal = { .move = &move,
			     .stages = &stages_default,
			     .stage = { STAGE_WEIGHT, percent } };
	struct yaml_edits *e;

	if (!percent)
		goal.stage.kind = STAGE_MIRROR;
	if (header)
		move.host_header = slice_of(header);
	cr_assert_eq(file_read_vs(f, text), 0, "%s", f->err.reason);
	e = yaml_edits_new(f->yaml, f->arena);
	return vs_converge(&(struct converge_context){ &goal, &f->vs, NULL, f->arena, &f->findings,
						       NULL },
			   e, &f->err) == 0 &&
	       yaml_apply(e, out, &f->err) == 0;
}

static const struct {
	const char *name, *headers, *want,
		*added; /* old's headers; the header to set; new's headers */
} rows[] = {
	{ "none", "", NULL, "" },
	{ "none, set", "", "new.internal",
	  "      headers:\n        request:\n          set:\n            Host: new.internal\n" },
	{ "others are copied", "      headers: {request: {set: {a: b}}}\n", NULL,
	  "      headers: {request: {set: {a: b}}}\n" },
	{ "beside others", "      headers: {request: {set: {a: b}}}\n", "new.internal",
	  "      headers: {request: {set: {a: b, Host: new.internal}}}\n" },
	{ "old's alone", "      headers: {request: {set: {Host: o}}}\n", NULL, "" },
	{ "old's, set", "      headers: {request: {set: {host: o}}}\n", "new.internal",
	  "      headers: {request: {set: {host: new.internal}}}\n" },
	{ "old's authority", "      headers: {request: {set: {\":authority\": o, a: b}}}\n", NULL,
	  "      headers: {request: {set: {a: b}}}\n" },
	{ "old's beside a response",
	  "      headers: {request: {set: {Host: o}}, response: {remove: [x]}}\n", NULL,
	  "      headers: {response: {remove: [x]}}\n" },
	{ "a response alone, set", "      headers: {response: {remove: [x]}}\n", "new.internal",
	  "      headers: {response: {remove: [x]}, request: {set: {Host: new.internal}}}\n" },
	{ "removed by old", "      headers: {request: {remove: [HOST, x]}}\n", NULL,
	  "      headers: {request: {remove: [x]}}\n" },
	{ "added by old, set", "      headers: {request: {add: {Host: o}}}\n", "new.internal",
	  "      headers: {request: {set: {Host: new.internal}}}\n" },
	{ "twice",
	  "      headers: {request: {set: {Host: o, \":authority\": p}, add: {host: q}}}\n",
	  "new.internal", "      headers: {request: {set: {Host: new.internal}}}\n" },
	{ "an empty map", "      headers: {request: {}}\n", "new.internal",
	  "      headers: {request: {set: {Host: new.internal}}}\n" },
};

Test(header, of_the_new_destination)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STR struct str text = STR_INIT, wanted = STR_INIT, out = STR_INIT;
		struct file f;

		str_addf(&text, "%s%s", OLD_WITH(""), rows[i].headers);
		str_addf(&wanted, "%s      weight: 90\n%s%s%s", OLD_WITH(""), rows[i].headers,
			 NEW_WITH(""), rows[i].added);
		cr_assert(converge_text(&f, text.ptr, rows[i].want, 10, &out), "%s: %s",
			  rows[i].name, f.err.reason);
		cr_expect_str_eq(out.ptr, wanted.ptr, "%s:\n%s", rows[i].name, out.ptr);
		file_close(&f);
	}
}

Test(header, that_is_not_copied_is_named)
{
	AUTO_STR struct str out = STR_INIT;
	struct file f;

	cr_assert(converge_text(&f, OLD_WITH("      headers: {request: {set: {a: b, Host: o}}}\n"),
				NULL, 10, &out));
	cr_expect_str_eq(file_codes(&f), "GCB1012@8");
	file_close(&f);
}

/*
 * What the route sets takes precedence, so another header is refused; without one nothing prevents
 * the move.
 */
Test(header, of_the_route_wins)
{
	static const char *const routes[] = {
		"    rewrite: {authority: a}\n", "    headers: {request: {set: {Host: a}}}\n",
		"    headers: {request: {add: {\":Authority\": a}}}\n"
	};
	static const char *const harmless[] = { "    rewrite: {uri: /a}\n",
						"    headers: {request: {set: {x: a}}}\n",
						"    headers: {response: {set: {Host: a}}}\n" };

	for (size_t i = 0; i < 3; i++) {
		AUTO_STR struct str text = STR_INIT, fine = STR_INIT, out = STR_INIT;
		struct file f;

		str_addf(&text, "%s%s", OLD_WITH(""), routes[i]);
		cr_expect(!converge_text(&f, text.ptr, "new.internal", 10, &out) &&
				  f.err.code == &CODE_host_authority && f.err.line == 8,
			  "%zu: %s", i, f.err.reason);
		file_close(&f);
		cr_expect(converge_text(&f, text.ptr, NULL, 10, &out));
		file_close(&f);
		str_addf(&fine, "%s%s", OLD_WITH(""), harmless[i]);
		cr_expect(converge_text(&f, fine.ptr, "new.internal", 10, &out), "%zu: %s", i,
			  f.err.reason);
		file_close(&f);
	}
}

/* Going up adds it to a destination that is there; reading the stage back does not ask for it. */
Test(header, is_added_later)
{
	static const char *const at10 = OLD_WITH("      weight: 90\n") NEW_WITH("");
	struct move move = scene_move();
	struct goal goal = { .move = &move,
			     .stages = &stages_default,
			     .stage = { STAGE_WEIGHT, 10 } };
	AUTO_STR struct str out = STR_INIT;
	struct file f;

	move.host_header = SLICE("new.internal");
	cr_assert(converge_text(&f, at10, "new.internal", 25, &out), "%s", f.err.reason);
	cr_expect(vs_at(&f.vs, NULL, &goal));
	cr_expect_str_eq(out.ptr,
			 OLD_WITH("      weight: 75\n") "    - destination: {host: "
							"new.example.com}\n      weight: 25\n"
							"      headers:\n        request:\n        "
							"  set:\n            Host: new.internal\n");
	file_close(&f);
}

Test(header, of_a_mirror_is_named)
{
	AUTO_STR struct str out = STR_INIT;
	struct file f;

	cr_assert(converge_text(&f, OLD_WITH(""), "new.internal", 0, &out));
	cr_expect_str_eq(file_codes(&f), "GCB1191@6");
	file_close(&f);
}

Test(header, that_cannot_be_trusted)
{
	static const struct {
		const char *headers;
		const struct code *code;
	} bad[] = {
		{ "      headers: {request: {set: [Host]}}\n", &CODE_yaml_type },
		{ "      headers: [a]\n", &CODE_yaml_type },
		{ "      headers: {request: {set: {<<: {Host: a}}}}\n", &CODE_yaml_alias },
		{ "      headers: {request: {set: {a: b, a: c}}}\n", &CODE_yaml_duplicate },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		AUTO_STR struct str text = STR_INIT, out = STR_INIT;
		struct file f;

		str_addf(&text, "%s%s", OLD_WITH(""), bad[i].headers);
		cr_expect(!converge_text(&f, text.ptr, NULL, 10, &out) && f.err.code == bad[i].code,
			  "%s: %s", bad[i].headers, f.err.reason);
		file_close(&f);
	}
}
