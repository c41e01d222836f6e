/*
 * splice_document_internal.h - deletion of whole documents.
 */
#ifndef GCB_YAML_SPLICE_DOCUMENT_INTERNAL_H
#define GCB_YAML_SPLICE_DOCUMENT_INTERNAL_H

#include "yaml/edit_internal.h"

/* Is the byte of the file in a document that is deleted? */
bool documents_drop_byte(const struct yaml_edits *e, uint32_t at);

/* Appends `text`, the file with all other edits, without the deleted documents. */
int documents_drop(const struct yaml_edits *e, struct slice text, struct str *out, struct err *err);

#endif
