/*
 * publish.h - a plan becomes commits: on the branch that is applied, or on stage branches, for
 * review.
 */
#ifndef GCB_FLOW_PUBLISH_H
#define GCB_FLOW_PUBLISH_H

#include "base/change.h"
#include "flow/gather.h"
#include "flow/publication.h"

struct publish_options {
	bool batch;          /* one commit for all steps */
	bool rollback;       /* the mode is spec.git.rollback instead of spec.git.mode */
	bool propose;        /* all steps are committed on stage branches, whatever their mode */
	const char *program; /* how the undo command begins: "kubectl gcpbackend" */
	struct slice reason; /* for the message; absent: none */
	bool merge_request;  /* GitLab opens the merge request of what is pushed for review */
};

/*
 * Commits the steps of the plan that are not refused and change something, in their order. Without
 * a remote the branch moves once, by compare-and-swap, after the last; the working tree follows
 * (git/commit.h). With one, the commits are pushed first, by compare-and-swap too, and then the
 * local branch follows if it is at the base commit.
 *
 * If the remote's branch has moved meanwhile, it is fetched, the same stages, now absolute, are
 * planned again on its new tip, and pushed again, a bounded number of times, with pauses of random
 * length. A migration that is no longer at the stage it was at is refused then, in its row: who
 * changed it, and in which commit.
 *
 * In mode pull-request every step gets the branch gcpbackend/NAME/STAGE on the base commit instead,
 * and nothing that is checked out changes. With a remote it is made there. A branch with just this
 * change stays as it is, since a rewritten one loses its approvals; one with what the program made
 * of an older base commit is rewritten if one of the files has changed since; one with anything
 * else is left alone. Branches of other stages of the migration are deleted if they are ours.
 *
 * A rollback of mode auto whose push is refused, by a rule of the remote, is planned again and
 * committed like one of mode pull-request: `out->refusal` is then the reason.
 *
 * `evidence` and `plan` lose what only planning needs (evidence_trim): they may only be released
 * afterwards, and the plan's steps read. The rows are in the arena of the session. Errors: dirty,
 * moved, checked_out, branch_foreign (in the row of the step; others go on), identity, git,
 * push_raced, push_refused, and those of push_refs. On an error no branch has moved; at worst the
 * wanted bytes are staged, and the next run finishes.
 */
int publish_plan(struct evidence *evidence, struct plan *plan,
		 const struct publish_options *options, struct publication *out, struct err *err);

/* What came of a commit of files. */
struct published_files {
	char commit[41];     /* its id */
	struct slice behind; /* as in a publication */
};

/*
 * Commits new or changed files on the branch of the base commit, and pushes them if there is a
 * remote (init --commit, discover --write --commit). Errors: as publish_plan; push_raced at once.
 */
int publish_files(const struct base_commit *base, const struct changes *changes,
		  const char *message, struct published_files *out, struct err *err);

#endif
