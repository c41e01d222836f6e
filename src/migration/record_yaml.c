#include "migration/record_yaml.h"

#include <stdio.h>
#include <string.h>

/* What the readers of single values pass around. */
struct reading {
	struct arena *arena;
	struct err *err;
};

/* A mistake at a node. */
static int wrong(const struct reading *r, const struct yaml_node *at, const struct field *f,
		 const char *expected)
{
	(void)err_set(r->err, &CODE_migration_field, yaml_place(at), "'%s' must be %s", f->name,
		      expected);
	return -1;
}

/* A string scalar; other scalars of the file would be read as something else by YAML. */
static int read_string(const struct reading *r, const struct field *f, const struct yaml_node *node,
		       struct slice *out)
{
	if (node->kind == YAML_SCALAR && yaml_type_of(node) != YAML_STRING &&
	    yaml_type_of(node) != YAML_NULL) {
		(void)wrong(r, node, f, "text");
		return err_remedy(r->err, "put it in quotes: \"%" SLICE_FMT "\"",
				  SLICE_ARG(node->text));
	}
	*out = arena_copy(r->arena, yaml_string(node));
	return out->ptr ? 0 : wrong(r, node, f, "text");
}

/* A scalar of a list of words: numbers may stand there without quotes, as in [mirror, 10]. */
static int read_word(const struct reading *r, const struct field *f, const struct yaml_node *node,
		     struct slice *out)
{
	if (node->kind != YAML_SCALAR || yaml_type_of(node) == YAML_NULL)
		return wrong(r, node, f, "a list of words");
	*out = arena_copy(r->arena, node->text);
	return 0;
}

static int read_int(const struct reading *r, const struct field *f, const struct yaml_node *node,
		    long *out)
{
	if (node->kind == YAML_SCALAR && node->style == YAML_PLAIN &&
	    parse_int(node->text, f->min, f->max, out))
		return 0;
	return err_set(r->err, &CODE_migration_field, yaml_place(node),
		       "'%s' must be a number from %ld to %ld", f->name, f->min, f->max);
}

static int read_bool(const struct reading *r, const struct field *f, const struct yaml_node *node,
		     bool *out)
{
	if (node->kind != YAML_SCALAR || yaml_type_of(node) != YAML_BOOL)
		return wrong(r, node, f, "true or false");
	*out = slice_is(node->text, "true") || slice_is(node->text, "yes") ||
	       slice_is(node->text, "on");
	return 0;
}

/* One of the field's words. */
static int read_choice(const struct reading *r, const struct field *f, const struct yaml_node *node,
		       int *out)
{
	AUTO_STR struct str all = STR_INIT;

	for (int i = 0; f->choices[i]; i++) {
		if (node->kind == YAML_SCALAR && slice_is(node->text, f->choices[i])) {
			*out = i;
			return 0;
		}
		str_addf(&all, "%s%s", i ? " or " : "", f->choices[i]);
	}
	return wrong(r, node, f, all.ptr);
}

static int read_list(const struct reading *r, const struct field *f, const struct yaml_node *node,
		     struct slices *out)
{
	struct slices list = { NULL, 0 };

	if (node->kind != YAML_SEQ)
		return wrong(r, node, f, "a list");
	list.items = arena_array(r->arena, node->nchildren, sizeof(*list.items));
	for (const struct yaml_node *c = node->first; c; c = c->next)
		if (read_word(r, f, c, &list.items[list.n++]) < 0)
			return -1;
	*out = list;
	return 0;
}

static int read_pairs(const struct reading *r, const struct field *f, const struct yaml_node *node,
		      struct pairs *out)
{
	struct pairs list = { NULL, 0 };

	if (node->kind != YAML_MAP)
		return wrong(r, node, f, "a map of texts");
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

/* One value of any kind. */
static int read_value(const struct reading *r, const struct field *f, void *base,
		      const struct yaml_node *node)
{
	switch (f->kind) {
	case VALUE_STRING:
		return read_string(r, f, node, FIELD_AT(struct slice, base, f));
	case VALUE_INT:
		return read_int(r, f, node, FIELD_AT(long, base, f));
	case VALUE_BOOL:
		return read_bool(r, f, node, FIELD_AT(bool, base, f));
	case VALUE_ENUM:
		return read_choice(r, f, node, FIELD_AT(int, base, f));
	case VALUE_LIST:
		return read_list(r, f, node, FIELD_AT(struct slices, base, f));
	case VALUE_PAIRS:
		return read_pairs(r, f, node, FIELD_AT(struct pairs, base, f));
	case VALUE_RECORD:
		return record_read(f->of, FIELD_AT(char, base, f), node, r->arena, r->err);
	case VALUE_ROWS:
		break;
	}
	return wrong(r, node, f, "something that can be read");
}

/* The row of a field's name, or NULL with the error and the nearest name. */
static const struct field *known_field(const struct record *rec, const struct yaml_node *entry,
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
		(void)err_remedy(err, "did you mean '%" SLICE_FMT "'?", SLICE_ARG(near));
	else
		(void)err_remedy(err, "remove it, or see 'kubectl gcpbackend migrate init --help' "
				      "for the fields there are");
	return NULL;
}

int record_read(const struct record *rec, void *base, const struct yaml_node *node,
		struct arena *arena, struct err *err)
{
	struct reading r = { arena, err };

