#include "gitops/path.h"

/* Steps after which a pattern is given up, and the longest pattern. */
#define STEPS_MAX 100000
#define PATTERN_MAX 4096

/* What stands behind an alternative in braces: the rest of the pattern around them. */
struct behind {
	struct slice pattern;
	const struct behind *next;
};

struct matching {
	enum glob_kind kind;
	long steps; /* left */
	bool broken;
};

static bool match(struct matching *m, struct slice p, const struct behind *behind, struct slice t);

/*
 * One character class, `p` behind its "[": does it hold `c`? `*used` gets its length with the "]";
 * 0: it has no end.
 */
static bool in_class(const struct matching *m, struct slice p, char c, size_t *used)
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
 * The end of the alternatives that begin behind a "{": the offset of its "}"; SIZE_MAX: there is
 * none.
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

/* Tries each alternative; `p` stands behind the "{". */
static bool match_braces(struct matching *m, struct slice p, const struct behind *behind,
			 struct slice t)
{
	size_t end = braces_end(p), from = 0, depth = 0;
	struct behind rest = { slice_sub(p, end == SIZE_MAX ? p.len : end + 1, p.len), behind };

	if (end == SIZE_MAX) {
		m->broken = true;
		return false;
	}
	for (size_t i = 0; i <= end; i++) {
		bool cut = i == end || (p.ptr[i] == ',' && !depth);

		if (cut && match(m, slice_sub(p, from, i - from), &rest, t))
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

/* Tries each length of a star; `p` stands behind it. */
static bool match_star(struct matching *m, struct slice p, const struct behind *behind,
		       struct slice t)
{
	for (size_t i = 0; i <= t.len && !m->broken; i++) {
		if (match(m, p, behind, slice_sub(t, i, t.len)))
			return true;
		if (m->kind == GLOB_GO && i < t.len && t.ptr[i] == '/')
			return false;
	}
	return false;
}

/*
 * One character of the pattern that stands for one of the text: how many bytes of the pattern it
 * has; 0: it does not match.
 */
static size_t match_one(struct matching *m, struct slice p, char c)
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

/* The rest of a pattern, and what is behind it, against the rest of the text. */
static bool match(struct matching *m, struct slice p, const struct behind *behind, struct slice t)
{
	for (;;) {
		size_t used;

		m->broken = m->broken || --m->steps < 0;
		if (m->broken)
			return false;
		if (!p.len && !behind)
			return !t.len;
		if (!p.len) {
			p = behind->pattern;
			behind = behind->next;
			continue;
		}
		if (p.ptr[0] == '*')
			return match_star(m, slice_sub(p, 1, p.len), behind, t);
		if (p.ptr[0] == '{' && m->kind == GLOB_GOBWAS)
			return match_braces(m, slice_sub(p, 1, p.len), behind, t);
		used = t.len ? match_one(m, p, t.ptr[0]) : 0;
		if (!used)
			return false;
		p = slice_sub(p, used, p.len);
		t = slice_sub(t, 1, t.len);
	}
}

bool glob_match(enum glob_kind kind, struct slice pattern, struct slice text, bool otherwise)
{
	struct matching m = { kind, STEPS_MAX, pattern.len > PATTERN_MAX };
	bool hit = !m.broken && match(&m, pattern, NULL, text);

	return m.broken ? otherwise : hit;
}
