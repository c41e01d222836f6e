/*
 * splice_flow_internal.h - insertion and deletion in flow style, with the commas.
 */
#ifndef GCB_YAML_SPLICE_FLOW_INTERNAL_H
#define GCB_YAML_SPLICE_FLOW_INTERNAL_H

#include "yaml/splice_internal.h"

/* Text beside a flow entry, with a comma as its neighbours have it. */
int splice_flow_insert(const struct yaml_node *near, enum yaml_side side, struct slice text,
		       struct splices *out, struct err *err);

/* Deletes a flow entry, one of those that the list deletes. */
int splice_flow_delete(const struct yaml_edits *e, const struct yaml_node *n, struct splices *out,
		       struct err *err);

#endif
