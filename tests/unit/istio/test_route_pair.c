/*
 * Which route of the baseline is today's.
 */
#include "istio/route_pair.h"
#include "tests/unit/istio/scene.h"

#include <criterion/criterion.h>

#define HTTP VS("x") "  http:\n"
#define TO "route: [{destination: {host: old.example.com}}]"

static const struct {
	const char *name, *base, *now;
	int pairs[4]; /* of each route of today: the baseline's number, -1 none */
} rows[] = {
	{ "the same", HTTP "  - {" TO "}\n", HTTP "  - {" TO "}\n", { 0 } },
	{ "by name, moved",
	  HTTP "  - {name: a, " TO "}\n  - {name: b, " TO "}\n",
	  HTTP "  - {name: b, " TO "}\n  - {name: a, " TO "}\n",
	  { 1, 0 } },
	{ "by name, another match",
	  HTTP "  - {name: a, match: [{uri: {exact: /x}}], " TO "}\n",
	  HTTP "  - {name: a, match: [{uri: {exact: /y}}], " TO "}\n",
	  { 0 } },
	{ "a name twice: by match",
	  HTTP "  - {name: a, match: [{port: 1}], " TO "}\n  - {name: a, match: [{port: 2}], " TO
	       "}\n",
	  HTTP "  - {name: a, match: [{port: 2}], " TO "}\n  - {name: a, match: [{port: 1}], " TO
	       "}\n",
	  { 1, 0 } },
	{ "by match, in another layout",
	  HTTP "  - {match: [{uri: {prefix: \"/a\"}}], " TO "}\n",
	  HTTP "  - match:\n    - uri:\n        prefix: /a\n    " TO "\n",
	  { 0 } },
	{ "another match",
	  HTTP "  - {match: [{port: 1}], " TO "}\n",
	  HTTP "  - {match: [{port: 2}], " TO "}\n",
	  { -1 } },
	{ "equal matches: by place",
	  HTTP "  - {" TO "}\n  - {" TO "}\n",
	  HTTP "  - {" TO "}\n  - {" TO "}\n",
	  { 0, 1 } },
	{ "equal matches, one more today",
	  HTTP "  - {" TO "}\n",
	  HTTP "  - {" TO "}\n  - {" TO "}\n",
	  { -1, -1 } },
	{ "renamed: by match",
	  HTTP "  - {name: a, " TO "}\n",
	  HTTP "  - {name: b, " TO "}\n",
	  { 0 } },
	{ "a generated copy does not count",
	  HTTP "  - {" TO "}\n",
	  HTTP "  # generated copy of the next route\n  - {match: [{method: {exact: GET}}], " TO
	       ", mirror: {host: new.example.com}}\n  - {" TO "}\n",
	  { -1, 0 } },
};

Test(route_pair, table)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_ARENA struct arena *arena = arena_new();
		const struct route **pairs, **none;
		struct file base, now;

		cr_assert_eq(file_read_vs(&base, rows[i].base), 0);
		cr_assert_eq(file_read_vs(&now, rows[i].now), 0);
		pairs = route_pairs(&base.vs, &now.vs, arena);
		none = route_pairs(NULL, &now.vs, arena);
		for (size_t r = 0; r < now.vs.n; r++) {
			cr_expect_eq(pairs[r] ? (int)(pairs[r] - base.vs.routes) : -1,
				     rows[i].pairs[r], "%s: route %zu", rows[i].name, r);
			cr_expect_null(none[r]);
		}
		file_close(&base);
		file_close(&now);
	}
}
