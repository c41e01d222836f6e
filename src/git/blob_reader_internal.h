/*
 * blob_reader_internal.h - many blobs at once: read by several threads, reported in the order in
 * which they were added.
 *
 * Calling order: blob_reader_new, blob_reader_add for each blob, blob_reader_flush,
 * blob_reader_free. libgit2 locks an object database while it inflates, so each thread has its own,
 * on the same directories.
 */
#ifndef GCB_GIT_BLOB_READER_INTERNAL_H
#define GCB_GIT_BLOB_READER_INTERNAL_H

#include "git/tree.h"

struct blob_reader;

/*
 * Reads blobs for the callbacks of a query (tree.h describes what they may do). The query and the
 * error must outlive it.
 */
struct blob_reader *blob_reader_new(struct repo *r, const struct tree_query *query,
				    struct err *err);

/*
 * Adds a file; `file->bytes` is absent, `file->path` is copied. `blob` false: it is only reported.
 * Returns what a callback that ended the search returned, -1 with the error set, or 0; so does
 * blob_reader_flush.
 */
int blob_reader_add(struct blob_reader *b, const struct tree_file *file, bool blob);

/* Reads and reports those that were added and not yet reported. */
int blob_reader_flush(struct blob_reader *b);

/* Frees it. NULL is fine. */
void blob_reader_free(struct blob_reader *b);

#endif
