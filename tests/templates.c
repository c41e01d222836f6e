/*
 * templates.c - renders a template many times, for templates.py: templates FILE <requests >answers
 *
 * A request is the number of values, then name and value of each. A number is a line of digits; a
 * text is its length in bytes as such a line, then the bytes. An answer is one character, '+' or
 * '-', and what was rendered, or the error, as such a text.
 */
#include "template/parse.h"
#include "template/render.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>

/* The template's data is not linked in; the built-in ones are read from templates/ as files. */
#include "template/embedded.h"
const struct embedded embedded_templates[] = { { NULL, NULL, 0 } };
const size_t nembedded_templates = 0;

/* Reads a line with a number. False at the end of the input. */
static bool read_number(size_t *out)
{
	return scanf("%zu", out) == 1 && getchar() == '\n';
}

/* Reads a text into the arena. */
static struct slice read_text(struct arena *arena)
{
	size_t len = 0;
	char *bytes;

	if (!read_number(&len) || len > TEMPLATE_MAX_BYTES)
		exit(2);
	bytes = arena_alloc(arena, len + 1);
	if (fread(bytes, 1, len, stdin) != len)
		exit(2);
	return (struct slice){ bytes, len };
}

/* Answers one request. */
static void answer(const struct template *t, size_t n)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_STR struct str out = STR_INIT;
	struct pairs values = { arena_array(arena, n + 1, sizeof(struct pair)), n };
	struct err err = ERR_INIT;
	int result;

	for (size_t i = 0; i < n; i++) {
		values.items[i].key = read_text(arena);
		values.items[i].value = read_text(arena);
	}
	result = template_render(t, values, &out, &err);
	if (result < 0)
		err_format(&err, &out);
	(void)printf("%c%zu\n", result < 0 ? '-' : '+', out.len);
	(void)fwrite(out.ptr, 1, out.len, stdout);
}

int main(int argc, char **argv)
{
	AUTO_TEMPLATE struct template *t = NULL;
	AUTO_STR struct str bytes = STR_INIT;
	struct err err = ERR_INIT;
	size_t n;

	if (argc != 2)
		return 2;
	if (file_read(argv[1], TEMPLATE_MAX_BYTES, &bytes, &err) < 0 ||
	    template_parse(&t, slice_of(argv[1]), str_slice(&bytes), &err) < 0) {
		(void)fprintf(stderr, "templates: %s: %s\n", argv[1], err.reason);
		return 1;
	}
	while (read_number(&n))
		answer(t, n);
	return fflush(stdout) || ferror(stdout) ? 1 : 0;
}
