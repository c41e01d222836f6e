#include "plan/plan.h"

#include "base/map.h"
#include "plan/draft.h"
#include "plan/merge_edits.h"
#include "plan/rollback_check.h"
#include "plan/step_copy.h"

/*
 * plan_make deals the intents out to shards and plans them in threads (plan_shard); then plan_join
 * collects the changes. A shard keeps copies of its steps, and frees what was parsed for them.
 */

/* The intents of one shard, and their plan. */
struct shard_plan {
	size_t index; /* of the shard */
	struct intent *intents;
	size_t *positions; /* of the intents in the whole plan */
	size_t n, njoint;  /* njoint: the first ones, which are planned together; each of the others
			      gets a branch of its own */
	struct step *steps; /* of the whole plan */
	struct changes changes;
	struct arena *arena; /* of the copies */
};

/* The shards of a plan. */
struct shard_plans {
	const struct plan_inputs *in;
	struct shard_plan *items;
	size_t n, first; /* first: of those that are being planned */
	bool single;     /* there is only one, which stays parsed */
};

/* Copies of bytes and paths, by the address of the original. */
struct copies {
	struct map indices;
	struct slice *items;
	size_t n;
	struct arena *arena;
};

/* --- copies --------------------------------------------------------------- */

/* The address of bytes as a key. */
static struct slice address_key(const struct slice *bytes)
{
	return (struct slice){ (const char *)&bytes->ptr, sizeof(bytes->ptr) };
}

/* The copy of these bytes; if there is none, the bytes themselves. */
static struct slice find_copy(const struct copies *c, struct slice bytes)
{
	size_t at = bytes.ptr ? map_get(&c->indices, address_key(&bytes)) : MAP_NONE;

	return at == MAP_NONE ? bytes : c->items[at];
}

/* Records the copy of some bytes. */
static void record_copy(struct copies *c, struct slice bytes, struct slice copy)
{
	if (!bytes.ptr)
		return;
	map_set(&c->indices, arena_copy(c->arena, address_key(&bytes)), c->n);
	c->items[c->n++] = copy;
}

/*
 * Copies the steps of a draft. A step is on top of those before it: the bytes before its changes
 * are often the bytes after theirs, which are copied once.
 */
static void copy_steps(struct shard_plan *s, size_t from, const struct draft *draft,
		       struct copies *c)
{
	for (size_t i = 0; i < draft->n; i++) {
		struct step *step = &s->steps[s->positions[from + i]];
		const struct changes *original = &draft->steps[i].changes;
		struct changes *copy = &step->changes;

		*step = step_copy(&draft->steps[i], s->arena);
		for (size_t j = 0; j < copy->n; j++) {
			copy->items[j].before = find_copy(c, original->items[j].before);
			record_copy(c, original->items[j].after, copy->items[j].after);
			record_copy(c, original->items[j].path, copy->items[j].path);
		}
	}
}

/* Appends the changes of a draft, whose steps were copied, to those of the shard. */
static void copy_changes(struct shard_plan *s, const struct draft *draft, const struct copies *c)
{
	struct changes all = {
		arena_array(s->arena, s->changes.n + draft->changes.n, sizeof(struct change)), 0
	};

	for (size_t i = 0; i < s->changes.n; i++)
		all.items[all.n++] = s->changes.items[i];
	for (size_t i = 0; i < draft->changes.n; i++) {
		const struct change *original = &draft->changes.items[i];
		struct change *copy = &all.items[all.n++];

		*copy = *original;
		copy->path = find_copy(c, original->path);
		if (copy->path.ptr == original->path.ptr)
			copy->path = arena_copy(s->arena, original->path);
		copy->after = find_copy(c, original->after);
	}
	s->changes = all;
}

/* Copies a draft of the intents from position `from` on. */
static void copy_draft(struct shard_plan *s, size_t from, const struct draft *draft)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct copies c = { .indices = MAP_INIT, .arena = arena };
	size_t max = 0;

	for (size_t i = 0; i < draft->n; i++)
		max += 2 * draft->steps[i].changes.n;
	c.items = arena_array(arena, max, sizeof(*c.items));
	copy_steps(s, from, draft, &c);
	copy_changes(s, draft, &c);
	map_release(&c.indices);
}

/* --- a shard -------------------------------------------------------------- */

/*
 * Plans `n` intents of a shard from position `from` on. Steps that cannot be rolled back are
 * barred, and the others planned again without them.
 */
static void plan_intents(struct shard_plan *s, const struct plan_inputs *in, size_t from, size_t n)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct findings *barred = arena_array(arena, n, sizeof(*barred));
	struct draft draft = { .n = 0 };

	for (size_t i = 0; i < n; i++)
		barred[i].arena = arena;
	do {
		draft_release(&draft);
		draft_make(&draft, in, s->intents + from, n, barred);
	} while (rollback_check(&draft, in, barred));
	copy_draft(s, from, &draft);
	draft_release(&draft);
}

