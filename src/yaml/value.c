#include "yaml/value.h"

#include "base/ascii.h"

#include <stdlib.h>

bool value_is_clear(const struct yaml_node *value)
{
	if (value->kind == YAML_ALIAS || value->flags & (YAML_HAS_MERGE | YAML_HAS_DUP))
		return false;
	for (const struct yaml_node *c = value->first; c; c = c->next)
		if (!value_is_clear(c))
			return false;
	return true;
}

bool value_is_null(const struct yaml_node *value)
{
	return value->kind == YAML_SCALAR && yaml_type_of(value) == YAML_NULL;
}

/* Takes the nodes of a value off `*left`; false: there are not that many, or it is too deep. */
static bool take_nodes(const struct yaml_node *value, size_t *left, unsigned depth)
{
	if (!*left || depth > YAML_MAX_DEPTH)
		return false;
	--*left;
	for (const struct yaml_node *c = value->first; c; c = c->next)
		if (!take_nodes(c, left, depth + 1))
			return false;
	return true;
}

bool value_is_small(const struct yaml_node *value, size_t most)
{
	return take_nodes(value, &most, 1);
}

/* --- making values -------------------------------------------------------- */

/* A node without content at the place of another one. */
static struct yaml_node *make_node(const struct yaml_node *near, enum yaml_kind kind,
				   struct arena *arena)
{
	struct yaml_node *n = arena_alloc(arena, sizeof(*n));

	n->kind = kind;
	n->style = kind == YAML_SCALAR ? YAML_DOUBLE : YAML_BLOCK;
	n->file = near ? near->file : NULL;
	n->line = near ? near->line : 0;
	n->col = near ? near->col : 0;
	return n;
}

const struct yaml_node *value_text(const struct yaml_node *near, struct slice text,
				   struct arena *arena)
{
	struct yaml_node *n = make_node(near, YAML_SCALAR, arena);

	n->text = text;
	return n;
}

const struct yaml_node *value_plain(const struct yaml_node *near, struct slice text,
				    struct arena *arena)
{
	struct yaml_node *n = make_node(near, YAML_SCALAR, arena);

	n->style = YAML_PLAIN;
	n->text = text;
	return n;
}

const struct yaml_node *value_empty_map(const struct yaml_node *near, struct arena *arena)
{
	return make_node(near, YAML_MAP, arena);
}

/* A collection like another one that has no entries yet. */
static struct yaml_node *begin_copy(const struct yaml_node *of, struct arena *arena)
{
	struct yaml_node *n = arena_alloc(arena, sizeof(*n));

	*n = *of;
	n->first = n->last = n->next = n->prev = NULL;
	n->nchildren = 0;
	return n;
}

/* Appends an entry. */
static void append(struct yaml_node *to, const struct yaml_node *key, const struct yaml_node *value,
		   struct arena *arena)
{
	struct yaml_node *entry = arena_alloc(arena, sizeof(*entry)),
			 *last = (struct yaml_node *)(uintptr_t)to->last;

	*entry = *value;
	entry->key = key;
	entry->parent = to;
	entry->prev = last;
	entry->next = NULL;
	if (last)
		last->next = entry;
	else
		to->first = entry;
	to->last = entry;
	to->nchildren++;
}

const struct yaml_node *value_get(const struct yaml_node *map, struct slice key)
{
	if (!map || map->kind != YAML_MAP)
		return NULL;
	for (const struct yaml_node *c = map->first; c; c = c->next)
		if (slice_eq(c->key->text, key))
			return c;
	return NULL;
}

const struct yaml_node *value_put(const struct yaml_node *map, struct slice key,
				  const struct yaml_node *value, struct arena *arena)
{
	struct yaml_node *n = begin_copy(map, arena);
	bool done = false;

	for (const struct yaml_node *c = map->first; c; c = c->next) {
		bool same = slice_eq(c->key->text, key);

		append(n, c->key, same ? value : c, arena);
		done = done || same;
	}
	if (!done)
		append(n, value_text(value, key, arena), value, arena);
	return n;
}

const struct yaml_node *value_put_all(const struct yaml_node *map, const struct yaml_node *more,
				      struct arena *arena)
{
	struct yaml_node *n = begin_copy(map, arena);

	for (const struct yaml_node *c = map->first; c; c = c->next) {
		const struct yaml_node *other = value_get(more, c->key->text);

		append(n, c->key, other ? other : c, arena);
	}
	for (const struct yaml_node *c = more->first; c; c = c->next)
		if (!value_get(map, c->key->text))
			append(n, c->key, c, arena);
	return n;
}

const struct yaml_node *value_join(const struct yaml_node *sequence, const struct yaml_node *more,
				   struct arena *arena)
{
	struct yaml_node *n = begin_copy(sequence, arena);

	for (const struct yaml_node *c = sequence->first; c; c = c->next)
		append(n, NULL, c, arena);
	for (const struct yaml_node *c = more->first; c; c = c->next)
		append(n, NULL, c, arena);
	return n;
}

