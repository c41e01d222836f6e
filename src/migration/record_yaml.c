#include "migration/record_yaml.h"

#include <stdio.h>
#include <string.h>

/* The context of the functions that read a value. */
struct record_reader {
	struct arena *arena;
	struct err *err;
};

/* Sets the error that the value of a field is not what is expected. Always -1. */
static int refuse_value(const struct record_reader *r, const struct yaml_node *at,
			const struct field *f, const char *expected)
{
	(void)err_set(r->err, &CODE_migration_field, yaml_place(at), "'%s' must be %s", f->name,
		      expected);
	return -1;
}

/* A string scalar; YAML reads other plain scalars as numbers, booleans or null. */
static int read_string(const struct record_reader *r, const struct field *f,
		       const struct yaml_node *node, struct slice *out)
{
	if (node->kind == YAML_SCALAR && yaml_type_of(node) != YAML_STRING &&
	    yaml_type_of(node) != YAML_NULL) {
		(void)refuse_value(r, node, f, "a string");
		return err_remedy(r->err, "quote it: \"%" SLICE_FMT "\"", SLICE_ARG(node->text));
	}
	*out = arena_copy(r->arena, yaml_string(node));
	return out->ptr ? 0 : refuse_value(r, node, f, "a string");
}

/* A scalar of a list; numbers do not need quotes, as in [mirror, 10]. */
static int read_word(const struct record_reader *r, const struct field *f,
		     const struct yaml_node *node, struct slice *out)
{
	if (node->kind != YAML_SCALAR || yaml_type_of(node) == YAML_NULL)
		return refuse_value(r, node, f, "a list of strings");
	*out = arena_copy(r->arena, node->text);
	return 0;
}

static int read_int(const struct record_reader *r, const struct field *f,
		    const struct yaml_node *node, long *out)
{
	if (node->kind == YAML_SCALAR && node->style == YAML_PLAIN &&
	    parse_int(node->text, f->min, f->max, out))
		return 0;
	return err_set(r->err, &CODE_migration_field, yaml_place(node),
		       "'%s' must be a number from %ld to %ld", f->name, f->min, f->max);
}

static int read_bool(const struct record_reader *r, const struct field *f,
		     const struct yaml_node *node, bool *out)
{
	if (node->kind != YAML_SCALAR || yaml_type_of(node) != YAML_BOOL)
		return refuse_value(r, node, f, "true or false");
	*out = slice_is(node->text, "true") || slice_is(node->text, "yes") ||
	       slice_is(node->text, "on");
	return 0;
}

/* One of the choices of the field. */
static int read_choice(const struct record_reader *r, const struct field *f,
		       const struct yaml_node *node, int *out)
{
	AUTO_STR struct str all = STR_INIT;

	for (int i = 0; f->choices[i]; i++) {
		if (node->kind == YAML_SCALAR && slice_is(node->text, f->choices[i])) {
			*out = i;
			return 0;
		}
		str_addf(&all, "%s%s", i ? " or " : "", f->choices[i]);
	}
	return refuse_value(r, node, f, all.ptr);
}

static int read_list(const struct record_reader *r, const struct field *f,
		     const struct yaml_node *node, struct slices *out)
{
	struct slices list = { NULL, 0 };

	if (node->kind != YAML_SEQ)
		return refuse_value(r, node, f, "a list");
	list.items = arena_array(r->arena, node->nchildren, sizeof(*list.items));
	for (const struct yaml_node *c = node->first; c; c = c->next)
		if (read_word(r, f, c, &list.items[list.n++]) < 0)
			return -1;
	*out = list;
	return 0;
}

static int read_pairs(const struct record_reader *r, const struct field *f,
		      const struct yaml_node *node, struct pairs *out)
{
	struct pairs list = { NULL, 0 };

	if (node->kind != YAML_MAP)
		return refuse_value(r, node, f, "a map of strings");
	if (yaml_path_clear(node, r->err) < 0)
		return -1;
	list.items = arena_array(r->arena, node->nchildren, sizeof(*list.items));
	for (const struct yaml_node *c = node->first; c; c = c->next, list.n++) {
		list.items[list.n].key = arena_copy(r->arena, c->key->text);
		if (read_string(r, f, c, &list.items[list.n].value) < 0)
			return -1;
	}
	*out = list;
	return 0;
}

/* A value of any kind. */
static int read_value(const struct record_reader *r, const struct field *f, void *values,
		      const struct yaml_node *node)
{
	switch (f->kind) {
	case VALUE_STRING:
		return read_string(r, f, node, FIELD_AT(struct slice, values, f));
	case VALUE_INT:
		return read_int(r, f, node, FIELD_AT(long, values, f));
	case VALUE_BOOL:
		return read_bool(r, f, node, FIELD_AT(bool, values, f));
	case VALUE_ENUM:
		return read_choice(r, f, node, FIELD_AT(int, values, f));
	case VALUE_LIST:
		return read_list(r, f, node, FIELD_AT(struct slices, values, f));
	case VALUE_PAIRS:
		return read_pairs(r, f, node, FIELD_AT(struct pairs, values, f));
	case VALUE_RECORD:
		return record_read(f->of, FIELD_AT(char, values, f), node, r->arena, r->err);
	case VALUE_ROWS:
		break;
	}
	return refuse_value(r, node, f, "a supported value");
}

