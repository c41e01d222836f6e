/*
 * Code points in UTF-8.
 */
#include "base/utf8.h"

#include <criterion/criterion.h>

static const struct {
	const char *name;
	struct slice bytes;
	size_t len; /* 0: refused */
	uint32_t point;
} decode_rows[] = {
	{ "nothing", SLICE_INIT(""), 0, 0 },
	{ "NUL", SLICE_INIT("\0"), 1, 0 },
	{ "ASCII", SLICE_INIT("ab"), 1, 'a' },
	{ "DEL", SLICE_INIT("\x7f"), 1, 0x7f },
	{ "two bytes, least", SLICE_INIT("\xc2\x80"), 2, 0x80 },
	{ "two bytes, most", SLICE_INIT("\xdf\xbf"), 2, 0x7ff },
	{ "three bytes, least", SLICE_INIT("\xe0\xa0\x80"), 3, 0x800 },
	{ "three bytes, most", SLICE_INIT("\xef\xbf\xbf"), 3, 0xffff },
	{ "four bytes, least", SLICE_INIT("\xf0\x90\x80\x80"), 4, 0x10000 },
	{ "four bytes, most", SLICE_INIT("\xf4\x8f\xbf\xbf"), 4, 0x10ffff },
	{ "before the surrogates", SLICE_INIT("\xed\x9f\xbf"), 3, 0xd7ff },
	{ "behind the surrogates", SLICE_INIT("\xee\x80\x80"), 3, 0xe000 },
	{ "first surrogate", SLICE_INIT("\xed\xa0\x80"), 0, 0 },
	{ "last surrogate", SLICE_INIT("\xed\xbf\xbf"), 0, 0 },
	{ "past the last", SLICE_INIT("\xf4\x90\x80\x80"), 0, 0 },
	{ "far past the last", SLICE_INIT("\xf7\xbf\xbf\xbf"), 0, 0 },
	{ "five bytes", SLICE_INIT("\xf8\x88\x80\x80\x80"), 0, 0 },
	{ "FF", SLICE_INIT("\xff"), 0, 0 },
	{ "overlong NUL", SLICE_INIT("\xc0\x80"), 0, 0 },
	{ "overlong slash", SLICE_INIT("\xc1\xaf"), 0, 0 },
	{ "overlong in three", SLICE_INIT("\xe0\x9f\xbf"), 0, 0 },
	{ "overlong in four", SLICE_INIT("\xf0\x8f\xbf\xbf"), 0, 0 },
	{ "continuation alone", SLICE_INIT("\x80"), 0, 0 },
	{ "cut after one of two", SLICE_INIT("\xc3"), 0, 0 },
	{ "cut after two of three", SLICE_INIT("\xe2\x82"), 0, 0 },
	{ "cut after three of four", SLICE_INIT("\xf0\x9f\x9a"), 0, 0 },
	{ "second byte is none", SLICE_INIT("\xe2(\xa1"), 0, 0 },
	{ "third byte is none", SLICE_INIT("\xe2\x82("), 0, 0 },
};

Test(utf8, decode)
{
	for (size_t i = 0; i < sizeof(decode_rows) / sizeof(decode_rows[0]); i++) {
		uint32_t got = 0xdead;
		size_t len = utf8_decode(decode_rows[i].bytes, &got);

		cr_expect_eq(len, decode_rows[i].len, "%s: length %zu", decode_rows[i].name, len);
		cr_expect_eq(got, len ? decode_rows[i].point : 0xdead, "%s: %#x",
			     decode_rows[i].name, (unsigned)got);
	}
}

Test(utf8, decode_of_an_absent_slice)
{
	uint32_t got;

	cr_expect_eq(utf8_decode(SLICE_NONE, &got), 0);
}

Test(utf8, count)
{
	static const struct {
		const char *name;
		struct slice bytes;
		size_t count;
	} rows[] = {
		{ "nothing", SLICE_INIT(""), 0 },
		{ "ASCII", SLICE_INIT("abc"), 3 },
		{ "mixed", SLICE_INIT("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x9a\x80z"), 5 },
		{ "each wrong byte is one", SLICE_INIT("\xe2\x82"), 2 },
		{ "wrong bytes between right ones", SLICE_INIT("a\xff\xc3\xa9\x80"), 4 },
		{ "NUL is one", SLICE_INIT("a\0b"), 3 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect_eq(utf8_count(rows[i].bytes), rows[i].count, "%s", rows[i].name);
}

/* The code points of the categories Cc, Cf, Zl and Zp that matter, and their neighbours. */
static const struct {
	const char *name;
	uint32_t first, last;
	bool visible;
} visible_rows[] = {
	{ "C0", 0x00, 0x1f, false },
	{ "ASCII", 0x20, 0x7e, true },
	{ "DEL and C1", 0x7f, 0x9f, false },
	{ "Latin-1", 0xa0, 0xac, true },
	{ "soft hyphen", 0xad, 0xad, false },
	{ "Latin to Hebrew", 0xae, 0x5ff, true },
	{ "Arabic letter mark", 0x61c, 0x61c, false },
	{ "Mongolian vowel separator", 0x180e, 0x180e, false },
	{ "spaces", 0x2000, 0x200a, true },
	{ "zero width and marks of direction", 0x200b, 0x200f, false },
	{ "dashes, quotes, ellipsis", 0x2010, 0x2027, true },
	{ "separators, embeddings and overrides", 0x2028, 0x202e, false },
	{ "punctuation", 0x202f, 0x205f, true },
	{ "word joiner and invisible operators", 0x2060, 0x2064, false },
	{ "isolates and deprecated format characters", 0x2066, 0x206f, false },
	{ "superscripts to Hangul", 0x2070, 0xd7ff, true },
	{ "private use to presentation forms", 0xe000, 0xfefe, true },
	{ "byte order mark", 0xfeff, 0xfeff, false },
	{ "half width and full width", 0xff00, 0xfff8, true },
	{ "interlinear annotation", 0xfff9, 0xfffb, false },
	{ "replacement character", 0xfffd, 0xfffd, true },
	{ "emoji", 0x1f300, 0x1faff, true },
	{ "language tag", 0xe0001, 0xe0001, false },
	{ "tags", 0xe0020, 0xe007f, false },
	{ "variation selectors", 0xe0100, 0xe01ef, true },
	{ "last", 0x10ffff, 0x10ffff, true },
};

Test(utf8, is_visible)
{
	for (size_t i = 0; i < sizeof(visible_rows) / sizeof(visible_rows[0]); i++)
		for (uint32_t c = visible_rows[i].first; c <= visible_rows[i].last; c++)
			cr_expect(utf8_is_visible(c) == visible_rows[i].visible, "%s: U+%04X",
				  visible_rows[i].name, (unsigned)c);
}
