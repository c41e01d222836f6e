/*
 * What a change of the routes did to the stage: raised, lowered, neither, or unclear.
 */
#include "plan/route_levels.h"

#include "tests/unit/plan/sketch.h"

#include <criterion/criterion.h>

/* A route that matches a path; one with a name; the same without weights. */
#define AT(path, old, new)                                                                         \
	"  - match: [{uri: {prefix: " path "}}]\n    route:\n" DEST(OLD, old) DEST(NEW, new)
#define NAMED(name, path, old, new)                                                                \
	"  - name: " name "\n    match: [{uri: {prefix: " path "}}]\n    route:\n" DEST(OLD, old)  \
		DEST(NEW, new)
#define PLAIN(path) "  - match: [{uri: {prefix: " path "}}]\n    route:\n" DEST(OLD, "100")
#define COPY                                                                                       \
	"  # generated copy of the next route\n  - match: [{method: {exact: GET}}]\n    "          \
	"route:\n" DEST(OLD, "100") "    mirror:\n      host: " NEW                                \
				    "\n    mirrorPercentage:\n      value: 10\n"

static const struct {
	const char *name, *older, *newer;
	enum level_change change;
} rows[] = {
	{ "nothing", VS("x") AT("/a", "75", "25"), VS("x") AT("/a", "75", "25"), LEVELS_SAME },
	{ "up", VS("x") AT("/a", "75", "25"), VS("x") AT("/a", "50", "50"), LEVELS_RAISED },
	{ "down", VS("x") AT("/a", "50", "50"), VS("x") AT("/a", "75", "25"), LEVELS_LOWERED },
	{ "to the start", VS("x") AT("/a", "50", "50"), VS("x") PLAIN("/a"), LEVELS_LOWERED },
	{ "other weights of the same share", VS("x") AT("/a", "75", "25"),
	  VS("x") AT("/a", "3", "1"), LEVELS_SAME },
	{ "a mirror", VS("x") ALL_OLD, VS("x") MIRRORED, LEVELS_RAISED },
	{ "the mirror goes", VS("x") MIRRORED, VS("x") ALL_OLD, LEVELS_LOWERED },
	{ "from a copy with the mirror to weights", VS("x") COPY PLAIN("/a"),
	  VS("x") AT("/a", "90", "10"), LEVELS_RAISED },
	{ "the copy goes", VS("x") COPY PLAIN("/a"), VS("x") PLAIN("/a"), LEVELS_LOWERED },
	{ "one of two routes", VS("x") AT("/a", "75", "25") AT("/b", "75", "25"),
	  VS("x") AT("/a", "75", "25") AT("/b", "90", "10"), LEVELS_LOWERED },
	{ "one up, one down", VS("x") AT("/a", "75", "25") AT("/b", "75", "25"),
	  VS("x") AT("/a", "50", "50") AT("/b", "90", "10"), LEVELS_UNCLEAR },
	{ "a route is added", VS("x") AT("/a", "75", "25"),
	  VS("x") AT("/a", "75", "25") PLAIN("/b"), LEVELS_SAME },
	{ "a route is removed", VS("x") AT("/a", "75", "25") AT("/b", "75", "25"),
	  VS("x") AT("/b", "75", "25"), LEVELS_SAME },
	{ "lowered, and a route is added", VS("x") AT("/a", "75", "25"),
	  VS("x") PLAIN("/b") PLAIN("/a"), LEVELS_LOWERED },
	{ "lowered, and a route is removed", VS("x") AT("/a", "75", "25") AT("/b", "75", "25"),
	  VS("x") PLAIN("/a"), LEVELS_LOWERED },
	{ "the match is edited", VS("x") AT("/a", "75", "25"), VS("x") AT("/c", "75", "25"),
	  LEVELS_SAME },
	{ "the match is edited, and the weight lowered", VS("x") AT("/a", "75", "25"),
	  VS("x") AT("/c", "90", "10"), LEVELS_UNCLEAR },
	{ "the match of a named route is edited, and the weight lowered",
	  VS("x") NAMED("api", "/a", "75", "25"), VS("x") NAMED("api", "/c", "90", "10"),
	  LEVELS_LOWERED },
	{ "the name is edited, and the weight lowered", VS("x") NAMED("api", "/a", "75", "25"),
	  VS("x") NAMED("web", "/a", "90", "10"), LEVELS_LOWERED },
	{ "the layout is edited", VS("x") AT("/a", "75", "25"),
	  VS("x") "  - route:\n" DEST(OLD, "75")
		  DEST(NEW, "25") "    match:\n    - uri:\n        prefix: \"/a\"\n",
	  LEVELS_SAME },
	{ "routes are reordered", VS("x") AT("/a", "75", "25") PLAIN("/b"),
	  VS("x") PLAIN("/b") AT("/a", "75", "25"), LEVELS_SAME },
	{ "another VirtualService is added", VS("x") AT("/a", "75", "25"),
	  VS("x") AT("/a", "75", "25") "---\n" VS("y") PLAIN("/a"), LEVELS_SAME },
	{ "the VirtualService is renamed, and the weight lowered", VS("x") AT("/a", "75", "25"),
	  VS("y") PLAIN("/a"), LEVELS_UNCLEAR },
	{ "finalized", VS("x") AT("/a", "0", "100"),
	  VS("x") "  - match: [{uri: {prefix: /a}}]\n    route:\n" DEST(NEW, "100"), LEVELS_SAME },
	{ "back from the end",
	  VS("x") "  - match: [{uri: {prefix: /a}}]\n    route:\n" DEST(NEW, "1"),
	  VS("x") AT("/a", "75", "25"), LEVELS_LOWERED },
	{ "a third destination gets more", VS("x") AT("/a", "75", "25"),
	  VS("x") AT("/a", "60", "20") DEST("c.example.com", "20"), LEVELS_SAME },
};

/* The levels of a file. */
static struct route_levels levels_of(const char *text, struct arena *arena)
{
	const struct move move = { .from = SLICE(OLD), .to = SLICE(NEW) };
	struct route_levels levels = { .n = 0 };

	route_levels_add(&levels, SLICE("vs.yaml"), slice_of(text), &move, arena);
	return levels;
}

Test(route_levels, changes)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_ARENA struct arena *arena = arena_new();
		struct route_levels older = levels_of(rows[i].older, arena),
				    newer = levels_of(rows[i].newer, arena);

		cr_assert(older.n && newer.n && !older.unreadable && !newer.unreadable, "%s",
			  rows[i].name);
		cr_expect_eq(route_levels_compare(&older, &newer), rows[i].change, "%s: %d",
			     rows[i].name, (int)route_levels_compare(&older, &newer));
	}
}

Test(route_levels, of_two_files_as_of_one)
{
	AUTO_ARENA struct arena *arena = arena_new();
	const struct move move = { .from = SLICE(OLD), .to = SLICE(NEW) };
	struct route_levels one = levels_of(VS("x") AT("/a", "75", "25") "---\n" VS("y")
						    AT("/a", "75", "25"),
					    arena),
			    two = levels_of(VS("y") AT("/a", "75", "25"), arena);

	route_levels_add(&two, SLICE("b.yaml"), SLICE(VS("x") AT("/a", "75", "25")), &move, arena);
	cr_expect_eq(route_levels_compare(&one, &two), LEVELS_SAME);
	cr_expect_eq(route_levels_top(&one), 252);
	route_levels_add(&two, SLICE("c.yaml"), SLICE("a: ["), &move, arena);
	cr_expect(two.unreadable);
}
