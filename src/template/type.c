#include "template/type_internal.h"

#include "base/ascii.h"
#include "base/utf8.h"

/* What is wrong with a value: a constant phrase that follows "is not a ...: ". NULL: nothing. */
typedef const char *(*check_fn)(struct slice value);

/* Is the code point a control character, a line separator or a bidirectional control? */
static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029 ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* Checks what every value must be; line feeds and tabs pass with `lines`. */
static const char *check_characters(struct slice value, bool lines)
{
	uint32_t c;

	for (size_t len; value.len; value = slice_sub(value, len, value.len)) {
		len = utf8_decode(value, &c);
		if (!len)
			return "it is not UTF-8";
		if (is_control(c) && !(lines && (c == '\n' || c == '\t')))
			return c == '\n' ? "it contains a line break" :
					   "it contains a control character";
	}
	return NULL;
}

/* A line of text. */
static const char *check_string(struct slice value)
{
	return check_characters(value, false);
}

/* Text of several lines. */
static const char *check_text(struct slice value)
{
	return check_characters(value, true);
}

/* A number that fits 32 bits. */
static const char *check_int(struct slice value)
{
	long n;

	return parse_int(value, INT32_MIN, INT32_MAX, &n) ? NULL : "digits only, at most 32 bits";
}

/* A TCP port. */
static const char *check_port(struct slice value)
{
	long n;

	return parse_int(value, 1, 65535, &n) ? NULL : "a number from 1 to 65535";
}

/* A share of a hundred. */
static const char *check_percent(struct slice value)
{
	long n;

	return parse_int(value, 0, 100, &n) ? NULL : "a number from 0 to 100";
}

/* Checks one part between dots of a DNS name. */
static const char *check_dns_label(struct slice label, bool any_case)
{
	if (!label.len)
		return "a part of it is empty";
	if (label.len > 63)
		return "a part of it is longer than 63 characters";
	for (size_t i = 0; i < label.len; i++) {
		char c = label.ptr[i];

		if (ascii_is_upper(c) && !any_case)
			return "it contains capital letters";
		if (!ascii_is_alnum(c) && c != '-')
			return any_case ? "only letters, digits, '-' and '.' are allowed" :
					  "only a-z, 0-9 and '-' are allowed";
	}
	if (label.ptr[0] == '-' || label.ptr[label.len - 1] == '-')
		return "it begins or ends with '-'";
	return NULL;
}

/* Checks labels with dots between them. */
static const char *check_dns_name(struct slice name, bool any_case)
{
	struct slice rest = name, label;
	const char *why = NULL;

	if (!name.len)
		return "it is empty";
	if (name.len > 253)
		return "it is longer than 253 characters";
	while (!why && slice_next(&rest, '.', &label))
		why = check_dns_label(label, any_case);
	return why;
}

/* A DNS-1123 label. */
static const char *check_label(struct slice value)
{
	return value.len ? check_dns_label(value, false) : "it is empty";
}

/* A DNS-1123 subdomain. */
static const char *check_name(struct slice value)
{
	return check_dns_name(value, false);
}

/* Is the last part of a name digits only, as in an IP address? */
static bool ends_in_number(struct slice name)
{
	size_t at = name.len;

	while (at > 0 && ascii_is_digit(name.ptr[at - 1]))
		at--;
	return at < name.len && (at == 0 || name.ptr[at - 1] == '.');
}

/* A host as Istio's validation takes it, less what cannot be moved: wildcards. */
static const char *check_host(struct slice value)
{
	if (slice_find_byte(value, '*') != SIZE_MAX)
		return "it contains a wildcard";
	if (slice_find(value, SLICE("://")) != SIZE_MAX)
		return "it contains a scheme";
	if (slice_find_byte(value, ':') != SIZE_MAX)
		return "it contains a port";
	if (value.len > 1 && value.ptr[value.len - 1] == '.')
		return "it ends with a dot";
	if (ends_in_number(value))
		return "its last part is a number";
	return check_dns_name(value, true);
}

/* A path that stays in the repository. */
static const char *check_path(struct slice value)
{
	struct slice rest = value, part;
	const char *why = check_string(value);

	if (why)
		return why;
	if (!value.len)
		return "it is empty";
	if (value.ptr[0] == '/')
		return "it must be relative to the repository";
	if (slice_find_byte(value, '\\') != SIZE_MAX)
		return "it must use '/', not backslashes";
	while (slice_next(&rest, '/', &part)) {
		if (slice_is(part, ".."))
			return "it contains '..'";
		if (!part.len && rest.ptr)
			return "a part of it is empty";
	}
	return NULL;
}

