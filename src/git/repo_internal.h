/*
 * repo_internal.h - the open repository.
 */
#ifndef GCB_GIT_REPO_INTERNAL_H
#define GCB_GIT_REPO_INTERNAL_H

#include "base/map.h"
#include "git/repo.h"

#include <git2.h>

struct promisor;

/* What a repository used before it was opened anew: pointers into it may still be in use. */
struct retired_repo {
	git_repository *git;
	git_odb *odb;
	struct retired_repo *next;
};

struct repo {
	git_repository *git;
	git_odb *odb;
	struct str objects;        /* the directory of new objects, without a slash at its end */
	struct promisor *promisor; /* borrowed from the object database; NULL: missing objects are
				      not fetched */
	int shared;                /* permission.c's: core.sharedRepository */
	bool shared_known;         /* it was read */
	struct map checked_trees;  /* names of trees on the way to files that were read */
	struct arena *checked_ids; /* of these; NULL: none */
	struct str from;           /* the directory it was opened from; empty: the current one */
	struct str shallow;        /* the file that lists where the history ends, as libgit2
				      read it; empty: nowhere */
	struct retired_repo *retired; /* freed at the end */
	struct str author, committer; /* identity.c's: as a commit has them; empty: not known yet */
};

/* Appends the file that lists the commits whose parents a shallow clone lacks. Errors: io. */
int repo_read_shallow(const struct repo *r, struct str *out, struct err *err);

/* Opens the repository anew. The handles before it are retired. Errors: no_repo, git. */
int repo_open_again(struct repo *r, struct err *err);

#endif
