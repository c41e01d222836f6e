/*
 * str.h - text that grows.
 *
 * A str owns its bytes and is always NUL-terminated behind `len` (the bytes themselves may contain
 * NULs). Its size is limited: what would exceed `max` is dropped and the sticky flag `over` is set,
 * so that a caller appends many times and calls str_over once, at the end. Life cycle:
 * `AUTO_STR struct str s = STR_INIT;`, append, read `s.ptr`/`s.len` or str_slice, release (AUTO_STR
 * does it). Out of memory ends the program (alloc.h).
 */
#ifndef GCB_BASE_STR_H
#define GCB_BASE_STR_H

#include "base/slice.h"

#include <stdarg.h>

struct str {
	char *ptr;  /* never NULL: an empty static string until the first byte is added */
	size_t len; /* bytes, without the NUL */
	size_t cap; /* bytes allocated, 0: none */
	size_t max; /* largest allowed len */
	bool over;  /* something did not fit */
};

/* The limit of a str of STR_INIT: 256 MiB. */
#define STR_MAX ((size_t)256 << 20)

extern char str_empty_[];
/* clang-format off */
#define STR_INIT { str_empty_, 0, 0, STR_MAX, false }
/* clang-format on */

/* Frees the bytes; the str is then as after STR_INIT, but keeps its `max`. */
void str_release(struct str *s);

/* Forgets the text and `over`, keeps the memory. */
void str_clear(struct str *s);

/* Appends bytes; `add` must not point into `s`. */
void str_add(struct str *s, struct slice add);

/* Appends a C string, one byte, or `n` times the byte `c`. */
void str_adds(struct str *s, const char *text);
void str_addc(struct str *s, char c);
void str_fill(struct str *s, char c, size_t n);

/* Appends text made as printf makes it. */
void str_addf(struct str *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void str_vaddf(struct str *s, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

/*
 * Appends text from outside so that it cannot steer a terminal or deceive a reader: ESC as "^[",
 * other code points that utf8_is_visible refuses as "\x07", "\u202e" or "\U000e0001", and each byte
 * that is not UTF-8 as "\xff". With `lines`, line feeds and tabs are kept.
 */
void str_add_visible(struct str *s, struct slice text, bool lines);

/* How many bytes at the start of `text` str_add_visible would leave as they are. */
size_t str_visible_prefix(struct slice text, bool lines);

/* The text as a slice, valid until the next change of `s`. */
struct slice str_slice(const struct str *s);

/* Did something not fit? */
bool str_over(const struct str *s);

#define AUTO_STR __attribute__((cleanup(str_release)))

#endif