/* The map in the order of the keys of another one. */
static const struct yaml_node *arrange_map(const struct yaml_node *map,
					   const struct yaml_node *like, struct arena *arena)
{
	struct yaml_node *n = begin_copy(map, arena);

	for (const struct yaml_node *d = like->first; d; d = d->next) {
		const struct yaml_node *c = value_get(map, d->key->text);

		if (c)
			append(n, c->key, value_arrange(c, d, arena), arena);
	}
	for (const struct yaml_node *c = map->first; c; c = c->next)
		if (!value_get(like, c->key->text))
			append(n, c->key, c, arena);
	return n;
}

const struct yaml_node *value_arrange(const struct yaml_node *value, const struct yaml_node *like,
				      struct arena *arena)
{
	const struct yaml_node *d = like->first;
	struct yaml_node *n;

	if (value->kind != like->kind || !value->first)
		return value;
	if (value->kind == YAML_MAP)
		return arrange_map(value, like, arena);
	n = begin_copy(value, arena);
	for (const struct yaml_node *c = value->first; c; c = c->next) {
		append(n, NULL, d ? value_arrange(c, d, arena) : c, arena);
		d = d ? d->next : NULL;
	}
	return n;
}

const struct yaml_node *value_remove(const struct yaml_node *of, const struct yaml_node *entry,
				     struct arena *arena)
{
	struct yaml_node *n = begin_copy(of, arena);

	for (const struct yaml_node *c = of->first; c; c = c->next)
		if (c != entry)
			append(n, c->key, c, arena);
	return n;
}

const struct yaml_node *value_item(const struct yaml_node *sequence, size_t at)
{
	const struct yaml_node *c = sequence->first;

	for (; c && at; at--)
		c = c->next;
	return c;
}

const struct yaml_node *value_insert(const struct yaml_node *sequence, size_t at,
				     const struct yaml_node *item, struct arena *arena)
{
	struct yaml_node *n = begin_copy(sequence, arena);
	size_t i = 0;

	for (const struct yaml_node *c = sequence->first; c; c = c->next) {
		if (i++ == at)
			append(n, NULL, item, arena);
		append(n, NULL, c, arena);
	}
	if (at >= i)
		append(n, NULL, item, arena);
	return n;
}

const struct yaml_node *value_replace(const struct yaml_node *sequence, size_t at,
				      const struct yaml_node *item, struct arena *arena)
{
	struct yaml_node *n = begin_copy(sequence, arena);
	size_t i = 0;

	for (const struct yaml_node *c = sequence->first; c; c = c->next)
		append(n, NULL, i++ == at ? item : c, arena);
	return n;
}

/* --- comparing values ----------------------------------------------------- */

/* The texts of two numbers, without underscores and with a prefix that C knows. */
struct number_text {
	char text[64];
};

/* False: too long to be compared as a number. */
static bool clean_number(struct slice s, struct number_text *out)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '_')
			continue;
		if (n + 1 == sizeof(out->text))
			return false;
		out->text[n++] = ascii_to_lower(s.ptr[i]);
	}
	out->text[n] = '\0';
	return true;
}

/* The value of the digits of an integer, as far as they are ones of the base. */
static double digits_value(const char *digits, unsigned base)
{
	double value = 0;

	for (; *digits; digits++) {
		unsigned digit = ascii_is_digit(*digits) ? (unsigned)(*digits - '0') :
							   (unsigned)(*digits - 'a') + 10;

		value = value * base + digit;
	}
	return value;
}

/* The value of a number: Go's prefixes 0x, 0o and 0b of integers, and a bare 0 for octal. */
static double number_value(const char *text, bool integer)
{
	bool negative = *text == '-';
	const char *digits = text + (negative || *text == '+');
	double value;

	if (!integer)
		return strtod(text, NULL);
	if (digits[0] != '0' || !digits[1])
		value = digits_value(digits, 10);
	else if (ascii_is_digit(digits[1]))
		value = digits_value(digits + 1, 8);
	else
		value = digits_value(digits + 2, digits[1] == 'x' ? 16 : digits[1] == 'o' ? 8 : 2);
	return negative ? -value : value;
}

static bool is_number(enum yaml_type type)
{
	return type == YAML_INT || type == YAML_FLOAT;
}

/* Is it one of the words for true? */
static bool is_true(struct slice text)
{
	return slice_eq_case(text, SLICE("true")) || slice_eq_case(text, SLICE("yes")) ||
	       slice_eq_case(text, SLICE("on")) || slice_eq_case(text, SLICE("y"));
}

static bool same_scalar(const struct yaml_node *a, const struct yaml_node *b)
{
	enum yaml_type x = yaml_type_of(a), y = yaml_type_of(b);
	struct number_text m, n;

	if (is_number(x) && is_number(y))
		return slice_eq(a->text, b->text) ||
		       (clean_number(a->text, &m) && clean_number(b->text, &n) &&
			number_value(m.text, x == YAML_INT) == number_value(n.text, y == YAML_INT));
	if (x != y)
		return false;
	return x == YAML_NULL ? true :
	       x == YAML_BOOL ? is_true(a->text) == is_true(b->text) :
				slice_eq(a->text, b->text);
}

