/*
 * pull_request_url.h - the page of a forge where a pull request is opened.
 */
#ifndef GCB_FLOW_PULL_REQUEST_URL_H
#define GCB_FLOW_PULL_REQUEST_URL_H

#include "base/arena.h"
#include "git/remote.h"

/*
 * The address of the page that opens a pull request of `branch` onto `base`, in `arena`: for
 * GitHub, GitLab, Bitbucket, Gitea, Forgejo and Azure DevOps, which are recognized by the name of
 * the host. Absent: there is no remote, or its forge is not known.
 */
struct slice pull_request_url(const struct remote *remote, struct slice base, struct slice branch,
			      struct arena *arena);

#endif
