/*
 * splice_copy_internal.h - copies of the items of a list.
 */
#ifndef GCB_YAML_SPLICE_COPY_INTERNAL_H
#define GCB_YAML_SPLICE_COPY_INTERNAL_H

#include "yaml/splice_internal.h"

/* Refuses an item that cannot be copied exactly. */
int splice_copy_check(const struct edit *edit, struct err *err);

/* Inserts the copy; `inner` are the splices of its nested edits, unsorted. */
int splice_copy(const struct edit *edit, struct splices *inner, struct splices *out,
		struct err *err);

#endif
