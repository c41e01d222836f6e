/*
 * The seed of the maps cannot influence a plan.
 */
#include "tests/unit/plan/sketch.h"

#include "base/map.h"

#include <criterion/criterion.h>

/* Appends everything that a plan shows: changed files and findings, in their order. */
static void dump_plan(const struct plan *plan, struct str *out)
{
	for (size_t i = 0; i < plan->changes.n; i++)
		str_addf(out, "%" SLICE_FMT ": %" SLICE_FMT "\n",
			 SLICE_ARG(plan->changes.items[i].path),
			 SLICE_ARG(plan->changes.items[i].after));
	for (size_t i = 0; i < plan->n; i++)
		for (size_t j = 0; j < plan->steps[i].findings.n; j++) {
			finding_format(&plan->steps[i].findings.items[j], out);
			str_addc(out, '\n');
		}
}

/* Plans several migrations that share manifests, with maps of this seed. */
static void plan_with_seed(struct siphash_key seed, struct str *out)
{
	static const char *const names[] = { "one", "two", "three", "four" };
	struct intent intents[4];
	struct sketch *s;

	map_seed(seed);
	s = sketch_new();
	for (int i = 0; i < 40; i++)
		sketch_file(s, arena_printf(s->arena, "apps/%d/vs.yaml", i).ptr,
			    arena_printf(s->arena,
					 VS("web-%d") "  - route:\n    - destination: {host: "
						      "h%d.example.com}\n",
					 i, i % 4)
				    .ptr);
	for (int i = 0; i < 4; i++)
		sketch_migration(s, names[i], arena_printf(s->arena, "h%d.example.com", i).ptr, NEW,
				 "");
	sketch_survey(s);
	sketch_environments(s);
	for (size_t i = 0; i < 4; i++)
		intents[i] = sketch_intent(s, i, GO_UP, "10");
	dump_plan(sketch_plan(s, intents, 4), out);
	sketch_free(s);
}

Test(plan, does_not_depend_on_the_seed_of_maps)
{
	AUTO_STR struct str expected = STR_INIT;

	plan_with_seed((struct siphash_key){ 0 }, &expected);
	cr_assert(expected.len > 1000, "%s", expected.ptr);
	for (uint64_t i = 1; i < 10; i++) {
		AUTO_STR struct str text = STR_INIT;

		plan_with_seed((struct siphash_key){ i * 0x9e3779b97f4a7c15, ~i }, &text);
		cr_assert_str_eq(text.ptr, expected.ptr);
	}
}
