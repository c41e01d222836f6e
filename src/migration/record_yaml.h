/*
 * record_yaml.h - a YAML node into a struct, strictly, by the rows of its record; and back into
 * literals.
 */
#ifndef GCB_MIGRATION_RECORD_YAML_H
#define GCB_MIGRATION_RECORD_YAML_H

#include "base/arena.h"
#include "base/record.h"
#include "yaml/yaml.h"

/*
 * Fills the struct at `base`, which holds the defaults, from the map `node` (NULL: nothing is
 * there). Texts are borrowed from the file, lists are made in `arena`. Errors (migration_field,
 * with the place of the node): unknown field and the nearest name, missing required field, wrong
 * kind, number out of range, word that is no choice; yaml_duplicate and yaml_alias for what cannot
 * be trusted.
 */
int record_read(const struct record *r, void *base, const struct yaml_node *node,
		struct arena *arena, struct err *err);

/*
 * The fields of the struct that are set and differ from `defaults` (a struct of the same record),
 * as a map literal in `arena`; its `n` is 0 when there are none.
 */
struct yaml_lit record_literal(const struct record *r, const void *base, const void *defaults,
			       struct slice key, struct arena *arena);

#endif
