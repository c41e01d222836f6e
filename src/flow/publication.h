/*
 * publication.h - what came of the steps of a plan.
 */
#ifndef GCB_FLOW_PUBLICATION_H
#define GCB_FLOW_PUBLICATION_H

#include "flow/advance.h"
#include "flow/outcome.h"

/* What came of one step. */
struct published {
	const struct step *step;
	struct stage from; /* the stage that the commit is made on; for a rollback, others may have
			      moved the migration since the step was planned */
	bool known;        /* as in the step */
	struct slices environments; /* the names of those that apply the files of the step */
	enum step_outcome outcome;  /* set once all is published */
	bool committed;
	bool existed;    /* pull-request: the branch already contained just this; direct: another
			    process committed the same first */
	bool pushed;     /* the remote has it */
	bool own_branch; /* it is committed on a stage branch, to be reviewed */
	bool refused;    /* it was stopped while it was published */
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
	struct slice behind;  /* why the local branch did not follow what was pushed; absent: it
				 did, or there is none */
	struct slice refusal; /* why the remote refused the push to the branch, so that rollbacks
				 are proposed on stage branches instead; absent: it did not */
	unsigned tries;       /* pushes until it was done; 0: nothing was pushed */
	unsigned unmoved; /* of these, the last ones that were rejected with the branch at `base` */
	struct oid base;  /* the commit of the last one of these */
	struct rejection rejection; /* of that one */
	struct arena *arena;        /* of rows and texts */
};

/* A publication of a plan of which nothing is published yet. */
void publication_init(struct publication *out, const struct plan *plan, struct arena *arena);

/* Does a step bring a commit? */
bool step_has_work(const struct step *step);

/* Is a step still to be published? */
bool published_is_pending(const struct published *row);

/* Forgets what came of a step so far; `existed`: but that another process did the same. */
void published_reset(struct published *row, bool existed);

/* Refuses a step. Returns its findings, for the reason to be added. */
struct findings *published_refuse(struct published *row, struct arena *arena);

/* Sets the outcome of each step. */
void publication_set_outcomes(struct publication *p);

#endif
