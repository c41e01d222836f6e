#include "gitops/pattern_internal.h"

#include "base/ascii.h"
#include "base/str.h"

#include <regex.h>
#include <string.h>

bool pattern_is_literal(struct slice pattern)
{
	for (size_t i = 0; i < pattern.len; i++)
		if (!ascii_is_alnum(pattern.ptr[i]) && pattern.ptr[i] != '-' &&
		    pattern.ptr[i] != '_' && pattern.ptr[i] != '/')
			return false;
	return true;
}

/* Do Go and POSIX read the pattern alike, and is it harmless? */
static bool is_portable(struct slice pattern)
{
	if (pattern.len > 200)
		return false;
	for (size_t i = 0; i < pattern.len; i++) {
		char c = pattern.ptr[i], next = i + 1 < pattern.len ? pattern.ptr[i + 1] : 0;

		if (c == '\\' && next && !ascii_is_alnum(next)) {
			i++;
			continue;
		}
		if ((c == '*' || c == '+' || c == '?') &&
		    (next == '*' || next == '+' || next == '?'))
			return false;
		if ((c == '(' || c == '|') && (next == '?' || next == '*' || next == '+'))
			return false;
		if (!ascii_is_alnum(c) && !memchr("-_./*+?()|^$", c, 12))
			return false;
	}
	return true;
}

/* Runs a pattern that is not plain, as POSIX reads it. */
static enum match run_pattern(struct slice pattern, struct slice text, bool whole)
{
	AUTO_STR struct str source = STR_INIT, subject = STR_INIT;
	regex_t compiled;
	int result;

	if (!is_portable(pattern) || slice_find_byte(text, '\0') != SIZE_MAX)
		return MATCH_UNKNOWN;
	str_addf(&source, whole ? "^(%" SLICE_FMT ")$" : "%" SLICE_FMT, SLICE_ARG(pattern));
	str_add(&subject, text);
	if (regcomp(&compiled, source.ptr, REG_EXTENDED | REG_NOSUB))
		return MATCH_UNKNOWN;
	result = regexec(&compiled, subject.len ? subject.ptr : "", 0, NULL, 0);
	regfree(&compiled);
	return result ? MATCH_NO : MATCH_YES;
}

enum match pattern_match(struct slice pattern, struct slice text)
{
	if (pattern_is_literal(pattern))
		return slice_eq(pattern, text) ? MATCH_YES : MATCH_NO;
	return run_pattern(pattern, text, true);
}

enum match pattern_find(struct slice pattern, struct slice text)
{
	AUTO_STR struct str quoted = STR_INIT;
	enum match bare, in_quotes;

	if (pattern_is_literal(pattern))
		return slice_find(text, pattern) != SIZE_MAX ? MATCH_YES : MATCH_NO;
	str_addf(&quoted, "\"%" SLICE_FMT "\"", SLICE_ARG(text));
	bare = run_pattern(pattern, text, false);
	in_quotes = run_pattern(pattern, str_slice(&quoted), false);
	return bare == in_quotes ? bare : MATCH_UNKNOWN;
}
