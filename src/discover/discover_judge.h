/*
 * discover_judge.h - what routes to a candidate, and whether it is ready for a migration.
 */
#ifndef GCB_DISCOVER_DISCOVER_JUDGE_H
#define GCB_DISCOVER_DISCOVER_JUDGE_H

#include "discover/discover.h"

/*
 * Sets the uses, the path, the placements, the findings and the readiness of a candidate with its
 * target and name. The rules are checked for each environment, with what it applies.
 */
void candidate_judge(const struct discovery *d, struct candidate *c,
		     const struct discover_inputs *in);

#endif
