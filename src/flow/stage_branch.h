/*
 * stage_branch.h - branches with one stage of a migration each, for review: gcpbackend/NAME/STAGE.
 */
#ifndef GCB_FLOW_STAGE_BRANCH_H
#define GCB_FLOW_STAGE_BRANCH_H

#include "flow/base_commit.h"
#include "plan/plan.h"

/* A stage branch, of the remote if the base commit has one, else a local one. */
struct stage_branch {
	struct slice name;
	struct oid tip;
	const struct migration *m; /* whose NAME it has */
	bool ours;                 /* made by this program; set by stage_branches_find_ours */
};

/* The name of the branch of a migration at a stage, in `arena`. */
struct slice stage_branch_name(const struct migration *m, struct stage stage, struct arena *arena);

/* Finds the branch of this name, as far as it was fetched. False: there is none. */
bool stage_branch_find(const struct base_commit *base, struct slice name, struct stage_branch *out);

/*
 * Does the stage that the step goes to have a branch? `*name` gets its name in any case, in the
 * arena of the session.
 */
bool stage_branch_of_step(const struct base_commit *base, const struct step *step,
			  struct slice *name);

/*
 * Is the tip just what the step makes of its parent, whatever base commit that was? False, too, if
 * a file of the step has changed since. Errors: git.
 */
int stage_branch_is_step(const struct base_commit *base, const struct stage_branch *branch,
			 const struct step *step, bool *is, struct err *err);

/*
 * Finds out which branches are ours: those with one commit, on the branch of the base commit, that
 * is just what the program makes of its parent for this migration and the stage in the name. A
 * parent is planned like a base commit, which takes as long as a command, once for all branches
 * made of it. A branch for which this cannot be determined is not ours.
 */
void stage_branches_find_ours(const struct base_commit *base, struct stage_branch *branches,
			      size_t n);

#endif
