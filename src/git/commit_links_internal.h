/*
 * commit_links_internal.h - tree and parents of a commit, without the rest of it.
 */
#ifndef GCB_GIT_COMMIT_LINKS_INTERNAL_H
#define GCB_GIT_COMMIT_LINKS_INTERNAL_H

#include "git/repo.h"

#include <git2.h>

struct commit_links {
	git_oid tree;
	git_oid *parents; /* in the arena */
	size_t n;
	int64_t time; /* of the committer */
};

/*
 * Reads them; half the time of opening the commit, since names and message are not parsed. False:
 * there is no such commit.
 */
bool commit_links_read(struct repo *r, const git_oid *id, struct arena *arena,
		       struct commit_links *out);

#endif
