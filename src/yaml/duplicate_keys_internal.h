/*
 * duplicate_keys_internal.h - keys that a map must not have.
 */
#ifndef GCB_YAML_DUPLICATE_KEYS_INTERNAL_H
#define GCB_YAML_DUPLICATE_KEYS_INTERNAL_H

#include "yaml/yaml_internal.h"

/* Marks a complete map that has a merge key, or two equal scalar keys. */
void yaml_flag_keys(struct yaml_node *map);

#endif
