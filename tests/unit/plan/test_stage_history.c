/*
 * Which commits of a history with merges put a migration on hold. A history is a list of commits,
 * the newest first, with their parents, the share of the new host, and the hold.
 */
#include "plan/stage_history.h"

#include <criterion/criterion.h>
#include <string.h>

enum { COMMITS = 9, PARENTS = 3 };

/* A commit: its parents as digits, its level (-1: no routes), its hold; "-": no migration file. */
struct scene_commit {
	const char *parents;
	int level;
	const char *hold;
};

struct scene {
	const char *name;
	struct scene_commit commits[COMMITS];
	enum hold_kind kind;
	int commit; /* that put it on hold; -1: none */
	int breach; /* -1: none */
};

static const struct scene scenes[] = {
	{ "up", { { "1", 25, NULL }, { "2", 10, NULL }, { "", 0, NULL } }, HOLD_NONE, -1, -1 },
	{ "down", { { "1", 10, NULL }, { "2", 25, NULL }, { "", 0, NULL } }, HOLD_LOWERED, 0, -1 },
	{ "down and up again",
	  { { "1", 25, NULL }, { "2", 10, NULL }, { "3", 25, NULL }, { "", 0, NULL } },
	  HOLD_NONE,
	  -1,
	  -1 },
	{ "down with a hold",
	  { { "1", 0, "why" }, { "2", 25, NULL }, { "", 0, NULL } },
	  HOLD_NONE,
	  -1,
	  -1 },
	{ "up although on hold",
	  { { "1", 25, "why" }, { "2", 0, "why" }, { "3", 25, NULL }, { "", 0, NULL } },
	  HOLD_NONE,
	  -1,
	  0 },
	{ "up, and the hold goes",
	  { { "1", 25, NULL }, { "2", 0, "why" }, { "3", 25, NULL }, { "", 0, NULL } },
	  HOLD_NONE,
	  -1,
	  -1 },
	/* 0 merges 1, a branch that forked at 4, and 2, which went up and down again */
	{ "a revert behind a second parent",
	  { { "12", 0, NULL },
	    { "4", 0, NULL },
	    { "3", 0, NULL },
	    { "4", 25, NULL },
	    { "", 0, NULL } },
	  HOLD_LOWERED,
	  2,
	  -1 },
	{ "the same, and up since",
	  { { "1", 25, NULL },
	    { "23", 0, NULL },
	    { "5", 0, NULL },
	    { "4", 0, NULL },
	    { "5", 25, NULL },
	    { "", 0, NULL } },
	  HOLD_NONE,
	  -1,
	  -1 },
	{ "a pull that brings 10 after 25 was lowered",
	  { { "12", 10, NULL },
	    { "4", 0, NULL },
	    { "3", 10, NULL },
	    { "4", 25, NULL },
	    { "", 0, NULL } },
	  HOLD_LOWERED,
	  2,
	  -1 },
	{ "a merge that is lower than both",
	  { { "12", 10, NULL }, { "3", 50, NULL }, { "3", 25, NULL }, { "", 0, NULL } },
	  HOLD_LOWERED,
	  0,
	  -1 },
	{ "a merge in between",
	  { { "12", 25, NULL }, { "3", 50, NULL }, { "3", 10, NULL }, { "", 0, NULL } },
	  HOLD_UNCLEAR,
	  0,
	  -1 },
	{ "a merge that drops what the other side raised",
	  { { "12", 0, NULL }, { "3", 0, NULL }, { "3", 25, NULL }, { "", 0, NULL } },
	  HOLD_LOWERED,
	  0,
	  -1 },
	{ "the same, and up since",
	  { { "1", 10, NULL },
	    { "23", 0, NULL },
	    { "4", 0, NULL },
	    { "4", 25, NULL },
	    { "", 0, NULL } },
	  HOLD_NONE,
	  -1,
	  -1 },
	{ "a branch of before a hold that is resumed since",
	  { { "12", 10, NULL },
	    { "4", 50, NULL },
	    { "3", 10, NULL },
	    { "4", 0, "why" },
	    { "5", 50, NULL },
	    { "", 0, NULL } },
	  HOLD_NONE,
	  -1,
	  -1 },
	{ "an octopus",
	  { { "123", 0, NULL },
	    { "5", 0, NULL },
	    { "5", 0, NULL },
	    { "4", 0, NULL },
	    { "5", 50, NULL },
	    { "", 0, NULL } },
	  HOLD_LOWERED,
	  3,
	  -1 },
	{ "lowered here, raised there, merged as raised",
	  { { "12", 50, NULL },
	    { "3", 0, NULL },
	    { "3", 50, NULL },
	    { "4", 25, NULL },
	    { "", 0, NULL } },
	  HOLD_LOWERED,
	  1,
	  2 },
	{ "a stage branch of before a hold",
	  { { "12", 50, "why" },
	    { "3", 0, "why" },
	    { "3", 50, NULL },
	    { "4", 25, NULL },
	    { "", 0, NULL } },
	  HOLD_NONE,
	  -1,
	  2 },
	{ "a hold that the merge drops",
	  { { "12", 0, NULL },
	    { "3", 25, NULL },
	    { "3", 0, "why" },
	    { "4", 25, NULL },
	    { "", 0, NULL } },
	  HOLD_LOST,
	  2,
	  -1 },
	{ "a hold that both parents have, and the merge drops",
	  { { "12", 0, NULL },
	    { "3", 0, "why" },
	    { "3", 0, "why" },
	    { "4", 0, "why" },
	    { "", 25, NULL } },
	  HOLD_LOST,
	  3,
	  -1 },
	{ "a hold that was removed on one side",
	  { { "12", 0, NULL },
	    { "3", 0, NULL },
	    { "3", 0, "why" },
	    { "4", 0, "why" },
	    { "", 25, NULL } },
	  HOLD_NONE,
	  -1,
	  -1 },
	{ "the manifest was deleted and added again",
	  { { "1", 0, NULL }, { "2", -1, NULL }, { "3", 25, NULL }, { "", 0, NULL } },
	  HOLD_LOWERED,
	  0,
	  -1 },
	{ "the same, at the same stage",
	  { { "1", 25, NULL }, { "2", -1, NULL }, { "3", 25, NULL }, { "", 0, NULL } },
	  HOLD_NONE,
	  -1,
	  -1 },
	{ "the migration file was deleted and added again",
	  { { "1", 0, NULL },
	    { "2", 0, "-" },
	    { "3", 0, NULL },
	    { "4", 25, NULL },
	    { "", 0, NULL } },
	  HOLD_LOWERED,
	  2,
	  -1 },
	{ "the same, with a hold before",
	  { { "1", 0, NULL }, { "2", 0, "-" }, { "3", 0, "why" }, { "", 25, NULL } },
	  HOLD_LOST,
	  2,
	  -1 },
	{ "lowered before there was a migration",
	  { { "1", 0, NULL }, { "2", 0, "-" }, { "3", 25, "-" }, { "", 0, "-" } },
	  HOLD_NONE,
	  -1,
	  -1 },
};

