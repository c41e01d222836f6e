/*
 * stage_branch.h - whose work a branch for review is. For request.c.
 */
#ifndef GCB_FLOW_STAGE_BRANCH_H
#define GCB_FLOW_STAGE_BRANCH_H

#include "flow/session.h"

/* The folder of these branches. */
#define TOPICS "gcpbackend"

/* A branch gcpbackend/NAME/STAGE, here or at the remote. */
struct topic {
	struct slice branch;
	struct oid tip;
	const struct migration *m; /* that NAME is */
	bool ours;                 /* of topics_judge */
};

/* The branch of a migration at a stage, in the session's arena. */
struct slice topic_name(const struct session *s, const struct migration *m, struct stage stage);

/*
 * The topic of this name, as it is known here, or of the session's remote if it has one. False:
 * there is none.
 */
bool topic_find(struct session *s, struct slice branch, struct topic *out);

/*
 * Is the tip, on whatever base it was made, just what the step makes of that base? False, too, when
 * a file of the step has changed since. Errors: git.
 */
int topic_is_step(struct session *s, const struct topic *t, const struct step *step, bool *is,
		  struct err *err);

/*
 * Finds out which topics are ours: one commit on the session's branch, which is what the program
 * makes of its parent for this migration and the stage in the branch's name. A parent is looked at
 * like a base, which takes as long as a command, once for all topics made of it. Anything that
 * cannot be told is somebody's work.
 */
void topics_judge(struct session *s, struct topic *topics, size_t n);

#endif
