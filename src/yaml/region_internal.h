/*
 * region_internal.h - which bytes belong to which entry, and what is around entries.
 */
#ifndef GCB_YAML_REGION_INTERNAL_H
#define GCB_YAML_REGION_INTERNAL_H

#include "yaml/yaml_internal.h"

/* Computes the regions of all entries, and where block collections and block scalars end. */
void yaml_regions(struct yaml_file *file);

/* The blanks between a block sequence's dash and its content on the same line; else absent. */
struct slice yaml_dash_gap(const struct yaml_node *item);

/* What separates two flow entries where it is "," and blanks only, else ", ". */
struct slice yaml_flow_separator(const struct yaml_node *entry);

/* Offset of the colon of a map's entry. */
uint32_t yaml_colon(const struct yaml_node *entry);

/* Offset of the comma behind a flow entry, also behind comments and line ends; 0: none. */
uint32_t yaml_comma(const struct yaml_node *entry);

/*
 * The end of the line of `at` where only blanks, one comma and a comment, or blanks behind the
 * comma, follow; else 0.
 */
uint32_t yaml_note_end(const struct yaml_file *file, uint32_t at);

#endif