/* A scene while it is judged. */
struct play {
	const struct scene *scene;
	struct stage_state states[COMMITS];
};

/* The state of a commit; routes are added by their level alone. */
static const struct stage_state *state_of(size_t commit, void *ctx)
{
	struct play *p = ctx;
	struct stage_state *s = &p->states[commit];
	const struct scene_commit *c = &p->scene->commits[commit];
	static struct route_level levels[COMMITS];

	levels[commit] = (struct route_level){ SLICE("x"), SLICE(""), SLICE(""), c->level };
	*s = (struct stage_state){ .exists = !c->hold || strcmp(c->hold, "-") != 0 };
	if (c->level >= 0)
		s->levels = (struct route_levels){ &levels[commit], 1, 1, false };
	if (s->exists)
		s->hold = slice_of(c->hold);
	return s;
}

/* Does the commit differ from its first parent? */
static bool is_changed(const struct scene *scene, size_t commit, const size_t *parents, size_t n)
{
	const struct scene_commit *a = &scene->commits[commit], *b;

	if (!n)
		return true;
	b = &scene->commits[parents[0]];
	return a->level != b->level ||
	       (!a->hold != !b->hold || (a->hold && strcmp(a->hold, b->hold) != 0));
}

Test(stage_history, verdicts)
{
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
		const struct scene *scene = &scenes[i];
		size_t parents[COMMITS][PARENTS], n = 0;
		struct stage_commit commits[COMMITS];
		struct play play = { .scene = scene };
		struct stage_verdict v;

		for (; n < COMMITS && scene->commits[n].parents; n++) {
			size_t k = 0;

			for (const char *p = scene->commits[n].parents; *p; p++)
				parents[n][k++] = (size_t)(*p - '0');
			commits[n] = (struct stage_commit){ parents[n], k,
							    is_changed(scene, n, parents[n], k) };
		}
		v = stage_history_judge(&(struct stage_history){ commits, n, state_of, &play });
		cr_expect_eq(v.kind, scene->kind, "%s: %d", scene->name, (int)v.kind);
		cr_expect_eq(v.commit < n ? (int)v.commit : -1, scene->commit, "%s: commit %zu",
			     scene->name, v.commit);
		cr_expect_eq(v.breach < n ? (int)v.breach : -1, scene->breach, "%s: breach %zu",
			     scene->name, v.breach);
	}
}
