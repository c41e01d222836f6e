#include "tests/properties/sources.h"

#include "base/alloc.h"
#include "base/file.h"
#include "tests/unit/yaml/layout.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

/* Larger files would only make each case slower. */
enum { FILE_MOST = 8192 };

struct sources {
	struct str *files;
	size_t n, cap;
};

struct sources *sources_new(void)
{
	return xzalloc(sizeof(struct sources));
}

void sources_free(struct sources *s)
{
	for (size_t i = 0; i < s->n; i++)
		str_release(&s->files[i]);
	free(s->files);
	free(s);
}

uint32_t sources_random(uint64_t *state, uint32_t n)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)(*state >> 32) % n;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

size_t sources_add_folder(struct sources *s, const char *path)
{
	size_t before = s->n;
	struct dirent **entries = NULL;
	int n = scandir(path, &entries, NULL, by_name);

	for (int i = 0; i < n; i++) {
		AUTO_STR struct str full = STR_INIT;
		struct str text = STR_INIT;
		struct err ignored = ERR_INIT;

		str_addf(&full, "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_type == DT_DIR && entries[i]->d_name[0] != '.') {
			(void)sources_add_folder(s, full.ptr);
		} else if (entries[i]->d_type == DT_REG &&
			   file_read(full.ptr, FILE_MOST, &text, &ignored) == 0) {
			ROOM(s->files, s->n, s->cap);
			s->files[s->n++] = text;
			text = (struct str)STR_INIT;
		}
		str_release(&text);
		free(entries[i]);
	}
	free(entries);
	return s->n - before;
}

/* --- mutations ------------------------------------------------------------ */

/* A random line of the text: its begin and end, with its line end. */
static struct slice random_line(struct slice text, uint64_t *state)
{
	size_t at = text.len ? sources_random(state, (uint32_t)text.len) : 0, end;

	while (at && text.ptr[at - 1] != '\n')
		at--;
	end = slice_find_byte(slice_sub(text, at, text.len), '\n');
	return slice_sub(text, at, end == SIZE_MAX ? text.len - at : end + 1);
}

/* Puts `text` in the place of `line`. */
static void replace(struct str *all, struct slice line, struct slice text)
{
	size_t at = (size_t)(line.ptr - all->ptr);
	AUTO_STR struct str next = STR_INIT;

	str_add(&next, slice_sub(str_slice(all), 0, at));
	str_add(&next, text);
	str_add(&next, slice_sub(str_slice(all), at + line.len, all->len));
	all->len = 0;
	str_add(all, str_slice(&next));
}

static const char *const inserts[] = {
	"\n",
	"  \n",
	"# a comment\n",
	"    # deeper \xf0\x9f\x9a\x80\n",
	" # c",
	"\t# c",
	"- ",
	"? ",
	": ",
	"&a ",
	"*a",
	"!!str ",
	"|\n",
	">-\n",
	"{",
	"}",
	"[",
	"]",
	",",
	"\"",
	"'",
	"---\n",
	"...\n",
	"\r\n",
	"  ",
	"\xc3\xa9",
	"\xe2\x80\xa8",
	"{{ x }}",
	"${X}",
	"<<: *a\n",
	"0",
	"~",
};

enum { INSERTS = sizeof(inserts) / sizeof(inserts[0]) };

/* Changes one thing. */
static void mutate(struct str *all, uint64_t *state)
{
	struct slice line = random_line(str_slice(all), state),
		     other = random_line(str_slice(all), state);
	size_t at = line.len ? sources_random(state, (uint32_t)line.len) : 0;
	AUTO_STR struct str text = STR_INIT;

	switch (sources_random(state, 8)) {
	case 0: /* a line goes */
		break;
	case 1: /* another line in front */
		str_add(&text, other);
		str_add(&text, line);
		break;
	case 2: /* deeper */
		str_fill(&text, ' ', 1 + sources_random(state, 4));
		str_add(&text, line);
		break;
	case 3: /* less deep */
		str_add(&text, slice_sub(line, line.len && line.ptr[0] == ' ' ? 1 : 0, line.len));
		break;
	case 4: /* another byte */
		str_add(&text, line);
		if (line.len)
			text.ptr[at] = (char)sources_random(state, 256);
		break;
	default: /* something in between */
		str_add(&text, slice_sub(line, 0, at));
		str_adds(&text, inserts[sources_random(state, INSERTS)]);
		str_add(&text, slice_sub(line, at, line.len));
	}
	replace(all, line, str_slice(&text));
}

static void make_mutation(const struct sources *s, uint64_t *state, struct str *out)
{
	AUTO_STR struct str text = STR_INIT;
	uint32_t times = sources_random(state, 4);

	str_add(&text, str_slice(&s->files[sources_random(state, (uint32_t)s->n)]));
	if (sources_random(state, 6) == 0) /* with CRLF */
		for (size_t i = 0; i < text.len; i++)
			if (text.ptr[i] == '\n' && (!i || text.ptr[i - 1] != '\r')) {
				replace(&text, slice_sub(str_slice(&text), i, 1), SLICE("\r\n"));
				i++;
			}
	for (; times; times--)
		mutate(&text, state);
	if (text.len && sources_random(state, 6) == 0)
		text.len--;
	str_add(out, str_slice(&text));
}

/* Bytes, or words that mean something. */
static void make_bytes(uint64_t *state, struct str *out)
{
	bool words = sources_random(state, 4) != 0;

	for (uint32_t n = sources_random(state, 60); n; n--) {
		if (!words)
			str_addc(out, (char)sources_random(state, 256));
		else if (sources_random(state, 3))
			str_addf(out, "%c", (char)('a' + sources_random(state, 3)));
		else
			str_adds(out, inserts[sources_random(state, INSERTS)]);
	}
}

const char *sources_make(const struct sources *s, const char *name, unsigned long seed,
			 uint64_t *state, struct str *out)
{
	static const char *const names[] = { "layouts", "mutations", "bytes" };
	const char *source = name ? name : names[seed % 3];

	for (int i = 0; i < 20; i++)
		(void)sources_random(state, 2);
	if (!strcmp(source, "mutations") && s->n) {
		make_mutation(s, state, out);
		return source;
	}
	if (!strcmp(source, "bytes")) {
		make_bytes(state, out);
		return source;
	}
	layout_random(seed, out);
	return "layouts";
}
