/*
 * The characters of files, however they are written: a host that another reader finds is in the
 * text.
 */
#include "inventory/file_text.h"

#include "base/alloc.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* A literal with NUL bytes. */
#define BYTES(text) ((struct slice){ (text), sizeof(text) - 1 })

Test(file_text, decoded)
{
	static const struct {
		struct slice bytes;
		const char *text;
	} rows[] = {
		{ SLICE_INIT("host: web-vm.example"), "host: web-vm.example" },
		{ SLICE_INIT("\"w\\x65b\""), "\"web\"" },
		{ SLICE_INIT("\"w\\u0065b\\u002Dvm\""), "\"web-vm\"" },
		{ SLICE_INIT("\"w\\U00000065b\""), "\"web\"" },
		{ SLICE_INIT("\"\\\\\\x65\""), "\"\\\\e\"" },
		{ SLICE_INIT("\"web-\\\n   \n  vm\""), "\"web-vm\"" },
		{ SLICE_INIT("\"web-\\\r\n  vm\""), "\"web-vm\"" },
		{ SLICE_INIT("\\x6 \\xg5 \\u65 \\U65 \\"), "\\x6 \\xg5 \\u65 \\U65 \\" },
		{ SLICE_INIT("\\n\\t"), "\\n\\t" },
		{ SLICE_INIT("\\u00e9\\u20ac"), "\303\251\342\202\254" },
		{ SLICE_INIT("a: !!binary d2Vi\nb: c"), "a: !!binary d2Vi\nb: c\nweb\n" },
		{ SLICE_INIT("a: !!binary \"d2\n  Vi\""), "a: !!binary \"d2\n  Vi\"\nweb\n" },
		{ SLICE_INIT("a: !!binary |\n  d2\n  Vi\n"), "a: !!binary |\n  d2\n  Vi\n\nweb\n" },
		{ SLICE_INIT("!<tag:yaml.org,2002:binary> d2Vi"),
		  "!<tag:yaml.org,2002:binary> d2Vi\nweb\n" },
		{ SLICE_INIT("binaryData: d2Vi"), "binaryData: d2Vi" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STR struct str out = STR_INIT;
		struct slice text = file_text(rows[i].bytes, &out);

		cr_expect(slice_is(text, rows[i].text), "row %zu: '%.*s'", i, (int)text.len,
			  text.ptr);
	}
}

Test(file_text, encodings)
{
	const struct slice rows[] = {
		BYTES("\xff\xfeh\0i\0"),
		BYTES("\xfe\xff\0h\0i"),
		BYTES("h\0i\0"),
		BYTES("\0h\0i"),
		BYTES("\xff\xfe\0\0h\0\0\0i\0\0\0"),
		BYTES("\0\0\xfe\xff\0\0\0h\0\0\0i"),
		BYTES("h\0\0\0i\0\0\0"),
		BYTES("\0\0\0h\0\0\0i"),
		BYTES("\xff\xfeh\0i\0!"), /* half a unit */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STR struct str out = STR_INIT;
		struct slice text = file_text(rows[i], &out);

		cr_expect(slice_is(text, "hi"), "row %zu: '%.*s'", i, (int)text.len, text.ptr);
	}
}

Test(file_text, a_file_without_anything_is_not_copied)
{
	AUTO_STR struct str out = STR_INIT;
	struct slice bytes = SLICE("a: 'b\\n'\n# C:\\dir\n");

	cr_expect_eq(file_text(bytes, &out).ptr, bytes.ptr);
	cr_expect_eq(file_text(SLICE(""), &out).len, 0);
}

Test(file_text, replaced)
{
	cr_expect_not_null(file_text_replaced(
		SLICE("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")));
	cr_expect_not_null(file_text_replaced(BYTES("\0GITCRYPT\0\1\2")));
	cr_expect_null(file_text_replaced(SLICE("version: 1\n")));
}

Test(file_text, is_linear)
{
	AUTO_STR struct str text = STR_INIT, out = STR_INIT;

	for (size_t i = 0; i < 200000; i++)
		str_adds(&text, i % 2 ? "!!binary \"" : "\\x41\\");
	cr_expect_gt(file_text(str_slice(&text), &out).len, 0);
}
