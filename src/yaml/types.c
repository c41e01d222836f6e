#include "yaml/types_internal.h"
#include "yaml/guard_internal.h"
#include "yaml/node_internal.h"

#include "base/ascii.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

/*
 * How an unquoted scalar is parsed: by go-yaml v2 (its resolve.go), which the cluster uses, a
 * YAML 1.1 parser with Go's number syntax. Writing is stricter: a string stays unquoted only if
 * go-yaml v2, go-yaml v3 and YAML 1.1 all read it as one.
 */

/* Is `s` one of the words of a list separated by blanks? */
static bool is_one_of(struct slice s, const char *list)
{
	struct slice rest = slice_of(list), word;

	while (slice_next(&rest, ' ', &word))
		if (slice_eq(word, s))
			return true;
	return false;
}

/* A number without underscores, which go-yaml removes first. Longer texts are not numbers. */
struct digits {
	char text[512];
	size_t len;
};

static struct slice without_underscores(struct slice s, struct digits *out)
{
	out->len = 0;
	for (size_t i = 0; i < s.len && out->len + 1 < sizeof(out->text); i++)
		if (s.ptr[i] != '_')
			out->text[out->len++] = s.ptr[i];
	out->text[out->len] = '\0';
	return (struct slice){ out->text, out->len };
}

/* All of `s`, at least one, are digits of `base`, and the number is at most `most`. */
static bool is_number(struct slice s, unsigned base, uint64_t most)
{
	uint64_t number = 0;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		unsigned value = ascii_is_digit(c)    ? (unsigned)(c - '0') :
				 c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 :
				 c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10 :
							99;

		if (value >= base || __builtin_mul_overflow(number, base, &number) ||
		    __builtin_add_overflow(number, value, &number))
			return false;
	}
	return s.len && number <= most;
}

/*
 * Go's integer syntax: sign, 0x 0o 0b or a leading zero for octal; 64 bits with a sign or, without
 * one, all of them.
 */
static bool is_int(struct slice s)
{
	char sign = s.len && (s.ptr[0] == '-' || s.ptr[0] == '+') ? s.ptr[0] : 0;
	uint64_t most = sign == '-' ? (uint64_t)1 << 63 : sign ? INT64_MAX : UINT64_MAX;

	s = slice_sub(s, sign != 0, s.len);
	if (!s.len || !ascii_is_digit(s.ptr[0]))
		return false;
	if (s.len > 2 && s.ptr[0] == '0' && strchr("xX", s.ptr[1]))
		return is_number(slice_sub(s, 2, s.len), 16, most);
	if (s.len > 2 && s.ptr[0] == '0' && strchr("oO", s.ptr[1]))
		return is_number(slice_sub(s, 2, s.len), 8, most);
	if (s.len > 2 && s.ptr[0] == '0' && strchr("bB", s.ptr[1]))
		return is_number(slice_sub(s, 2, s.len), 2, most);
	return is_number(s, s.ptr[0] == '0' && s.len > 1 ? 8 : 10, most);
}

/* Steps over decimal digits; counts them. */
static size_t skip_digits(struct slice s, size_t at, size_t *count)
{
	for (*count = 0; at < s.len && ascii_is_digit(s.ptr[at]); at++)
		++*count;
	return at;
}

/*
 * go-yaml's yamlStyleFloat: [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?, and the words for
 * infinity and not-a-number.
 */
static bool is_float(struct slice s)
{
	size_t at = s.len && (s.ptr[0] == '-' || s.ptr[0] == '+'), whole, part = 0, end;

	if (is_one_of(slice_sub(s, at, s.len), ".inf .Inf .INF") || is_one_of(s, ".nan .NaN .NAN"))
		return true;
	end = skip_digits(s, at, &whole);
	if (end < s.len && s.ptr[end] == '.')
		end = skip_digits(s, end + 1, &part);
	if (!whole && !part)
		return false;
	if (end < s.len && (s.ptr[end] == 'e' || s.ptr[end] == 'E')) {
		size_t digits_at =
			end + 1 +
			(end + 1 < s.len && (s.ptr[end + 1] == '-' || s.ptr[end + 1] == '+'));

		end = skip_digits(s, digits_at, &whole);
		if (!whole)
			return false;
	}
	return end == s.len;
}

/* Is it too large for a float? Then Go does not read it as a number. */
static bool beyond_floats(const char *text)
{
	return !strpbrk(text, "nN") && strtod(text, NULL) * 0 != 0;
}

/* The type of an unquoted scalar. */
static enum yaml_type plain_type(struct slice s)
{
	struct digits buffer;
	struct slice plain;
	bool word = s.len && s.len <= 5 &&
		    strchr("~nNyYtTfFoO", s.ptr[0]); /* only then it is worth a look */

	if (!s.len || (word && is_one_of(s, "~ null Null NULL")))
		return YAML_NULL;
	if (word && is_one_of(s, "y Y yes Yes YES on On ON true True TRUE n N no No NO off Off OFF "
				 "false False FALSE"))
		return YAML_BOOL;
	if (s.len && !ascii_is_digit(s.ptr[0]) && !strchr("+-.", s.ptr[0]))
		return YAML_STRING;
	plain = without_underscores(s, &buffer);
	if (s.ptr[0] != '.' && is_int(plain))
		return YAML_INT;
	if (s.ptr[0] == '.' && plain.len < s.len) /* there go-yaml leaves them in */
		return YAML_STRING;
	return is_float(plain) && !beyond_floats(buffer.text) ? YAML_FLOAT : YAML_STRING;
}

enum yaml_type yaml_type_of(const struct yaml_node *scalar)
{
	struct slice tag = yaml_tag(scalar);

