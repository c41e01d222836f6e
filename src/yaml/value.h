/*
 * value.h - values that are made of other values in memory, as programs that read YAML make them.
 *
 * A value is a tree of nodes that never changes. Each function returns a new value, which shares
 * all nodes that stay the same with the old one. So a node of a result still has the place, and the
 * file, that it came from; its `parent`, and its offsets, are those it had there. Such values are
 * read with yaml_get and the like, and never edited (yaml_edits_new).
 *
 * All new nodes are in the arena. Texts are borrowed. Pure.
 */
#ifndef GCB_YAML_VALUE_H
#define GCB_YAML_VALUE_H

#include "yaml/yaml.h"

/*
 * Are all nodes of the value what they look like: no alias, merge key or duplicate key? Only such
 * values may be given to the other functions.
 */
bool value_is_clear(const struct yaml_node *value);

/* Is it null, in any notation? */
bool value_is_null(const struct yaml_node *value);

/* Has the value at most `most` nodes, nested at most YAML_MAX_DEPTH deep? */
bool value_is_small(const struct yaml_node *value, size_t most);

/* A string, with the place of `near`. */
const struct yaml_node *value_text(const struct yaml_node *near, struct slice text,
				   struct arena *arena);

/* A plain scalar, whose type is what its text looks like, with the place of `near`. */
const struct yaml_node *value_plain(const struct yaml_node *near, struct slice text,
				    struct arena *arena);

/* An empty map, with the place of `near`. */
const struct yaml_node *value_empty_map(const struct yaml_node *near, struct arena *arena);

/* The value of a key in a map; NULL: none, or not a map. */
const struct yaml_node *value_get(const struct yaml_node *map, struct slice key);

/* The map with the entry, in the place of one with the same key, else at the end. */
const struct yaml_node *value_put(const struct yaml_node *map, struct slice key,
				  const struct yaml_node *value, struct arena *arena);

/* The map with all entries of another one, which take the places of those with the same keys. */
const struct yaml_node *value_put_all(const struct yaml_node *map, const struct yaml_node *more,
				      struct arena *arena);

/* The sequence with the items of another one behind its own. */
const struct yaml_node *value_join(const struct yaml_node *sequence, const struct yaml_node *more,
				   struct arena *arena);

/*
 * The same value with the keys of its maps in the order that they have in `like`, at the same
 * places; keys that are not there follow.
 */
const struct yaml_node *value_arrange(const struct yaml_node *value, const struct yaml_node *like,
				      struct arena *arena);

/* The map or sequence without one of its entries. */
const struct yaml_node *value_remove(const struct yaml_node *of, const struct yaml_node *entry,
				     struct arena *arena);

/* The item of a sequence, counted from 0; NULL past the end. */
const struct yaml_node *value_item(const struct yaml_node *sequence, size_t at);

/* The sequence with an item inserted in front of item `at`; at its length: at the end. */
const struct yaml_node *value_insert(const struct yaml_node *sequence, size_t at,
				     const struct yaml_node *item, struct arena *arena);

/* The sequence with another item in the place of item `at`, which exists. */
const struct yaml_node *value_replace(const struct yaml_node *sequence, size_t at,
				      const struct yaml_node *item, struct arena *arena);

/*
 * Do programs that read the two get the same? The order of keys, styles and notations of a number
 * (0x50, 80, 80.0) do not matter; "80" is not 80. NULL is only the same as NULL.
 */
bool value_same(const struct yaml_node *a, const struct yaml_node *b);

/*
 * Appends where two values differ first: "spec.http[1].timeout". Nothing if value_same is true, or
 * they differ as a whole.
 */
void value_add_difference(struct str *out, const struct yaml_node *a, const struct yaml_node *b);

/*
 * Gives the nodes of a parsed file the lines and columns of a value with the same form: of the text
 * that value_write wrote. Nodes whose place is in another file have no line then.
 */
void value_copy_places(const struct yaml_node *parsed, const struct yaml_node *value);

/* Adds to the lines of all nodes of a parsed file: it is a part of another file, below them. */
void value_shift_lines(const struct yaml_file *parsed, uint32_t lines);

/* Appends the value as a document in block style, which is parsed as the same value. */
void value_write(struct str *out, const struct yaml_node *value);

#endif
