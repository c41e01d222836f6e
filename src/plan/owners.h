/*
 * owners.h - which migrations move which routes, among all of a commit.
 *
 * A plan is made of the selected migrations. Others matter where they have the same old host.
 */
#ifndef GCB_PLAN_OWNERS_H
#define GCB_PLAN_OWNERS_H

#include "plan/step.h"

struct owners;

/* Makes the index of `n` migrations, which must outlive it; freed with owners_free. */
struct owners *owners_new(struct migration *const *migrations, size_t n);
void owners_free(struct owners *o);

/*
 * Another migration than `m` that has its old host and covers the file. NULL: there is none, or `o`
 * is NULL.
 */
const struct migration *owners_find_other(const struct owners *o, const struct migration *m,
					  struct slice path);

/* Adds an error for each file of the step that another migration moves as well. */
void owners_check(const struct owners *o, struct step *step);

/*
 * Drops the findings of a step about routes that it does not cover, where another migration does:
 * its own migration need not cover them. They remain at the end, which has to wait for the other
 * one, with a remedy that names it.
 */
void owners_filter(const struct owners *o, struct step *step);

#endif
