/*
 * slice.h - borrowed text, and the numbers read from it.
 *
 * A slice points into memory that it does not own and that outlives it; it may contain NUL bytes
 * and is not terminated. It is passed by value. A slice with `ptr == NULL` is absent, which is
 * different from empty; every function here takes both.
 */
#ifndef GCB_BASE_SLICE_H
#define GCB_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slice {
	const char *ptr; /* borrowed; NULL: absent */
	size_t len;      /* bytes */
};

/* A list of slices; `items` usually belongs to an arena. */
struct slices {
	struct slice *items;
	size_t n;
};

/* Key and value, both borrowed; a list of them keeps the order of its source. */
struct pair {
	struct slice key, value;
};

struct pairs {
	struct pair *items;
	size_t n;
};

/* The absent slice. */
#define SLICE_NONE ((struct slice){ NULL, 0 })

/* The slice of a string literal: an expression, and an initialiser of constant data. */
#define SLICE(lit) ((struct slice){ "" lit, sizeof(lit) - 1 })
/* clang-format off */
#define SLICE_INIT(lit) { "" lit, sizeof(lit) - 1 }
/* clang-format on */

/*
 * How printf prints a slice: printf("%" SLICE_FMT, SLICE_ARG(s)). Longer ones than INT_MAX are cut.
 */
#define SLICE_FMT ".*s"
#define SLICE_ARG(s) ((s).len > 0x7fffffff ? 0x7fffffff : (int)(s).len), ((s).ptr ? (s).ptr : "")

/* The slice of a C string; NULL gives an absent slice. */
struct slice slice_of(const char *text);

/* The part of `s` from byte `from`, at most `len` bytes; both are clamped to `s`. */
struct slice slice_sub(struct slice s, size_t from, size_t len);

/* Same bytes? An absent slice equals an empty one. */
bool slice_eq(struct slice a, struct slice b);

/* Same bytes but for the case of ASCII letters? */
bool slice_eq_case(struct slice a, struct slice b);

/* Same bytes as the C string `text`? */
bool slice_is(struct slice s, const char *text);

/* Does `s` begin, or end, with these bytes? */
bool slice_starts(struct slice s, struct slice prefix);
bool slice_ends(struct slice s, struct slice suffix);

/* Byte-wise order, a prefix first: negative, 0 or positive, as qsort wants it. */
int slice_cmp(struct slice a, struct slice b);

/* Offset of the first `needle` in `s`, or SIZE_MAX. An empty needle is found at 0. */
size_t slice_find(struct slice s, struct slice needle);

/*
 * The same where ASCII letters match in either case. Linear if the first letters of the needle are
 * rare.
 */
size_t slice_find_case(struct slice s, struct slice needle);

/* Offset of the first byte `c` in `s`, or SIZE_MAX. */
size_t slice_find_byte(struct slice s, char c);

/* `s` without the blanks (space, tab, CR, LF) at both ends. */
struct slice slice_trim(struct slice s);

/*
 * Cuts the next piece off `*rest`, up to the byte `sep`, and moves `*rest` behind it. Returns false
 * at the end: "a,b" gives "a" and "b", "" gives one empty piece, an absent slice none.
 */
bool slice_next(struct slice *rest, char sep, struct slice *piece);

/* Is `s` one of the `n` slices of `list`? */
bool slices_have(struct slices list, struct slice s);

/* The value of `key`, or an absent slice. */
struct slice pairs_get(struct pairs list, struct slice key);

/*
 * Reads a decimal number, an optional '-' and digits only, from `min` to `max`. Anything else
 * returns false and leaves `*out` unchanged: blanks, '+', a leading zero before another digit, too
 * large.
 */
bool parse_int(struct slice s, long min, long max, long *out);

/*
 * The candidate nearest to `word` by edit distance (a swap of neighbours counts once), or an absent
 * slice if none is a likely misspelling: at most a third of the word's length, and at most 3.
 */
struct slice slice_nearest(struct slice word, const struct slice *candidates, size_t n);

#endif
