#include "istio/converge.h"
#include "istio/rules.h"

#include <criterion/criterion.h>

/* A file with one VirtualService, brought to a stage. */
struct moved {
	struct arena *arena;
	struct yaml_file *file;
	struct str out;
	struct err err;
	struct vs vs;
};

static const struct slice safe[] = { SLICE_INIT("GET"), SLICE_INIT("HEAD") };

static struct move move_of(int port)
{
	return (struct move){ .from = SLICE("old.example.com"),
			      .to = SLICE("new.example.com"),
			      .port = port,
			      .mirror_percent = 10,
			      .methods = { (struct slice *)(uintptr_t)safe, 2 } };
}

/* Converges the text; returns whether it was not refused. */
static bool converge_text(struct moved *m, const char *text, const struct vs *base, int port,
			  struct stage stage)
{
	struct move move = move_of(port);
	struct goal goal = {
		.move = &move, .stages = &stages_default, .stage = stage, .adopt = false
	};
	struct objects objects;
	struct yaml_edits *e;

	*m = (struct moved){ .arena = arena_new(), .out = STR_INIT };
	cr_assert_eq(yaml_parse(&m->file, SLICE("vs.yaml"), slice_of(text), &m->err), 0, "%s",
		     m->err.reason);
	objects = objects_of(m->file, m->arena);
	cr_assert(objects.n == 1 && vs_is(&objects.items[0]));
	if (vs_read(&m->vs, &objects.items[0], &(struct move_context){ &move, m->arena, NULL },
		    &m->err) < 0)
		return false;
	vs_mark_copies(&m->vs, &move, m->arena);
	e = yaml_edits_new(m->file, m->arena);
	if (vs_converge(&(struct converge_context){ &goal, &m->vs, base, m->arena, NULL, NULL }, e,
			&m->err) < 0)
		return false;
	return yaml_apply(e, &m->out, &m->err) == 0;
}

static void release_moved(struct moved *m)
{
	str_release(&m->out);
	yaml_file_free(m->file);
	arena_free(m->arena);
}

#define HEAD                                                                                       \
	"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: x}\nspec:\n  " \
	"http:\n"

static const struct {
	const char *name, *before, *at10;
} layouts[] = {
	{ "block",
	  HEAD "  - route:\n    - destination:\n        host: old.example.com\n      weight: 100 # "
	       "all\n",
	  HEAD
	  "  - route:\n    - destination:\n        host: old.example.com\n      weight: 90 # all\n"
	  "    - destination:\n        host: new.example.com\n      weight: 10\n" },
	{ "weightless",
	  HEAD "    - route:\n        - destination:\n            host: old.example.com\n",
	  HEAD
	  "    - route:\n        - destination:\n            host: old.example.com\n          "
	  "weight: 90\n"
	  "        - destination:\n            host: new.example.com\n          weight: 10\n" },
	{ "flow", HEAD "  - {route: [{destination: {host: old.example.com}, weight: 100}]}\n",
	  HEAD "  - {route: [{destination: {host: old.example.com}, weight: 90}, {destination: "
	       "{host: new.example.com}, weight: 10}]}\n" },
	{ "weight first, no line end",
	  HEAD
	  "  - route:\n    - weight: 100\n      destination: {host: 'old.example.com', subset: v1}",
	  HEAD
	  "  - route:\n    - weight: 90\n      destination: {host: 'old.example.com', subset: v1}\n"
	  "    - weight: 10\n      destination: {host: 'new.example.com'}" },
	{ "headers are copied",
	  HEAD "  - route:\n    - destination: {host: old.example.com}\n      headers: {request: "
	       "{set: {a: b}}}\n",
	  HEAD "  - route:\n    - destination: {host: old.example.com}\n      weight: 90\n      "
	       "headers: {request: {set: {a: b}}}\n"
	       "    - destination: {host: new.example.com}\n      weight: 10\n      headers: "
	       "{request: {set: {a: b}}}\n" },
	{ "others stay",
	  HEAD "  - route:\n    - destination: {host: old.example.com}\n      weight: 20\n"
	       "    - destination: {host: other}\n      weight: 80\n",
	  HEAD "  - route:\n    - destination: {host: old.example.com}\n      weight: 18\n"
	       "    - destination: {host: new.example.com}\n      weight: 2\n    - destination: "
	       "{host: other}\n      weight: 80\n" },
};

