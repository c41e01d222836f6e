/*
 * Records read from YAML, strictly, and written back as literals; with a record that has a field of
 * each kind.
 */
#include "migration/record_yaml.h"

#include <criterion/criterion.h>

#include <stddef.h>

struct thing_part {
	struct slice word;
	long depth;
};

struct thing {
	struct slice title, mood;
	long count;
	bool ready;
	int way;
	struct slices list;
	struct pairs labels;
	struct thing_part part;
};

static const char *const ways[] = { "left", "right", "straight-on", NULL };

static const struct record part_record = {
	.size = sizeof(struct thing_part),
	.fields =
		(const struct field[]){
			{ .name = "word",
			  .kind = VALUE_STRING,
			  .offset = offsetof(struct thing_part, word),
			  .flags = FIELD_REQUIRED },
			{ .name = "depth",
			  .kind = VALUE_INT,
			  .offset = offsetof(struct thing_part, depth),
			  .min = -5,
			  .max = 5 },
			{ .name = NULL },
		},
};

static const struct record thing_record = {
	.size = sizeof(struct thing),
	.fields =
		(const struct field[]){
			{ .name = "title",
			  .kind = VALUE_STRING,
			  .offset = offsetof(struct thing, title),
			  .flags = FIELD_REQUIRED },
			{ .name = "mood",
			  .kind = VALUE_STRING,
			  .offset = offsetof(struct thing, mood) },
			{ .name = "count",
			  .kind = VALUE_INT,
			  .offset = offsetof(struct thing, count),
			  .min = 1,
			  .max = 1000 },
			{ .name = "ready",
			  .kind = VALUE_BOOL,
			  .offset = offsetof(struct thing, ready) },
			{ .name = "way",
			  .kind = VALUE_ENUM,
			  .offset = offsetof(struct thing, way),
			  .choices = ways },
			{ .name = "list",
			  .kind = VALUE_LIST,
			  .offset = offsetof(struct thing, list) },
			{ .name = "labels",
			  .kind = VALUE_PAIRS,
			  .offset = offsetof(struct thing, labels) },
			{ .name = "part",
			  .kind = VALUE_RECORD,
			  .offset = offsetof(struct thing, part),
			  .of = &part_record },
			{ .name = NULL },
		},
};

/* A text and what was read from it. */
struct read_result {
	struct arena *arena;
	struct yaml_file *file;
	struct thing thing;
	struct err err;
	int result;
};

/* Reads a text into a thing whose count is 7 and way is right by default. */
static struct read_result read_text(const char *text)
{
	struct read_result r = { .arena = arena_new(), .thing = { .count = 7, .way = 1 } };

	cr_assert_eq(yaml_parse(&r.file, SLICE("thing.yaml"), slice_of(text), &r.err), 0, "%s: %s",
		     text, r.err.reason);
	r.result = record_read(&thing_record, &r.thing, yaml_root(r.file, 0), r.arena, &r.err);
	return r;
}

static void release_result(struct read_result *r)
{
	yaml_file_free(r->file);
	arena_free(r->arena);
}

Test(record_yaml, a_value_of_each_kind)
{
	struct read_result r =
		read_text("title: \"a b\"\nmood: good\ncount: 1000\nready: true\nway: "
			  "straight-on\nlist: [mirror, 10, '']\n"
			  "labels: {a: b, \"c\": '1'}\npart:\n  word: w\n  depth: -5\n");
	struct thing *t = &r.thing;

	cr_assert_eq(r.result, 0, "%s", r.err.reason);
	cr_expect(slice_is(t->title, "a b") && slice_is(t->mood, "good") && t->count == 1000 &&
		  t->ready && t->way == 2);
	cr_assert_eq(t->list.n, 3);
	cr_expect(slice_is(t->list.items[0], "mirror") && slice_is(t->list.items[1], "10") &&
		  !t->list.items[2].len);
	cr_assert_eq(t->labels.n, 2);
	cr_expect(slice_is(pairs_get(t->labels, SLICE("a")), "b") &&
		  slice_is(pairs_get(t->labels, SLICE("c")), "1"));
	cr_expect(slice_is(t->part.word, "w") && t->part.depth == -5);
	release_result(&r);
}

