/*
 * publication.h - what came of the steps of a plan.
 */
#ifndef GCB_FLOW_PUBLICATION_H
#define GCB_FLOW_PUBLICATION_H

#include "flow/outcome.h"

/* What came of one step. */
struct published {
	const struct step *step;
	enum step_outcome outcome; /* set once all is published */
	bool committed;
	bool existed; /* pull-request: the branch already contained just this; direct: another
			 process committed the same first */
	bool pushed;  /* the remote has it */
	bool refused; /* it was stopped while it was published */
	struct findings findings; /* of a refused one: those of the step, and why it was stopped */
	char commit[41];          /* its id */
	struct slice branch;      /* that has the commit */
	struct slice url;         /* where its pull request is opened; absent: not known */
	struct slices abandoned;  /* branches of other stages of the migration with commits that
				     were not made by this program, and that stay */
	struct slices removed;    /* after a rollback: stage branches that were deleted */
	struct slices open;       /* the same: those that could not be deleted */
};

/* What came of all steps. */
struct publication {
	struct published *rows; /* one a step */
	size_t n;
	struct slice behind; /* why the local branch did not follow what was pushed; absent: it
				did, or there is none */
	unsigned tries;      /* pushes until it was done; 0: nothing was pushed */
	struct arena *arena; /* of rows and texts */
};

/* A publication of a plan of which nothing is published yet. */
void publication_init(struct publication *out, const struct plan *plan, struct arena *arena);

/* Does a step bring a commit? */
bool step_has_work(const struct step *step);

/* Is a step still to be published? */
bool published_is_pending(const struct published *row);

/* Refuses a step. Returns its findings, for the reason to be added. */
struct findings *published_refuse(struct published *row, struct arena *arena);

/* Sets the outcome of each step. */
void publication_set_outcomes(struct publication *p);

#endif
