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
