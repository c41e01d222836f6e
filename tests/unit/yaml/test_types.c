/*
 * Types of scalars as the cluster reads them, and writing so that each reader reads the same.
 */
#include "tests/unit/yaml/trial.h"

#include <criterion/criterion.h>

struct scalar_row {
	const char *text;
	enum yaml_type type;
};

static const struct scalar_row rows[] = {
	{ "yes", YAML_BOOL },
	{ "No", YAML_BOOL },
	{ "ON", YAML_BOOL },
	{ "off", YAML_BOOL },
	{ "y", YAML_BOOL },
	{ "N", YAML_BOOL },
	{ "true", YAML_BOOL },
	{ "True", YAML_BOOL },
	{ "FALSE", YAML_BOOL },
	{ "tRue", YAML_STRING },
	{ "oN", YAML_STRING },
	{ "null", YAML_NULL },
	{ "~", YAML_NULL },
	{ "Null", YAML_NULL },
	{ "NULL", YAML_NULL },
	{ "nULL", YAML_STRING },
	{ "0", YAML_INT },
	{ "-0", YAML_INT },
	{ "+90", YAML_INT },
	{ "90", YAML_INT },
	{ "012", YAML_INT },
	{ "0777", YAML_INT },
	{ "08", YAML_FLOAT },
	{ "1_000", YAML_INT },
	{ "0o777", YAML_INT },
	{ "0x1F", YAML_INT },
	{ "0b11", YAML_INT },
	{ "0b12", YAML_STRING },
	{ "0xG", YAML_STRING },
	{ "0x", YAML_STRING },
	{ "1e3", YAML_FLOAT },
	{ "1.", YAML_FLOAT },
	{ ".5", YAML_FLOAT },
	{ "-.5e-3", YAML_FLOAT },
	{ "1e", YAML_STRING },
	{ "1e+", YAML_STRING },
	{ ".inf", YAML_FLOAT },
	{ "-.Inf", YAML_FLOAT },
	{ ".nan", YAML_FLOAT },
	{ "-.nan", YAML_STRING },
	{ "inf", YAML_STRING },
	{ ".", YAML_STRING },
	{ "+", YAML_STRING },
	{ "1.2.3", YAML_STRING },
	{ "._", YAML_STRING },
	{ "-_", YAML_STRING },
	{ "1e_", YAML_STRING },
	{ "60:30", YAML_STRING },
	{ "1:30:00", YAML_STRING },
	{ "18446744073709551615", YAML_INT },
	{ "18446744073709551616", YAML_FLOAT },
	{ "2001-01-01", YAML_STRING },
	{ "1e400", YAML_STRING },
	{ "-9223372036854775808", YAML_INT },
	{ "-9223372036854775809", YAML_FLOAT },
	{ "+9223372036854775808", YAML_FLOAT },
	{ ".1_", YAML_STRING },
	{ "-_1", YAML_INT },
	{ "0_x1", YAML_INT },
	{ "7e_+9", YAML_FLOAT },
	{ "10.0.0.1", YAML_STRING },
	{ "1.0", YAML_FLOAT },
	{ "2e3", YAML_FLOAT },
	{ "a", YAML_STRING },
	{ "v1", YAML_STRING },
	{ "1a", YAML_STRING },
	{ "\"10\"", YAML_STRING },
	{ "'10'", YAML_STRING },
	{ "\"\"", YAML_STRING },
	{ "!!str 10", YAML_STRING },
	{ "!!int \"10\"", YAML_INT },
	{ "!!float 10", YAML_FLOAT },
	{ "!!bool \"yes\"", YAML_BOOL },
	{ "!!null \"\"", YAML_NULL },
	{ "!x 10", YAML_STRING },
	{ "! 10", YAML_STRING },
	{ "&a 10", YAML_INT },
	{ "&a ! 10", YAML_STRING },
	{ "! &a 10", YAML_STRING },
	{ "&a", YAML_NULL },
	{ "", YAML_NULL },
};

Test(yaml_types, as_the_cluster_reads_them)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STR struct str text = STR_INIT;
		struct yaml_file *file;
		const struct yaml_node *n;

		str_addf(&text, "k: %s\n", rows[i].text);
		file = trial_parse(rows[i].text, str_slice(&text));
		n = trial_find(file, "k");
		cr_expect_eq(yaml_type_of(n), rows[i].type, "%s: type %d", rows[i].text,
			     (int)yaml_type_of(n));
		cr_expect_eq(yaml_string(n).ptr != NULL, rows[i].type == YAML_STRING, "%s",
			     rows[i].text);
		yaml_file_free(file);
	}
}