Test(converge, layouts)
{
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		struct moved m;

		cr_assert(converge_text(&m, layouts[i].before, NULL, 0,
					(struct stage){ STAGE_WEIGHT, 10 }),
			  "%s: %s", layouts[i].name, m.err.reason);
		cr_assert_str_eq(m.out.ptr, layouts[i].at10, "%s", layouts[i].name);
		release_moved(&m);
	}
}

Test(converge, any_way_between_stages_gives_the_same_bytes)
{
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
		for (size_t from = 0; from < stages_default.n; from++)
			for (size_t to = 0; to < stages_default.n; to++) {
				struct moved start, a, b, direct;

				cr_assert(converge_text(&start, layouts[i].before, NULL, 0,
							(struct stage){ STAGE_START, 0 }));
				cr_assert(converge_text(&a, layouts[i].before, NULL, 0,
							stages_default.items[from]));
				cr_assert(converge_text(&b, a.out.ptr, &start.vs, 0,
							stages_default.items[to]),
					  "%s", b.err.reason);
				cr_assert(converge_text(&direct, layouts[i].before, NULL, 0,
							stages_default.items[to]));
				cr_assert_str_eq(b.out.ptr, direct.out.ptr, "%s: %zu to %zu",
						 layouts[i].name, from, to);
				release_moved(&b);
				cr_assert(converge_text(&b, a.out.ptr, &start.vs, 0,
							(struct stage){ STAGE_START, 0 }),
					  "%s", b.err.reason);
				cr_assert_str_eq(b.out.ptr, layouts[i].before, "%s: back from %zu",
						 layouts[i].name, from);
				release_moved(&b);
				release_moved(&direct);
				release_moved(&a);
				release_moved(&start);
			}
}

Test(converge, a_stage_is_where_converging_changes_nothing)
{
	struct move move = move_of(0);

	for (size_t s = 0; s < stages_default.n; s++) {
		struct moved start, m, again;

		cr_assert(converge_text(&start, layouts[0].before, NULL, 0,
					(struct stage){ STAGE_START, 0 }));
		cr_assert(converge_text(&m, layouts[0].before, NULL, 0, stages_default.items[s]));
		cr_assert(converge_text(&again, m.out.ptr, &start.vs, 0, stages_default.items[s]));
		cr_assert_str_eq(again.out.ptr, m.out.ptr);
		for (size_t t = 0; t < stages_default.n; t++) {
			struct goal goal = { .move = &move,
					     .stages = &stages_default,
					     .stage = stages_default.items[t],
					     .adopt = false };

			cr_assert_eq(vs_at(&again.vs, &start.vs, &goal), s == t,
				     "at %zu, asked for %zu", s, t);
		}
		release_moved(&again);
		release_moved(&m);
		release_moved(&start);
	}
}

