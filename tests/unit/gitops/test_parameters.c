#include "gitops/parameters_internal.h"

#include <criterion/criterion.h>

Test(parameters, are_filled_in)
{
	static const struct {
		const char *text, *want;
		bool whole, in;
	} rows[] = {
		{ "apps", "apps", true, false },
		{ "", "", true, false },
		{ "apps/{{env}}", "apps/eu", true, true },
		{ "apps/{{ .env }}/{{index .path.segments 0}}", "apps/eu/web", true, true },
		{ "{{env}}{{env}}", "eueu", true, true },
		{ "apps/{{env}}/{{cluster}}/x", "apps/eu/", false, true },
		{ "apps/${env}", "apps/", false, true },
		{ "apps/{{env", "apps/", false, true },
		{ "a}}b", "a}}b", true, false },
	};
	AUTO_ARENA struct arena *arena = arena_new();
	struct pair pairs[] = { { SLICE("env"), SLICE("eu") },
				{ SLICE("index .path.segments 0"), SLICE("web") } };
	const struct parameters p = { pairs, 2 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool whole;
		struct slice got = parameters_fill(&p, slice_of(rows[i].text), &whole, arena);

		cr_expect(slice_is(got, rows[i].want), "row %zu: %" SLICE_FMT, i, SLICE_ARG(got));
		cr_expect_eq(whole, rows[i].whole, "row %zu", i);
		cr_expect_eq(parameters_in(slice_of(rows[i].text)), rows[i].in, "row %zu", i);
	}
}
