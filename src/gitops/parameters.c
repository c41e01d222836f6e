#include "gitops/parameters_internal.h"

/* Most expressions in one text. */
#define EXPRESSIONS_MAX 32

/* The value of an expression: "name", or in Go's templates ".name". */
static struct slice find_value(const struct parameters *p, struct slice expression)
{
	expression = slice_trim(expression);
	if (slice_starts(expression, SLICE(".")))
		expression = slice_sub(expression, 1, expression.len);
	return p ? pairs_get((struct pairs){ p->items, p->n }, expression) : SLICE_NONE;
}

/* Cuts an expression off the front of `text`, and returns its value; absent: not known. */
static struct slice take_expression(const struct parameters *p, struct slice *text)
{
	size_t close = slice_starts(*text, SLICE("{{")) ? slice_find(*text, SLICE("}}")) : SIZE_MAX;
	struct slice expression = slice_sub(*text, 2, close - 2);

	if (close == SIZE_MAX)
		return SLICE_NONE;
	*text = slice_sub(*text, close + 2, text->len);
	return find_value(p, expression);
}

/* Where the next expression begins; the end of the text if there is none. */
static size_t find_expression(struct slice text)
{
	size_t open = slice_find(text, SLICE("{{")), variable = slice_find(text, SLICE("${"));

	open = variable < open ? variable : open;
	return open == SIZE_MAX ? text.len : open;
}

bool parameters_in(struct slice text)
{
	return find_expression(text) < text.len;
}

struct slice parameters_fill(const struct parameters *p, struct slice text, bool *whole,
			     struct arena *arena)
{
	struct slice rest = text, parts[2 * EXPRESSIONS_MAX + 2];
	size_t n = 0;

	*whole = true;
	while (rest.len && *whole) {
		size_t at = find_expression(rest);

		parts[n++] = slice_sub(rest, 0, at);
		rest = slice_sub(rest, at, rest.len);
		if (!rest.len)
			break;
		parts[n] = n < 2 * EXPRESSIONS_MAX ? take_expression(p, &rest) : SLICE_NONE;
		*whole = parts[n].ptr != NULL;
		n += *whole;
	}
	return n == 1 && *whole ? text : n ? arena_join(arena, parts, n) : text;
}
