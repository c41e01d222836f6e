#include "tests/unit/yaml/layout.h"

#include "tests/unit/yaml/trial.h"

uint32_t trial_random(uint64_t *state, uint32_t n)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)((*state >> 16) % n);
}

struct layout {
	uint64_t state;
	struct str *out;
	unsigned serial; /* makes keys and values unlike each other */
	int size;        /* entries that may still come */
};

enum { DEEPEST = 5 };

/* Once in `n` times. */
static bool once_in(struct layout *l, uint32_t n)
{
	return trial_random(&l->state, n) == 0;
}

static uint32_t one_of(struct layout *l, uint32_t n)
{
	return trial_random(&l->state, n);
}

/* Perhaps a comment behind content, and a line end. */
static void end_line(struct layout *l)
{
	static const char *const gaps[] = { " ", "  ", "\t", "        " };

	if (slice_ends(str_slice(l->out), SLICE("-")) || slice_ends(str_slice(l->out), SLICE(":")))
		str_adds(l->out,
			 once_in(l, 4) ? " # line\n" : "\n"); /* no tab there, libyaml would say */
	else if (once_in(l, 4))
		str_addf(l->out, "%s# line %u \xc3\xa9\n", gaps[one_of(l, 4)], l->serial++);
	else if (once_in(l, 10))
		str_adds(l->out, "  \n");
	else
		str_addc(l->out, '\n');
}

/* Perhaps empty lines and comments of their own, in the column, deeper, or less deep. */
static void between(struct layout *l, uint32_t column)
{
	while (once_in(l, 4)) {
		uint32_t kind = one_of(l, 5);

		if (kind == 0) {
			str_adds(l->out, once_in(l, 4) ? "  \n" : "\n");
			continue;
		}
		str_fill(l->out, ' ',
			 kind == 1 ? 0 :
			 kind == 2 ? column + 1 + one_of(l, 4) :
				     column);
		str_addf(l->out, "# own %u: \xf0\x9f\x98\x80\n", l->serial++);
	}
}

/* A scalar on one line, not empty. */
static void scalar(struct layout *l)
{
	unsigned n = l->serial++;

	switch (one_of(l, 7)) {
	case 0:
		str_addf(l->out, "value %u", n);
		break;
	case 1:
		str_addf(l->out, "'single''s # %u'", n);
		break;
	case 2:
		str_addf(l->out, "\"double \xed\x95\x9c {{ %u }}\"", n);
		break;
	case 3:
		str_adds(l->out, once_in(l, 2) ? "true" : "off");
		break;
	case 4:
		str_addf(l->out, "!!str tagged%u", n);
		break;
	default:
		str_addf(l->out, "%u", n);
	}
}

static void key(struct layout *l)
{
	unsigned n = l->serial++;

	str_addf(l->out, once_in(l, 6) ? "\"k%u\"" : once_in(l, 6) ? "'k %u'" : "k%u", n);
}

static void flow(struct layout *l, uint32_t column, int depth);

/* One entry of a flow collection. */
static void flow_entry(struct layout *l, bool map, uint32_t column, int depth)
{
	if (map) {
		key(l);
		str_adds(l->out, ": ");
	}
	if (depth < DEEPEST && once_in(l, 4))
		flow(l, column, depth + 1);
	else
		scalar(l);
}

/*
 * A flow collection on one line or, with entries in `column`, on several; with a trailing comma or
 * without.
 */
static void flow(struct layout *l, uint32_t column, int depth)
{
	bool map = once_in(l, 2), lines = column && once_in(l, 2), trailing = once_in(l, 3);
	uint32_t n = 1 + one_of(l, 3);

	str_addc(l->out, map ? '{' : '[');
	for (uint32_t i = 0; i < n; i++) {
		if (lines) {
			end_line(l);
			between(l, column);
			str_fill(l->out, ' ', column);
		} else if (i) {
			str_addc(l->out, ' ');
		}
		flow_entry(l, map, lines ? column + 2 : 0, depth);
		if (i + 1 < n || trailing)
			str_addc(l->out, ',');
	}
	if (lines) {
		end_line(l);
		between(l, column);
		str_fill(l->out, ' ', column - 1);
	}
	str_addc(l->out, map ? '}' : ']');
}

static void block_map(struct layout *l, uint32_t column, bool inside, int depth);
static void block_list(struct layout *l, uint32_t column, bool inside, int depth);

