/*
 * Maps from text to numbers, and the hash behind them.
 */
#include "base/map.h"

#include "base/arena.h"

#include <criterion/criterion.h>
#include <string.h>

#define ROWS(rows) (sizeof(rows) / sizeof((rows)[0]))

static const struct siphash_key key = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 };

/* Of the bytes 0, 1, 2 ..., as other implementations of SipHash-1-3 have it. */
static const struct {
	size_t len;
	uint64_t hash;
} vectors[] = {
	{ 0, 0xabac0158050fc4dc }, { 1, 0xc9f49bf37d57ca93 },  { 7, 0xd3927d989bb11140 },
	{ 8, 0x369095118d299a8e }, { 15, 0xd320d86d2a519956 }, { 63, 0x9d199062b7bbb3a8 },
};

Test(siphash, known_values)
{
	char bytes[64];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)i;
	for (size_t i = 0; i < ROWS(vectors); i++)
		cr_expect_eq(siphash(key, (struct slice){ bytes, vectors[i].len }, false),
			     vectors[i].hash, "%zu bytes", vectors[i].len);
	cr_expect_eq(siphash(key, SLICE_NONE, false), vectors[0].hash);
}

Test(siphash, folds_letters_and_nothing_else)
{
	for (int c = 0; c < 256; c++)
		for (size_t len = 1; len < 20; len++) {
			char raw[20], low[20];
			struct slice a = { raw, len }, b = { low, len };
			int lower = c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;

			memset(raw, c, sizeof(raw));
			memset(low, lower, sizeof(low));
			cr_expect_eq(siphash(key, a, true), siphash(key, b, false),
				     "byte %d, %zu times", c, len);
		}
}

Test(map, finds_what_was_set)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct map m = MAP_INIT;

	cr_expect_eq(map_get(&m, SLICE("a")), MAP_NONE);
	cr_expect(!map_has(&m, SLICE("a")));
	for (size_t i = 0; i < 1000; i++)
		map_set(&m, arena_printf(arena, "key %zu", i), i);
	for (size_t i = 0; i < 1000; i++) {
		cr_assert_eq(map_get(&m, arena_printf(arena, "key %zu", i)), i);
		cr_assert(map_has(&m, arena_printf(arena, "key %zu", i)));
		cr_assert(!map_has(&m, arena_printf(arena, "Key %zu", i)));
		cr_assert_eq(map_get(&m, arena_printf(arena, "key %zu ", i)), MAP_NONE);
	}
	map_set(&m, SLICE("key 7"), 8);
	cr_expect_eq(map_get(&m, SLICE("key 7")), 8);
	cr_expect_eq(m.n, 1000);
	map_release(&m);
	cr_expect(!map_has(&m, SLICE("key 7")));
}

Test(map, absent_is_empty)
{
	struct map m = MAP_INIT;

	cr_expect(map_add(&m, SLICE_NONE));
	cr_expect(map_has(&m, SLICE("")));
	cr_expect(!map_add(&m, SLICE("")));
	map_release(&m);
}

Test(map, set_adds_once)
{
	struct map m = MAP_INIT_FOLD;

	cr_expect(map_add(&m, SLICE("Example.com")));
	cr_expect(!map_add(&m, SLICE("example.COM")));
	cr_expect(map_has(&m, SLICE("EXAMPLE.com")));
	cr_expect(!map_has(&m, SLICE("example.org")));
	cr_expect_eq(m.n, 1);
	map_release(&m);
}

/* What a map answers that was filled with this seed. */
static void collect_answers(struct siphash_key seed, bool fold, size_t answers[400])
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct map m = { .fold = fold };

	map_seed(seed);
	for (size_t i = 0; i < 300; i++)
		map_set(&m, arena_printf(arena, "%c%zu", i % 3 ? 'x' : 'X', i % 200), i);
	for (size_t i = 0; i < 400; i++)
		answers[i] = map_get(&m, arena_printf(arena, "%c%zu", i % 2 ? 'x' : 'X', i / 2));
	map_release(&m);
}

Test(map, answers_do_not_depend_on_the_seed)
{
	size_t expected[400], answers[400];

	for (int fold = 0; fold < 2; fold++) {
		collect_answers((struct siphash_key){ 0 }, fold, expected);
		for (uint64_t i = 1; i < 20; i++) {
			collect_answers((struct siphash_key){ i * 0x9e3779b97f4a7c15, ~i }, fold,
					answers);
			cr_assert_arr_eq(answers, expected, sizeof(expected));
		}
	}
}
