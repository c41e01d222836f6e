#include "kube/selector.h"

#include "base/ascii.h"

#include <string.h>

enum operator{ OP_EXISTS, OP_MISSING, OP_EQUAL, OP_DIFFERS, OP_IN, OP_NOT_IN };

struct requirement {
	enum operator op;
	struct slice key, values; /* values: separated by commas */
};

/* Cuts the next requirement off `*rest`, at a comma that is not inside parentheses. */
static bool next_requirement(struct slice *rest, struct slice *piece)
{
	int depth = 0;
	size_t i;

	if (!rest->ptr)
		return false;
	for (i = 0; i < rest->len && (depth || rest->ptr[i] != ','); i++)
		depth += (rest->ptr[i] == '(') - (rest->ptr[i] == ')');
	*piece = slice_trim(slice_sub(*rest, 0, i));
	*rest = i < rest->len ? slice_sub(*rest, i + 1, rest->len) : SLICE_NONE;
	return true;
}

/* A label's key or value: letters, digits and "-_./". */
static bool is_label(struct slice s, bool may_be_empty)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (!ascii_is_alnum(c) && !strchr("-_./", c))
			return false;
	}
	return s.len || may_be_empty;
}

/* "key in (a, b)": splits at the word `in` or `notin`. */
static bool parse_set(struct slice text, struct requirement *out)
{
	size_t open = slice_find_byte(text, '(');
	struct slice head, value, rest;

	if (open == SIZE_MAX || !slice_ends(text, SLICE(")")))
		return false;
	head = slice_trim(slice_sub(text, 0, open));
	out->op = slice_ends(head, SLICE(" notin")) ? OP_NOT_IN : OP_IN;
	if (!slice_ends(head, SLICE(" in")) && out->op == OP_IN)
		return false;
	out->key = slice_trim(slice_sub(head, 0, head.len - (out->op == OP_IN ? 3 : 6)));
	out->values = slice_sub(text, open + 1, text.len - open - 2);
	rest = out->values;
	while (slice_next(&rest, ',', &value))
		if (!is_label(slice_trim(value), true))
			return false;
	return is_label(out->key, false);
}

/* One requirement; false when it is none. */
static bool parse_requirement(struct slice text, struct requirement *out)
{
	size_t at = slice_find_byte(text, '=');

	if (slice_find_byte(text, '(') != SIZE_MAX)
		return parse_set(text, out);
	if (at == SIZE_MAX) {
		out->op = slice_starts(text, SLICE("!")) ? OP_MISSING : OP_EXISTS;
		out->key = slice_trim(slice_sub(text, out->op == OP_MISSING, text.len));
		out->values = SLICE("");
		return is_label(out->key, false);
	}
	out->op = at && text.ptr[at - 1] == '!' ? OP_DIFFERS : OP_EQUAL;
	out->key = slice_trim(slice_sub(text, 0, at - (out->op == OP_DIFFERS)));
	at += 1 + (size_t)(at + 1 < text.len && text.ptr[at + 1] == '=' && out->op == OP_EQUAL);
	out->values = slice_trim(slice_sub(text, at, text.len));
	return is_label(out->key, false) && is_label(out->values, true);
}

int selector_check(struct slice selector, struct err *err)
{
	struct slice rest = selector, piece;
	struct requirement r;

	while (next_requirement(&rest, &piece))
		if (!parse_requirement(piece, &r))
			return err_set(err, &CODE_usage, NOWHERE,
				       "'%" SLICE_FMT "' is not a label requirement (key=value, "
				       "key!=value, key in (a,b), key, !key)",
				       SLICE_ARG(piece));
	return 0;
}

/* Is `value` one of the comma-separated `values`? */
static bool one_of(struct slice value, struct slice values)
{
	struct slice piece;

	while (slice_next(&values, ',', &piece))
		if (slice_eq(slice_trim(piece), value))
			return true;
	return false;
}

bool selector_matches(struct slice selector, struct pairs labels)
{
	struct slice rest = selector, piece, value;
	struct requirement r;

	while (next_requirement(&rest, &piece)) {
		bool has, in;

		if (!parse_requirement(piece, &r))
			return false;
		value = pairs_get(labels, r.key);
		has = value.ptr != NULL;
		in = has && one_of(value, r.values);
		if (r.op == OP_EXISTS                 ? !has :
		    r.op == OP_MISSING                ? has :
		    r.op == OP_EQUAL || r.op == OP_IN ? !in :
							in)
			return false;
	}
	return true;
}
