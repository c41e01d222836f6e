/*
 * repo_internal.h - the open repository.
 */
#ifndef GCB_GIT_REPO_INTERNAL_H
#define GCB_GIT_REPO_INTERNAL_H

#include "base/map.h"
#include "git/repo.h"

#include <git2.h>

struct promisor;

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
	struct str author, committer; /* identity.c's: as a commit has them; empty: not known yet */
};

#endif
