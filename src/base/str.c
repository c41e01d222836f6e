#include "base/str.h"

#include "base/alloc.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char str_empty_[1];

void str_release(struct str *s)
{
	size_t max = s->max;

	if (s->cap)
		free(s->ptr);
	*s = (struct str)STR_INIT;
	s->max = max;
}

void str_clear(struct str *s)
{
	s->len = 0;
	s->over = false;
	if (s->cap)
		s->ptr[0] = '\0';
}

/* Makes room for `n` more bytes and the NUL; false when they would not fit under `max`. */
static bool grow_str(struct str *s, size_t n)
{
	size_t need, cap;

	if (s->over || n > s->max - s->len) {
		s->over = true;
		return false;
	}
	need = s->len + n + 1;
	if (need <= s->cap)
		return true;
	cap = s->cap ? s->cap * 2 : 64;
	if (cap < need)
		cap = need;
	s->ptr = xrealloc_array(s->cap ? s->ptr : NULL, cap, 1);
	s->cap = cap;
	return true;
}

void str_add(struct str *s, struct slice add)
{
	if (!add.len || !grow_str(s, add.len))
		return;
	memcpy(s->ptr + s->len, add.ptr, add.len);
	s->len += add.len;
	s->ptr[s->len] = '\0';
}

void str_adds(struct str *s, const char *text)
{
	str_add(s, slice_of(text));
}

void str_addc(struct str *s, char c)
{
	str_add(s, (struct slice){ &c, 1 });
}

void str_fill(struct str *s, char c, size_t n)
{
	if (!n || !grow_str(s, n))
		return;
	memset(s->ptr + s->len, c, n);
	s->len += n;
	s->ptr[s->len] = '\0';
}

void str_vaddf(struct str *s, const char *fmt, va_list ap)
{
	va_list again;
	int len;

	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, ap);
	if (len < 0)
		fatal("text cannot be formatted");
	if (grow_str(s, (size_t)len)) {
		(void)vsnprintf(s->ptr + s->len, (size_t)len + 1, fmt, again);
		s->len += (size_t)len;
	}
	va_end(again);
}

void str_addf(struct str *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	str_vaddf(s, fmt, ap);
	va_end(ap);
}

/* The bytes of the first code point if a terminal may be given it, else 0. */
static size_t visible_length(struct slice text, bool lines)
{
	unsigned char byte = (unsigned char)text.ptr[0];
	uint32_t c;
	size_t n;

	if (byte < 0x80)
		return (byte >= 0x20 && byte < 0x7f) || (lines && (byte == '\n' || byte == '\t'));
	n = utf8_decode(text, &c);
	return n && utf8_is_visible(c) ? n : 0;
}

size_t str_visible_prefix(struct slice text, bool lines)
{
	size_t i = 0, n = 1;

	for (; i < text.len && n; i += n)
		n = visible_length((struct slice){ text.ptr + i, text.len - i }, lines);
	return i;
}

/* Appends the code point or stray byte at the start of `text` as an escape; returns its length. */
static size_t add_escape(struct str *s, struct slice text)
{
	uint32_t c = 0;
	size_t n = utf8_decode(text, &c);

	if (c == 0x1b)
		str_adds(s, "^[");
	else if (c > 0xffff)
		str_addf(s, "\\U%08x", (unsigned)c);
	else if (c > 0xff)
		str_addf(s, "\\u%04x", (unsigned)c);
	else
		str_addf(s, "\\x%02x", n ? (unsigned)c : (unsigned)(unsigned char)text.ptr[0]);
	return n ? n : 1;
}

void str_add_visible(struct str *s, struct slice text, bool lines)
{
	while (text.len) {
		size_t n = str_visible_prefix(text, lines);

		str_add(s, slice_sub(text, 0, n));
		text = slice_sub(text, n, text.len);
		if (text.len)
			text = slice_sub(text, add_escape(s, text), text.len);
	}
}

struct slice str_slice(const struct str *s)
{
	return (struct slice){ s->ptr, s->len };
}

bool str_over(const struct str *s)
{
	return s->over;
}
