/*
 * The lexer of holes, and the types of values.
 */
#include "template/lex_internal.h"
#include "template/type_internal.h"

#include <criterion/criterion.h>
#include <string.h>

Test(template_lex, pieces)
{
	static const struct {
		const char *text, *pieces; /* (hole) 'bad' */
	} rows[] = {
		{ "", "" },
		{ "plain $5 $x {y} $", "plain $5 $x {y} $" },
		{ "${a}", "(a)" },
		{ "x${a}${b_2}y", "x(a)(b_2)y" },
		{ "$${a}", "${a}" },
		{ "$$${a}", "$${a}" },
		{ "a$${b}${c}", "a${b}(c)" },
		{ "${", "'${'" },
		{ "${a", "'${'a" },
		{ "${}", "'${'}" },
		{ "${A}", "'${'A}" },
		{ "${1a}", "'${'1a}" },
		{ "${a b}", "'${'a b}" },
		{ "${a${b}}", "'${'a(b)}" },
		{ "${a-b}", "'${'a-b}" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STR struct str got = STR_INIT;
		struct slice rest = slice_of(rows[i].text), piece;

		for (enum piece kind; (kind = template_lex(&rest, &piece)) != PIECE_END;) {
			const char *marks = kind == PIECE_HOLE ? "()" :
					    kind == PIECE_BAD  ? "''" :
								 "";

			str_addf(&got, "%.1s%" SLICE_FMT "%s", marks, SLICE_ARG(piece),
				 marks[0] ? marks + 1 : "");
		}
		cr_assert_str_eq(got.ptr, rows[i].pieces, "%s", rows[i].text);
	}
}

static const struct {
	const char *type, *value;
	bool ok;
} values_rows[] = {
	{ "string", "", true },
	{ "string", "a b: c # d", true },
	{ "string", "a\nb", false },
	{ "string", "a\tb", false },
	{ "string", "\xff", false },
	{ "string", "\xc2\x85", false },
	{ "string", "\xe2\x80\xa8", false },
	{ "string", "\xe2\x80\xae", false },
	{ "string", "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", true },
	{ "text", "a\n\tb\n", true },
	{ "text", "a\rb", false },
	{ "int", "-7", true },
	{ "int", "", false },
	{ "int", "07", false },
	{ "int", "0x10", false },
	{ "int", "1e3", false },
	{ "int", "2147483648", false },
	{ "port", "0", false },
	{ "port", "1", true },
	{ "port", "65535", true },
	{ "port", "65536", false },
	{ "percent", "0", true },
	{ "percent", "100", true },
	{ "percent", "101", false },
	{ "host", "a", true },
	{ "host", "Payments-VM.example.com", true },
	{ "host", "", false },
	{ "host", "*.example.com", false },
	{ "host", "a..b", false },
	{ "host", "a.b.", false },
	{ "host", "-a.b", false },
	{ "host", "a_b", false },
	{ "host", "10.0.0.1", false },
	{ "host", "a:80", false },
	{ "host", "http://a", false },
	{ "host", "a b", false },
	{ "host", "\xc3\xa9.com", false },
	{ "label", "a-1", true },
	{ "label", "A", false },
	{ "label", "a.b", false },
	{ "label", "a-", false },
	{ "label", "", false },
	{ "label", "a23456789b123456789c123456789d123456789e123456789f123456789g123", true },
	{ "label", "a23456789b123456789c123456789d123456789e123456789f123456789g1234", false },
	{ "name", "a.b-c.d", true },
	{ "name", "a..b", false },
	{ "namespace", "shop", true },
	{ "namespace", "shop/x", false },
	{ "path", ".", true },
	{ "path", "./apps/shop", true },
	{ "path", "apps/shop/", true },
	{ "path", "/apps", false },
	{ "path", "apps/../x", false },
	{ "path", "..", false },
	{ "path", "a//b", false },
	{ "path", "", false },
	{ "url", "https://git.example.com/a.git", true },
	{ "url", "ssh://git@git.example.com:22/a.git", true },
	{ "url", "git@git.example.com:a/b.git", true },
	{ "url", "https://user:word@git.example.com/a", false },
	{ "url", "https://user@git.example.com/a", true },
	{ "url", "https://", false },
	{ "url", "javascript:alert(1)", false },
	{ "url", "https://a b", false },
	{ "url", "", false },
};

Test(template_type, values)
{
	for (size_t i = 0; i < sizeof(values_rows) / sizeof(values_rows[0]); i++) {
		struct template_param param = { .name = SLICE("p") };
		struct err err = ERR_INIT;
		struct slice near;
		int got;

		cr_assert(template_type_find(slice_of(values_rows[i].type), &param.type, &near),
			  "%s", values_rows[i].type);
		got = template_type_check(&param, slice_of(values_rows[i].value), &err);
		cr_assert_eq(got, values_rows[i].ok ? 0 : -1, "%s '%s': %s", values_rows[i].type,
			     values_rows[i].value, err.reason);
		cr_assert(got == 0 || err.code == (param.type == TEMPLATE_HOST ? &CODE_host_bad :
										 &CODE_template));
	}
}

Test(template_type, a_password_is_not_repeated)
{
	struct template_param param = { .name = SLICE("repo"), .type = TEMPLATE_URL };
	struct err err = ERR_INIT;

	cr_assert_eq(template_type_check(&param, SLICE("https://me:hunter2@example.com/a"), &err),
		     -1);
	cr_assert_null(strstr(err.reason, "hunter2"));
}