Test(converge, refusals)
{
	static const struct {
		const char *name, *routes;
		const struct code *code;
	} rows[] = {
		{ "text weight", "[{destination: {host: old.example.com}, weight: '100'}]",
		  &CODE_weight_bad },
		{ "odd number", "[{destination: {host: old.example.com}, weight: 0x64}]",
		  &CODE_weight_bad },
		{ "negative", "[{destination: {host: old.example.com}, weight: -1}]",
		  &CODE_weight_bad },
		{ "nothing",
		  "[{destination: {host: old.example.com}, weight: 0}, {destination: {host: b}, "
		  "weight: 0}]",
		  &CODE_weight_zero },
		{ "too small", "[{destination: {host: old.example.com}, weight: 3}]",
		  &CODE_weight_small },
		{ "port", "[{destination: {host: old.example.com, port: {number: 80}}}]",
		  &CODE_port_unknown },
		{ "unknown field", "[{destination: {host: old.example.com}, mood: good}]",
		  &CODE_route_shape },
		{ "new twice",
		  "[{destination: {host: old.example.com}}, {destination: {host: "
		  "new.example.com}}, {destination: {host: new.example.com}}]",
		  &CODE_new_twice },
		{ "duplicate key", "[{destination: {host: old.example.com}, weight: 1, weight: 2}]",
		  &CODE_yaml_duplicate },
		{ "not a list", "{a: b}", &CODE_yaml_type },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STR struct str text = STR_INIT;
		struct moved m;

		str_addf(&text, HEAD "  - route: %s\n", rows[i].routes);
		cr_assert(!converge_text(&m, text.ptr, NULL, 0, (struct stage){ STAGE_WEIGHT, 10 }),
			  "%s", rows[i].name);
		cr_assert(m.err.code == rows[i].code, "%s: %s %s", rows[i].name, m.err.code->id,
			  m.err.reason);
		cr_assert(m.err.line == 6, "%s: line %u", rows[i].name, (unsigned)m.err.line);
		release_moved(&m);
	}
}

Test(converge, a_copy_is_refreshed)
{
	struct moved start, m, again;
	AUTO_STR struct str changed = STR_INIT;
	struct slice text;
	size_t at;

	cr_assert(converge_text(
		&start,
		HEAD "  - route:\n    - destination: {host: old.example.com}\n    timeout: 3s\n",
		NULL, 0, (struct stage){ STAGE_START, 0 }));
	cr_assert(converge_text(
		&m,
		HEAD "  - route:\n    - destination: {host: old.example.com}\n    timeout: 3s\n",
		NULL, 0, (struct stage){ STAGE_MIRROR, 0 }));
	text = str_slice(&m.out);
	at = slice_find(text, SLICE("    timeout: 3s\n  - route"));
	cr_assert(at != SIZE_MAX);
	str_add(&changed, text);
	changed.ptr[changed.len - 3] = '9'; /* the original's timeout, at the end */
	cr_assert(
		converge_text(&again, changed.ptr, &start.vs, 0, (struct stage){ STAGE_MIRROR, 0 }),
		"%s", again.err.reason);
	cr_assert_eq(slice_find(str_slice(&again.out), SLICE("timeout: 3s")), SIZE_MAX);
	release_moved(&again);
	release_moved(&m);
	release_moved(&start);
}

/* 18: a weight that readers might disagree about is named, never put in order. */
Test(converge, weights_that_are_not_plain_numbers)
{
	static const struct {
		const char *weight;
		const struct code *code;
	} rows[] = {
		{ "012", &CODE_weight_bad },      { "0x5A", &CODE_weight_bad },
		{ "9_0", &CODE_weight_bad },      { "90.0", &CODE_weight_bad },
		{ "1e1", &CODE_weight_bad },      { "+90", &CODE_weight_bad },
		{ "\"90\"", &CODE_weight_bad },   { "-1", &CODE_weight_bad },
		{ "!!int 90", &CODE_weight_bad }, { "[90]", &CODE_weight_bad },
		{ "~", &CODE_weight_bad },        { "9999999", &CODE_weight_bad },
		{ "${W}", &CODE_yaml_template },  { "'${W}'", &CODE_yaml_template },
		{ "1:30", &CODE_weight_bad },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STR struct str text = STR_INIT;
		struct moved m;

		str_addf(&text,
			 HEAD "  - route:\n    - destination: {host: old.example.com}\n      "
			      "weight: %s\n",
			 rows[i].weight);
		cr_assert(!converge_text(&m, text.ptr, NULL, 0, (struct stage){ STAGE_WEIGHT, 10 }),
			  "%s: %s", rows[i].weight, m.out.ptr);
		cr_expect(m.err.code == rows[i].code && m.err.line == 8 && m.err.col == 15,
			  "%s: %s at %u:%u", rows[i].weight, m.err.code->id, m.err.line, m.err.col);
		release_moved(&m);
	}
}
