/*
 * read.h - many blobs at once: read by several threads, told in the order in which they were named.
 * For tree.c.
 *
 * Calling order: reading_new, reading_add for each blob, reading_flush at the end, reading_free.
 * libgit2 locks an object database while it unpacks, so each thread has one of its own, on the same
 * folders.
 */
#ifndef GCB_GIT_READ_H
#define GCB_GIT_READ_H

#include "git/repo.h"

struct reading;

/*
 * Blobs of `r` for the callbacks of tree_search (repo.h), which says what they may do. The query,
 * the context and the error outlive it.
 */
struct reading *reading_new(struct repo *r, const struct tree_query *query,
			    int (*file)(const struct tree_file *file, void *ctx, struct err *err),
			    void *ctx, struct err *err);

/*
 * Names the next one; `file->bytes` is absent, `file->path` is copied. `blob` false: nothing to
 * read, but to tell. Returns what a callback that ends the walk returned, -1 with the error, or 0;
 * so does reading_flush.
 */
int reading_add(struct reading *b, const struct tree_file *file, bool blob);

/* Reads and tells those that were named and not told yet. */
int reading_flush(struct reading *b);

/* Frees it. NULL is fine. */
void reading_free(struct reading *b);

#endif
