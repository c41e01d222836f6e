/*
 * publish.h - a plan becomes commits: on the branch that is applied, or on a branch of its own for review.
 */
#ifndef GCB_FLOW_PUBLISH_H
#define GCB_FLOW_PUBLISH_H

#include "flow/session.h"

struct publish_options {
	bool batch;          /* one commit for all steps */
	bool rollback;       /* take the mode of spec.git.rollback instead of spec.git.mode */
	const char *program; /* how the undo command begins: "kubectl gcpbackend" */
	struct slice reason; /* for the message; absent: none */
};

/* What came of one step. */
struct published {
	const struct step *step;
	bool committed; /* false: nothing to do, or refused */
	bool existed;   /* pull-request: the branch held just this already */
	struct oid commit;
	struct slice branch; /* the branch that holds it, in the session's arena */
};

/*
 * Commits the steps of the plan that are not refused and change something, in their order, and moves the branch once, by compare-and-swap,
 * behind the last; the working tree follows (git/commit.h). In mode pull-request every step gets the branch gcpbackend/NAME/STAGE on the
 * base commit instead, and nothing that is checked out changes. `out` has room for plan->n rows. Errors: dirty, moved, checked_out,
 * branch_foreign (in the step's row: the step is refused there, others go on), identity, git. On an error no branch has
 * moved; at worst the wanted bytes are staged, and the next run finishes.
 */
int session_publish(struct session *s, struct plan *plan, const struct publish_options *options, struct published *out,
		    struct err *err);

/*
 * The branch of a step in mode pull-request: gcpbackend/NAME/STAGE, in the session's arena. Returns whether it exists.
 */
bool step_branch(struct session *s, const struct step *step, struct slice *out);

/* The command that takes a step back, for messages: "kubectl gcpbackend migrate rollback NAME --to STAGE". */
void undo_command(const struct step *step, const char *program, struct str *out);

/* Commits new or changed files on the session's branch (init --commit, discover --write --commit). */
int session_commit_files(struct session *s, const struct changes *changes, const char *message, struct oid *commit,
			 struct err *err);

#endif
