#include "yaml/scan_internal.h"
#include "yaml/duplicate_keys_internal.h"
#include "yaml/guard_internal.h"
#include "yaml/line_internal.h"
#include "yaml/node_internal.h"

#include "base/alloc.h"
#include "base/ascii.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/*
 * libyaml counts characters, we count bytes. The byte offset of every STRIDE-th character is
 * stored; the others are counted from there. An ASCII file needs no table.
 */
enum { STRIDE = 64 };

struct scan {
	struct yaml_file *file;
	yaml_parser_t parser;
	uint32_t *steps; /* NULL: ASCII only */
	size_t nsteps;
	struct yaml_node *open[YAML_MAX_DEPTH + 1]; /* collections that have begun */
	struct yaml_node
		*keys[YAML_MAX_DEPTH + 1]; /* per open map: the key that waits for its value */
	size_t depth;
	bool signs; /* somewhere in the file there are signs of a template */
};

/* Is this byte the first of a character? */
static bool is_first_byte(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

/* Makes the table of byte offsets, if the file needs one. */
static void make_steps(struct scan *s)
{
	struct slice b = s->file->bytes;
	size_t chars = 0, cap = b.len / STRIDE + 2;

	if (!s->file->wide)
		return;
	s->steps = xrealloc_array(NULL, cap, sizeof(*s->steps));
	for (size_t i = s->file->body; i < b.len; i++)
		if (is_first_byte(b.ptr[i]) && chars++ % STRIDE == 0)
			s->steps[s->nsteps++] = (uint32_t)i;
}

/* The byte offset of a mark. */
static uint32_t byte_of(const struct scan *s, const yaml_mark_t *mark)
{
	struct slice b = s->file->bytes;
	size_t at, left;

	if (!s->steps)
		return s->file->body + (uint32_t)mark->index;
	if (mark->index / STRIDE >= s->nsteps)
		return (uint32_t)b.len;
	at = s->steps[mark->index / STRIDE];
	for (left = mark->index % STRIDE; left && at < b.len; left--)
		for (at++; at < b.len && !is_first_byte(b.ptr[at]);)
			at++;
	return (uint32_t)at;
}

/*
 * May the byte be part of an anchor's name (libyaml, scanner.c, IS_ALPHA)? A blank need not follow.
 */
static bool in_anchor(char c)
{
	return ascii_is_alnum(c) || c == '_' || c == '-';
}

/* Where the content begins behind the anchor and tag of a node that begins at `at`. */
static uint32_t skip_properties(const struct yaml_file *f, uint32_t at, uint32_t end, int count)
{
	struct slice b = f->bytes;

	for (; count > 0 && at < end && (b.ptr[at] == '&' || b.ptr[at] == '!'); count--) {
		bool anchor = b.ptr[at] == '&';
		const char *stop =
			!anchor && at + 1 < end && b.ptr[at + 1] == '<' ? ">" : " \t\r\n,[]{}";

		at += anchor;
		while (at < end && (anchor ? in_anchor(b.ptr[at]) : !strchr(stop, b.ptr[at])))
			at++;
		if (*stop == '>')
			at++;
		at = yaml_skip_trivia(f, at, end);
	}
	return at < end ? at : end;
}

/* Does a scalar without a tag that libyaml reports have the tag "!"? */
static bool has_bare_tag(const struct yaml_file *f, const struct yaml_node *n)
{
	struct slice b = f->bytes;
	uint32_t at = n->outer;

	if (at < n->start && b.ptr[at] == '&')
		at = skip_properties(f, at, n->start, 1);
	return at < n->start && b.ptr[at] == '!';
}

/* A copy of a C string of libyaml in the file's arena. */
static struct slice copy_text(const struct scan *s, const yaml_char_t *text, size_t len)
{
	if (!text)
		return SLICE_NONE;
	return arena_copy(s->file->arena, (struct slice){ (const char *)text, len });
}

/* Room for one more node, all zero. */
static struct yaml_node *add_node(struct yaml_file *f)
{
	if (f->nnodes == f->nchunks * NODES_OF_CHUNK) {
		ROOM(f->chunks, f->nchunks, f->chunks_cap);
		f->chunks[f->nchunks++] =
			arena_array(f->arena, NODES_OF_CHUNK, sizeof(struct yaml_node));
	}
	return node_at(f, f->nnodes++);
}

/*
 * Skips the anchor and the tag, and stores them; also the tag "!", which libyaml does not report
 * for a scalar.
 */
static void take_properties(const struct scan *s, struct yaml_node *n, uint32_t limit,
			    const yaml_char_t *anchor, const yaml_char_t *tag)
{
	struct yaml_file *f = s->file;
	struct property p = { .id = n->id };

	n->start = skip_properties(f, n->outer, limit,
				   n->kind == YAML_SCALAR ? 2 : (anchor != NULL) + (tag != NULL));
	p.anchor = copy_text(s, anchor, anchor ? strlen((const char *)anchor) : 0);
	p.tag = copy_text(s, tag, tag ? strlen((const char *)tag) : 0);
	if (n->kind == YAML_SCALAR && !tag && has_bare_tag(f, n))
		p.tag = SLICE("!");
	n->flags = (p.anchor.ptr ? YAML_ANCHORED : 0u) | (p.tag.ptr ? YAML_TAGGED : 0u);
	if (!n->flags)
		return;
	ROOM(f->properties, f->nproperties, f->properties_cap);
	f->properties[f->nproperties++] = p;
}

/* A new node from an event's marks and properties. */
static struct yaml_node *make_node(struct scan *s, const yaml_event_t *ev, enum yaml_kind kind,
				   const yaml_char_t *anchor, const yaml_char_t *tag)
{
	struct yaml_file *f = s->file;
	struct yaml_node *n = add_node(f);
	char first;

	n->kind = kind;
	n->file = f;
	n->id = f->nnodes;
	n->line = (uint32_t)ev->start_mark.line + 1;
	n->col = (uint32_t)ev->start_mark.column + 1;
	n->outer = n->start = byte_of(s, &ev->start_mark);
	n->end = byte_of(s, &ev->end_mark);
	first = n->outer < f->bytes.len ? f->bytes.ptr[n->outer] : '\0';
	if (kind != YAML_ALIAS && (first == '&' || first == '!'))
		take_properties(s, n, kind == YAML_SCALAR ? n->end : (uint32_t)f->bytes.len, anchor,
				tag);
	return n;
}

/* Adds a complete or new node to the open collection, or makes it the root. */
static void attach_node(struct scan *s, struct yaml_node *n)
{
	struct yaml_node *parent = s->depth ? s->open[s->depth - 1] : NULL;

	n->parent = parent;
	if (!parent) {
		if (n->kind != YAML_SCALAR || n->outer < n->end) /* else the document is empty */
			s->file->roots[s->file->nroots - 1] = n;
		return;
	}
	if (parent->kind == YAML_MAP && !s->keys[s->depth - 1]) {
		s->keys[s->depth - 1] = n;
		return;
	}
	if (parent->kind == YAML_MAP) {
		n->key = s->keys[s->depth - 1];
		s->keys[s->depth - 1] = NULL;
	}
	n->prev = parent->last;
	if (parent->last)
		((struct yaml_node *)(uintptr_t)parent->last)->next = n;
	else
		parent->first = n;
	parent->last = n;
	parent->nchildren++;
}

/* The style of a scalar event. */
static enum yaml_style scalar_style(yaml_scalar_style_t style)
{
	switch (style) {
	case YAML_SINGLE_QUOTED_SCALAR_STYLE:
		return YAML_SINGLE;
	case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
		return YAML_DOUBLE;
	case YAML_LITERAL_SCALAR_STYLE:
		return YAML_LITERAL;
	case YAML_FOLDED_SCALAR_STYLE:
		return YAML_FOLDED;
	default:
		return YAML_PLAIN;
	}
}

/* Remembers the first node that is or contains the sign of a template. */
static void note_template(struct scan *s, struct yaml_node *n)
{
	if (!s->file->templated)
		s->file->templated = n;
}

/*
 * A scalar's value: the bytes of the source if they are equal, which is nearly always, else a copy.
 */
static struct slice value_of(const struct scan *s, const struct yaml_node *n,
			     const yaml_event_t *ev)
{
	size_t quote = n->style == YAML_SINGLE || n->style == YAML_DOUBLE;
	struct slice value = { (const char *)ev->data.scalar.value, ev->data.scalar.length };
	struct slice source = slice_sub(s->file->bytes, n->start + quote, value.len);

	return slice_eq(source, value) ? source : arena_copy(s->file->arena, value);
}

static void on_scalar(struct scan *s, const yaml_event_t *ev)
{
	struct yaml_node *n =
		make_node(s, ev, YAML_SCALAR, ev->data.scalar.anchor, ev->data.scalar.tag);
	uint32_t at;

	n->style = scalar_style(ev->data.scalar.style);
	n->text = value_of(s, n, ev);
	if (s->signs && !s->file->loose && n->style == YAML_PLAIN && n->text.len > 1 &&
	    yaml_looks_templated(n->text, &at))
		note_template(s, n);
	attach_node(s, n);
}

/* A sequence or a map begins. */
static int on_open(struct scan *s, const yaml_event_t *ev, struct err *err)
{
	bool map = ev->type == YAML_MAPPING_START_EVENT;
	bool flow = map ? ev->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE :
			  ev->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
	struct yaml_node *n =
		make_node(s, ev, map ? YAML_MAP : YAML_SEQ,
			  map ? ev->data.mapping_start.anchor : ev->data.sequence_start.anchor,
			  map ? ev->data.mapping_start.tag : ev->data.sequence_start.tag);
	struct slice b = s->file->bytes;

	if (s->depth == YAML_MAX_DEPTH)
		return err_set(err, &CODE_yaml_limit, yaml_place(n),
			       "the file is nested deeper than %d levels", YAML_MAX_DEPTH);
	n->style = flow ? YAML_FLOW : YAML_BLOCK;
	if (flow && map && n->start < b.len &&
	    (b.ptr[n->start] != '{' || ev->start_mark.index == ev->end_mark.index))
		n->flags |= YAML_PAIR;
	if (flow && map && n->start + 1 < b.len && b.ptr[n->start] == '{' &&
	    b.ptr[n->start + 1] == '{')
		note_template(s, n);
	attach_node(s, n);
	s->keys[s->depth] = NULL;
	s->open[s->depth++] = n;
	return 0;
}

/* The innermost collection ends; region.c finds where a block collection really ends. */
static void on_close(struct scan *s, const yaml_event_t *ev)
{
	struct yaml_node *n = s->open[--s->depth];

	if (n->kind == YAML_MAP)
		yaml_flag_keys(n);
	if (n->style == YAML_FLOW)
		n->end = byte_of(s, &ev->end_mark);
}

/* The error of libyaml; if the file looks like a template, that is the error. */
static int syntax_error(const struct scan *s, struct err *err)
{
	const yaml_parser_t *p = &s->parser;
	const struct yaml_file *f = s->file;
	struct place at = { f->name, (uint32_t)p->problem_mark.line + 1,
			    (uint32_t)p->problem_mark.column + 1 };
	uint32_t sign;

	if (yaml_looks_templated(f->bytes, &sign))
		return err_set(err, &CODE_yaml_template, yaml_place_at(f, sign),
			       "the file is a template (as YAML, line %u: %s)", at.line,
			       p->problem ? p->problem : "cannot be parsed");
	if (p->error == YAML_READER_ERROR)
		return err_set(err, &CODE_yaml_encoding,
			       yaml_place_at(f, f->body + (uint32_t)p->problem_offset), "%s",
			       p->problem);
	if (p->error == YAML_MEMORY_ERROR)
		fatal("out of memory");
	return err_set(err, &CODE_yaml_syntax, at, "%s%s%s", p->context ? p->context : "",
		       p->context ? ": " : "", p->problem ? p->problem : "cannot be parsed");
}

/* One event into nodes. */
static int on_event(struct scan *s, const yaml_event_t *ev, struct err *err)
{
	struct yaml_file *f = s->file;

	if (f->nnodes >= YAML_MAX_NODES)
		return err_set(err, &CODE_yaml_limit, (struct place){ f->name, 0, 0 },
			       "the file contains more than %u values", YAML_MAX_NODES);
	switch (ev->type) {
	case YAML_DOCUMENT_START_EVENT:
		ROOM(f->begins, f->nroots, f->begins_cap);
		ROOM(f->roots, f->nroots, f->roots_cap);
		f->begins[f->nroots] = !f->nroots ? 0 :
				       ev->data.document_start.implicit ?
						    NO_BEGIN :
						    byte_of(s, &ev->start_mark);
		f->roots[f->nroots++] = NULL;
		return 0;
	case YAML_SCALAR_EVENT:
		on_scalar(s, ev);
		return 0;
	case YAML_ALIAS_EVENT: {
		struct yaml_node *n = make_node(s, ev, YAML_ALIAS, NULL, NULL);

		n->text = copy_text(s, ev->data.alias.anchor,
				    strlen((const char *)ev->data.alias.anchor));
		attach_node(s, n);
		return 0;
	}
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return on_open(s, ev, err);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		on_close(s, ev);
		return 0;
	default:
		return 0;
	}
}

/* Does the event own memory? Ends of collections do not, and they are a third of all events. */
static bool holds_memory(const yaml_event_t *ev)
{
	return ev->type != YAML_SEQUENCE_END_EVENT && ev->type != YAML_MAPPING_END_EVENT;
}

/* All events up to the end of the stream. */
static int scan_events(struct scan *s, struct err *err)
{
	for (bool end = false; !end;) {
		yaml_event_t ev;
		int failed;

		if (!yaml_parser_parse(&s->parser, &ev))
			return syntax_error(s, err);
		end = ev.type == YAML_STREAM_END_EVENT;
		failed = on_event(s, &ev, err);
		if (holds_memory(&ev))
			yaml_event_delete(&ev);
		if (failed)
			return -1;
	}
	return 0;
}

int yaml_scan(struct yaml_file *file, struct err *err)
{
	struct scan s = { .file = file };
	uint32_t sign;
	int result;

	if (!yaml_parser_initialize(&s.parser))
		fatal("out of memory");
	yaml_parser_set_encoding(&s.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&s.parser, (const unsigned char *)file->bytes.ptr + file->body,
				     file->bytes.len - file->body);
	s.signs = yaml_looks_templated(file->bytes, &sign);
	make_steps(&s);
	result = scan_events(&s, err);
	free(s.steps);
	yaml_parser_delete(&s.parser);
	return result;
}
