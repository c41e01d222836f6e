/*
 * node_internal.h - questions about nodes that only this directory asks.
 */
#ifndef GCB_YAML_NODE_INTERNAL_H
#define GCB_YAML_NODE_INTERNAL_H

#include "yaml/yaml_internal.h"

/* Line and column, 1-based, of a byte offset. */
struct place yaml_place_at(const struct yaml_file *file, uint32_t offset);

/* The ids of all nodes of an entry are consecutive: from its key's, or its own, to this one. */
uint32_t yaml_last_id(const struct yaml_node *entry);

/* Does the collection around the node have its keys, or else its values, in double quotes? */
bool yaml_in_json(const struct yaml_node *node);

/* Is the node inside a flow collection, or one itself? */
bool yaml_in_flow(const struct yaml_node *node);

#endif
