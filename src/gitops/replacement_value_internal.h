/*
 * replacement_value_internal.h - what a replacement writes, and what becomes of a field.
 *
 * A scalar that is replaced keeps its type, and takes only the text of the value. A field that is
 * created has no type: it becomes what its text looks like. Texts that YAML 1.1 and 1.2 read
 * differently there, and numbers other than short integers, are unknown.
 */
#ifndef GCB_GITOPS_REPLACEMENT_VALUE_INTERNAL_H
#define GCB_GITOPS_REPLACEMENT_VALUE_INTERNAL_H

#include "base/arena.h"
#include "gitops/build_stop_internal.h"

/* The options of a source or of a target. */
struct replacement_options {
	struct slice delimiter; /* absent: none */
	long index;
	bool create;
};

/* What a target does with the value. */
struct replacement_write {
	const struct yaml_node *value;
	bool untyped; /* the value is a text without a type (sourceValue) */
	struct replacement_options options;
	const struct yaml_node *at; /* where the replacement is written */
};

/* Reads options; NULL are none. False: they are not evaluated. */
bool replacement_options_read(const struct yaml_node *node, struct replacement_options *out);

/* The part of the source's value that the options select; NULL with the reason: not known. */
const struct yaml_node *replacement_value_refine(const struct yaml_node *value,
						 const struct replacement_options *options,
						 struct build_stop *stop, struct arena *arena);

/*
 * The new value of a field; `old` NULL: it is created. `ctx` is a struct replacement_write. NULL
 * with the reason: not known.
 */
const struct yaml_node *replacement_value_write(const struct yaml_node *old, void *ctx,
						struct build_stop *stop, struct arena *arena);

#endif