/* 1: plain in block and in flow, 2: plain in block only, 0: never. */
static const struct {
	struct slice text;
	int plain;
} writing[] = {
	{ SLICE_INIT("a"), 1 },
	{ SLICE_INIT("host.example"), 1 },
	{ SLICE_INIT("a b"), 1 },
	{ SLICE_INIT("10.0.0.1"), 1 },
	{ SLICE_INIT("v1.10"), 1 },
	{ SLICE_INIT("\xc3\xa9\xf0\x9f\x98\x80"), 1 },
	{ SLICE_INIT("a#b"), 1 },
	{ SLICE_INIT("a'b\""), 1 },
	{ SLICE_INIT("a:b"), 2 },
	{ SLICE_INIT("http://x/y?z"), 2 },
	{ SLICE_INIT("a:?b"), 2 },
	{ SLICE_INIT("a,b"), 2 },
	{ SLICE_INIT("a[0]"), 2 },
	{ SLICE_INIT("a{b}"), 2 },
	{ SLICE_INIT("a,"), 2 },
	{ SLICE_INIT(""), 0 },
	{ SLICE_INIT(" a"), 0 },
	{ SLICE_INIT("a "), 0 },
	{ SLICE_INIT("a: b"), 0 },
	{ SLICE_INIT("a:"), 0 },
	{ SLICE_INIT("a #b"), 0 },
	{ SLICE_INIT("#a"), 0 },
	{ SLICE_INIT("- a"), 0 },
	{ SLICE_INIT("-"), 0 },
	{ SLICE_INIT("? a"), 0 },
	{ SLICE_INIT("---"), 0 },
	{ SLICE_INIT("..."), 0 },
	{ SLICE_INIT("*"), 0 },
	{ SLICE_INIT("*.a"), 0 },
	{ SLICE_INIT("&a"), 0 },
	{ SLICE_INIT("!a"), 0 },
	{ SLICE_INIT("|"), 0 },
	{ SLICE_INIT("> a"), 0 },
	{ SLICE_INIT("'a"), 0 },
	{ SLICE_INIT("\"a"), 0 },
	{ SLICE_INIT("%a"), 0 },
	{ SLICE_INIT("@a"), 0 },
	{ SLICE_INIT("`a"), 0 },
	{ SLICE_INIT("{a"), 0 },
	{ SLICE_INIT("[a"), 0 },
	{ SLICE_INIT("="), 0 },
	{ SLICE_INIT("<<"), 0 },
	{ SLICE_INIT("on"), 0 },
	{ SLICE_INIT("NO"), 0 },
	{ SLICE_INIT("y"), 0 },
	{ SLICE_INIT("null"), 0 },
	{ SLICE_INIT("~"), 0 },
	{ SLICE_INIT("1"), 0 },
	{ SLICE_INIT("0123"), 0 },
	{ SLICE_INIT("1.10"), 0 },
	{ SLICE_INIT("2e3"), 0 },
	{ SLICE_INIT("1_0"), 0 },
	{ SLICE_INIT("0x1"), 0 },
	{ SLICE_INIT("60:30"), 0 },
	{ SLICE_INIT("1:30:00.5"), 0 },
	{ SLICE_INIT("2001-01-01"), 0 },
	{ SLICE_INIT("2001-01-01T00:00:00Z"), 0 },
	{ SLICE_INIT(".inf"), 0 },
	{ SLICE_INIT("a\nb"), 0 },
	{ SLICE_INIT("a\tb"), 0 },
	{ SLICE_INIT("a\0b"), 0 },
	{ SLICE_INIT("a\x7f"), 0 },
	{ SLICE_INIT("a\xc2\x85"), 0 },
	{ SLICE_INIT("\xc2\xa0"), 0 },
	{ SLICE_INIT("a\xe2\x80\xa8"), 0 },
	{ SLICE_INIT("\xef\xbb\xbf"), 0 },
	{ SLICE_INIT("a\xe2\x80\xae"), 0 },
	{ SLICE_INIT("{{ a }}"), 0 },
	{ SLICE_INIT("a{{b"), 0 },
	{ SLICE_INIT("a {% b"), 0 },
	{ SLICE_INIT("\\"), 1 },
	{ SLICE_INIT("a\xef\xbf\xbf"), 0 },
};

Test(yaml_types, plain_where_all_read_a_string)
{
	for (size_t i = 0; i < sizeof(writing) / sizeof(writing[0]); i++) {
		AUTO_STR struct str block = STR_INIT, flow = STR_INIT;
		struct slice text = writing[i].text;

		yaml_write_string(&block, text, false);
		yaml_write_string(&flow, text, true);
		cr_expect_eq(slice_eq(str_slice(&block), text), writing[i].plain != 0,
			     "'%s' in block", text.ptr);
		cr_expect_eq(slice_eq(str_slice(&flow), text), writing[i].plain == 1,
			     "'%s' in flow", text.ptr);
	}
}

/* Whatever is written is read back, as a string, in any place. */
Test(yaml_types, strings_are_read_back)
{
	static const char *const frames[] = { "k: %s\n",         "- %s\n", "%s: 1\n",
					      "{a: %s, b: 1}\n", "[%s]\n", "{%s: 1}\n",
					      "{\"k\":%s}\n" };

	for (size_t i = 0; i < sizeof(writing) / sizeof(writing[0]); i++)
		for (size_t j = 0; j < sizeof(frames) / sizeof(frames[0]); j++) {
			AUTO_STR struct str text = STR_INIT, whole = STR_INIT;
			struct yaml_file *file;
			const struct yaml_node *n;

			yaml_write_string(&text, writing[i].text, j > 2);
			str_addf(&whole, frames[j], text.ptr);
			file = trial_parse(whole.ptr, str_slice(&whole));
			n = yaml_root(file, 0)->first;
			n = j == 2 || j == 5 ? n->key : n;
			cr_expect(slice_eq(n->text, writing[i].text), "%s", whole.ptr);
			cr_expect_eq(yaml_type_of(n), YAML_STRING, "%s", whole.ptr);
			yaml_file_free(file);
		}
}

Test(yaml_types, bytes_that_are_not_text_become_a_sign)
{
	AUTO_STR struct str text = STR_INIT;

	yaml_write_string(&text, SLICE("a\xff"), false);
	cr_expect_str_eq(text.ptr, "\"a\xef\xbf\xbd\"");
}
