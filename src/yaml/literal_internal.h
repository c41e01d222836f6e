/*
 * literal_internal.h - literals, laid out like their neighbours.
 */
#ifndef GCB_YAML_LITERAL_INTERNAL_H
#define GCB_YAML_LITERAL_INTERNAL_H

#include "yaml/yaml_internal.h"

/*
 * Appends the literal as a new neighbour of `near`: an entry "key: value" of near's map, or an item
 * (with its dash in block style). The first line has no indentation, the last no line end.
 */
void literal_write_entry(const struct yaml_node *near, const struct yaml_lit *lit, struct str *out);

/* Appends the literal behind the colon or dash of `n`, with the gap or line end in front. */
void literal_write_value(const struct yaml_node *n, const struct yaml_lit *lit, struct str *out);

#endif
