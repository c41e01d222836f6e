#include "gitops/replacement_path_internal.h"

#include "base/ascii.h"
#include "gitops/pattern_internal.h"
#include "yaml/value.h"

#include <string.h>

/* --- reading -------------------------------------------------------------- */

/* Takes the next part off the path: up to a dot that no backslash escapes. */
static struct slice next_part(struct slice *rest, struct arena *arena)
{
	AUTO_STR struct str part = STR_INIT;
	bool more = true;

	while (more) {
		size_t dot = slice_find_byte(*rest, '.');
		struct slice piece = slice_sub(*rest, 0, dot == SIZE_MAX ? rest->len : dot);

		more = dot != SIZE_MAX && slice_ends(piece, SLICE("\\"));
		str_add(&part, slice_sub(piece, 0, piece.len - more));
		if (more)
			str_addc(&part, '.');
		*rest = dot == SIZE_MAX ? SLICE_NONE : slice_sub(*rest, dot + 1, rest->len);
	}
	return arena_copy(arena, str_slice(&part));
}

/* Joins parts up to the one that closes the bracket of the first. */
static struct slice join_bracket(struct slice part, struct slice *rest, struct arena *arena)
{
	while (rest->ptr && !slice_ends(part, SLICE("]")))
		part = arena_join(arena,
				  (struct slice[]){ part, SLICE("."), next_part(rest, arena) }, 3);
	if (slice_find_byte(part, '=') != SIZE_MAX)
		return part;
	return slice_sub(part, 1, part.len - 2);
}

/* Is it the index of an item? */
static bool is_index(struct slice part)
{
	for (size_t i = 0; i < part.len; i++)
		if (!ascii_is_digit(part.ptr[i]))
			return false;
	return part.len > 0;
}

/* Does every version read the part alike? */
static bool is_plain_part(struct slice part)
{
	if (!part.len || slice_trim(part).len != part.len || (is_index(part) && part.len > 6) ||
	    slice_find_byte(part, '\\') != SIZE_MAX)
		return false;
	if (part.ptr[0] == '[')
		return slice_ends(part, SLICE("]")) && slice_find_byte(part, '=') != SIZE_MAX;
	return part.ptr[0] != '-' && part.ptr[0] != '+' && part.ptr[0] != ']';
}

bool replacement_path_read(const struct yaml_node *text, struct replacement_path *out,
			   struct arena *arena)
{
	struct slice rest = yaml_string(text);

	*out = (struct replacement_path){ .at = text };
	if (!rest.len)
		return false;
	while (rest.ptr) {
		struct slice part = next_part(&rest, arena);

		if (slice_starts(part, SLICE("[")) && !slice_ends(part, SLICE("]")))
			part = join_bracket(part, &rest, arena);
		if (out->n == REPLACEMENT_PARTS_MAX || !is_plain_part(part))
			return false;
		out->parts[out->n++] = part;
	}
	return true;
}

/* The index that a part is; SIZE_MAX: it is none. */
static size_t part_index(struct slice part)
{
	size_t value = 0;

	for (size_t i = 0; i < part.len && is_index(part); i++)
		value = value * 10 + (size_t)(part.ptr[i] - '0');
	return is_index(part) ? value : SIZE_MAX;
}

/* Splits "[FIELD=VALUE]"; false: the part is another one. */
static bool split_condition(struct slice part, struct slice *field, struct slice *value)
{
	struct slice inner = slice_sub(part, 1, part.len - 2);
	size_t equals = slice_find_byte(inner, '=');

	if (part.ptr[0] != '[')
		return false;
	*field = slice_sub(inner, 0, equals);
	*value = slice_sub(inner, equals + 1, inner.len);
	return true;
}

/* --- sources -------------------------------------------------------------- */

/* The first item of a list with this value, or this value of a field; NULL: there is none. */
static const struct yaml_node *find_item(const struct yaml_node *list, struct slice field,
					 struct slice value)
{
	for (const struct yaml_node *c = list->first; c; c = c->next) {
		const struct yaml_node *found = field.len ? value_get(c, field) : c;

		if (found && found->kind == YAML_SCALAR && slice_eq(found->text, value))
			return c;
	}
	return NULL;
}

/* What one part of the path of a source leads to; NULL: nothing. */
static const struct yaml_node *get_part(const struct yaml_node *in, struct slice part)
{
	struct slice field, value;
	size_t index = part_index(part);

	if (split_condition(part, &field, &value))
		return in->kind == YAML_SEQ ? find_item(in, field, value) : NULL;
	if (index != SIZE_MAX)
		return in->kind == YAML_SEQ ? value_item(in, index) : NULL;
	return value_get(in, part);
}

const struct yaml_node *replacement_path_get(const struct replacement_path *path,
					     const struct yaml_node *object,
					     struct build_stop *stop)
{
	const struct yaml_node *at = object;

	for (size_t i = 0; i < path->n && at; i++)
		at = slice_is(path->parts[i], "*") ? NULL : get_part(at, path->parts[i]);
	if (!at || value_is_null(at) || (at->kind != YAML_SCALAR && !at->first))
		return build_unknown(stop, path->at,
				     "the source of the replacement does not have the field");
	return at;
}

/* --- targets -------------------------------------------------------------- */

/* A change of the fields that a path leads to. */
struct changing {
	const struct replacement_path *path;
	const struct replacement_change *change;
	struct build_stop *stop;
	struct arena *arena;
	size_t found; /* fields */
};

static const struct yaml_node *change_below(struct changing *c, const struct yaml_node *in,
					    size_t i);