/* The field of a key; NULL with the error and the nearest name if there is none. */
static const struct field *find_field(const struct record *rec, const struct yaml_node *entry,
				      struct err *err)
{
	struct slice names[64], near;
	size_t n = 0;

	for (const struct field *f = rec->fields; f->name; f++) {
		if (slice_is(entry->key->text, f->name))
			return f;
		if (n < sizeof(names) / sizeof(names[0]))
			names[n++] = slice_of(f->name);
	}
	near = slice_nearest(entry->key->text, names, n);
	(void)err_set(err, &CODE_migration_field, yaml_place(entry->key),
		      "unknown field '%" SLICE_FMT "'", SLICE_ARG(entry->key->text));
	if (near.ptr)
		(void)err_did_you_mean(err, near);
	else
		(void)err_remedy(err, "remove it, or see 'kubectl gcpbackend migrate init --help' "
				      "for the fields");
	return NULL;
}

int record_read(const struct record *rec, void *values, const struct yaml_node *node,
		struct arena *arena, struct err *err)
{
	struct record_reader r = { arena, err };

	if (!node || node->kind != YAML_MAP)
		return err_set(err, &CODE_migration_field, yaml_place(node), "expected a map");
	if (yaml_path_clear(node, err) < 0)
		return -1;
	for (const struct yaml_node *c = node->first; c; c = c->next) {
		const struct field *f = find_field(rec, c, err);

		if (!f)
			return -1;
		if (c->kind == YAML_SCALAR && yaml_type_of(c) == YAML_NULL)
			continue; /* "hold:" without a value is not set */
		if (c->kind == YAML_ALIAS)
			return err_set(err, &CODE_yaml_alias, yaml_place(c),
				       "an alias is not supported here");
		if (read_value(&r, f, values, c) < 0)
			return -1;
	}
	for (const struct field *f = rec->fields; f->name; f++)
		if (f->flags & FIELD_REQUIRED && !field_is_set(f, values))
			return err_set(err, &CODE_migration_field, yaml_place(node),
				       "the field '%s' is missing", f->name);
	return 0;
}

/* A list as a literal; whole numbers remain numbers. */
static struct yaml_lit list_literal(const struct slices *list, struct arena *arena)
{
	struct yaml_lit *items = arena_array(arena, list->n, sizeof(*items));
	long number;

	for (size_t i = 0; i < list->n; i++)
		items[i] =
			(struct yaml_lit){ .kind = parse_int(list->items[i], 0, 1000000, &number) ?
							   LIT_INT :
							   LIT_STRING,
					   .text = list->items[i] };
	return (struct yaml_lit){ .kind = LIT_SEQ, .items = items, .n = list->n };
}

/* A map of strings as a literal. */
static struct yaml_lit pairs_literal(const struct pairs *list, struct arena *arena)
{
	struct yaml_lit *items = arena_array(arena, list->n, sizeof(*items));

	for (size_t i = 0; i < list->n; i++)
		items[i] = (struct yaml_lit){ .key = list->items[i].key,
					      .kind = LIT_STRING,
					      .text = list->items[i].value };
	return (struct yaml_lit){ .kind = LIT_MAP, .items = items, .n = list->n };
}

/* A field as a literal. */
static struct yaml_lit field_literal(const struct field *f, const void *values,
				     const void *defaults, struct arena *arena)
{
	struct yaml_lit lit = { .kind = LIT_STRING };

	switch (f->kind) {
	case VALUE_STRING:
		lit.text = *FIELD_AT(struct slice, values, f);
		break;
	case VALUE_INT:
		lit = (struct yaml_lit){ .kind = LIT_INT,
					 .text = arena_printf(arena, "%ld",
							      *FIELD_AT(long, values, f)) };
		break;
	case VALUE_BOOL:
		lit = (struct yaml_lit){ .kind = LIT_BOOL,
					 .text = *FIELD_AT(bool, values, f) ? SLICE("true") :
									      SLICE("false") };
		break;
	case VALUE_ENUM:
		lit.text = slice_of(f->choices[*FIELD_AT(int, values, f)]);
		break;
	case VALUE_LIST:
		lit = list_literal(FIELD_AT(struct slices, values, f), arena);
		break;
	case VALUE_PAIRS:
		lit = pairs_literal(FIELD_AT(struct pairs, values, f), arena);
		break;
	case VALUE_RECORD:
		return record_literal(f->of, FIELD_AT(char, values, f), FIELD_AT(char, defaults, f),
				      slice_of(f->name), arena);
	case VALUE_ROWS:
		break;
	}
	lit.key = slice_of(f->name);
	return lit;
}

struct yaml_lit record_literal(const struct record *r, const void *values, const void *defaults,
			       struct slice key, struct arena *arena)
{
	struct yaml_lit map = { .key = key, .kind = LIT_MAP }, *items;
	size_t n = 0;

	for (const struct field *f = r->fields; f->name; f++)
		n++;
	items = arena_array(arena, n, sizeof(*items));
	map.items = items;
	for (const struct field *f = r->fields; f->name; f++) {
		struct yaml_lit lit;

		if (f->kind != VALUE_RECORD && field_equal(f, values, defaults))
			continue;
		lit = field_literal(f, values, defaults, arena);
		if (f->kind != VALUE_RECORD || lit.n)
			items[map.n++] = lit;
	}
	return map;
}
