/*
 * What the editor costs on top of libyaml, on the same bytes in one process: yaml-bench FILE ROUNDS
 *
 * Prints, with tabs between: the bytes of the file; the best of ROUNDS in seconds of
 *
 *	events    libyaml's events, nothing done with them
 *	identity  parse, render without an edit, compare with the source
 *	edit      parse, change the last plain number of the file, with all checks
 *
 * and the bytes of memory that a parsed file holds.
 */
#include "yaml/yaml.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

static double now(void)
{
	return (double)clock_ns() / 1e9;
}

static void libyaml_events(struct slice bytes)
{
	yaml_parser_t parser;
	bool end = false;

	if (!yaml_parser_initialize(&parser))
		fatal("out of memory");
	yaml_parser_set_input_string(&parser, (const unsigned char *)bytes.ptr, bytes.len);
	while (!end) {
		yaml_event_t event;

		if (!yaml_parser_parse(&parser, &event))
			fatal("libyaml refuses the file");
		end = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
}

static struct yaml_file *parse(struct slice bytes)
{
	struct yaml_file *file = NULL;
	struct err err = ERR_INIT;

	if (yaml_parse(&file, SLICE("file"), bytes, &err) < 0)
		fatal(err.reason);
	return file;
}

static void identity(struct slice bytes)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_STR struct str out = STR_INIT;
	struct yaml_file *file = parse(bytes);
	struct err err = ERR_INIT;

	if (yaml_apply(yaml_edits_new(file, arena), &out, &err) < 0 ||
	    !slice_eq(str_slice(&out), bytes))
		fatal("not the same bytes");
	yaml_file_free(file);
}

/* The last plain number below a node, or NULL. */
static const struct yaml_node *last_number(const struct yaml_node *n)
{
	if (n->kind == YAML_SCALAR && n->style == YAML_PLAIN && yaml_type_of(n) == YAML_INT)
		return n;
	for (const struct yaml_node *c = n->last; c; c = c->prev) {
		const struct yaml_node *found = last_number(c);

		if (found)
			return found;
	}
	return NULL;
}

static void edit(struct slice bytes)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_STR struct str out = STR_INIT;
	struct yaml_file *file = parse(bytes);
	struct yaml_edits *e = yaml_edits_new(file, arena);
	const struct yaml_node *n = NULL;
	struct err err = ERR_INIT;

	for (size_t i = yaml_documents(file); i-- > 0 && !n;)
		n = yaml_root(file, i) ? last_number(yaml_root(file, i)) : NULL;
	if (!n)
		fatal("no number to change");
	yaml_set(e, n, LIT_INT, SLICE("1234567"));
	if (yaml_apply(e, &out, &err) < 0)
		fatal(err.reason);
	yaml_file_free(file);
}

/* The best time of some rounds. */
static double best(void (*work)(struct slice bytes), struct slice bytes, int rounds)
{
	double least = 1e9;

	for (int i = 0; i < rounds; i++) {
		double begin = now(), took;

		work(bytes);
		took = now() - begin;
		least = took < least ? took : least;
	}
	return least;
}

/* What one parsed file holds. */
static size_t memory(struct slice bytes)
{
	size_t before = mallinfo2().uordblks + mallinfo2().hblkhd, held;
	struct yaml_file *file = parse(bytes);

	held = mallinfo2().uordblks + mallinfo2().hblkhd - before;
	yaml_file_free(file);
	return held;
}

int main(int argc, char **argv)
{
	AUTO_STR struct str text = STR_INIT;
	struct err err = ERR_INIT;
	int rounds = argc == 3 ? atoi(argv[2]) : 0;

	(void)mallopt(M_TRIM_THRESHOLD, 256 << 20); /* as the program has it */
	(void)mallopt(M_TOP_PAD, 1 << 20);
	if (rounds < 1 || file_read(argv[1], YAML_MAX_BYTES, &text, &err) < 0)
		fatal("usage: yaml-bench FILE ROUNDS");
	(void)printf("%zu\t%.9f\t%.9f\t%.9f\t%zu\n", text.len,
		     best(libyaml_events, str_slice(&text), rounds),
		     best(identity, str_slice(&text), rounds), best(edit, str_slice(&text), rounds),
		     memory(str_slice(&text)));
	return 0;
}
