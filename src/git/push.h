/*
 * push.h - refs of a remote move, by compare-and-swap.
 */
#ifndef GCB_GIT_PUSH_H
#define GCB_GIT_PUSH_H

#include "git/remote.h"

/* The outcome for one ref. */
enum push_result {
	PUSH_UNKNOWN, /* git did not report it */
	PUSH_DONE,    /* it is where it was wanted, durably at the remote */
	PUSH_SAME,    /* it already was there */
	PUSH_RACED,   /* it is not where it was expected: another push came first */
	PUSH_REFUSED  /* a hook or the protection of the branch refused: `why` */
};

/* One ref to be moved. */
struct push {
	const char *ref;          /* "refs/heads/main" */
	const struct oid *expect; /* where it must be now; NULL: it must not exist */
	const struct oid *to;     /* NULL: delete it */
	enum push_result result;  /* set by push_refs */
	struct slice why;         /* of PUSH_RACED and PUSH_REFUSED: the message, in `arena` */
	struct slice lock;        /* of PUSH_RACED: the lock file that exists there; absent: none
				     is known */
	struct slice blocker;     /* of PUSH_RACED: the ref there that cannot exist beside this one,
				     "refs/heads/a" beside "refs/heads/a/b"; absent: none */
};

/* Refs to be moved, and push options (-o) for GitLab's merge requests; usually none. */
struct pushes {
	struct push *items;
	size_t n;
	struct slices options;
};

/*
 * Pushes the refs, hundreds in one run of git, each by compare-and-swap
 * (--force-with-lease=REF:OID), and nothing else, whatever push.* and remote.*.push configure
 * (push.followTags, mirror, recurseSubmodules are overridden). Returns 0 if git reported the
 * outcome of every ref, whatever it was. refs/remotes/REMOTE/... follow. After an error git may
 * have moved some: remote_unreachable, remote_denied, push_refused (by the hook pre-push),
 * timed_out, interrupted, terminated, program_missing, remote.
 */
int push_refs(const struct remote *remote, struct pushes *pushes,
	      const struct remote_options *options, struct arena *arena, struct err *err);

#endif
