/*
 * push_urls.h - whether a remote is pushed to one repository and fetched from another.
 */
#ifndef GCB_FLOW_PUSH_URLS_H
#define GCB_FLOW_PUSH_URLS_H

#include "flow/base_commit.h"

/* For messages, in the arena of the session: no user, password, query or fragment. */
struct push_urls {
	struct slice push, fetch;
};

/*
 * Has the remote a URL for pushes whose last components differ from those of the URL for fetches,
 * so that they may not be the same repository? The same repository over https and ssh is usual.
 */
bool push_urls_differ(const struct base_commit *base, struct push_urls *out);

#endif
