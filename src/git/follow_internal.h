/*
 * follow_internal.h - the files that history_each follows, step by step to the parent commit.
 *
 * Calling order: follow_new, follow_add for each file, follow_step for each commit, follow_free.
 */
#ifndef GCB_GIT_FOLLOW_INTERNAL_H
#define GCB_GIT_FOLLOW_INTERNAL_H

#include "git/repo.h"

#include <git2.h>

struct followed {
	struct slice path; /* its name at the commit of the walk, NUL-terminated */
	size_t number;     /* index into the paths of the query */
	git_oid id;        /* of its bytes there */
	unsigned mode;     /* at `newest` */
	struct oid newest; /* the newest commit with these bytes */
	bool live;
	git_oid older; /* what follow_step found in the parent; mode 0: no file of this name */
	unsigned older_mode;
	struct followed *next; /* follow.c's own */
	size_t node;
};

/* The set of followed files, empty at first. */
struct follow;
struct follow *follow_new(struct repo *r);
void follow_free(struct follow *f);

/* Follows the file under this name, with the bytes of file->id. */
void follow_add(struct follow *f, struct followed *file, struct slice path);

/* Sets which bytes a followed file has at the commit of the walk. */
void follow_at(struct follow *f, struct followed *file, const git_oid *id);

/* Stops following the file, or follows it under another name from the next follow_add on. */
void follow_end(struct follow *f, struct followed *file);

/*
 * Goes to the parent, which has this tree. `*changed` are the files that differ there, borrowed
 * until the next step.
 */
int follow_step(struct follow *f, const git_oid *tree, struct followed ***changed, size_t *n,
		struct err *err);

#endif
