/*
 * object_writer_internal.h - new objects, written together: loose if they are few, else as a pack.
 *
 * Calling order: object_writer_new, object_writer_add... for each object, object_writer_write,
 * object_writer_free.
 */
#ifndef GCB_GIT_OBJECT_WRITER_INTERNAL_H
#define GCB_GIT_OBJECT_WRITER_INTERNAL_H

#include "git/repo.h"

#include <git2.h>

/*
 * The name of an object, by a SHA-1 several times as fast as libgit2's, which detects collision
 * attacks. libgit2 and git check everything that is written anyway.
 */
void object_name(git_object_t type, struct slice bytes, git_oid *out);

/* Objects to be written. */
struct object_writer;
struct object_writer *object_writer_new(struct repo *r);
void object_writer_free(struct object_writer *w);

/* Adds an object and computes its name. */
void object_writer_add(struct object_writer *w, git_object_t type, struct slice bytes,
		       git_oid *out);

/* Adds a blob of this name without a copy: the bytes must outlive the writer. */
void object_writer_add_blob(struct object_writer *w, struct slice bytes, const git_oid *id);

/* An earlier version of an object: its bytes, and its number in the writer (SIZE_MAX: none). */
struct earlier_object {
	struct slice bytes;
	size_t number;
};

/*
 * The same for an object that differs little from an earlier one: a pack then contains the
 * difference. Returns the object's number.
 */
size_t object_writer_add_after(struct object_writer *w, git_object_t type, struct slice bytes,
			       const struct earlier_object *earlier, git_oid *out);

/* Writes all objects durably. Errors: git, io, too_large. */
int object_writer_write(struct object_writer *w, struct err *err);

#endif
