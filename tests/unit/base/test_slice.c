/*
 * Borrowed text, and the numbers read from it.
 */
#include "base/slice.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define ROWS(rows) (sizeof(rows) / sizeof((rows)[0]))
#define ABSENT                                                                                     \
	{                                                                                          \
		NULL, 0                                                                            \
	}

Test(slice, of_and_print)
{
	char text[16];

	cr_expect_null(slice_of(NULL).ptr);
	cr_expect_eq(slice_of("").len, 0);
	cr_expect_not_null(slice_of("").ptr);
	cr_expect_eq(slice_of("abc").len, 3);
	cr_expect_eq(SLICE("a\0b").len, 3);
	(void)snprintf(text, sizeof(text), "<%" SLICE_FMT "><%" SLICE_FMT ">",
		       SLICE_ARG(slice_sub(SLICE("abc"), 1, 1)), SLICE_ARG(slice_of(NULL)));
	cr_expect_str_eq(text, "<b><>");
}

Test(slice, sub_is_clamped)
{
	static const struct {
		const char *name;
		size_t from, len;
		const char *text;
	} rows[] = {
		{ "all", 0, 5, "abcde" },
		{ "middle", 1, 3, "bcd" },
		{ "too long", 3, 100, "de" },
		{ "as long as can be", 1, SIZE_MAX, "bcde" },
		{ "from the end", 5, 1, "" },
		{ "from behind the end", 6, 1, "" },
		{ "far behind", SIZE_MAX, SIZE_MAX, "" },
		{ "nothing", 2, 0, "" },
	};

	for (size_t i = 0; i < ROWS(rows); i++)
		cr_expect(slice_is(slice_sub(SLICE("abcde"), rows[i].from, rows[i].len),
				   rows[i].text),
			  "%s", rows[i].name);
	cr_expect_null(slice_sub(SLICE_NONE, 3, 4).ptr);
}

static const struct {
	const char *name;
	struct slice a, b;
	bool eq, eq_case, starts, ends;
	int order;
} pairs_rows[] = {
	{ "same", SLICE_INIT("ab"), SLICE_INIT("ab"), true, true, true, true, 0 },
	{ "empty and absent", SLICE_INIT(""), ABSENT, true, true, true, true, 0 },
	{ "both absent", ABSENT, ABSENT, true, true, true, true, 0 },
	{ "other case", SLICE_INIT("aB"), SLICE_INIT("Ab"), false, true, false, false, 1 },
	{ "case is ASCII only", SLICE_INIT("\xc3\xa9"), SLICE_INIT("\xc3\x89"), false, false, false,
	  false, 1 },
	{ "neighbours of the letters", SLICE_INIT("@["), SLICE_INIT("`{"), false, false, false,
	  false, -1 },
	{ "prefix", SLICE_INIT("abc"), SLICE_INIT("ab"), false, false, true, false, 1 },
	{ "suffix", SLICE_INIT("abc"), SLICE_INIT("bc"), false, false, false, true, -1 },
	{ "nothing is prefix and suffix", SLICE_INIT("a"), SLICE_INIT(""), false, false, true, true,
	  1 },
	{ "absent is before", ABSENT, SLICE_INIT("a"), false, false, false, false, -1 },
	{ "longer than the other", SLICE_INIT("a"), SLICE_INIT("ab"), false, false, false, false,
	  -1 },
	{ "NUL counts", SLICE_INIT("a\0b"), SLICE_INIT("a\0c"), false, false, false, false, -1 },
	{ "bytes are unsigned", SLICE_INIT("\xff"), SLICE_INIT("a"), false, false, false, false,
	  1 },
};

Test(slice, compare)
{
	for (size_t i = 0; i < ROWS(pairs_rows); i++) {
		struct slice a = pairs_rows[i].a, b = pairs_rows[i].b;
		int order = slice_cmp(a, b), back = slice_cmp(b, a);

		cr_expect_eq(slice_eq(a, b), pairs_rows[i].eq, "eq: %s", pairs_rows[i].name);
		cr_expect_eq(slice_eq_case(a, b), pairs_rows[i].eq_case, "eq_case: %s",
			     pairs_rows[i].name);
		cr_expect_eq(slice_starts(a, b), pairs_rows[i].starts, "starts: %s",
			     pairs_rows[i].name);
		cr_expect_eq(slice_ends(a, b), pairs_rows[i].ends, "ends: %s", pairs_rows[i].name);
		cr_expect_eq((order > 0) - (order < 0), pairs_rows[i].order, "cmp: %s",
			     pairs_rows[i].name);
		cr_expect_eq((back > 0) - (back < 0), -pairs_rows[i].order, "cmp, turned round: %s",
			     pairs_rows[i].name);
	}
}

