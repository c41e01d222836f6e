#include "base/slice.h"

#include "base/ascii.h"

#include <limits.h>
#include <string.h>

struct slice slice_of(const char *text)
{
	return (struct slice){ text, text ? strlen(text) : 0 };
}

struct slice slice_sub(struct slice s, size_t from, size_t len)
{
	if (from > s.len)
		from = s.len;
	if (len > s.len - from)
		len = s.len - from;
	return (struct slice){ s.ptr ? s.ptr + from : NULL, len };
}

bool slice_eq(struct slice a, struct slice b)
{
	return a.len == b.len && (!a.len || !memcmp(a.ptr, b.ptr, a.len));
}

bool slice_eq_case(struct slice a, struct slice b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (ascii_to_lower(a.ptr[i]) != ascii_to_lower(b.ptr[i]))
			return false;
	return true;
}

bool slice_is(struct slice s, const char *text)
{
	return slice_eq(s, slice_of(text));
}

bool slice_starts(struct slice s, struct slice prefix)
{
	return s.len >= prefix.len && slice_eq(slice_sub(s, 0, prefix.len), prefix);
}

bool slice_ends(struct slice s, struct slice suffix)
{
	return s.len >= suffix.len &&
	       slice_eq(slice_sub(s, s.len - suffix.len, suffix.len), suffix);
}

int slice_cmp(struct slice a, struct slice b)
{
	size_t common = a.len < b.len ? a.len : b.len;
	int order = common ? memcmp(a.ptr, b.ptr, common) : 0;

	if (order)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

size_t slice_find(struct slice s, struct slice needle)
{
	const char *hit;

	if (!needle.len)
		return 0;
	hit = s.len ? memmem(s.ptr, s.len, needle.ptr, needle.len) : NULL;
	return hit ? (size_t)(hit - s.ptr) : SIZE_MAX;
}

size_t slice_find_case(struct slice s, struct slice needle)
{
	for (size_t i = 0; i + needle.len <= s.len; i++) {
		size_t n = 0;

		while (n < needle.len &&
		       ascii_to_lower(s.ptr[i + n]) == ascii_to_lower(needle.ptr[n]))
			n++;
		if (n == needle.len)
			return i;
	}
	return SIZE_MAX;
}

size_t slice_find_byte(struct slice s, char c)
{
	const char *hit = s.len ? memchr(s.ptr, c, s.len) : NULL;

	return hit ? (size_t)(hit - s.ptr) : SIZE_MAX;
}

struct slice slice_trim(struct slice s)
{
	while (s.len && ascii_is_space(s.ptr[0]))
		s = slice_sub(s, 1, s.len);
	while (s.len && ascii_is_space(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

bool slice_next(struct slice *rest, char sep, struct slice *piece)
{
	size_t at;

	if (!rest->ptr)
		return false;
	at = slice_find_byte(*rest, sep);
	if (at == SIZE_MAX) {
		*piece = *rest;
		*rest = SLICE_NONE;
		return true;
	}
	*piece = slice_sub(*rest, 0, at);
	*rest = slice_sub(*rest, at + 1, rest->len);
	return true;
}

bool slices_have(struct slices list, struct slice s)
{
	for (size_t i = 0; i < list.n; i++)
		if (slice_eq(list.items[i], s))
			return true;
	return false;
}

struct slice pairs_get(struct pairs list, struct slice key)
{
	for (size_t i = 0; i < list.n; i++)
		if (slice_eq(list.items[i].key, key))
			return list.items[i].value;
	return SLICE_NONE;
}

bool parse_int(struct slice s, long min, long max, long *out)
{
	bool negative = s.len && s.ptr[0] == '-';
	struct slice digits = slice_sub(s, negative, s.len);
	long value = 0;

	if (!digits.len || digits.len > 18 || (digits.ptr[0] == '0' && digits.len > 1))
		return false;
	for (size_t i = 0; i < digits.len; i++) {
		if (!ascii_is_digit(digits.ptr[i]))
			return false;
		value = value * 10 + (digits.ptr[i] - '0');
	}
	if (negative)
		value = -value;
	if (value < min || value > max)
		return false;
	*out = value;
	return true;
}

/* Longer words are not compared by slice_nearest. */
#define WORD_MAX_LEN 40

/*
 * Edit distance (insert, delete, replace, swap) of two words of at most WORD_MAX_LEN bytes, in any
 * letter case.
 */
static size_t edit_distance(struct slice a, struct slice b)
{
	size_t row[3][WORD_MAX_LEN + 1];

	for (size_t j = 0; j <= b.len; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			size_t best = last[j - 1] + (ascii_to_lower(a.ptr[i - 1]) !=
						     ascii_to_lower(b.ptr[j - 1]));

			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 &&
			    ascii_to_lower(a.ptr[i - 1]) == ascii_to_lower(b.ptr[j - 2]) &&
			    ascii_to_lower(a.ptr[i - 2]) == ascii_to_lower(b.ptr[j - 1]) &&
			    before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			now[j] = best;
		}
	}
	return row[a.len % 3][b.len];
}

struct slice slice_nearest(struct slice word, const struct slice *candidates, size_t n)
{
	size_t limit = word.len / 3 < 1 ? 1 : word.len / 3 > 3 ? 3 : word.len / 3;
	struct slice best = SLICE_NONE;

	if (!word.len || word.len > WORD_MAX_LEN)
		return best;
	for (size_t i = 0; i < n; i++) {
		size_t d;

		if (!candidates[i].len || candidates[i].len > WORD_MAX_LEN)
			continue;
		d = edit_distance(word, candidates[i]);
		if (d <= limit && (d < limit || !best.ptr)) {
			best = candidates[i];
			limit = d;
		}
	}
	return best;
}
