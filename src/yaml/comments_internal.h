/*
 * comments_internal.h - where the comments of a file are.
 */
#ifndef GCB_YAML_COMMENTS_INTERNAL_H
#define GCB_YAML_COMMENTS_INTERNAL_H

#include "yaml/yaml_internal.h"

/* Lists the comments: what begins with "#" outside of scalars and aliases. */
void yaml_comments(struct yaml_file *file);

/* Is there a comment between two offsets? Fast if the answer is near the last one. */
bool yaml_has_comment(struct yaml_file *file, uint32_t start, uint32_t end);

/* Is there a comment between two offsets; with `own`, one alone on its line? */
bool yaml_comment_between(const struct yaml_file *file, uint32_t start, uint32_t end, bool own);

/* The text of a comment, with its "#". */
struct slice yaml_comment_text(const struct yaml_file *file, const struct comment *comment);

#endif