Test(slice, find)
{
	static const struct {
		const char *name;
		struct slice text, needle;
		size_t at;
	} rows[] = {
		{ "begin", SLICE_INIT("abcab"), SLICE_INIT("ab"), 0 },
		{ "middle", SLICE_INIT("xxabc"), SLICE_INIT("ab"), 2 },
		{ "end", SLICE_INIT("xxab"), SLICE_INIT("ab"), 2 },
		{ "not there", SLICE_INIT("abc"), SLICE_INIT("x"), SIZE_MAX },
		{ "longer than the text", SLICE_INIT("a"), SLICE_INIT("ab"), SIZE_MAX },
		{ "behind a NUL", SLICE_INIT("a\0b"), SLICE_INIT("b"), 2 },
		{ "nothing", SLICE_INIT("abc"), SLICE_INIT(""), 0 },
		{ "nothing in nothing", ABSENT, ABSENT, 0 },
		{ "something in nothing", ABSENT, SLICE_INIT("a"), SIZE_MAX },
	};

	for (size_t i = 0; i < ROWS(rows); i++)
		cr_expect_eq(slice_find(rows[i].text, rows[i].needle), rows[i].at, "%s",
			     rows[i].name);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect_eq(slice_find_case(rows[i].text, rows[i].needle), rows[i].at, "%s",
			     rows[i].name);
	cr_expect_eq(slice_find_case(SLICE("aaB.Example.COM"), SLICE("ab.eXample.com")), 1);
	cr_expect_eq(slice_find_case(SLICE("b.Example.CO"), SLICE("b.example.com")), SIZE_MAX);
	cr_expect_eq(slice_find_byte(SLICE("abcb"), 'b'), 1);
	cr_expect_eq(slice_find_byte(SLICE("abc"), 'x'), SIZE_MAX);
	cr_expect_eq(slice_find_byte(SLICE_NONE, 'x'), SIZE_MAX);
	cr_expect_eq(slice_find_byte(SLICE("a\0"), '\0'), 1);
}

Test(slice, trim)
{
	static const struct {
		const char *text, *trimmed;
	} rows[] = { { "", "" },    { " ", "" },   { "a", "a" },        { " \t\r\na b\n ", "a b" },
		     { "a ", "a" }, { " a", "a" }, { "\va\f", "\va\f" } };

	for (size_t i = 0; i < ROWS(rows); i++)
		cr_expect(slice_is(slice_trim(slice_of(rows[i].text)), rows[i].trimmed), "'%s'",
			  rows[i].text);
	cr_expect_eq(slice_trim(SLICE_NONE).len, 0);
}

Test(slice, next_cuts_pieces)
{
	static const struct {
		struct slice text;
		const char *pieces; /* each in brackets */
	} rows[] = {
		{ ABSENT, "" },
		{ SLICE_INIT(""), "[]" },
		{ SLICE_INIT("a"), "[a]" },
		{ SLICE_INIT("a,b"), "[a][b]" },
		{ SLICE_INIT(",a,,b,"), "[][a][][b][]" },
		{ SLICE_INIT(","), "[][]" },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct slice rest = rows[i].text, piece;
		char got[64] = "";

		while (slice_next(&rest, ',', &piece))
			(void)snprintf(got + strlen(got), sizeof(got) - strlen(got),
				       "[%" SLICE_FMT "]", SLICE_ARG(piece));
		cr_expect_str_eq(got, rows[i].pieces, "row %zu: %s", i, got);
	}
}

