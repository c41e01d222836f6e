#include "gitops/glob.h"

/* Most steps of one match, and the longest pattern. */
#define STEPS_MAX 100000
#define PATTERN_MAX 4096

/* What follows an alternative in braces: the rest of the pattern around them. */
struct glob_rest {
	struct slice pattern;
	const struct glob_rest *next;
};

struct glob_matcher {
	enum glob_kind kind;
	long steps; /* left */
	bool broken;
};

static bool match_rest(struct glob_matcher *m, struct slice p, const struct glob_rest *next,
		       struct slice t);

/*
 * Does a character class contain `c`? `p` begins after its "["; `*used` is set to its length with
 * the
 * "]", 0 if it has no end.
 */
static bool in_class(const struct glob_matcher *m, struct slice p, char c, size_t *used)
{
	bool negated = p.len && (p.ptr[0] == (m->kind == GLOB_GO ? '^' : '!')), hit = false;
	size_t i = negated;

	*used = 0;
	for (size_t first = i; i < p.len && (p.ptr[i] != ']' || i == first); i++) {
		char low, high;

		if (p.ptr[i] == '\\' && i + 1 < p.len)
			i++;
		low = high = p.ptr[i];
		if (i + 2 < p.len && p.ptr[i + 1] == '-' && p.ptr[i + 2] != ']') {
			i += 2;
			if (p.ptr[i] == '\\' && i + 1 < p.len)
				i++;
			high = p.ptr[i];
		}
		hit = hit || (c >= low && c <= high);
	}
	if (i < p.len)
		*used = i + 1;
	return hit != negated;
}

/*
 * The offset of the "}" that ends the alternatives in `p`, which begins after their "{"; SIZE_MAX:
 * there is none.
 */
static size_t braces_end(struct slice p)
{
	size_t depth = 1;

	for (size_t i = 0; i < p.len; i++) {
		if (p.ptr[i] == '\\')
			i++;
		else if (p.ptr[i] == '{')
			depth++;
		else if (p.ptr[i] == '}' && --depth == 0)
			return i;
	}
	return SIZE_MAX;
}

/* Tries each alternative; `p` begins after the "{". */
static bool match_braces(struct glob_matcher *m, struct slice p, const struct glob_rest *next,
			 struct slice t)
{
	size_t end = braces_end(p), from = 0, depth = 0;
	struct glob_rest rest = { slice_sub(p, end == SIZE_MAX ? p.len : end + 1, p.len), next };

	if (end == SIZE_MAX) {
		m->broken = true;
		return false;
	}
	for (size_t i = 0; i <= end; i++) {
		bool cut = i == end || (p.ptr[i] == ',' && !depth);

		if (cut && match_rest(m, slice_sub(p, from, i - from), &rest, t))
			return true;
		if (cut)
			from = i + 1;
		else if (p.ptr[i] == '\\')
			i++;
		else if (p.ptr[i] == '{')
			depth++;
		else if (p.ptr[i] == '}')
			depth--;
	}
	return false;
}

/* Tries each length of a star; `p` begins after it. */
static bool match_star(struct glob_matcher *m, struct slice p, const struct glob_rest *next,
		       struct slice t)
{
	for (size_t i = 0; i <= t.len && !m->broken; i++) {
		if (match_rest(m, p, next, slice_sub(t, i, t.len)))
			return true;
		if (m->kind == GLOB_GO && i < t.len && t.ptr[i] == '/')
			return false;
	}
	return false;
}

/*
 * Matches one character of the text: how many bytes of the pattern that takes; 0: it does not
 * match.
 */
static size_t match_one(struct glob_matcher *m, struct slice p, char c)
{
	size_t used;

	if (p.ptr[0] == '?')
		return m->kind != GLOB_GO || c != '/';
	if (p.ptr[0] == '[') {
		bool hit = in_class(m, slice_sub(p, 1, p.len), c, &used) &&
			   (m->kind != GLOB_GO || c != '/');

		m->broken = m->broken || !used;
		return hit && used ? used + 1 : 0;
	}
	if (p.ptr[0] == '\\' && p.len > 1)
		return p.ptr[1] == c ? 2 : 0;
	return p.ptr[0] == c;
}

/* Matches the rest of a pattern, then that of the patterns around it, with the rest of the text. */
static bool match_rest(struct glob_matcher *m, struct slice p, const struct glob_rest *next,
		       struct slice t)
{
	for (;;) {
		size_t used;

		m->broken = m->broken || --m->steps < 0;
		if (m->broken)
			return false;
		if (!p.len && !next)
			return !t.len;
		if (!p.len) {
			p = next->pattern;
			next = next->next;
			continue;
		}
		if (p.ptr[0] == '*')
			return match_star(m, slice_sub(p, 1, p.len), next, t);
		if (p.ptr[0] == '{' && m->kind == GLOB_GOBWAS)
			return match_braces(m, slice_sub(p, 1, p.len), next, t);
		used = t.len ? match_one(m, p, t.ptr[0]) : 0;
		if (!used)
			return false;
		p = slice_sub(p, used, p.len);
		t = slice_sub(t, 1, t.len);
	}
}

bool glob_match(enum glob_kind kind, struct slice pattern, struct slice text, bool otherwise)
{
	struct glob_matcher m = { kind, STEPS_MAX, pattern.len > PATTERN_MAX };
	bool hit = !m.broken && match_rest(&m, pattern, NULL, text);

	return m.broken ? otherwise : hit;
}