Test(record_yaml, what_is_not_there_stays_as_it_was)
{
	static const char *const texts[] = {
		"title: t\n",
		"title: t\ncount:\nway: null\nlist: ~\npart:\nlabels:\nready:\nmood: Null\n"
	};

	for (size_t i = 0; i < 2; i++) {
		struct read_result r = read_text(texts[i]);
		struct thing *t = &r.thing;

		cr_assert_eq(r.result, 0, "%s", r.err.reason);
		cr_expect(t->count == 7 && t->way == 1 && !t->ready && !t->list.n && !t->labels.n &&
				  !t->mood.ptr && !t->part.word.ptr,
			  "text %zu", i);
		release_result(&r);
	}
}

/* Mistakes, each behind a title in the first line. */
static const struct {
	const char *name, *text, *reason, *remedy;
	unsigned line, col;
} mistakes[] = {
	{ "a letter is missing", "cont: 1\n", "unknown field 'cont'", "did you mean 'count'?", 2,
	  1 },
	{ "letters are swapped", "labesl: {}\n", "unknown field 'labesl'", "did you mean 'labels'?",
	  2, 1 },
	{ "letter case", "Mood: good\n", "unknown field 'Mood'", "did you mean 'mood'?", 2, 1 },
	{ "nothing is near", "colour: red\n", "unknown field 'colour'", "remove it", 2, 1 },
	{ "in a part", "part:\n  word: w\n  deep: 1\n", "unknown field 'deep'", "remove it", 4, 3 },
	{ "of another part", "word: w\n", "unknown field 'word'", "remove it", 2, 1 },
	{ "missing in a part", "part:\n  depth: 1\n", "the field 'word' is missing", "", 3, 3 },
	{ "a number for a text", "mood: 5\n", "'mood' must be a string", "quote it: \"5\"", 2, 7 },
	{ "a word that is no text", "mood: no\n", "'mood' must be a string", "quote it: \"no\"", 2,
	  7 },
	{ "a list for a text", "mood: [a]\n", "'mood' must be a string", "", 2, 7 },
	{ "a map for a text", "mood: {a: b}\n", "'mood' must be a string", "", 2, 7 },
	{ "a text for a number", "count: many\n", "'count' must be a number from 1 to 1000", "", 2,
	  8 },
	{ "a number in quotes", "count: '5'\n", "'count' must be a number from 1 to 1000", "", 2,
	  8 },
	{ "a number too small", "count: 0\n", "'count' must be a number from 1 to 1000", "", 2, 8 },
	{ "a number too large", "count: 1001\n", "'count' must be a number from 1 to 1000", "", 2,
	  8 },
	{ "a fraction", "count: 1.5\n", "'count' must be a number from 1 to 1000", "", 2, 8 },
	{ "an octal number", "count: 010\n", "'count' must be a number from 1 to 1000", "", 2, 8 },
	{ "a list of numbers", "count: [5]\n", "'count' must be a number from 1 to 1000", "", 2,
	  8 },
	{ "out of a part's range", "part: {word: w, depth: -6}\n",
	  "'depth' must be a number from -5 to 5", "", 2, 24 },
	{ "a text for a flag", "ready: soon\n", "'ready' must be true or false", "", 2, 8 },
	{ "a flag in quotes", "ready: 'true'\n", "'ready' must be true or false", "", 2, 8 },
	{ "no such choice", "way: back\n", "'way' must be left or right or straight-on", "", 2, 6 },
	{ "another case of a choice", "way: Left\n", "'way' must be left or right or straight-on",
	  "", 2, 6 },
	{ "a list of choices", "way: [left]\n", "'way' must be left or right or straight-on", "", 2,
	  6 },
	{ "a text for a list", "list: mirror\n", "'list' must be a list", "", 2, 7 },
	{ "a map for a list", "list: {a: b}\n", "'list' must be a list", "", 2, 7 },
	{ "a list in a list", "list: [a, [b]]\n", "'list' must be a list of strings", "", 2, 11 },
	{ "nothing in a list", "list: [a, ~]\n", "'list' must be a list of strings", "", 2, 11 },
	{ "a text for pairs", "labels: a\n", "'labels' must be a map of strings", "", 2, 9 },
	{ "a list for pairs", "labels: [a]\n", "'labels' must be a map of strings", "", 2, 9 },
	{ "a number in pairs", "labels: {a: 1}\n", "'labels' must be a string", "quote it: \"1\"",
	  2, 13 },
	{ "a map in pairs", "labels: {a: {b: c}}\n", "'labels' must be a string", "", 2, 13 },
	{ "a text for a part", "part: w\n", "expected a map", "", 2, 7 },
	{ "a list for a part", "part: [word]\n", "expected a map", "", 2, 7 },
};

