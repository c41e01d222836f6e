/*
 * gather.h - what a commit and its history contain about migrations.
 */
#ifndef GCB_FLOW_GATHER_H
#define GCB_FLOW_GATHER_H

#include "flow/fleet.h"
#include "plan/plan.h"

/* Refers to the fleet that it was gathered for, which outlives it. Zeros: nothing was gathered. */
struct evidence {
	const struct fleet *fleet;
	struct inventory *inventory;
	struct environment_index *environments; /* that the files of the commit are built into */
	struct baselines *baselines;            /* from the history */
	struct partition *partition;            /* of the selected migrations */
	struct owners *owners;                  /* of routes; NULL: not all migrations were read */
	struct fleet all;         /* those that were read for the owners only; else zeros */
	struct slice vs_template; /* the template of VirtualServices */
};

/*
 * Reads the tree and the history as far as they matter to the selected migrations. A shallow clone
 * whose history ends too early is deepened if the session fetches. Errors: git, shallow, those of
 * remote_deepen, and those of templates_get.
 */
int gather_evidence(const struct fleet *fleet, struct evidence *out, struct err *err);

/*
 * Reads only the files that matter to `m`, a migration that does not exist yet and outlives the
 * evidence: inventory and environments, and no history. Errors: git, those of templates_get.
 */
int gather_around(const struct fleet *fleet, const struct migration *m, struct evidence *out,
		  struct err *err);

/*
 * Adds the environments once the inventory has all files, for those who fill one themselves.
 */
void gather_environments(struct evidence *evidence);

/*
 * Frees what only planning needs: baselines and partition; and in a bare repository, which has no
 * working tree to compare with, the inventory, too. The bytes before each change of the plan are
 * then empty instead.
 */
void evidence_trim(struct evidence *evidence, struct plan *plan);

/* Frees what it owns. Evidence of zeros is fine. */
void evidence_release(struct evidence *evidence);

/* Releases evidence when the variable goes out of scope. */
#define AUTO_EVIDENCE __attribute__((cleanup(evidence_release)))

#endif