Test(slice, lists)
{
	struct slice items[] = { SLICE_INIT("a"), SLICE_INIT("b") };
	struct pair pairs[] = { { SLICE_INIT("k"), SLICE_INIT("v") },
				{ SLICE_INIT("e"), SLICE_INIT("") },
				{ SLICE_INIT("k"), SLICE_INIT("w") } };

	cr_expect(slices_have((struct slices){ items, 2 }, SLICE("b")));
	cr_expect_not(slices_have((struct slices){ items, 2 }, SLICE("c")));
	cr_expect_not(slices_have((struct slices){ NULL, 0 }, SLICE("a")));
	cr_expect(slice_is(pairs_get((struct pairs){ pairs, 3 }, SLICE("k")), "v"));
	cr_expect_not_null(pairs_get((struct pairs){ pairs, 3 }, SLICE("e")).ptr);
	cr_expect_null(pairs_get((struct pairs){ pairs, 3 }, SLICE("x")).ptr);
}

static const struct {
	const char *text;
	long min, max;
	bool ok;
	long value;
} int_rows[] = {
	{ "0", 0, 9, true, 0 },
	{ "9", 0, 9, true, 9 },
	{ "10", 0, 9, false, 0 },
	{ "-1", 0, 9, false, 0 },
	{ "-1", -1, 9, true, -1 },
	{ "-2", -1, 9, false, 0 },
	{ "", 0, 9, false, 0 },
	{ "-", -9, 9, false, 0 },
	{ "--1", -9, 9, false, 0 },
	{ "+1", 0, 9, false, 0 },
	{ " 1", 0, 9, false, 0 },
	{ "1 ", 0, 9, false, 0 },
	{ "01", 0, 9, false, 0 },
	{ "-01", -9, 9, false, 0 },
	{ "00", 0, 9, false, 0 },
	{ "1x", 0, 9, false, 0 },
	{ "0x1", 0, 9, false, 0 },
	{ "1.0", 0, 9, false, 0 },
	{ "1e0", 0, 9, false, 0 },
	{ "1_0", 0, 99, false, 0 },
	{ "/", 0, 9, false, 0 },
	{ ":", 0, 9, false, 0 },
	{ "999999999999999999", LONG_MIN, LONG_MAX, true, 999999999999999999 },
	{ "-999999999999999999", LONG_MIN, LONG_MAX, true, -999999999999999999 },
	{ "9223372036854775808", LONG_MIN, LONG_MAX, false, 0 },
	{ "99999999999999999999999999", LONG_MIN, LONG_MAX, false, 0 },
};

Test(slice, parse_int)
{
	for (size_t i = 0; i < ROWS(int_rows); i++) {
		long got = 77;
		bool ok = parse_int(slice_of(int_rows[i].text), int_rows[i].min, int_rows[i].max,
				    &got);

		cr_expect_eq(ok, int_rows[i].ok, "'%s'", int_rows[i].text);
		cr_expect_eq(got, int_rows[i].ok ? int_rows[i].value : 77, "'%s': %ld",
			     int_rows[i].text, got);
	}
	cr_expect_not(parse_int(SLICE_NONE, 0, 9, &(long){ 0 }));
	cr_expect_not(parse_int(SLICE("1\0"), 0, 9, &(long){ 0 }));
}

Test(slice, nearest)
{
	static const struct slice words[] = { SLICE_INIT("promote"), SLICE_INIT("plan"),
					      SLICE_INIT("status"),  SLICE_INIT("rollback"),
					      SLICE_INIT(""),        SLICE_INIT("-n") };
	static const struct {
		const char *name, *word, *nearest; /* NULL: none */
	} rows[] = {
		{ "the word itself", "plan", "plan" },
		{ "a letter less", "pla", "plan" },
		{ "a letter more", "plann", "plan" },
		{ "another letter", "plun", "plan" },
		{ "two swapped", "paln", "plan" },
		{ "two swapped in capitals", "PALN", "plan" },
		{ "capitals", "PLAN", "plan" },
		{ "two slips in a long word", "promtoe1", "promote" },
		{ "three slips in a long word", "rolbxkk", NULL },
		{ "too far", "pxxn", NULL },
		{ "nothing", "", NULL },
		{ "one letter may be anything of one or two", "n", "-n" },
		{ "far too long", "promotepromotepromotepromotepromotepromote", NULL },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct slice got = slice_nearest(slice_of(rows[i].word), words, ROWS(words));

		cr_expect(rows[i].nearest ? slice_is(got, rows[i].nearest) : !got.ptr,
			  "%s: '%" SLICE_FMT "'", rows[i].name, SLICE_ARG(got));
	}
	cr_expect_null(slice_nearest(SLICE("plan"), NULL, 0).ptr);
}