/* May a comment that belongs to the scalar be part of what kustomize compares? */
static bool has_comment(const struct yaml_node *scalar)
{
	struct slice bytes = scalar->file ? yaml_bytes(scalar->file) : SLICE_NONE;
	uint32_t begin =
		scalar->key && scalar->key->file == scalar->file ? scalar->key->end : scalar->start;

	if (!scalar->id || begin > scalar->start || scalar->end > bytes.len)
		return false;
	for (size_t i = begin; i < bytes.len && (i < scalar->end || bytes.ptr[i] != '\n'); i++)
		if (bytes.ptr[i] == '#' && (i < scalar->start || i >= scalar->end))
			return true;
	return false;
}

/* Is the scalar written as its text, but for quotes around it? */
static bool is_simple_text(const struct yaml_node *scalar)
{
	for (size_t i = 0; i < scalar->text.len; i++)
		if (scalar->text.ptr[i] < ' ' || scalar->text.ptr[i] > '~' ||
		    memchr("\"'\\", scalar->text.ptr[i], 3))
			return false;
	return scalar->text.len && !(scalar->flags & YAML_TAGGED) &&
	       (yaml_type_of(scalar) == YAML_STRING || is_index(scalar->text));
}

/* Does the condition of a part match the item? */
static enum match match_item(const struct yaml_node *item, struct slice field, struct slice value)
{
	const struct yaml_node *found = field.len ? value_get(item, field) : item;
	enum match match;

	if (!found)
		return item->kind == YAML_MAP ? MATCH_NO : MATCH_UNKNOWN;
	if (found->kind != YAML_SCALAR || !is_simple_text(found))
		return MATCH_UNKNOWN;
	match = pattern_find(value, found->text);
	return match == MATCH_NO && has_comment(found) ? MATCH_UNKNOWN : match;
}

/* A list in which the items that a condition matches, or all, are changed. */
static const struct yaml_node *change_items(struct changing *c, const struct yaml_node *list,
					    size_t i)
{
	struct slice field, value;
	bool some = split_condition(c->path->parts[i], &field, &value);
	const struct yaml_node *now = list, *item = list->first, *changed;

	if (list->kind != YAML_SEQ || c->change->create)
		return build_unknown(c->stop, c->path->at,
				     "the target of the replacement is not a list, or the "
				     "replacement creates items");
	for (size_t at = 0; item; at++, item = item->next) {
		enum match match = some ? match_item(item, field, value) : MATCH_YES;

		if (match == MATCH_UNKNOWN)
			return build_unknown(c->stop, c->path->at,
					     "it is not known which items the replacement changes");
		changed = match == MATCH_YES ? change_below(c, item, i + 1) : item;
		if (!changed)
			return NULL;
		if (changed != item)
			now = value_replace(now, at, changed, c->arena);
	}
	return now;
}

/* A list with one item changed. */
static const struct yaml_node *change_item(struct changing *c, const struct yaml_node *list,
					   size_t i)
{
	size_t at = part_index(c->path->parts[i]);
	const struct yaml_node *item = list->kind == YAML_SEQ ? value_item(list, at) : NULL,
			       *changed;

	if (!item)
		return build_unknown(c->stop, c->path->at,
				     "the target of the replacement does not have the item");
	changed = change_below(c, item, i + 1);
	return !changed || changed == item ? (changed ? list : NULL) :
					     value_replace(list, at, changed, c->arena);
}

/* What is created for the rest of a path, from part `i` on. */
static const struct yaml_node *create_below(struct changing *c, size_t i)
{
	const struct yaml_node *value, *map = value_empty_map(c->path->at, c->arena);

	if (i == c->path->n) {
		c->found++;
		return c->change->change(NULL, c->change->ctx, c->stop, c->arena);
	}
	if (c->path->parts[i].ptr[0] == '[' || is_index(c->path->parts[i]) ||
	    slice_is(c->path->parts[i], "*"))
		return build_unknown(c->stop, c->path->at, "the replacement creates a list");
	value = create_below(c, i + 1);
	return value ? value_put(map, c->path->parts[i], value, c->arena) : NULL;
}

/* A map with one field changed. */
static const struct yaml_node *change_field(struct changing *c, const struct yaml_node *map,
					    size_t i)
{
	const struct yaml_node *field = value_get(map, c->path->parts[i]), *changed;

	if (map->kind != YAML_MAP)
		return build_unknown(c->stop, c->path->at,
				     "the target of the replacement is not a map");
	if (!field && !c->change->create)
		return map;
	changed = field ? change_below(c, field, i + 1) : create_below(c, i + 1);
	return !changed || changed == field ? (changed ? map : NULL) :
					      value_put(map, c->path->parts[i], changed, c->arena);
}

static const struct yaml_node *change_below(struct changing *c, const struct yaml_node *in,
					    size_t i)
{
	if (i == c->path->n) {
		c->found++;
		return c->change->change(in, c->change->ctx, c->stop, c->arena);
	}
	if (c->path->parts[i].ptr[0] == '[' || slice_is(c->path->parts[i], "*"))
		return change_items(c, in, i);
	return is_index(c->path->parts[i]) ? change_item(c, in, i) : change_field(c, in, i);
}

const struct yaml_node *replacement_path_change(const struct replacement_path *path,
						const struct yaml_node *object,
						const struct replacement_change *change,
						struct build_stop *stop, struct arena *arena)
{
	struct changing c = { path, change, stop, arena, 0 };
	const struct yaml_node *now = change_below(&c, object, 0);

	if (now && !c.found)
		return build_unknown(stop, path->at,
				     "the target of the replacement does not have the field");
	return now;
}