/* Offset of what follows the scheme of a URL; 0 when it begins with none that we know. */
static size_t skip_scheme(struct slice url)
{
	static const struct slice schemes[] = { SLICE_INIT("https://"), SLICE_INIT("http://"),
						SLICE_INIT("ssh://"),   SLICE_INIT("git://"),
						SLICE_INIT("oci://"),   SLICE_INIT("file://") };

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (slice_starts(url, schemes[i]))
			return schemes[i].len;
	return 0;
}

/* Checks the two forms: scheme://..., and user@host:path as ssh and Git write it. */
static const char *check_url(struct slice value)
{
	size_t from = skip_scheme(value), slash, at, colon;
	struct slice authority = slice_sub(value, from, value.len);

	for (size_t i = 0; i < value.len; i++)
		if ((unsigned char)value.ptr[i] <= ' ' || (unsigned char)value.ptr[i] >= 0x7f)
			return "blanks and non-ASCII characters must be percent-encoded";
	slash = slice_find_byte(authority, '/');
	at = slice_find_byte(slice_sub(authority, 0, slash), '@');
	colon = slice_find_byte(authority, ':');
	if (from && at != SIZE_MAX && colon < at)
		return "it contains a password";
	if (from ? authority.len > 0 :
		   at != SIZE_MAX && at > 0 && colon != SIZE_MAX && colon > at + 1)
		return NULL;
	return "it must begin with https://, http://, ssh://, git://, oci:// or file://, or be "
	       "user@host:path";
}

/* The types, in the order of the enum. */
static const struct type_row {
	const char *word, *phrase;
	check_fn check;
	bool number;
} types[] = {
	[TEMPLATE_STRING] = { "string", "a line of text", check_string, false },
	[TEMPLATE_TEXT] = { "text", "text", check_text, false },
	[TEMPLATE_INT] = { "int", "a whole number", check_int, true },
	[TEMPLATE_PORT] = { "port", "a port", check_port, true },
	[TEMPLATE_PERCENT] = { "percent", "a percentage", check_percent, true },
	[TEMPLATE_HOST] = { "host", "a host name", check_host, false },
	[TEMPLATE_LABEL] = { "label", "a DNS label", check_label, false },
	[TEMPLATE_NAME] = { "name", "the name of an object", check_name, false },
	[TEMPLATE_NAMESPACE] = { "namespace", "a namespace", check_label, false },
	[TEMPLATE_PATH] = { "path", "a path in the repository", check_path, false },
	[TEMPLATE_URL] = { "url", "a URL", check_url, false },
};
#define NTYPES (sizeof(types) / sizeof(types[0]))

bool template_type_number(enum template_type type)
{
	return types[type].number;
}

bool template_type_find(struct slice word, enum template_type *out, struct slice *nearest)
{
	struct slice words[NTYPES];

	for (size_t i = 0; i < NTYPES; i++) {
		words[i] = slice_of(types[i].word);
		if (slice_eq(word, words[i])) {
			*out = (enum template_type)i;
			return true;
		}
	}
	*nearest = slice_nearest(word, words, NTYPES);
	return false;
}

/* Longest part of a refused value that is repeated in the message. */
#define SHOWN 80

int template_type_check(const struct template_param *param, struct slice value, struct err *err)
{
	const struct type_row *row = &types[param->type];
	const struct code *code = param->type == TEMPLATE_HOST ? &CODE_host_bad : &CODE_template;
	size_t max = param->type == TEMPLATE_TEXT ? TEMPLATE_MAX_TEXT : TEMPLATE_MAX_VALUE;
	struct slice shown = slice_sub(value, 0, SHOWN);
	const char *why;

	if (value.len > max)
		return err_set(err, code, NOWHERE,
			       "%" SLICE_FMT ": the value is longer than %zu bytes",
			       SLICE_ARG(param->name), max);
	why = row->check(value);
	if (!why)
		return 0;
	if (param->type == TEMPLATE_URL) /* may contain a secret, so it is not repeated */
		return err_set(err, code, NOWHERE, "%" SLICE_FMT ": not %s: %s",
			       SLICE_ARG(param->name), row->phrase, why);
	return err_set(err, code, NOWHERE, "%" SLICE_FMT ": '%" SLICE_FMT "%s' is not %s: %s",
		       SLICE_ARG(param->name), SLICE_ARG(shown), shown.len < value.len ? "..." : "",
		       row->phrase, why);
}
