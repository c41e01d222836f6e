/*
 * scope.h - the VirtualServices that a migration is about, today and at baseline. A part of plan.
 */
#ifndef GCB_PLAN_SCOPE_H
#define GCB_PLAN_SCOPE_H

#include "base/finding.h"
#include "plan/plan.h"

/* One VirtualService of the migration. */
struct member {
	const struct source *source;
	struct vs vs;
	const struct vs *base; /* NULL: not known */
};

struct scope {
	struct member *members;
	size_t n;
	bool done;                    /* none of them names old, and each did at baseline */
	const struct source *created; /* the file that `create` makes; it is one of the members'
					 sources, and not in the inventory */
};

/*
 * Finds them. What is noticed goes to `findings`; what stops the migration too, as an error
 * finding, and then -1 is returned. The created file, if one is made, is parsed into `plan`.
 */
int scope_find(struct scope *out, struct plan *plan, const struct plan_inputs *in,
	       const struct migration *m, struct findings *findings);

/*
 * Runs the rules over the scope on its way to the stage `to` (istio/rules.h), all of them for a
 * survey, and marks what the migration allows.
 */
void scope_check(const struct scope *scope, const struct plan_inputs *in,
		 const struct intent *intent, struct stage to, struct findings *findings);

/* Are all members at the stage? */
bool scope_at(const struct scope *scope, const struct goal *goal);

/* plan.c: the plan frees the file with all else. */
void plan_own(struct plan *plan, struct yaml_file *file);

/* Parses bytes into a file that the plan owns. */
struct yaml_file *plan_parse(struct plan *plan, struct slice path, struct slice bytes,
			     struct err *err);

#endif
