#include "yaml/guard_internal.h"
#include "yaml/node_internal.h"

#include "base/ascii.h"
#include "base/utf8.h"

#include <string.h>

/* A refusal at a byte offset. */
static int refuse_at(const struct yaml_file *file, const struct code *code, uint32_t at,
		     const char *what, struct err *err)
{
	return err_set(err, code, yaml_place_at(file, at), "%s", what);
}

/* Control characters that YAML parsers refuse: C0 without tab and line ends, DEL. */
static bool is_forbidden(unsigned char c)
{
	return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
}

/* One multi-byte character at `at`: its length, or 0 with the error set. */
static size_t guard_wide(const struct yaml_file *file, uint32_t at, struct err *err)
{
	uint32_t c;
	size_t n = utf8_decode(slice_sub(file->bytes, at, 4), &c);

	if (!n)
		(void)refuse_at(file, &CODE_yaml_encoding, at,
				"the file contains a byte that is not valid UTF-8", err);
	else if ((c >= 0x80 && c <= 0x9f && c != 0x85) || c == 0xfffe || c == 0xffff || c == 0xfeff)
		(void)refuse_at(file, &CODE_yaml_encoding, at,
				"the file contains a control character, or a byte order mark that "
				"is not at its beginning",
				err);
	else
		return n;
	return 0;
}

/*
 * Is the byte neither plain ASCII text nor a tab or line feed? Written without branches, so that
 * the compiler vectorizes its loop.
 */
static unsigned is_remarkable(unsigned char c)
{
	return ((unsigned)(c < 0x20) & (unsigned)(c != '\t') & (unsigned)(c != '\n')) |
	       (unsigned)(c >= 0x7f);
}

/* Skips bytes that need no check. */
static size_t skip_plain(const unsigned char *p, size_t i, size_t len)
{
	enum { MANY = 32 };

	for (; len - i >= MANY; i += MANY) {
		unsigned any = 0;

		for (size_t j = 0; j < MANY; j++)
			any |= is_remarkable(p[i + j]);
		if (any)
			break;
	}
	while (i < len && !is_remarkable(p[i]))
		i++;
	return i;
}

/* Walks all bytes once: control characters, UTF-8, lone carriage returns. */
static int guard_bytes(struct yaml_file *file, struct err *err)
{
	const unsigned char *p = (const unsigned char *)file->bytes.ptr;
	size_t len = file->bytes.len;

	for (size_t i = file->body; i < len;) {
		size_t n = 1;

		i = skip_plain(p, i, len);
		if (i == len)
			break;
		file->wide = file->wide || p[i] >= 0x80;
		if (is_forbidden(p[i]))
			return refuse_at(file, &CODE_yaml_encoding, (uint32_t)i,
					 "a control character", err);
		if (p[i] == '\r' && (i + 1 == len || p[i + 1] != '\n'))
			return refuse_at(file, &CODE_yaml_breaks, (uint32_t)i,
					 "the file contains a carriage return without a line feed",
					 err);
		if (p[i] >= 0x80)
			n = guard_wide(file, (uint32_t)i, err);
		if (!n)
			return -1;
		i += n;
	}
	return 0;
}

/* Is there a line of seven `c` and a blank or line end at `at`? */
static bool marker_at(struct slice s, size_t at, char c)
{
	for (size_t i = 0; i < 7; i++)
		if (at + i >= s.len || s.ptr[at + i] != c)
			return false;
	return at + 7 == s.len || strchr(" \r\n", s.ptr[at + 7]) != NULL;
}

/* Merge conflict markers: a line "<<<<<<< " and later a line ">>>>>>> ". */
static int guard_conflict(const struct yaml_file *file, struct err *err)
{
	struct slice s = file->bytes;
	size_t open = SIZE_MAX;

	for (size_t at = file->body; at < s.len;) {
		size_t eol = slice_find_byte(slice_sub(s, at, s.len), '\n');

		if (open == SIZE_MAX && marker_at(s, at, '<'))
			open = at;
		else if (open != SIZE_MAX && marker_at(s, at, '>'))
			return refuse_at(file, &CODE_yaml_conflict, (uint32_t)open,
					 "the file contains merge conflict markers", err);
		if (eol == SIZE_MAX)
			break;
		at += eol + 1;
	}
	return 0;
}

