/*
 * Text that grows.
 */
#include "base/str.h"

#include <criterion/criterion.h>
#include <string.h>

/* What holds of every str at any time. */
static void assert_sane(const struct str *s)
{
	cr_assert_not_null(s->ptr);
	cr_assert_eq(s->ptr[s->len], '\0');
	cr_assert(s->cap == 0 ? s->len == 0 : s->len < s->cap);
	cr_assert_leq(s->len, s->max);
}

Test(str, begins_empty)
{
	AUTO_STR struct str s = STR_INIT;

	assert_sane(&s);
	cr_expect_str_eq(s.ptr, "");
	cr_expect_eq(str_slice(&s).len, 0);
	cr_expect_not(str_over(&s));
}

Test(str, appends)
{
	AUTO_STR struct str s = STR_INIT;

	str_add(&s, SLICE("ab\0c"));
	str_adds(&s, "de");
	str_addc(&s, '\0');
	str_fill(&s, '-', 3);
	str_addf(&s, "%d%%%s", 42, "x");
	assert_sane(&s);
	cr_expect(slice_eq(str_slice(&s), SLICE("ab\0cde\0---42%x")));
}

Test(str, appending_nothing_changes_nothing)
{
	AUTO_STR struct str s = STR_INIT;

	str_add(&s, SLICE_NONE);
	str_add(&s, SLICE(""));
	str_adds(&s, "");
	str_adds(&s, NULL);
	str_fill(&s, 'x', 0);
	assert_sane(&s);
	cr_expect_eq(s.len, 0);
	str_addf(&s, "%s", "");
	assert_sane(&s);
	cr_expect_eq(s.len, 0);
}

Test(str, grows_byte_by_byte)
{
	AUTO_STR struct str s = STR_INIT;

	for (size_t i = 0; i < 5000; i++) {
		str_addc(&s, (char)('a' + i % 26));
		assert_sane(&s);
	}
	cr_expect_eq(s.len, 5000);
	for (size_t i = 0; i < 5000; i++)
		cr_assert_eq(s.ptr[i], (char)('a' + i % 26));
}

Test(str, over_is_sticky_and_keeps_what_fitted)
{
	static const struct {
		const char *name;
		size_t max;
		const char *adds[4];
		const char *text;
		bool over;
	} rows[] = {
		{ "fits exactly", 4, { "ab", "cd" }, "abcd", false },
		{ "one too many", 4, { "ab", "cde" }, "ab", true },
		{ "a smaller one behind it is dropped, too", 4, { "ab", "cde", "f" }, "ab", true },
		{ "nothing fits", 0, { "a" }, "", true },
		{ "nothing is added to nothing", 0, { "" }, "", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STR struct str s = STR_INIT;

		s.max = rows[i].max;
		for (size_t j = 0; j < 4 && rows[i].adds[j]; j++) {
			str_adds(&s, rows[i].adds[j]);
			assert_sane(&s);
		}
		cr_expect_str_eq(s.ptr, rows[i].text, "%s: '%s'", rows[i].name, s.ptr);
		cr_expect_eq(str_over(&s), rows[i].over, "%s", rows[i].name);
	}
}

Test(str, over_by_printf_and_fill)
{
	AUTO_STR struct str s = STR_INIT;

	s.max = 5;
	str_addf(&s, "%d", 123456);
	cr_expect(str_over(&s));
	cr_expect_eq(s.len, 0);
	str_clear(&s);
	str_fill(&s, 'x', 6);
	cr_expect(str_over(&s));
	cr_expect_eq(s.len, 0);
	assert_sane(&s);
}

Test(str, clear_forgets_and_release_frees)
{
	AUTO_STR struct str s = STR_INIT;

	s.max = 10;
	str_adds(&s, "12345678");
	str_adds(&s, "9ab");
	cr_expect(str_over(&s));
	str_clear(&s);
	assert_sane(&s);
	cr_expect_eq(s.len, 0);
	cr_expect_not(str_over(&s));
	str_adds(&s, "again");
	cr_expect_str_eq(s.ptr, "again");
	str_release(&s);
	assert_sane(&s);
	cr_expect_eq(s.cap, 0);
	cr_expect_eq(s.max, 10);
	str_release(&s);
	str_adds(&s, "more");
	cr_expect_str_eq(s.ptr, "more");
}

static const struct {
	const char *name;
	struct slice text;
	bool lines;
	const char *shown;
} visible_rows[] = {
	{ "plain", SLICE_INIT("abc d"), false, "abc d" },
	{ "UTF-8", SLICE_INIT("\xc3\xa9\xe2\x82\xac\xf0\x9f\x9a\x80"), false,
	  "\xc3\xa9\xe2\x82\xac\xf0\x9f\x9a\x80" },
	{ "ESC", SLICE_INIT("\x1b[31mred"), false, "^[[31mred" },
	{ "NUL", SLICE_INIT("a\0b"), false, "a\\x00b" },
	{ "line feed", SLICE_INIT("a\nb\tc"), false, "a\\x0ab\\x09c" },
	{ "line feed in lines", SLICE_INIT("a\nb\tc"), true, "a\nb\tc" },
	{ "CR in lines", SLICE_INIT("a\rb"), true, "a\\x0db" },
	{ "ESC in lines", SLICE_INIT("\x1b]0;title\x07"), true, "^[]0;title\\x07" },
	{ "DEL", SLICE_INIT("\x7f"), false, "\\x7f" },
	{ "C1 in UTF-8",
	  SLICE_INIT("\xc2\x9b"
		     "31m"),
	  false, "\\x9b31m" },
	{ "first behind C1", SLICE_INIT("\xc2\xa0"), false, "\xc2\xa0" },
	{ "not UTF-8", SLICE_INIT("a\xff\xc3"), false, "a\\xff\\xc3" },
	{ "raw C1",
	  SLICE_INIT("\x9b"
		     "31m"),
	  false, "\\x9b31m" },
	{ "overlong", SLICE_INIT("\xc0\x9b"), false, "\\xc0\\x9b" },
	{ "right to left override",
	  SLICE_INIT("a\xe2\x80\xae"
		     "b"),
	  false, "a\\u202eb" },
	{ "isolate, in lines, too", SLICE_INIT("\xe2\x81\xa6\xe2\x81\xa9"), true,
	  "\\u2066\\u2069" },
	{ "neighbours of the bidirectional controls",
	  SLICE_INIT("\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xb0"), false,
	  "\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xb0" },
	{ "line and paragraph separator, in lines, too",
	  SLICE_INIT("a\xe2\x80\xa8"
		     "b\xe2\x80\xa9"
		     "c"),
	  true, "a\\u2028b\\u2029c" },
	{ "marks of direction", SLICE_INIT("\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c"), false,
	  "\\u200e\\u200f\\u061c" },
	{ "zero width", SLICE_INIT("\xe2\x80\x8b\xe2\x81\xa0\xef\xbb\xbf"), false,
	  "\\u200b\\u2060\\ufeff" },
	{ "tag", SLICE_INIT("\xf3\xa0\x80\x81"), false, "\\U000e0001" },
	{ "nothing", SLICE_INIT(""), false, "" },
};

Test(str, add_visible)
{
	for (size_t i = 0; i < sizeof(visible_rows) / sizeof(visible_rows[0]); i++) {
		AUTO_STR struct str s = STR_INIT;

		str_add_visible(&s, visible_rows[i].text, visible_rows[i].lines);
		assert_sane(&s);
		cr_expect_str_eq(s.ptr, visible_rows[i].shown, "%s: '%s'", visible_rows[i].name,
				 s.ptr);
	}
}