bool value_same(const struct yaml_node *a, const struct yaml_node *b)
{
	const struct yaml_node *d;

	if (a == b || !a || !b)
		return a == b;
	if (a->kind != b->kind || a->nchildren != b->nchildren)
		return false;
	if (a->kind == YAML_SCALAR)
		return same_scalar(a, b);
	d = b->first;
	for (const struct yaml_node *c = a->first; c; c = c->next, d = d->next) {
		const struct yaml_node *other =
			a->kind == YAML_SEQ || slice_eq(c->key->text, d->key->text) ?
				d :
				value_get(b, c->key->text);

		if (!value_same(c, other))
			return false;
	}
	return true;
}

void value_add_difference(struct str *out, const struct yaml_node *a, const struct yaml_node *b)
{
	const struct yaml_node *item;
	size_t i = 0;

	if (!a || !b || a->kind != b->kind || a->kind == YAML_SCALAR)
		return;
	item = b->first;
	for (const struct yaml_node *c = a->first; c; c = c->next, i++) {
		const struct yaml_node *d = a->kind == YAML_SEQ ? item : value_get(b, c->key->text);

		item = item ? item->next : NULL;
		if (value_same(c, d))
			continue;
		if (a->kind == YAML_SEQ)
			str_addf(out, "[%zu]", i);
		else
			str_addf(out, "%s%" SLICE_FMT, out->len ? "." : "",
				 SLICE_ARG(c->key->text));
		value_add_difference(out, c, d);
		return;
	}
	for (const struct yaml_node *d = a->kind == YAML_MAP ? b->first : NULL; d; d = d->next)
		if (!value_get(a, d->key->text)) {
			str_addf(out, "%s%" SLICE_FMT, out->len ? "." : "",
				 SLICE_ARG(d->key->text));
			return;
		}
}

void value_copy_places(const struct yaml_node *parsed, const struct yaml_node *value)
{
	struct yaml_node *node = (struct yaml_node *)(uintptr_t)parsed;
	bool same = value->file && slice_eq(yaml_name(value->file), yaml_name(parsed->file));
	const struct yaml_node *d = value->first;

	node->line = same ? value->line : 0;
	node->col = same ? value->col : 0;
	for (const struct yaml_node *c = parsed->first; c && d; c = c->next, d = d->next)
		value_copy_places(c, d);
}

static void shift_lines(const struct yaml_node *of, uint32_t lines)
{
	struct yaml_node *node = (struct yaml_node *)(uintptr_t)of;

	node->line += lines;
	if (node->key)
		((struct yaml_node *)(uintptr_t)node->key)->line += lines;
	for (const struct yaml_node *c = of->first; c; c = c->next)
		shift_lines(c, lines);
}

void value_shift_lines(const struct yaml_file *parsed, uint32_t lines)
{
	for (size_t i = 0; i < yaml_documents(parsed); i++)
		if (yaml_root(parsed, i))
			shift_lines(yaml_root(parsed, i), lines);
}

/* --- writing values ------------------------------------------------------- */

static void write_scalar(struct str *out, const struct yaml_node *scalar)
{
	if (yaml_type_of(scalar) == YAML_STRING)
		yaml_write_string(out, scalar->text, false);
	else
		str_add(out, scalar->text.len ? scalar->text : SLICE("null"));
}

static void write_entries(struct str *out, const struct yaml_node *value, size_t column,
			  bool begun);

/* Writes the value of an entry behind its key or dash, which is in `column`. */
static void write_value(struct str *out, const struct yaml_node *value, size_t column)
{
	bool dash = !value->key;

	if (value->kind == YAML_SCALAR || !value->first) {
		str_addc(out, ' ');
		if (value->kind == YAML_SCALAR)
			write_scalar(out, value);
		else
			str_adds(out, value->kind == YAML_MAP ? "{}" : "[]");
		str_addc(out, '\n');
		return;
	}
	str_addc(out, dash ? ' ' : '\n');
	write_entries(out, value, column + 2, dash);
}

/* Writes the entries of a collection in `column`; `begun`: the first one is already there. */
static void write_entries(struct str *out, const struct yaml_node *value, size_t column, bool begun)
{
	for (const struct yaml_node *c = value->first; c; c = c->next, begun = false) {
		if (!begun)
			str_fill(out, ' ', column);
		if (c->key)
			yaml_write_string(out, c->key->text, false);
		str_addc(out, c->key ? ':' : '-');
		write_value(out, c, column);
	}
}

void value_write(struct str *out, const struct yaml_node *value)
{
	if (value->kind == YAML_SCALAR)
		write_scalar(out, value);
	else if (!value->first)
		str_adds(out, value->kind == YAML_MAP ? "{}" : "[]");
	write_entries(out, value, 0, false);
	if (!value->first)
		str_addc(out, '\n');
}
