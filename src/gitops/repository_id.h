/*
 * repository_id.h - the repository whose files are read, and which addresses and revisions mean it.
 */
#ifndef GCB_GITOPS_REPOSITORY_ID_H
#define GCB_GITOPS_REPOSITORY_ID_H

#include "base/arena.h"

struct repository_id {
	struct slices urls;  /* of its remotes; none: not known */
	struct slice branch; /* that is applied; absent: not known, and any revision may mean it */
};

/*
 * Do two URLs mean the same repository? The last two components of their paths decide, since host,
 * scheme and user differ between mirrors and clients.
 */
bool repository_url_same(struct slice a, struct slice b);

/* Is it the URL of one of the remotes? */
bool repository_id_has_url(const struct repository_id *r, struct slice url);

/* Does the revision follow the branch? True as well where that is not known. */
bool repository_id_follows(const struct repository_id *r, struct slice revision);

/*
 * The path in this repository that a reference of a kustomization in `directory` means. A URL of
 * this repository ("URL//path?ref=branch") counts, too. Absent: another repository or revision, or
 * not a reference at all. In `arena`.
 */
struct slice repository_id_resolve(const struct repository_id *r, struct slice directory,
				   struct slice reference, struct arena *arena);

#endif