int yaml_guard(struct yaml_file *file, struct err *err)
{
	struct slice s = file->bytes;
	struct place whole = { file->name, 0, 0 };

	if (s.len > YAML_MAX_BYTES)
		return err_set(err, &CODE_yaml_limit, whole, "the file is larger than %zu MiB",
			       YAML_MAX_BYTES >> 20);
	if (slice_starts(s, SLICE("\xff\xfe")) || slice_starts(s, SLICE("\xfe\xff")))
		return err_set(err, &CODE_yaml_encoding, whole, "the file is UTF-16");
	if (memchr(s.ptr ? s.ptr : "", '\0', s.len))
		return err_set(err, &CODE_yaml_encoding, whole, "the file is binary");
	if (slice_starts(s, SLICE("\xef\xbb\xbf")))
		file->body = 3;
	if (guard_bytes(file, err) < 0)
		return -1;
	if (slice_find_byte(s, '<') == SIZE_MAX || slice_find(s, SLICE("<<<<<<<")) == SIZE_MAX)
		return 0;
	return guard_conflict(file, err);
}

/* Does a NEL, LS or PS begin at `p`, of which `left` bytes are there? */
static bool is_odd_break(const char *p, size_t left)
{
	if (left >= 2 && !memcmp(p, "\xc2\x85", 2))
		return true;
	return left >= 3 && (!memcmp(p, "\xe2\x80\xa8", 3) || !memcmp(p, "\xe2\x80\xa9", 3));
}

/*
 * Is the byte offset inside a quoted scalar? All nodes are searched, because collections contain
 * others.
 */
static bool in_quotes(const struct yaml_file *file, uint32_t at)
{
	for (uint32_t i = 0; i < file->nnodes; i++) {
		const struct yaml_node *n = node_at(file, i);

		if (n->kind == YAML_SCALAR &&
		    (n->style == YAML_SINGLE || n->style == YAML_DOUBLE) && n->start < at &&
		    at < n->end)
			return true;
	}
	return false;
}

int yaml_guard_breaks(const struct yaml_file *file, struct err *err)
{
	struct slice s = file->bytes;
	size_t seen = 0;

	if (!file->wide)
		return 0;
	for (size_t i = 0; i < s.len; i++) {
		const char *wide = &s.ptr[i];

		if (*wide != '\xc2' && *wide != '\xe2')
			continue;
		if (!is_odd_break(wide, s.len - i))
			continue;
		if (++seen > 64 || !in_quotes(file, (uint32_t)i))
			return refuse_at(file, &CODE_yaml_breaks, (uint32_t)i,
					 "the file contains a line break (NEL, LS or PS) that only "
					 "some parsers recognize",
					 err);
	}
	return 0;
}

/* Does a template's sign begin with the brace or parenthesis at `at`? */
static bool is_sign(struct slice bytes, size_t at)
{
	static const struct slice signs[] = { SLICE_INIT("{{"), SLICE_INIT("{%"), SLICE_INIT("(@="),
					      SLICE_INIT("(@-"), SLICE_INIT("(@ ") };

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (slice_starts(slice_sub(bytes, at, signs[i].len), signs[i]))
			return true;
	return false;
}

/* Offset of the next byte `c` from an offset on, or SIZE_MAX. */
static size_t find_byte_from(struct slice bytes, char c, size_t from)
{
	size_t found = slice_find_byte(slice_sub(bytes, from, bytes.len), c);

	return found == SIZE_MAX ? SIZE_MAX : from + found;
}

bool yaml_has_variable(const struct yaml_node *scalar)
{
	size_t open =
		scalar->kind == YAML_SCALAR ? slice_find(scalar->text, SLICE("${")) : SIZE_MAX;

	return open != SIZE_MAX && find_byte_from(scalar->text, '}', open) != SIZE_MAX;
}

bool yaml_is_ytt(struct slice comment)
{
	size_t at = 2;

	if (!slice_starts(comment, SLICE("#@")))
		return false;
	while (at < comment.len && ascii_is_lower(comment.ptr[at]))
		at++;
	return at < comment.len && comment.ptr[at] == (at == 2 ? ' ' : '/');
}

bool yaml_looks_templated(struct slice bytes, uint32_t *at)
{
	size_t least = SIZE_MAX;

	for (size_t i = 0; i < 2; i++) {
		size_t found = 0;

		do
			found = find_byte_from(bytes, "{("[i], found);
		while (found != SIZE_MAX && !is_sign(bytes, found++));
		if (found != SIZE_MAX && found - 1 < least)
			least = found - 1;
	}
	*at = least == SIZE_MAX ? 0 : (uint32_t)least;
	return least != SIZE_MAX;
}
