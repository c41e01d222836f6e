#include "base/redact.h"

#include <stdint.h>
#include <string.h>

/* Names whose value is a secret, a word in the first list, the rest of the line in the second. Case does not matter. */
static const char *const values[] = { "token=", "password=", "passwd=", "secret=" };
static const char *const headers[] = { "extraheader=", "authorization:", "cookie:", "private-token:", "job-token:", "x-api-key:" };

/* How tokens begin (the forges' documentation of token formats). */
static const char *const prefixes[] = { "ghp_",   "gho_",  "ghu_",   "ghs_",   "ghr_", "github_pat_",
					"glpat-", "gldt-", "glcbt-", "glptt-", "ya29." };

#define HIDDEN "***"

/* Where an address, or a value, that begins at `at` ends: at a blank, a quote, or the end; where a quote begins it, behind the other one. */
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

/* Appends an address behind its "://" without its user, query and fragment. */
static void add_address(struct str *out, struct slice address)
{
	size_t host = 0, end = 0;

	while (end < address.len && !strchr("/?#", address.ptr[end]))
		end++;
	for (size_t i = 0; i < end; i++)
		if (address.ptr[i] == '@')
			host = i + 1;
	while (end < address.len && !strchr("?#", address.ptr[end]))
		end++;
	str_add(out, slice_sub(address, host, end - host));
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

/* The length of the first of the names that stands at the begin of the text, or 0. */
static size_t name_here(struct slice text, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eq_case(slice_sub(text, 0, strlen(names[i])), slice_of(names[i])))
			return strlen(names[i]);
	return 0;
}

/* Hides what begins with the name of a secret at `at`. Returns how much of the text is done; 0: there is none. */
static size_t hide(struct str *out, struct slice text, size_t at)
{
	struct slice rest = slice_sub(text, at, text.len);
	size_t name, end = 0;

	if ((name = name_here(rest, headers, sizeof(headers) / sizeof(headers[0])))) {
		end = slice_find_byte(rest, '\n');
		end = end == SIZE_MAX ? rest.len : end;
	} else if ((name = name_here(rest, values, sizeof(values) / sizeof(values[0])))) {
		end = word_end(rest, name);
	} else if ((at == 0 || !is_word(text.ptr[at - 1])) && name_here(rest, prefixes, sizeof(prefixes) / sizeof(prefixes[0]))) {
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
		size_t done = hide(out, text, at), end;

		if (!done && slice_starts(slice_sub(text, at, 3), SLICE("://"))) {
			end = word_end(text, at + 3);
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
