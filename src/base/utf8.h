/*
 * utf8.h - code points in UTF-8 (RFC 3629): no surrogates, no overlong forms, at most U+10FFFF.
 */
#ifndef GCB_BASE_UTF8_H
#define GCB_BASE_UTF8_H

#include "base/slice.h"

/*
 * Decodes the first code point of `s` into `*out`. Returns its length, 1 to 4, or 0 when `s` is
 * empty or does not begin with one.
 */
size_t utf8_decode(struct slice s, uint32_t *out);

/*
 * The number of code points of `s`; a byte that is not UTF-8 counts as one. kubectl uses it as the
 * width of a table cell.
 */
size_t utf8_count(struct slice s);

/*
 * May a terminal be given this code point? False for what steers it or what a reader cannot see:
 * the categories Cc, Cf, Zl and Zp of Unicode 16, which are controls, format characters (also the
 * bidirectional and zero-width ones) and the separators of lines and paragraphs.
 */
bool utf8_is_visible(uint32_t c);

#endif
