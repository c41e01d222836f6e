#include "inventory/file_text.h"

#include "base/ascii.h"

#include <string.h>

/* --- encodings ------------------------------------------------------------ */

/* How a file is encoded: bytes of a unit, and whether the high one is first. 1: as UTF-8. */
struct encoding {
	size_t unit;
	bool big;
};

/* Detects it by the first character, as in YAML 1.2, section 5.2. */
static struct encoding detect_encoding(struct slice bytes)
{
	static const struct {
		const char *mask; /* 0: NUL, x: any other byte, else this byte */
		struct encoding encoding;
	} rows[] = {
		{ "00\xfe\xff", { 4, true } },
		{ "000x", { 4, true } },
		{ "\xff\xfe"
		  "00",
		  { 4, false } },
		{ "x000", { 4, false } },
		{ "\xfe\xff", { 2, true } },
		{ "0x", { 2, true } },
		{ "\xff\xfe", { 2, false } },
		{ "x0", { 2, false } },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *mask = rows[i].mask;
		size_t n = 0;

		while (mask[n] && n < bytes.len &&
		       (mask[n] == '0' ? !bytes.ptr[n] :
			mask[n] == 'x' ? bytes.ptr[n] != 0 :
					 mask[n] == bytes.ptr[n]))
			n++;
		if (!mask[n])
			return rows[i].encoding;
	}
	return (struct encoding){ 1, false };
}

/* Appends a character as UTF-8; surrogates by themselves, since they are no part of a host. */
static void add_character(struct str *out, uint32_t c)
{
	if (c < 0x80) {
		str_addc(out, (char)c);
	} else if (c < 0x800) {
		str_addc(out, (char)(0xc0 | c >> 6));
		str_addc(out, (char)(0x80 | (c & 0x3f)));
	} else {
		str_addc(out, (char)(0xe0 | (c >> 12 & 0xf)));
		str_addc(out, (char)(0x80 | (c >> 6 & 0x3f)));
		str_addc(out, (char)(0x80 | (c & 0x3f)));
	}
}

/* Appends the characters of wide units. */
static void add_units(struct str *out, struct slice bytes, struct encoding encoding)
{
	for (size_t i = 0; i + encoding.unit <= bytes.len; i += encoding.unit) {
		uint32_t c = 0;

		for (size_t k = 0; k < encoding.unit; k++) {
			size_t at = encoding.big ? k : encoding.unit - 1 - k;

			c = c << 8 | (unsigned char)bytes.ptr[i + at];
		}
		if (c != 0xfeff)
			add_character(out, c);
	}
}

/* --- escapes -------------------------------------------------------------- */

/* The value of a hexadecimal digit, or -1. */
static int digit_of(char c)
{
	return c >= '0' && c <= '9' ? c - '0' :
	       c >= 'a' && c <= 'f' ? c - 'a' + 10 :
	       c >= 'A' && c <= 'F' ? c - 'A' + 10 :
				      -1;
}

/* The length of a line break behind a backslash with the blanks of the next line; 0: none. */
static size_t skip_break(struct slice rest)
{
	size_t n = rest.len > 2 && rest.ptr[1] == '\r' && rest.ptr[2] == '\n' ? 3 : 2;

	if (rest.len < n || (rest.ptr[n - 1] != '\n' && rest.ptr[n - 1] != '\r'))
		return 0;
	while (n < rest.len && strchr(" \t\r\n", rest.ptr[n]) && rest.ptr[n])
		n++;
	return n;
}

/* Appends what an escape stands for: its length; 0: it is none that matters. */
static size_t add_escape(struct str *out, struct slice rest)
{
	char kind = rest.len > 1 ? rest.ptr[1] : '\0';
	size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
	uint32_t c = 0;

	if (!digits)
		return skip_break(rest);
	if (rest.len < 2 + digits)
		return 0;
	for (size_t i = 2; i < 2 + digits; i++) {
		int digit = digit_of(rest.ptr[i]);

		if (digit < 0)
			return 0;
		c = c << 4 | (uint32_t)digit;
	}
	add_character(out, c);
	return 2 + digits;
}