	if (slice_is(tag, "tag:yaml.org,2002:int"))
		return YAML_INT;
	if (slice_is(tag, "tag:yaml.org,2002:float"))
		return YAML_FLOAT;
	if (slice_is(tag, "tag:yaml.org,2002:bool"))
		return YAML_BOOL;
	if (slice_is(tag, "tag:yaml.org,2002:null"))
		return YAML_NULL;
	if (tag.ptr || scalar->style != YAML_PLAIN)
		return YAML_STRING;
	return plain_type(scalar->text);
}

struct slice yaml_string(const struct yaml_node *node)
{
	if (!node || node->kind != YAML_SCALAR || yaml_type_of(node) != YAML_STRING)
		return SLICE_NONE;
	return node->text;
}

/*
 * Digits, colons, dashes and dots only: some parser reads a base-60 number or a date; likewise what
 * might be a number with underscores.
 */
static bool is_like_number(struct slice s)
{
	if (!s.len || !(ascii_is_digit(s.ptr[0]) || strchr("+-.", s.ptr[0])))
		return false;
	if (is_float(s) || s.len > 400 || slice_find_byte(s, '_') != SIZE_MAX)
		return true;
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_is_digit(s.ptr[i]) && !strchr("+-.:_TtZ ", s.ptr[i]))
			return false;
	/* host addresses such as 10.0.0.1 are strings to all of them */
	return slice_find_byte(s, ':') != SIZE_MAX || slice_find_byte(s, '-') != SIZE_MAX ||
	       plain_type(s) != YAML_STRING;
}

/* Does the text contain a character that must or should be escaped? */
static bool needs_escape(struct slice s)
{
	for (size_t i = 0; i < s.len;) {
		uint32_t c;
		size_t n = utf8_decode(slice_sub(s, i, 4), &c);

		if (!n || c < 0x20 || (c >= 0x7f && c <= 0xa0) || (c >= 0x2028 && c <= 0x202e) ||
		    (c >= 0x2066 && c <= 0x2069) || c == 0xfeff || c == 0xfffe || c == 0xffff)
			return true;
		i += n;
	}
	return false;
}

/* Does the text contain what ends a plain scalar, or what looks like a template? */
static bool breaks_plain(struct slice s, bool flow)
{
	uint32_t sign;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (flow && strchr(",[]{}?", c))
			return true;
		if (c == ':' && (flow || i + 1 == s.len || s.ptr[i + 1] == ' '))
			return true;
		if (c == '#' && i && s.ptr[i - 1] == ' ')
			return true;
	}
	return yaml_looks_templated(s, &sign);
}

/*
 * Is this text, written plain, a string to every reader (go-yaml v2 and v3, YAML 1.1)?
 */
static bool is_plain_safe(struct slice s, bool flow)
{
	if (!s.len || s.ptr[0] == ' ' || s.ptr[s.len - 1] == ' ' ||
	    strchr("-?:,[]{}#&*!|>'\"%@`=<~", s.ptr[0]))
		return false;
	if (slice_starts(s, SLICE("...")) || plain_type(s) != YAML_STRING || is_like_number(s))
		return false;
	return !needs_escape(s) && !breaks_plain(s, flow);
}

/* One character inside double quotes so that libyaml and go-yaml read it back as it was. */
static void escape_char(struct str *out, uint32_t c, struct slice raw)
{
	if (c == '"' || c == '\\')
		str_addf(out, "\\%c", (char)c);
	else if (c == '\n')
		str_adds(out, "\\n");
	else if (c == '\t')
		str_adds(out, "\\t");
	else if (c == '\r')
		str_adds(out, "\\r");
	else if (c < 0x20 || (c >= 0x7f && c <= 0xa0))
		str_addf(out, "\\u%04x", (unsigned)c); /* JSON has no \\x */
	else if (c == 0x2028 || c == 0x2029 || c == 0xfeff || c == 0xfffe || c == 0xffff ||
		 (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
		str_addf(out, "\\u%04x", (unsigned)c);
	else
		str_add(out, raw);
}

/* The double-quoted form; bytes that are not UTF-8 must have been refused before. */
static void write_double(struct str *out, struct slice s)
{
	str_addc(out, '"');
	for (size_t i = 0; i < s.len;) {
		uint32_t c = 0xfffd;
		size_t n = utf8_decode(slice_sub(s, i, 4), &c);

		escape_char(out, c, n ? slice_sub(s, i, n) : SLICE("\xef\xbf\xbd"));
		i += n ? n : 1;
	}
	str_addc(out, '"');
}

/* The single-quoted form. */
static void write_single(struct str *out, struct slice s)
{
	str_addc(out, '\'');
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\'')
			str_addc(out, '\'');
		str_addc(out, s.ptr[i]);
	}
	str_addc(out, '\'');
}

void yaml_write_string(struct str *out, struct slice text, bool flow)
{
	if (is_plain_safe(text, flow))
		str_add(out, text);
	else
		write_double(out, text);
}

void yaml_write_like(const struct yaml_node *scalar, enum yaml_lit_kind kind, struct slice text,
		     struct str *out)
{
	bool json =
		yaml_in_flow(scalar) && yaml_in_json(scalar) && yaml_type_of(scalar) != YAML_STRING;

	if (scalar->style == YAML_SINGLE && !needs_escape(text))
		write_single(out, text);
	else if (scalar->style == YAML_SINGLE || scalar->style == YAML_DOUBLE ||
		 (json && kind == LIT_STRING))
		write_double(out, text);
	else if (kind == LIT_STRING)
		yaml_write_string(out, text, yaml_in_flow(scalar));
	else
		str_add(out, text);
}
