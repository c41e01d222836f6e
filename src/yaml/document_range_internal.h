/*
 * document_range_internal.h - the documents that an edit is in.
 */
#ifndef GCB_YAML_DOCUMENT_RANGE_INTERNAL_H
#define GCB_YAML_DOCUMENT_RANGE_INTERNAL_H

#include "yaml/splice_internal.h"

/* Consecutive documents, and the bytes [start, end) of them and of the lines between them. */
struct document_range {
	size_t first, n;
	uint32_t start, end;
};

/* The fewest documents that hold all splices and can be parsed without the others. */
struct document_range document_range_of(const struct yaml_file *file, const struct splices *s);

#endif
