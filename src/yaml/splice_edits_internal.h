/*
 * splice_edits_internal.h - intentions become splices.
 */
#ifndef GCB_YAML_SPLICE_EDITS_INTERNAL_H
#define GCB_YAML_SPLICE_EDITS_INTERNAL_H

#include "yaml/splice_internal.h"

/* All splices of a list, sorted, not overlapping. */
int splices_make(const struct yaml_edits *e, struct splices *out, struct err *err);

#endif
