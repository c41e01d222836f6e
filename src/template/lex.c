#include "template/lex_internal.h"

#include "base/ascii.h"

static const struct slice HOLE = SLICE_INIT("${");
static const struct slice ESCAPED = SLICE_INIT("$${");

/* Is this a byte of a name; digits and '_' not as its first? */
static bool name_byte(char c, bool first)
{
	return ascii_is_lower(c) || (!first && (ascii_is_digit(c) || c == '_'));
}

/* How many bytes at the begin of `s` are a name. */
static size_t name_length(struct slice s)
{
	size_t n = 0;

	while (n < s.len && name_byte(s.ptr[n], n == 0))
		n++;
	return n;
}

bool template_name_ok(struct slice name)
{
	return name.len && name_length(name) == name.len;
}

/* Cuts `len` bytes off `rest`. */
static struct slice cut_bytes(struct slice *rest, size_t len)
{
	struct slice piece = slice_sub(*rest, 0, len);

	*rest = slice_sub(*rest, len, rest->len);
	return piece;
}

/* Offset of the first "${" or "$${", or the length of the text. */
static size_t find_opening(struct slice s)
{
	size_t at = slice_find(s, HOLE);

	if (at == SIZE_MAX)
		return s.len;
	return at > 0 && s.ptr[at - 1] == '$' ? at - 1 : at;
}

/* Cuts "${name}" off `rest`, or only "${" when that is no hole. */
static enum piece cut_hole(struct slice *rest, struct slice *piece)
{
	struct slice inner = slice_sub(*rest, HOLE.len, rest->len);
	size_t len = name_length(inner);

	if (!len || len == inner.len || inner.ptr[len] != '}') {
		*piece = cut_bytes(rest, HOLE.len);
		return PIECE_BAD;
	}
	*piece = slice_sub(inner, 0, len);
	cut_bytes(rest, HOLE.len + len + 1);
	return PIECE_HOLE;
}

enum piece template_lex(struct slice *rest, struct slice *piece)
{
	size_t at = find_opening(*rest);

	if (!rest->len)
		return PIECE_END;
	if (at > 0) {
		*piece = cut_bytes(rest, at);
		return PIECE_TEXT;
	}
	if (slice_starts(*rest, ESCAPED)) {
		cut_bytes(rest, 1);
		*piece = cut_bytes(rest, HOLE.len);
		return PIECE_TEXT;
	}
	return cut_hole(rest, piece);
}

bool template_has_holes(struct slice text)
{
	return find_opening(text) < text.len;
}
