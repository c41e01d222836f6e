/*
 * splice_value_internal.h - a value becomes another one.
 */
#ifndef GCB_YAML_SPLICE_VALUE_INTERNAL_H
#define GCB_YAML_SPLICE_VALUE_INTERNAL_H

#include "yaml/splice_internal.h"

/* The value `n` becomes the literal. */
int splice_value(const struct yaml_node *n, const struct yaml_lit *lit, struct splices *out,
		 struct err *err);

#endif
