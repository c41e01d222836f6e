#include "base/redact.h"

#include "base/ascii.h"

#include <stdint.h>
#include <string.h>

/*
 * Names whose value is a secret: one word for the first list, the rest of the line for the second.
 * Case does not matter.
 */
static const char *const values[] = { "token=", "password=", "passwd=", "secret=" };
static const char *const headers[] = { "extraheader=",   "authorization:", "cookie:",
				       "private-token:", "job-token:",     "x-api-key:" };

/* Prefixes of tokens, from the documentation of the forges. */
static const char *const prefixes[] = { "ghp_",   "gho_",        "ghu_",   "ghs_",
					"ghr_",   "github_pat_", "glpat-", "gldt-",
					"glcbt-", "glptt-",      "ya29." };

#define HIDDEN "***"

/*
 * The end of an address or a value that begins at `at`: a blank, a quote or the end of the text; if
 * it begins with a quote, behind the closing one.
 */
static size_t word_end(struct slice text, size_t at)
{
	if (at < text.len && (text.ptr[at] == '\'' || text.ptr[at] == '"')) {
		size_t end = slice_find_byte(slice_sub(text, at + 1, text.len), text.ptr[at]);

		return end == SIZE_MAX ? text.len : at + end + 2;
	}
	while (at < text.len && !strchr(" \t\r\n'\"<>", text.ptr[at]))
		at++;
	return at;
}

/* Offset of the last byte `c`, or SIZE_MAX. */
static size_t find_last(struct slice text, char c)
{
	for (size_t i = text.len; i-- > 0;)
		if (text.ptr[i] == c)
			return i;
	return SIZE_MAX;
}

/* The text up to the first of some bytes. */
static struct slice up_to(struct slice text, const char *stops)
{
	size_t end = 0;

	while (end < text.len && !strchr(stops, text.ptr[end]))
		end++;
	return slice_sub(text, 0, end);
}

/* What ends the host of an address, and its path. */
#define HOST_ENDS "/?#"
#define PATH_ENDS "?#"

/*
 * Does it have a colon without a port behind it? Then it is a user and the begin of a password that
 * is not encoded (RFC 3986, 3.2.1).
 */
static bool begins_password(struct slice host)
{
	size_t at = slice_starts(host, SLICE("[")) ? slice_find_byte(host, ']') : 0;

	while (host.len && strchr(":;,.)!", host.ptr[host.len - 1]))
		host.len--;
	while (at < host.len && host.ptr[at] != ':')
		at++;
	for (at++; at < host.len; at++)
		if (!ascii_is_digit(host.ptr[at]))
			return true;
	return false;
}

/*
 * The end of an address whose first byte behind "://" is at `at`; with a password that contains a
 * blank or a quote, it is behind the last '@' of the line.
 */
static size_t address_end(struct slice text, size_t at)
{
	size_t end = word_end(text, at), line, last;

	if (!begins_password(up_to(slice_sub(text, at, end - at), HOST_ENDS)) ||
	    slice_find_byte(slice_sub(text, at, end - at), '@') != SIZE_MAX)
		return end;
	line = slice_find_byte(slice_sub(text, end, text.len), '\n');
	last = find_last(slice_sub(text, end, line), '@');
	return last == SIZE_MAX ? end : word_end(text, end + last + 1);
}

/*
 * Appends an address, from behind its "://", without user, query and fragment. A password may
 * contain any byte, so the last '@' ends it.
 */
static void add_address(struct str *out, struct slice address)
{
	struct slice host = up_to(address, HOST_ENDS);
	bool password = begins_password(host);
	size_t last = find_last(address, '@');

	if (password && last == SIZE_MAX) {
		str_adds(out, HIDDEN);
		return;
	}
	if (password || slice_find_byte(host, '@') != SIZE_MAX)
		address = slice_sub(address, last + 1, address.len);
	str_add(out, up_to(address, PATH_ENDS));
}

void redact_address(struct str *out, struct slice url)
{
	size_t scheme = slice_find(url, SLICE("://")), colon = slice_find_byte(url, ':'),
	       last = find_last(url, '@');

	if (scheme != SIZE_MAX) {
		str_add(out, slice_sub(url, 0, scheme + 3));
		url = up_to(slice_sub(url,
				      last != SIZE_MAX && last > scheme ? last + 1 : scheme + 3,
				      url.len),
			    PATH_ENDS);
	} else if (last != SIZE_MAX && colon < last &&
		   slice_find_byte(slice_sub(url, 0, colon), '/') == SIZE_MAX) {
		url = slice_sub(url, last + 1, url.len);
	}
	str_add(out, url);
}

/* May the byte be part of a token? */
static bool is_word(char c)
{
	return ascii_is_alnum(c) || c == '_' || c == '-' || c == '.';
}

/* The length of the first of the names that the text begins with, or 0. */
static size_t match_name(struct slice text, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eq_case(slice_sub(text, 0, strlen(names[i])), slice_of(names[i])))
			return strlen(names[i]);
	return 0;
}

/*
 * Hides a secret whose name or prefix is at `at`. Returns how many bytes are done; 0: there is
 * none.
 */
static size_t hide_secret(struct str *out, struct slice text, size_t at)
{
	struct slice rest = slice_sub(text, at, text.len);
	size_t name, end = 0;

	if ((name = match_name(rest, headers, sizeof(headers) / sizeof(headers[0])))) {
		end = slice_find_byte(rest, '\n');
		end = end == SIZE_MAX ? rest.len : end;
	} else if ((name = match_name(rest, values, sizeof(values) / sizeof(values[0])))) {
		end = word_end(rest, name);
	} else if ((at == 0 || !is_word(text.ptr[at - 1])) &&
		   match_name(rest, prefixes, sizeof(prefixes) / sizeof(prefixes[0]))) {
		while (end < rest.len && is_word(rest.ptr[end]))
			end++;
	}
	if (end == name)
		return 0;
	str_add(out, slice_sub(rest, 0, name));
	str_adds(out, name && rest.ptr[name - 1] == ':' ? " " HIDDEN : HIDDEN);
	return end;
}

void redact(struct str *out, struct slice text)
{
	for (size_t at = 0; at < text.len;) {
		size_t done = hide_secret(out, text, at), end;

		if (!done && slice_starts(slice_sub(text, at, 3), SLICE("://"))) {
			end = address_end(text, at + 3);
			str_adds(out, "://");
			add_address(out, slice_sub(text, at + 3, end - at - 3));
			done = end - at;
		} else if (!done) {
			str_addc(out, text.ptr[at]);
			done = 1;
		}
		at += done;
	}
}
