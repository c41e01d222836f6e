/*
 * step.h - the step of one migration: its current stage, the next one, and the edits for that.
 */
#ifndef GCB_PLAN_STEP_H
#define GCB_PLAN_STEP_H

#include "base/change.h"
#include "base/finding.h"
#include "inventory/environments.h"
#include "istio/audience.h"
#include "istio/converge.h"
#include "plan/plan_inputs.h"
#include "plan/yaml_pool.h"

/* Where a migration may go. */
enum direction {
	GO_ANYWHERE,    /* render, diff: any stage */
	GO_UP,          /* promote: never to a lower stage, never against a hold */
	GO_DOWN,        /* rollback: never to a higher stage, whatever the hold; writes a hold */
	GO_FINALIZE,    /* finalize: from 100 % to the end, where no route goes to the old host */
	GO_DELETE_ENTRY /* finalize --delete-service-entry: at the end, deletes the ServiceEntry */
};

/* How to plan a step. The stage and the edits do not depend on it. */
struct plan_options {
	bool own_branch;   /* the changes are made to the files of the commit, not on top of those
			      of the steps before: they are committed on a branch of their own */
	bool all_findings; /* refusals do not end the checks: all findings are wanted, no edits */
	bool unjudged;     /* the edits are wanted, whatever the rules and the proof say */
	bool brief;        /* shares and audiences are not wanted */
	bool edits_only;   /* only the edits are wanted, and whether the step is refused */
};

/* What is wanted of one migration. */
struct intent {
	const struct migration *m;
	enum direction direction;
	bool next; /* the next stage that changes something; else `to` */
	struct stage to;
	bool adopt;                  /* the current proportions are the baseline */
	bool resume;                 /* the hold is removed */
	bool rules;                  /* GO_FINALIZE: also delete the old host's DestinationRules */
	struct slice hold;           /* GO_DOWN: the reason to write; absent: none is written */
	const struct findings *live; /* GO_DELETE_ENTRY: what the cluster shows about the old host;
					NULL: no cluster was read */
	struct plan_options options;
};

/* The step of one migration. */
struct step {
	const struct migration *m;
	struct intent intent;
	bool known; /* `from` is the current stage; false: the routes are mixed, and `from` is the
		       stage of the most advanced one; or the step was refused before */
	struct stage from, to;
	bool mixed, held, refused, unchanged;
	bool has_new;  /* routes that are new since the baseline are still at the start; the others
			  are at `from` */
	bool finished; /* at the last stage: there is no next one */
	struct slice hold;          /* why it is held: spec.hold, or what the history shows */
	struct slices skipped;      /* names of stages that would not change anything */
	struct shares shares;       /* of the traffic, after the step */
	struct audiences audiences; /* whose requests its routes serve */
	struct findings findings;
	struct placements placements; /* environments of its files; empty if none are defined */
	bool assumed; /* the environments of a file are kustomizations or directories, or none is
			 known: no object of an engine declares one */
	struct slices files;    /* paths of its manifests */
	struct changes changes; /* on top of those of the steps before, unless on a branch of its
				   own */
};

/* The edits of a step in one file. */
struct target {
	const struct yaml_file *file;
	struct slice path, before; /* before: absent for a created file */
	unsigned mode;
	struct yaml_edits *edits;
	struct slice restore; /* bytes that replace the file instead of the edits if no other step
				 changes it; absent: none */
	bool remove;          /* the file is deleted */
	bool whole;           /* there are no edits that would have the effect of `restore` */
};

struct targets {
	struct target *items;
	size_t n;
	const struct yaml_node **claims; /* nodes that no other step may change: old destinations,
					    and routes that get a mirror */
	size_t nclaims;
};

/*
 * Makes the step of an intent, and unless it is refused or changes nothing, its edits per file.
 * Refusals are findings of the step with `refused` set. Both point into `pool` and the inputs.
 */
void step_make(struct step *step, struct targets *targets, const struct intent *intent,
	       const struct plan_inputs *in, struct yaml_pool *pool);

#endif
