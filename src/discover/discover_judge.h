/*
 * discover_judge.h - what routes to a candidate, and whether it is ready for a migration.
 */
#ifndef GCB_DISCOVER_DISCOVER_JUDGE_H
#define GCB_DISCOVER_DISCOVER_JUDGE_H

#include "discover/discover.h"

/*
 * Sets the uses, the path, the placements, the findings and the readiness of a candidate with its
 * target and name. They are allocated in `arena`.
 */
void candidate_judge(struct candidate *c, const struct discover_inputs *in, struct arena *arena);

#endif
