#include "live/items.h"

#include "base/ascii.h"

/* Depth inside of the outer object, and inside of its `items`. */
enum { OUTER = 1, LIST = 2, DEPTH_MAX = 200 };

/* Is this byte part of an item? */
static bool is_inside(const struct items *s)
{
	return s->in_items && s->depth > LIST;
}

static int refuse_answer(struct err *err, const char *what)
{
	return err_set(err, &CODE_live_answer, NOWHERE, "%s", what);
}

/* A byte of a string, its last quote too. */
static void feed_string(struct items *s, char c)
{
	if (s->escaped)
		s->escaped = false;
	else if (c == '\\')
		s->escaped = true;
	else if (c == '"')
		s->in_string = false;
	if (is_inside(s) || (s->depth == OUTER && c != '"' && s->text.len < sizeof("items")))
		str_addc(&s->text, c);
}

/* '{' and '['. */
static int open_level(struct items *s, char c, struct err *err)
{
	if (!s->depth && (s->begun || c != '{'))
		return refuse_answer(err, "the output is not a single JSON object");
	if (++s->depth > DEPTH_MAX)
		return refuse_answer(err, "the output is nested too deeply");
	s->begun = true;
	if (s->depth == LIST && c == '[' && slice_is(str_slice(&s->text), "items"))
		s->in_items = true;
	if (s->in_items && s->depth == LIST + 1)
		str_clear(&s->text);
	if (is_inside(s))
		str_addc(&s->text, c);
	return 0;
}

/* '}' and ']'. */
static int close_level(struct items *s, char c, struct err *err)
{
	if (!s->depth)
		return refuse_answer(err, "the output is not a single JSON object");
	if (is_inside(s))
		str_addc(&s->text, c);
	s->depth--;
	if (s->in_items && s->depth == LIST && s->item(s->ctx, str_slice(&s->text), err) < 0)
		return -1;
	if (s->depth <= LIST)
		str_clear(&s->text);
	if (s->depth < LIST)
		s->in_items = false;
	return 0;
}

/* A byte outside of strings. */
static int feed_other(struct items *s, char c, struct err *err)
{
	if (!s->depth && !ascii_is_space(c))
		return refuse_answer(err, "the output is not a single JSON object");
	if (is_inside(s))
		str_addc(&s->text, c);
	return 0;
}

int items_feed(struct items *s, struct slice bytes, struct err *err)
{
	int failed = 0;

	if (!s->started)
		s->text = (struct str)STR_INIT;
	s->started = true;
	s->text.max = ITEM_MAX;
	for (size_t i = 0; i < bytes.len && !failed; i++) {
		char c = bytes.ptr[i];

		if (s->in_string) {
			feed_string(s, c);
		} else if (c == '"' && s->depth) {
			s->in_string = true;
			if (s->depth == OUTER)
				str_clear(&s->text);
			if (is_inside(s))
				str_addc(&s->text, c);
		} else {
			failed = c == '{' || c == '[' ? open_level(s, c, err) :
				 c == '}' || c == ']' ? close_level(s, c, err) :
							feed_other(s, c, err);
		}
	}
	if (!failed && str_over(&s->text))
		return refuse_answer(err, "an object of the output is too large");
	return failed;
}

int items_end(const struct items *s, struct err *err)
{
	return s->depth || s->in_string ? refuse_answer(err, "the output is incomplete") : 0;
}

void items_release(struct items *s)
{
	if (s->started)
		str_release(&s->text);
}
