/*
 * record_yaml.h - reads a YAML node into a struct, strictly, by its record; and makes a literal of
 * a struct.
 */
#ifndef GCB_MIGRATION_RECORD_YAML_H
#define GCB_MIGRATION_RECORD_YAML_H

#include "base/arena.h"
#include "base/record.h"
#include "yaml/yaml.h"

/*
 * Fills `values`, a struct of the record with its defaults, from the map `node` (NULL: the map is
 * missing). Texts and lists are allocated in `arena`. Errors (migration_field, with the place of
 * the node): an unknown field, with the nearest name; a required field that is missing; a wrong
 * type; a number out of range; a word that is not a choice. And yaml_duplicate and yaml_alias.
 */
int record_read(const struct record *r, void *values, const struct yaml_node *node,
		struct arena *arena, struct err *err);

/*
 * The fields of the struct `values` that are set and differ from `defaults` (a struct of the same
 * record), as a map literal with this key, in `arena`; its `n` is 0 if there are none.
 */
struct yaml_lit record_literal(const struct record *r, const void *values, const void *defaults,
			       struct slice key, struct arena *arena);

#endif