Test(record_yaml, mistakes)
{
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		AUTO_STR struct str text = STR_INIT;
		struct read_result r;

		str_addf(&text, "title: t\n%s", mistakes[i].text);
		r = read_text(text.ptr);
		cr_assert_eq(r.result, -1, "%s", mistakes[i].name);
		cr_expect_eq(r.err.code, &CODE_migration_field, "%s: %s", mistakes[i].name,
			     r.err.code->id);
		cr_expect_str_eq(r.err.reason, mistakes[i].reason, "%s: %s", mistakes[i].name,
				 r.err.reason);
		cr_expect(slice_starts(slice_of(r.err.remedy), slice_of(mistakes[i].remedy)),
			  "%s: %s", mistakes[i].name, r.err.remedy);
		cr_expect_str_eq(r.err.path, "thing.yaml", "%s", mistakes[i].name);
		cr_expect(r.err.line == mistakes[i].line && r.err.col == mistakes[i].col,
			  "%s: %u:%u", mistakes[i].name, (unsigned)r.err.line, (unsigned)r.err.col);
		release_result(&r);
	}
}

Test(record_yaml, what_is_required)
{
	static const char *const texts[] = { "mood: good\n", "title:\nmood: good\n",
					     "title: ''\nmood: good\n" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct read_result r = read_text(texts[i]);

		cr_assert_eq(r.result, -1, "%s", texts[i]);
		cr_expect_eq(r.err.code, &CODE_migration_field);
		cr_expect_str_eq(r.err.reason, "the field 'title' is missing", "%s", texts[i]);
		cr_expect_eq(r.err.line, 1, "%s", texts[i]);
		release_result(&r);
	}
}

Test(record_yaml, what_cannot_be_trusted)
{
	static const struct {
		const char *name, *text;
		const struct code *code;
		unsigned line;
	} rows[] = {
		{ "a key twice", "title: a\ntitle: b\n", &CODE_yaml_duplicate, 0 },
		{ "twice in a part", "title: t\npart:\n  word: a\n  word: b\n",
		  &CODE_yaml_duplicate, 0 },
		{ "twice in pairs", "title: t\nlabels: {a: b, a: c}\n", &CODE_yaml_duplicate, 0 },
		{ "an alias", "title: &t t\nmood: *t\n", &CODE_yaml_alias, 2 },
		{ "an alias of a part", "title: t\nlist: &l [a]\npart: *l\n", &CODE_yaml_alias, 3 },
		{ "a merge key", "title: t\npart:\n  <<: {word: a}\n", &CODE_yaml_alias, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct read_result r = read_text(rows[i].text);

		cr_assert_eq(r.result, -1, "%s", rows[i].name);
		cr_expect_eq(r.err.code, rows[i].code, "%s: %s %s", rows[i].name, r.err.code->id,
			     r.err.reason);
		cr_expect(!rows[i].line || r.err.line == rows[i].line, "%s: %u", rows[i].name,
			  (unsigned)r.err.line);
		release_result(&r);
	}
}

Test(record_yaml, no_map)
{
	static const char *const texts[] = { "- a\n", "a\n", "" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct read_result r = read_text(texts[i]);

		cr_expect_eq(r.result, -1, "%s", texts[i]);
		cr_expect_eq(r.err.code, &CODE_migration_field, "%s", texts[i]);
		release_result(&r);
	}
}

/* Does the literal hold this text under this key? */
static bool has(const struct yaml_lit *map, const char *key, enum yaml_lit_kind kind,
		const char *text)
{
	for (size_t i = 0; i < map->n; i++)
		if (slice_is(map->items[i].key, key))
			return map->items[i].kind == kind && slice_is(map->items[i].text, text);
	return false;
}

Test(record_yaml, a_literal_has_what_differs_from_the_defaults)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct slice words[] = { SLICE("mirror"), SLICE("10") };
	struct pair pairs[] = { { SLICE("a"), SLICE("1") } };
	struct thing defaults = { .count = 7, .way = 1, .list = { words, 1 } }, thing = defaults;
	struct yaml_lit lit = record_literal(&thing_record, &thing, &defaults, SLICE("key"), arena);

	cr_expect(lit.kind == LIT_MAP && slice_is(lit.key, "key"));
	cr_expect_eq(lit.n, 0, "nothing differs");
	thing = (struct thing){ SLICE("t"),   { NULL, 0 },        7, true, 2, { words, 2 },
				{ pairs, 1 }, { { NULL, 0 }, -3 } };
	lit = record_literal(&thing_record, &thing, &defaults, SLICE(""), arena);
	cr_assert_eq(lit.n, 6);
	cr_expect(has(&lit, "title", LIT_STRING, "t") && has(&lit, "ready", LIT_BOOL, "true"));
	cr_expect(has(&lit, "way", LIT_STRING, "straight-on") && !has(&lit, "count", LIT_INT, "7"));
	cr_expect(slice_is(lit.items[3].key, "list") && lit.items[3].kind == LIT_SEQ &&
		  lit.items[3].n == 2);
	cr_expect(lit.items[3].items[0].kind == LIT_STRING && lit.items[3].items[1].kind == LIT_INT,
		  "numbers stay numbers");
	cr_expect(slice_is(lit.items[4].key, "labels") && has(&lit.items[4], "a", LIT_STRING, "1"));
	cr_expect(slice_is(lit.items[5].key, "part") && lit.items[5].n == 1 &&
		  has(&lit.items[5], "depth", LIT_INT, "-3"));
}

