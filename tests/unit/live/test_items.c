/*
 * Lists cut into items, in pieces of any size.
 */
#include "live/items.h"

#include <criterion/criterion.h>

/* Appends "<item>". */
static int note(void *ctx, struct slice bytes, struct err *err)
{
	(void)err;
	str_addf(ctx, "<%" SLICE_FMT ">", SLICE_ARG(bytes));
	return 0;
}

static const struct {
	const char *name, *text, *items; /* items NULL: refused */
} rows[] = {
	{ "nothing", "", "" },
	{ "an empty list", "{\"kind\": \"List\", \"items\": []}\n", "" },
	{ "two", "{\"items\": [ {\"a\": 1}, {\"b\": [2]} ], \"kind\": \"List\"}",
	  "<{\"a\": 1}><{\"b\": [2]}>" },
	{ "brackets and quotes in strings", "{\"items\":[{\"a\":\"}]{\\\"[\\\\\"}]}",
	  "<{\"a\":\"}]{\\\"[\\\\\"}>" },
	{ "items inside of items", "{\"items\":[{\"items\":[{\"x\":1}]}]}",
	  "<{\"items\":[{\"x\":1}]}>" },
	{ "items inside of something else",
	  "{\"metadata\":{\"items\":[{\"a\":1}]},\"items\":[{\"b\":1}]}", "<{\"b\":1}>" },
	{ "items that is no list", "{\"items\":{\"a\":[{}]}}", "" },
	{ "a value that is called items", "{\"x\":\"items\",\"y\":[{\"a\":1}]}", "" },
	{ "a longer key", "{\"itemsx\":[{\"a\":1}]}", "" },
	{ "no JSON", "error: nothing\n", NULL },
	{ "a list", "[{\"items\":[]}]", NULL },
	{ "two objects", "{}{}", NULL },
	{ "a tail", "{} x", NULL },
	{ "cut off", "{\"items\":[{\"a\":1}", NULL },
	{ "cut off in a string", "{\"items\":[{\"a\":\"", NULL },
	{ "one bracket too many", "{}}", NULL },
};

Test(items, cut)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t piece = 1; piece < 40; piece += 6) {
			AUTO_STR struct str found = STR_INIT;
			struct items items = { .item = note, .ctx = &found };
			struct slice text = slice_of(rows[i].text);
			struct err err = ERR_INIT;
			int failed = 0;

			for (size_t at = 0; at < text.len && !failed; at += piece)
				failed = items_feed(&items, slice_sub(text, at, piece), &err);
			failed = failed ? failed : items_end(&items, &err);
			cr_expect_eq(failed, rows[i].items ? 0 : -1, "%s, %zu", rows[i].name,
				     piece);
			cr_expect_eq(err.code, rows[i].items ? NULL : &CODE_live_answer, "%s, %zu",
				     rows[i].name, piece);
			cr_expect(!rows[i].items || slice_is(str_slice(&found), rows[i].items),
				  "%s, %zu: %s", rows[i].name, piece, found.ptr);
			items_release(&items);
		}
}

Test(items, bounds)
{
	AUTO_STR struct str found = STR_INIT;
	struct items deep = { .item = note, .ctx = &found },
		     large = { .item = note, .ctx = &found };
	AUTO_STR struct str text = STR_INIT;
	struct err err = ERR_INIT;

	str_adds(&text, "{\"items\":");
	str_fill(&text, '[', 1000);
	cr_expect_eq(items_feed(&deep, str_slice(&text), &err), -1);
	cr_expect_eq(err.code, &CODE_live_answer);
	items_release(&deep);
	str_clear(&text);
	str_adds(&text, "{\"items\":[{\"a\":\"");
	str_fill(&text, 'x', ITEM_MAX + 10);
	cr_expect_eq(items_feed(&large, str_slice(&text), &err), -1);
	cr_expect_not_null(strstr(err.reason, "too large"));
	items_release(&large);
}