	if (!node || node->kind != YAML_MAP)
		return err_set(err, &CODE_migration_field, yaml_place(node),
			       "a map is expected here");
	if (yaml_path_clear(node, err) < 0)
		return -1;
	for (const struct yaml_node *c = node->first; c; c = c->next) {
		const struct field *f = known_field(rec, c, err);

		if (!f)
			return -1;
		if (c->kind == YAML_SCALAR && yaml_type_of(c) == YAML_NULL)
			continue; /* "hold:" with nothing behind it is not set */
		if (c->kind == YAML_ALIAS)
			return err_set(err, &CODE_yaml_alias, yaml_place(c),
				       "an alias stands here");
		if (read_value(&r, f, base, c) < 0)
			return -1;
	}
	for (const struct field *f = rec->fields; f->name; f++)
		if (f->flags & FIELD_REQUIRED && !field_is_set(f, base))
			return err_set(err, &CODE_migration_field, yaml_place(node),
				       "the field '%s' is missing", f->name);
	return 0;
}

/* Are two values of a scalar field or list the same? */
static bool same_value(const struct field *f, const void *a, const void *b)
{
	const struct slices *x, *y;

	switch (f->kind) {
	case VALUE_STRING:
		return slice_eq(*FIELD_AT(struct slice, a, f), *FIELD_AT(struct slice, b, f));
	case VALUE_INT:
		return *FIELD_AT(long, a, f) == *FIELD_AT(long, b, f);
	case VALUE_BOOL:
		return *FIELD_AT(bool, a, f) == *FIELD_AT(bool, b, f);
	case VALUE_ENUM:
		return *FIELD_AT(int, a, f) == *FIELD_AT(int, b, f);
	case VALUE_LIST:
		x = FIELD_AT(struct slices, a, f);
		y = FIELD_AT(struct slices, b, f);
		for (size_t i = 0; i < x->n && x->n == y->n; i++)
			if (!slice_eq(x->items[i], y->items[i]))
				return false;
		return x->n == y->n;
	default:
		return !field_is_set(f, a);
	}
}

/* A list of texts as a literal; whole numbers stay numbers. */
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

/* Key and value texts as a literal. */
static struct yaml_lit pairs_literal(const struct pairs *list, struct arena *arena)
{
	struct yaml_lit *items = arena_array(arena, list->n, sizeof(*items));

	for (size_t i = 0; i < list->n; i++)
		items[i] = (struct yaml_lit){ .key = list->items[i].key,
					      .kind = LIT_STRING,
					      .text = list->items[i].value };
	return (struct yaml_lit){ .kind = LIT_MAP, .items = items, .n = list->n };
}

/* One field as a literal. */
static struct yaml_lit field_literal(const struct field *f, const void *base, const void *defaults,
				     struct arena *arena)
{
	struct yaml_lit lit = { .kind = LIT_STRING };

	switch (f->kind) {
	case VALUE_STRING:
		lit.text = *FIELD_AT(struct slice, base, f);
		break;
	case VALUE_INT:
		lit = (struct yaml_lit){ .kind = LIT_INT,
					 .text = arena_printf(arena, "%ld",
							      *FIELD_AT(long, base, f)) };
		break;
	case VALUE_BOOL:
		lit = (struct yaml_lit){ .kind = LIT_BOOL,
					 .text = *FIELD_AT(bool, base, f) ? SLICE("true") :
									    SLICE("false") };
		break;
	case VALUE_ENUM:
		lit.text = slice_of(f->choices[*FIELD_AT(int, base, f)]);
		break;
	case VALUE_LIST:
		lit = list_literal(FIELD_AT(struct slices, base, f), arena);
		break;
	case VALUE_PAIRS:
		lit = pairs_literal(FIELD_AT(struct pairs, base, f), arena);
		break;
	case VALUE_RECORD:
		return record_literal(f->of, FIELD_AT(char, base, f), FIELD_AT(char, defaults, f),
				      slice_of(f->name), arena);
	case VALUE_ROWS:
		break;
	}
	lit.key = slice_of(f->name);
	return lit;
}

struct yaml_lit record_literal(const struct record *r, const void *base, const void *defaults,
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

		if (f->kind != VALUE_RECORD && same_value(f, base, defaults))
			continue;
		lit = field_literal(f, base, defaults, arena);
		if (f->kind != VALUE_RECORD || lit.n)
			items[map.n++] = lit;
	}
	return map;
}
