/*
 * check_internal.h - proves the result of an edit.
 */
#ifndef GCB_YAML_CHECK_INTERNAL_H
#define GCB_YAML_CHECK_INTERNAL_H

#include "yaml/document_range_internal.h"

/* What an edit made of a file: the new text of the whole, and the edited documents, parsed. */
struct yaml_result {
	const struct splices *splices;
	struct document_range range;
	struct slice text;
	const struct yaml_file *now;
};

/* Is the result the file that `e` makes of its file, comments included? */
int yaml_check(const struct yaml_edits *e, const struct yaml_result *result, struct err *err);

/*
 * Are the values of two documents the same, in the same styles, with the same anchors and tags?
 * NULL: an empty document.
 */
bool yaml_same_tree(const struct yaml_node *old, const struct yaml_node *now);

#endif