Test(record_yaml, a_literal_is_read_back_as_it_was)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_STR struct str out = STR_INIT;
	struct slice words[] = { SLICE("007"),  SLICE("10"),  SLICE("null"), SLICE("no"),
				 SLICE("a: b"), SLICE("- x"), SLICE("-5") };
	struct pair pairs[] = { { SLICE("a b"), SLICE("12") },
				{ SLICE("true"), SLICE("# x") },
				{ SLICE("12"), SLICE("\"'\t") } };
	struct thing defaults = { .count = 7, .way = 1 }, *t;
	struct thing thing = { SLICE("  5 "), SLICE("~"),         9, true, 2, { words, 7 },
			       { pairs, 3 },  { SLICE("yes"), 5 } };
	struct yaml_lit lit =
		record_literal(&thing_record, &thing, &defaults, SLICE("thing"), arena);
	struct read_result r = read_text("title: t\n");
	struct yaml_edits *e = yaml_edits_new(r.file, arena);
	struct yaml_file *file;

	yaml_put(e, yaml_root(r.file, 0), NULL, YAML_AFTER, &lit);
	cr_assert_eq(yaml_apply(e, &out, &r.err), 0, "%s", r.err.reason);
	cr_assert_eq(yaml_parse(&file, SLICE("thing.yaml"), str_slice(&out), &r.err), 0, "%s",
		     out.ptr);
	t = &r.thing;
	cr_assert_eq(
		record_read(&thing_record, t, yaml_get(yaml_root(file, 0), "thing"), arena, &r.err),
		0, "%s: %s", r.err.reason, out.ptr);
	cr_expect(slice_eq(t->title, thing.title) && slice_eq(t->mood, thing.mood) &&
		  t->count == 9 && t->ready && t->way == 2);
	cr_expect(slice_eq(t->part.word, thing.part.word) && t->part.depth == 5);
	cr_assert(t->list.n == 7 && t->labels.n == 3, "%s", out.ptr);
	for (size_t i = 0; i < 7; i++)
		cr_expect(slice_eq(t->list.items[i], words[i]), "%zu: %s", i, out.ptr);
	for (size_t i = 0; i < 3; i++)
		cr_expect(slice_eq(t->labels.items[i].key, pairs[i].key) &&
				  slice_eq(t->labels.items[i].value, pairs[i].value),
			  "%s", out.ptr);
	yaml_file_free(file);
	release_result(&r);
}