/* The inventory of a shard. */
static struct inventory *open_shard(const struct shard_plans *all, const struct shard_plan *s,
				    each_fn *each)
{
	if (!all->in->partition)
		return all->in->inventory;
	return (all->single ? partition_switch : partition_open)(all->in->partition, s->index,
								 each);
}

/* Plans a shard: the joint intents, then each of the others. */
static void plan_shard(void *ctx, size_t i)
{
	const struct shard_plans *all = ctx;
	struct shard_plan *s = &all->items[all->first + i];
	struct plan_inputs in = *all->in;

	if (!all->single) {
		in.each = each_in_turn;
		in.progress = NULL;
	}
	in.baselines = baselines_overlay(all->in->baselines);
	in.inventory = open_shard(all, s, in.each);
	in.partition = NULL;
	s->arena = arena_new();
	if (s->njoint)
		plan_intents(s, &in, 0, s->njoint);
	for (size_t j = s->njoint; j < s->n; j++)
		plan_intents(s, &in, j, 1);
	baselines_free(in.baselines);
	if (!all->single)
		partition_close(all->in->partition, s->index);
}

/* --- all shards ----------------------------------------------------------- */

/* The index of the shard of a migration. */
static size_t shard_of(const struct plan_inputs *in, const struct migration *m)
{
	return in->partition ? partition_shard_of(in->partition, m) : 0;
}

/* Makes the shards that have intents; `at` receives where each shard is. */
static void make_shards(struct shard_plans *out, const struct plan *plan, const size_t *counts,
			size_t *at, struct arena *arena)
{
	size_t n = out->in->partition ? partition_count(out->in->partition) : 1;

	out->items = arena_array(arena, n, sizeof(*out->items));
	for (size_t i = 0; i < n; i++) {
		struct shard_plan *s = &out->items[out->n];

		at[i] = out->n;
		if (!counts[i])
			continue;
		s->index = i;
		s->steps = plan->steps;
		s->intents = arena_array(arena, counts[i], sizeof(*s->intents));
		s->positions = arena_array(arena, counts[i], sizeof(*s->positions));
		out->n++;
	}
	out->single = out->n == 1;
}

/* Deals the intents out to the shards, those with a branch of their own last. */
static void deal_intents(struct shard_plans *out, const struct plan *plan,
			 const struct intent *intents, struct arena *arena)
{
	size_t n = out->in->partition ? partition_count(out->in->partition) : 1;
	size_t *counts = arena_array(arena, n, sizeof(*counts));
	size_t *at = arena_array(arena, n, sizeof(*at));

	for (size_t i = 0; i < plan->n; i++)
		counts[shard_of(out->in, intents[i].m)]++;
	make_shards(out, plan, counts, at, arena);
	for (int own = 0; own < 2; own++)
		for (size_t i = 0; i < plan->n; i++) {
			struct shard_plan *s = &out->items[at[shard_of(out->in, intents[i].m)]];

			if (intents[i].options.own_branch != own)
				continue;
			s->intents[s->n] = intents[i];
			s->positions[s->n++] = i;
			s->njoint += !own;
		}
}

/* Plans all shards, some of them at a time, between which progress is reported. */
static void plan_shards(struct shard_plans *all, size_t nintents)
{
	enum { BATCH = 64 };
	each_fn *each_shard = all->in->each_shard ? all->in->each_shard : each_in_turn;
	size_t done = 0;

	for (; all->first < all->n; all->first += BATCH) {
		size_t n = all->n - all->first < BATCH ? all->n - all->first : BATCH;

		each_shard(n, plan_shard, all);
		for (size_t i = 0; i < n; i++)
			done += all->items[all->first + i].n;
		if (!all->single)
			progress_report(all->in->progress, "migrations planned", done, nintents);
	}
}

/* Collects the memory and the changes of all shards. */
static void plan_join(struct plan *plan, const struct shard_plans *all)
{
	size_t nchanges = 0;

	plan->shards = arena_array(plan->arena, all->n, sizeof(*plan->shards));
	plan->nshards = all->n;
	for (size_t i = 0; i < all->n; i++)
		nchanges += all->items[i].changes.n;
	plan->changes.items = arena_array(plan->arena, nchanges, sizeof(struct change));
	for (size_t i = 0; i < all->n; i++) {
		const struct shard_plan *s = &all->items[i];

		plan->shards[i] = s->arena;
		for (size_t j = 0; j < s->changes.n; j++)
			plan->changes.items[plan->changes.n++] = s->changes.items[j];
	}
	changes_sort(&plan->changes);
}

void plan_make(struct plan *out, const struct plan_inputs *in, const struct intent *intents,
	       size_t n)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct shard_plans all = { .in = in };
	struct plan plan = { .arena = arena_new(), .n = n };

	plan.steps = arena_array(plan.arena, n, sizeof(*plan.steps));
	deal_intents(&all, &plan, intents, arena);
	plan_shards(&all, n);
	plan_join(&plan, &all);
	*out = plan;
}

void plan_release(struct plan *p)
{
	for (size_t i = 0; i < p->nshards; i++)
		arena_free(p->shards[i]);
	arena_free(p->arena);
	*p = (struct plan){ .n = 0 };
}
