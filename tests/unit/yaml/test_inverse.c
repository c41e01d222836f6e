/*
 * Properties that hold in any layout: nothing intended changes nothing, what is inserted and
 * deleted again was never there, what is set and set back neither, a second run does nothing, and
 * intentions together are as one after the other.
 */
#include "tests/unit/yaml/layout.h"
#include "tests/unit/yaml/trial.h"
#include "yaml/yaml_internal.h"

#include <criterion/criterion.h>
#include <criterion/logging.h>
#include <stdio.h>

enum { SEEDS = 1500, TRIES = 4 };

static const struct yaml_lit inner[] = {
	{ SLICE_INIT("new-a"), LIT_STRING, SLICE_INIT("x: y"), NULL, 0 },
	{ SLICE_INIT("new-b"), LIT_INT, SLICE_INIT("5"), NULL, 0 }
};
static const struct yaml_lit literals[] = {
	{ SLICE_INIT("new"), LIT_INT, SLICE_INIT("100"), NULL, 0 },
	{ SLICE_INIT("new"), LIT_STRING, SLICE_INIT("host.example"), NULL, 0 },
	{ SLICE_INIT("new"), LIT_MAP, { 0 }, inner, 2 },
	{ SLICE_INIT("new"), LIT_SEQ, { 0 }, inner, 2 }
};

/* One file of the test, and what happened so far. */
struct inverse_run {
	uint64_t seed, state;
	struct slice before;
	struct yaml_file *file;
	unsigned done, refused;
};

/* Applies the list; -1 when it is refused with a good reason. Anything else fails the test. */
static int apply(struct inverse_run *r, const struct yaml_edits *e, const char *what,
		 struct str *out)
{
	struct err err = ERR_INIT;
	AUTO_STR struct str line = STR_INIT;

	if (yaml_apply(e, out, &err) == 0) {
		r->done++;
		return 0;
	}
	err_format(&err, &line);
	cr_assert_eq(err.code, &CODE_yaml_style, "seed %lu, %s: %s\n%s---", (unsigned long)r->seed,
		     what, line.ptr, r->before.ptr);
	r->refused++;
	return -1;
}

/* Asserts that two texts are the same. */
static void same(const struct inverse_run *r, const char *what, const struct yaml_node *at,
		 struct slice now, struct slice expected, const char *between)
{
	cr_assert(slice_eq(now, expected), "seed %lu, %s at %s:\n%s---\n%s---\n%.*s---",
		  (unsigned long)r->seed, what, trial_where(at), r->before.ptr, between,
		  (int)now.len, now.ptr);
}

/* A value with a parent, chosen at random; every file has one. */
static const struct yaml_node *choose(struct inverse_run *r)
{
	const struct yaml_node *n = node_at(r->file, trial_random(&r->state, r->file->nnodes));

	for (const struct yaml_node *c = n->parent ? n->parent->first : NULL; c; c = c->next)
		if (c->key == n)
			return c;
	return n->parent ? n : n->first ? n->first : choose(r);
}

/* The entry of another parse at the place of `at`, moved by `shift` siblings. */
static const struct yaml_node *counterpart(const struct yaml_file *now, const struct yaml_node *at,
					   int shift)
{
	const struct yaml_node *parent, *c;
	int index = shift;

	if (!at->parent) {
		size_t i = 0;

		while (yaml_root(at->file, i) != at)
			i++;
		return yaml_root(now, i);
	}
	parent = counterpart(now, at->parent, 0);
	for (c = at->parent->first; c != at; c = c->next)
		index++;
	for (c = parent->first; c && index; c = c->next)
		index--;
	return c;
}

/* Something new goes in beside `at`, and away again. */
static void insert_and_delete(struct inverse_run *r, const struct yaml_node *at)
{
	AUTO_ARENA struct arena *arena = arena_new();
	enum yaml_side side = trial_random(&r->state, 2) ? YAML_AFTER : YAML_BEFORE;
	bool copy = at->parent->kind == YAML_SEQ && trial_random(&r->state, 2);
	const struct yaml_lit *lit = &literals[trial_random(&r->state, 4)];
	struct yaml_edits *e = yaml_edits_new(r->file, arena);
	AUTO_STR struct str now = STR_INIT, back = STR_INIT;
	struct yaml_file *changed;

	if (copy)
		(void)yaml_copy(e, at, side,
				trial_random(&r->state, 2) ? SLICE("generated") : SLICE_NONE);
	else if (at->parent->kind == YAML_SEQ)
		yaml_add(e, at->parent, at, side, lit);
	else
		yaml_put(e, at->parent, at, side, lit);
	if (apply(r, e, trial_where(at), &now) < 0)
		return;
	changed = trial_parse("changed", str_slice(&now));
	e = yaml_edits_new(changed, arena);
	yaml_delete(e, counterpart(changed, at, side == YAML_AFTER));
	if (apply(r, e, "deleting", &back) == 0)
		same(r, copy ? "copy and delete" : "insert and delete", at, str_slice(&back),
		     r->before, now.ptr);
	yaml_file_free(changed);
}

