#include "plan/plan.h"

#include "base/alloc.h"
#include "base/map.h"
#include "plan/step.h"

/*
 * The plan of many migrations, part by part (parts.h). What a part of the plan says is kept, and
 * what was parsed for it is not.
 */

/* The intents of one part, and what came of them. */
struct share_of_plan {
	size_t part;
	struct intent *intents;
	size_t *numbers;    /* of the intents in the whole plan */
	size_t n, together; /* together: so many of them, the first ones, are not apart */
	struct step *steps; /* of the whole plan */
	struct changes changes;
	struct arena *arena; /* of what is kept */
};

/* What the parts of plan_make pass around. */
struct sharing {
	const struct plan_inputs *in;
	struct share_of_plan *items;
	size_t n, from; /* from: the first one of those at hand */
	bool alone;     /* there is only one, which stays parsed */
};

/* Bytes and paths that were kept, by where they were before. */
struct kept {
	struct map numbers;
	struct slice *items;
	size_t n;
	struct arena *arena;
};

/* Where bytes are, as a key. */
static struct slice key_of(struct arena *arena, struct slice bytes)
{
	return arena_copy(arena, (struct slice){ (const char *)&bytes.ptr, sizeof(bytes.ptr) });
}

/* What a step has kept of these bytes, else themselves. */
static struct slice kept_bytes(const struct kept *k, struct slice bytes)
{
	size_t at = bytes.ptr ? map_get(&k->numbers, (struct slice){ (const char *)&bytes.ptr,
								     sizeof(bytes.ptr) }) :
				MAP_NONE;

	return at == MAP_NONE ? bytes : k->items[at];
}

/* Remembers what was kept of some bytes. */
static void note_kept(struct kept *k, struct slice old, struct slice now)
{
	if (!old.ptr)
		return;
	map_set(&k->numbers, key_of(k->arena, old), k->n);
	k->items[k->n++] = now;
}

/* Keeps the steps, and finds the new bytes of each step again in what comes behind it. */
static void keep_steps(struct share_of_plan *s, size_t from, const struct plan *plan,
		       struct kept *k)
{
	for (size_t i = 0; i < plan->n; i++) {
		struct step *step = &s->steps[s->numbers[from + i]];
		const struct changes *old = &plan->steps[i].changes;
		struct changes *now = &step->changes;

		*step = step_keep(&plan->steps[i], s->arena);
		for (size_t j = 0; j < now->n; j++) {
			now->items[j].before = kept_bytes(k, old->items[j].before);
			note_kept(k, old->items[j].after, now->items[j].after);
			note_kept(k, old->items[j].path, now->items[j].path);
		}
	}
}

/* Keeps the changes of a plan behind those that are kept. */
static void keep_changes(struct share_of_plan *s, const struct plan *plan, const struct kept *k)
{
	struct changes all = {
		arena_array(s->arena, s->changes.n + plan->changes.n, sizeof(struct change)), 0
	};

	for (size_t i = 0; i < s->changes.n; i++)
		all.items[all.n++] = s->changes.items[i];
	for (size_t i = 0; i < plan->changes.n; i++) {
		all.items[all.n] = plan->changes.items[i];
		all.items[all.n].path = kept_bytes(k, plan->changes.items[i].path);
		if (all.items[all.n].path.ptr == plan->changes.items[i].path.ptr)
			all.items[all.n].path = arena_copy(s->arena, all.items[all.n].path);
		all.items[all.n++].after = kept_bytes(k, plan->changes.items[i].after);
	}
	s->changes = all;
}

/*
 * Plans `n` intents of a part, from number `from` on, and keeps what the plan says, but nothing of
 * what was parsed for it.
 */
static void plan_some(struct share_of_plan *s, const struct plan_inputs *in, size_t from, size_t n)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct kept k = { .numbers = MAP_INIT, .arena = arena };
	struct plan plan;
	size_t most = 0;

	plan_work_out(&plan, in, s->intents + from, n);
	for (size_t i = 0; i < n; i++)
		most += 2 * plan.steps[i].changes.n;
	k.items = arena_array(arena, most, sizeof(*k.items));
	keep_steps(s, from, &plan, &k);
	keep_changes(s, &plan, &k);
	map_release(&k.numbers);
	plan_release(&plan);
}