/* Appends the text with its escapes decoded, whatever is around them. */
static void add_unescaped(struct str *out, struct slice text)
{
	while (text.len) {
		size_t at = slice_find_byte(text, '\\'), n;

		str_add(out, slice_sub(text, 0, at));
		if (at == SIZE_MAX)
			return;
		text = slice_sub(text, at, text.len);
		n = add_escape(out, text);
		if (!n) {
			str_addc(out, '\\');
			n = 1;
		}
		text = slice_sub(text, n, text.len);
	}
}

/* True if the text has an escape that matters. */
static bool has_escape(struct slice text)
{
	for (size_t at = slice_find_byte(text, '\\'); at != SIZE_MAX;
	     at = slice_find_byte(text, '\\')) {
		text = slice_sub(text, at + 1, text.len);
		if (text.len && strchr("xuU\r\n", text.ptr[0]) && text.ptr[0])
			return true;
	}
	return false;
}

/* --- !!binary ------------------------------------------------------------- */

/* The end of the next tag "binary" in the text; SIZE_MAX: there is none. */
static size_t find_binary(struct slice text)
{
	static const struct slice word = SLICE_INIT("binary");
	size_t from = 0, at;

	while ((at = slice_find(slice_sub(text, from, text.len), word)) != SIZE_MAX) {
		from += at + word.len;
		at = from - word.len;
		if (at && (text.ptr[at - 1] == '!' || text.ptr[at - 1] == ':'))
			return from;
	}
	return SIZE_MAX;
}

bool file_text_has_binary(struct slice text)
{
	return find_binary(text) != SIZE_MAX;
}

/* The value of a digit of base64, or -1. */
static int base64_of(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Appends the decoded value behind a tag. Returns its end in the text. */
static size_t add_value(struct str *out, struct slice text, size_t at)
{
	uint32_t bits = 0;
	bool lines = false;
	int n = 0;

	str_addc(out, '\n');
	at += at < text.len && text.ptr[at] == '>'; /* the end of a tag that is written in full */
	for (; at < text.len && text.ptr[at] && strchr("> \t\r\n\"'|-+", text.ptr[at]); at++)
		lines = lines || strchr("\"'|>", text.ptr[at]);
	for (; at < text.len; at++) {
		int digit = base64_of(text.ptr[at]);
		bool end = text.ptr[at] == '\n' || text.ptr[at] == '\r';

		if (digit < 0 && !ascii_is_blank(text.ptr[at]) && !(end && lines))
			break;
		if (digit < 0)
			continue;
		bits = bits << 6 | (uint32_t)digit;
		n += 6;
		if (n < 8)
			continue;
		n -= 8;
		str_addc(out, (char)(bits >> n & 0xff));
	}
	return at;
}

/* Appends the values of all tags in the text. */
static void add_binaries(struct str *out, struct slice text)
{
	for (size_t at = find_binary(text); at != SIZE_MAX; at = find_binary(text))
		text = slice_sub(text, add_value(out, text, at), text.len);
	str_addc(out, '\n');
}

/* --- all of it ------------------------------------------------------------ */

struct slice file_text(struct slice bytes, struct str *out)
{
	AUTO_STR struct str wide = STR_INIT;
	struct encoding encoding = detect_encoding(bytes);
	struct slice text = bytes;
	bool binary;

	if (encoding.unit > 1) {
		add_units(&wide, bytes, encoding);
		text = str_slice(&wide);
	}
	binary = file_text_has_binary(text);
	if (encoding.unit == 1 && !binary && !has_escape(text))
		return bytes;
	add_unescaped(out, text);
	if (binary)
		add_binaries(out, text);
	return str_slice(out);
}

const char *file_text_replaced(struct slice bytes)
{
	if (slice_starts(bytes, SLICE("version https://git-lfs.github.com/spec/")))
		return "the file is a pointer of Git LFS, and its content is not in the commit";
	if (slice_starts(bytes, (struct slice){ "\0GITCRYPT\0", 10 }))
		return "the file is encrypted by git-crypt";
	return NULL;
}
