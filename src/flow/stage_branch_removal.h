/*
 * stage_branch_removal.h - after a rollback: the branches of the migration that wait for review.
 */
#ifndef GCB_FLOW_STAGE_BRANCH_REMOVAL_H
#define GCB_FLOW_STAGE_BRANCH_REMOVAL_H

#include "flow/base_commit.h"
#include "flow/publication.h"

/*
 * Deletes the stage branches that the remote has of the migrations that were rolled back on the
 * branch of the base commit, each where it is still what was seen. The rows get their names
 * (`removed`), those with commits that were not made by this program (`abandoned`), and those that
 * could not be deleted (`open`), as without the network. Never fails: the rollback is done.
 *
 * Cost: one fetch and one push, and what stage_branches_find_ours takes, if a migration uses stage
 * branches or one is known.
 */
void stage_branches_remove(const struct base_commit *base, struct publication *out);

#endif