/* A scalar gets another value, the same once more, and its old value back. */
static void set_and_back(struct inverse_run *r, const struct yaml_node *at)
{
	AUTO_ARENA struct arena *arena = arena_new();
	enum yaml_lit_kind kind = yaml_type_of(at) == YAML_INT  ? LIT_INT :
				  yaml_type_of(at) == YAML_BOOL ? LIT_BOOL :
								  LIT_STRING;
	struct slice value = kind == LIT_INT  ? SLICE("4711") :
			     kind == LIT_BOOL ? SLICE("false") :
						SLICE("some thing");
	AUTO_STR struct str now = STR_INIT, back = STR_INIT;
	struct yaml_edits *e = yaml_edits_new(r->file, arena);
	struct yaml_file *changed;

	if (at->kind != YAML_SCALAR || at->start == at->end)
		return;
	yaml_set(e, at, kind, value);
	if (apply(r, e, "set", &now) < 0)
		return;
	changed = trial_parse("changed", str_slice(&now));
	e = yaml_edits_new(changed, arena);
	yaml_set(e, node_at(changed, at->id - 1), kind, value);
	cr_assert(yaml_edits_empty(e), "seed %lu: set again at %s", (unsigned long)r->seed,
		  trial_where(at));
	e = yaml_edits_new(changed, arena);
	yaml_set(e, node_at(changed, at->id - 1), kind, at->text);
	if (apply(r, e, "set back", &back) == 0)
		same(r, "set and back", at, str_slice(&back), r->before, now.ptr);
	yaml_file_free(changed);
}

/* Adds an intention beside a node of the file `f`. */
static void put_at(struct yaml_edits *e, const struct yaml_node *at)
{
	if (at->parent->kind == YAML_SEQ)
		yaml_add(e, at->parent, at, YAML_AFTER, &literals[0]);
	else
		yaml_put(e, at->parent, at, YAML_AFTER, &literals[0]);
}

/* Setting one and inserting beside another at once is as one after the other. */
static void together(struct inverse_run *r, const struct yaml_node *set,
		     const struct yaml_node *put)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_STR struct str both = STR_INIT, one = STR_INIT, two = STR_INIT;
	struct yaml_edits *e = yaml_edits_new(r->file, arena);
	struct yaml_file *changed;

	if (set->kind != YAML_SCALAR || set->flags & YAML_TAGGED)
		return;
	put_at(e, put);
	yaml_set(e, set, LIT_STRING, SLICE("set too"));
	if (apply(r, e, "together", &both) < 0)
		return;
	e = yaml_edits_new(r->file, arena);
	yaml_set(e, set, LIT_STRING, SLICE("set too"));
	if (apply(r, e, "the first alone", &one) < 0)
		return;
	changed = trial_parse("changed", str_slice(&one));
	e = yaml_edits_new(changed, arena);
	put_at(e, node_at(changed, put->id - 1));
	if (apply(r, e, "then the other", &two) == 0)
		same(r, "together", put, str_slice(&both), str_slice(&two), two.ptr);
	yaml_file_free(changed);
}

/*
 * Several at once: they give what yaml_check expects, or are refused; that it fails would be a bug.
 */
static void several(struct inverse_run *r)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct yaml_edits *e = yaml_edits_new(r->file, arena);
	AUTO_STR struct str out = STR_INIT, plan = STR_INIT, line = STR_INIT;
	struct err err = ERR_INIT;

	for (uint32_t n = 2 + trial_random(&r->state, 3); n; n--) {
		const struct yaml_node *at = choose(r);
		enum yaml_side side = trial_random(&r->state, 2) ? YAML_AFTER : YAML_BEFORE;
		uint32_t kind = trial_random(&r->state, 4);
		const struct yaml_lit *lit = &literals[trial_random(&r->state, 4)];

		str_addf(&plan, "kind %u side %u at %s; ", kind, side, trial_where(at));
		if (kind == 0)
			yaml_delete(e, at);
		else if (kind == 1 && at->kind == YAML_SCALAR && !(at->flags & YAML_TAGGED))
			yaml_set(e, at, LIT_STRING, SLICE("several"));
		else if (at->parent->kind == YAML_MAP)
			yaml_put(e, at->parent, at, side, lit);
		else if (kind == 2)
			yaml_add(e, at->parent, at, side, lit);
		else
			(void)yaml_copy(e, at, side, SLICE("copied"));
	}
	if (yaml_apply(e, &out, &err) == 0)
		return;
	err_format(&err, &line);
	cr_assert_neq(err.code, &CODE_yaml_check, "seed %lu, several: %s: %s\n%s---",
		      (unsigned long)r->seed, plan.ptr, line.ptr, r->before.ptr);
}

/* One list without intentions. */
static void nothing(struct inverse_run *r)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_STR struct str out = STR_INIT;

	cr_assert_eq(apply(r, yaml_edits_new(r->file, arena), "nothing", &out), 0);
	same(r, "nothing", yaml_root(r->file, 0), str_slice(&out), r->before, "");
}

Test(yaml_inverse, random_layouts, .timeout = 60)
{
	struct inverse_run r = { 0 };

	for (r.seed = 1; r.seed <= SEEDS; r.seed++) {
		AUTO_STR struct str text = STR_INIT;
		char name[32];

		(void)snprintf(name, sizeof(name), "seed %lu", (unsigned long)r.seed);
		layout_random(r.seed, &text);
		r.before = str_slice(&text);
		r.state = r.seed;
		r.file = trial_parse(name, r.before);
		trial_invariants(r.file, name);
		nothing(&r);
		for (int i = 0; i < TRIES; i++) {
			insert_and_delete(&r, choose(&r));
			set_and_back(&r, choose(&r));
			together(&r, choose(&r), choose(&r));
			several(&r);
		}
		yaml_file_free(r.file);
	}
	cr_log_info("%u edits, %u refused", r.done, r.refused);
	cr_expect_lt(r.refused, r.done / 5);
}
