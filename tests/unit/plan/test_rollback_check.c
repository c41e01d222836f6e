/*
 * The way back of what would be committed, worked out before it is.
 */
#include "plan/rollback_check.h"

#include "tests/unit/plan/sketch.h"

#include <criterion/criterion.h>
#include <string.h>

/* A VirtualService, and a second document of comments that makes the file `size` bytes large. */
static const char *padded(struct arena *arena, size_t size)
{
	static const char head[] = VS("x") ALL_OLD "---\n";
	char *text = arena_alloc(arena, size + 1);

	memset(text, '#', size);
	memcpy(text, head, sizeof(head) - 1);
	for (size_t i = sizeof(head) + 1000; i < size; i += 1000)
		text[i] = '\n';
	text[size - 1] = '\n';
	return text;
}

/*
 * The stage makes the file too large to be read again, so it is refused; with one byte less it is
 * not.
 */
Test(rollback_check, a_file_that_grows_too_large)
{
	AUTO_ARENA struct arena *arena = arena_new();
	size_t grows = strlen(SPLIT("90", "10")) - strlen(ALL_OLD);

	for (size_t over = 0; over < 2; over++) {
		const char *text = padded(arena, MANIFEST_MAX - grows + over);
		struct sketch *s = sketch_of(text, NULL);
		const struct step *step = sketch_go(s, GO_UP, "10");

		if (over)
			expect_refused(s, step, yaml_limit, "vs.yaml", 0, "larger than 32 MiB");
		else
			cr_expect(!step->refused && step->changes.n == 1, "%s", why_refused(step));
		sketch_free(s);
	}
}

/* A step without a way back takes no other one with it. */
Test(rollback_check, the_others_go_on)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct sketch *s = sketch_new();
	struct intent intents[2];

	sketch_file(s, "vs.yaml", padded(arena, MANIFEST_MAX));
	sketch_file(s, "pay.yaml", VS("pay") ROUTE DEST("pay.example.com", "100"));
	(void)sketch_migration(s, "web", OLD, NEW, "");
	(void)sketch_migration(s, "pay", "pay.example.com", NEW, "");
	sketch_survey(s);
	intents[0] = sketch_intent(s, 0, GO_UP, "10");
	intents[1] = sketch_intent(s, 1, GO_UP, "10");
	(void)sketch_plan(s, intents, 2);
	cr_expect(s->plan.steps[0].refused && !s->plan.steps[1].refused);
	cr_expect(s->plan.changes.n == 1 && slice_is(s->plan.changes.items[0].path, "pay.yaml"));
	sketch_free(s);
}

/* Neither looking, nor going down, is anything that must be taken back. */
Test(rollback_check, only_steps_up_are_looked_at)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct sketch *s = sketch_of(padded(arena, MANIFEST_MAX), NULL);

	cr_expect(!sketch_go(s, GO_ANYWHERE, "10")->refused);
	sketch_free(s);
}

/* One more old destination. */
#define TWO "    - destination: {host: " OLD ", subset: v2}\n      weight: 30\n"

/*
 * Without a version from before, and without weights today, there is no way back; with --adopt
 * this is a warning.
 */
Test(rollback_check, adopted_without_a_past)
{
	static const char *const before[] = { VS("x") ROUTE DEST(OLD, "70") TWO, NULL };

	for (size_t i = 0; i < 2; i++) {
		struct sketch *s =
			sketch_of(VS("x") ROUTE DEST(OLD, "40") TWO DEST(NEW, "30"), before[i]);
		struct intent intent = sketch_intent(s, 0, GO_UP, "100");
		const struct step *step;

		intent.adopt = true;
		step = &sketch_plan(s, &intent, 1)->steps[0];
		cr_expect(!step->refused && step->changes.n == 1, "%s", why_refused(step));
		cr_expect_eq(finding_of(&step->findings, &CODE_never_a_way_back) != NULL,
			     before[i] == NULL);
		sketch_free(s);
	}
}
