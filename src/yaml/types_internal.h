/*
 * types_internal.h - how scalars are written.
 */
#ifndef GCB_YAML_TYPES_INTERNAL_H
#define GCB_YAML_TYPES_INTERNAL_H

#include "yaml/yaml_internal.h"

/* The scalar's new bytes for a value, in the scalar's own quotes where they fit. */
void yaml_write_like(const struct yaml_node *scalar, enum yaml_lit_kind kind, struct slice text,
		     struct str *out);

#endif