/* A block scalar with its content in `column`. */
static void block_scalar(struct layout *l, uint32_t column)
{
	static const char *const heads[] = { "|", "|-", ">", ">-", "|+" };
	uint32_t kind = one_of(l, 5);

	str_adds(l->out, heads[kind]);
	end_line(l);
	for (uint32_t i = one_of(l, 3) + 1; i; i--) {
		str_fill(l->out, ' ', column);
		str_addf(l->out, "text %u # no comment\n", l->serial++);
	}
	if (once_in(l, 3))
		str_addc(l->out, '\n');
}

/*
 * The text behind a colon or dash, from there to the line end of its last line; deeper content
 * is in `column` or more.
 */
static void value(struct layout *l, uint32_t column, int depth)
{
	switch (l->size-- > 0 ? one_of(l, 12) : 0) {
	case 0:
		end_line(l);
		break;
	case 1:
		str_addc(l->out, ' ');
		block_scalar(l, column);
		break;
	case 2:
		str_addc(l->out, ' ');
		flow(l, column + 1, depth + 1);
		end_line(l);
		break;
	case 3:
		str_addf(l->out, " several\n");
		str_fill(l->out, ' ', column);
		str_addf(l->out, "lines %u", l->serial++);
		end_line(l);
		break;
	case 4:
		end_line(l);
		str_fill(l->out, ' ', column);
		scalar(l);
		end_line(l);
		break;
	default:
		str_addc(l->out, ' ');
		scalar(l);
		end_line(l);
	}
}

static void block_map(struct layout *l, uint32_t column, bool inside, int depth)
{
	for (uint32_t n = 1 + one_of(l, 4); n; n--) {
		uint32_t step = 1 + one_of(l, 4),
			 kind = depth < DEEPEST && l->size > 0 ? one_of(l, 6) : 9;

		if (!inside) {
			between(l, column);
			str_fill(l->out, ' ', column);
		}
		inside = false;
		l->size--;
		if (once_in(l, 16)) { /* an explicit key, its value not on the line of the key */
			str_addf(l->out, "? k%u\n", l->serial++);
			str_fill(l->out, ' ', column);
			str_adds(l->out, ":");
			value(l, column + step, depth);
			continue;
		}
		key(l);
		str_adds(l->out, once_in(l, 10) ? " :" : ":");
		if (kind == 0 || kind == 1) {
			end_line(l);
			if (kind == 0)
				block_map(l, column + step, false, depth + 1);
			else
				block_list(l, column + (once_in(l, 2) ? 0 : step), false,
					   depth + 1);
		} else {
			value(l, column + step, depth);
		}
	}
}

static void block_list(struct layout *l, uint32_t column, bool inside, int depth)
{
	for (uint32_t n = 1 + one_of(l, 4); n; n--) {
		uint32_t gap = 1 + one_of(l, 3),
			 kind = depth < DEEPEST && l->size > 0 ? one_of(l, 6) : 9;

		if (!inside) {
			between(l, column);
			str_fill(l->out, ' ', column);
		}
		inside = false;
		l->size--;
		str_addc(l->out, '-');
		if (kind == 0 || kind == 1) {
			str_fill(l->out, ' ', gap);
			if (kind == 0)
				block_map(l, column + 1 + gap, true, depth + 1);
			else
				block_list(l, column + 1 + gap, true, depth + 1);
		} else if (kind == 2) {
			end_line(l);
			block_map(l, column + 1 + gap, false, depth + 1);
		} else {
			value(l, column + 1 + gap, depth);
		}
	}
}

void layout_random(uint64_t seed, struct str *out)
{
	AUTO_STR struct str text = STR_INIT;
	struct layout l = { .state = seed * 2654435761u + 88172645463325252u,
			    .out = &text,
			    .size = 30 };
	bool crlf, mixed;

	for (int i = 0; i < 20; i++)
		(void)trial_random(&l.state, 2);
	crlf = once_in(&l, 5);
	mixed = once_in(&l, 20);
	for (uint32_t n = once_in(&l, 4) ? 3 : 1; n; n--) {
		if (once_in(&l, 2) || n > 1)
			str_adds(&text, once_in(&l, 3) ? "--- # document\n" : "---\n");
		between(&l, 0);
		if (once_in(&l, 3))
			block_list(&l, 0, false, 0);
		else
			block_map(&l, 0, false, 0);
		between(&l, 0);
		if (n > 1)
			str_adds(&text, "---\n");
	}
	if (once_in(&l, 3))
		text.len--;
	if (once_in(&l, 10))
		str_adds(out, "\xef\xbb\xbf");
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\n' && (mixed ? once_in(&l, 2) : crlf))
			str_addc(out, '\r');
		str_addc(out, text.ptr[i]);
	}
}