/* Plans one part: those together, then each one that is apart. */
static void plan_share(void *ctx, size_t i)
{
	const struct sharing *all = ctx;
	struct share_of_plan *s = &all->items[all->from + i];
	struct plan_inputs in = *all->in;

	if (!all->alone) {
		in.each = each_in_turn;
		in.progress = NULL;
	}
	in.baselines = baselines_over(all->in->baselines);
	in.inventory = (all->alone ? partition_stay : partition_open)(in.parts, s->part, in.each);
	in.parts = NULL;
	s->arena = arena_new();
	if (s->together)
		plan_some(s, &in, 0, s->together);
	for (size_t j = s->together; j < s->n; j++)
		plan_some(s, &in, j, 1);
	baselines_free(in.baselines);
	if (!all->alone)
		partition_close(all->in->parts, s->part);
}

/* Deals the intents out to the parts. */
static void deal(struct sharing *out, const struct plan *plan, const struct intent *intents,
		 struct arena *arena)
{
	size_t n = plan->n;
	size_t all = partition_count(out->in->parts),
	       *counts = arena_array(arena, all, sizeof(*counts));
	size_t *at = arena_array(arena, all, sizeof(*at));

	for (size_t i = 0; i < n; i++)
		counts[partition_of(out->in->parts, intents[i].m)]++;
	out->items = arena_array(arena, all, sizeof(*out->items));
	for (size_t i = 0; i < all; i++) {
		at[i] = out->n;
		if (!counts[i])
			continue;
		out->items[out->n].part = i;
		out->items[out->n].steps = plan->steps;
		out->items[out->n].intents = arena_array(arena, counts[i], sizeof(struct intent));
		out->items[out->n++].numbers = arena_array(arena, counts[i], sizeof(size_t));
	}
	for (int apart = 0; apart < 2; apart++)
		for (size_t i = 0; i < n; i++) {
			struct share_of_plan *s =
				&out->items[at[partition_of(out->in->parts, intents[i].m)]];

			if (intents[i].apart != apart)
				continue;
			s->intents[s->n] = intents[i];
			s->numbers[s->n++] = i;
			s->together += !apart;
		}
	out->alone = out->n == 1;
}

/* Puts the parts together. */
static void put_together(struct plan *plan, const struct sharing *all)
{
	size_t changes = 0;

	plan->parts = arena_array(plan->arena, all->n, sizeof(*plan->parts));
	plan->nparts = all->n;
	for (size_t i = 0; i < all->n; i++)
		changes += all->items[i].changes.n;
	plan->changes.items = arena_array(plan->arena, changes, sizeof(struct change));
	for (size_t i = 0; i < all->n; i++) {
		const struct share_of_plan *s = &all->items[i];

		plan->parts[i] = s->arena;
		for (size_t j = 0; j < s->changes.n; j++)
			plan->changes.items[plan->changes.n++] = s->changes.items[j];
	}
	plan_sort(&plan->changes);
}

void plan_make(struct plan *out, const struct plan_inputs *in, const struct intent *intents,
	       size_t n)
{
	enum { AT_A_TIME = 64 }; /* parts between two words of progress */
	AUTO_ARENA struct arena *arena = arena_new();
	struct sharing all = { .in = in };
	size_t done = 0;

	for (size_t i = 0; i < n && !in->parts; i++)
		if (intents[i].apart)
			fatal("a step apart needs parts");
	if (!in->parts) {
		plan_work_out(out, in, intents, n);
		return;
	}
	*out = (struct plan){ .arena = arena_new(), .n = n };
	out->steps = arena_array(out->arena, n, sizeof(struct step));
	deal(&all, out, intents, arena);
	for (; all.from < all.n; all.from += AT_A_TIME) {
		size_t some = all.n - all.from < AT_A_TIME ? all.n - all.from : AT_A_TIME;

		in->each_part(some, plan_share, &all);
		for (size_t i = 0; i < some; i++)
			done += all.items[all.from + i].n;
		if (!all.alone)
			progress_report(in->progress, "migrations planned", done, n);
	}
	put_together(out, &all);
}
