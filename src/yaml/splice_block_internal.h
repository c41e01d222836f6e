/*
 * splice_block_internal.h - insertion and deletion of lines in block style.
 */
#ifndef GCB_YAML_SPLICE_BLOCK_INTERNAL_H
#define GCB_YAML_SPLICE_BLOCK_INTERNAL_H

#include "yaml/splice_internal.h"

/*
 * New lines beside a block entry: behind the entry's region, or above its own comments. Where the
 * entry begins on the line of its parent's dash, the new text takes that place and pushes the entry
 * to a line of its own.
 */
struct splice *splice_block_insert(const struct yaml_node *near, enum yaml_side side,
				   struct slice text, struct splices *out);

/* Deletes the lines of a block entry, which is not the last one that stays. */
int splice_block_delete(const struct yaml_edits *e, const struct yaml_node *n, struct splices *out,
			struct err *err);

/*
 * The chomping indicator of the block scalar that the entry ends in: '-', '+', ' ' without one; 0:
 * it ends in something else.
 */
char splice_chomping(const struct yaml_node *n);

/*
 * Does the file end in the entry's block scalar and without a line end, so that adding one changes
 * the value?
 */
bool splice_bare_scalar(const struct yaml_node *n);

/* Is there a blank line from `at` on, before anything else; with `wide`, one with blanks? */
bool splice_blank_lines_at(const struct yaml_file *f, uint32_t at, bool wide);

#endif
