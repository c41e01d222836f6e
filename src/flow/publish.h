/*
 * publish.h - a plan becomes commits: on the branch that is applied, or on a branch of its own for
 * review.
 */
#ifndef GCB_FLOW_PUBLISH_H
#define GCB_FLOW_PUBLISH_H

#include "base/change.h"
#include "flow/session.h"

struct publish_options {
	bool batch;          /* one commit for all steps */
	bool rollback;       /* take the mode of spec.git.rollback instead of spec.git.mode */
	const char *program; /* how the undo command begins: "kubectl gcpbackend" */
	struct slice reason; /* for the message; absent: none */
	bool merge_request;  /* GitLab makes the merge request of what is pushed for review */
};

/* What came of one step. */
struct published {
	const struct step *step;
	bool committed; /* false: nothing to do, or refused */
	bool existed;   /* pull-request: the branch held just this already; direct: somebody did the
			   same meanwhile */
	bool pushed;    /* the remote has it */
	struct oid commit;
	struct slice branch;     /* the branch that holds it, in the session's arena */
	struct slice url;        /* where its pull request is opened, if the forge is known */
	struct slices abandoned; /* branches of other stages of the migration that somebody has
				    worked on, and that stay */
};

/* What came of all; in the session's arena. */
struct publication {
	struct published *rows; /* one a step */
	struct slice behind; /* why the local branch did not follow what was pushed; absent: it did,
				or there is none */
	unsigned tries;      /* pushes until it was done; 0: nothing was pushed */
};

/*
 * Commits the steps of the plan that are not refused and change something, in their order. Without
 * a remote the branch moves once, by compare-and-swap, behind the last; the working tree follows
 * (git/commit.h). With one, the commits are pushed first, by compare-and-swap too, and then the
 * local branch follows if it is where the remote's was.
 *
 * When the remote's branch has moved meanwhile, it is fetched, the same stages, by now absolute,
 * are planned again on what is there, and pushed again, a bounded number of times, with growing
 * pauses of random length. A migration that is at another stage than it was is refused then, in its
 * step: by whom and in which commit.
 *
 * In mode pull-request every step gets the branch gcpbackend/NAME/STAGE on the base commit instead,
 * and nothing that is checked out changes. With a remote it is made there. A branch that holds just
 * this work stays as it is, since a rewritten one loses its approvals; one that holds what the
 * program made of an older base is rewritten when a file of ours has changed since; one with
 * anything else in it is somebody's, and is left alone. Branches of other stages of the migration
 * go, if they are ours.
 *
 * Errors: dirty, moved, checked_out, branch_foreign (in the step's row: the step is refused there,
 * others go on), identity, git, push_raced, push_refused, and what remote_push says. On an error no
 * branch has moved; at worst the wanted bytes are staged, and the next run finishes.
 */
int session_publish(struct session *s, struct plan *plan, const struct publish_options *options,
		    struct publication *out, struct err *err);

/*
 * A run that was killed behind its push, while the working tree followed, left the local branch
 * behind, and files that are neither the old ones nor committed. Where it looks so (git/commit.h,
 * worktree_begun), and all other files that the remote has changed are clean, brings the local
 * branch to the session's base, and sets `*moved`. Errors: busy, io, git.
 */
int session_finish(struct session *s, bool *moved, struct err *err);

/*
 * The hooks of the repository that `git commit` would have run, and that this session does not run.
 */
struct slices session_hooks(const struct session *s);

/*
 * The branch of a step in mode pull-request: gcpbackend/NAME/STAGE, in the session's arena. Does it
 * exist, at the remote if there is one?
 */
bool step_branch(struct session *s, const struct step *step, struct slice *out);

/*
 * The command that takes a step back, for messages: "kubectl gcpbackend migrate rollback NAME --to
 * STAGE".
 */
void undo_command(const struct step *step, const char *program, struct str *out);

/*
 * Commits new or changed files on the session's branch, and pushes them where there is a remote
 * (init --commit, discover --write --commit). `behind` as in a publication. Errors: as
 * session_publish; push_raced at once.
 */
int session_commit_files(struct session *s, const struct changes *changes, const char *message,
			 struct oid *commit, struct slice *behind, struct err *err);

#endif
