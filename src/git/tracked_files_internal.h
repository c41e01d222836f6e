/*
 * tracked_files_internal.h - the files that history_each follows, step by step to the parent
 * commit.
 *
 * Calling order: tracked_files_new, tracked_files_add for each file, tracked_files_step for each
 * commit, tracked_files_free.
 */
#ifndef GCB_GIT_TRACKED_FILES_INTERNAL_H
#define GCB_GIT_TRACKED_FILES_INTERNAL_H

#include "git/repo.h"

#include <git2.h>

struct tracked_file {
	struct slice path; /* its name at the commit of the walk, NUL-terminated */
	size_t number;     /* index into the paths of the query */
	git_oid id;        /* of its bytes there */
	unsigned mode;     /* at `newest` */
	struct oid newest; /* the newest commit with these bytes */
	bool live;
	bool gap;       /* it did not exist, and an older file of this name is searched */
	size_t gap_end; /* until so many commits were walked */
	git_oid older;  /* what tracked_files_step found in the parent; mode 0: no file of this name
			 */
	unsigned older_mode;
	struct tracked_file *next; /* tracked_files.c's own */
	size_t node;
};

/* The set of followed files, empty at first. */
struct tracked_files;
struct tracked_files *tracked_files_new(struct repo *r);
void tracked_files_free(struct tracked_files *f);

/* Follows the file under this name, with the bytes of file->id. */
void tracked_files_add(struct tracked_files *f, struct tracked_file *file, struct slice path);

/* Stops following the file, or follows it under another name from the next tracked_files_add on. */
void tracked_files_end(struct tracked_files *f, struct tracked_file *file);

/*
 * Goes to the parent, which has this tree. `*changed` are the files that differ there, borrowed
 * until the next step.
 */
int tracked_files_step(struct tracked_files *f, const git_oid *tree, struct tracked_file ***changed,
		       size_t *n, struct err *err);

#endif
