/*
 * build_check.h - check --build: the second opinion of the user's kustomize about what environments
 * apply.
 *
 * For each environment of a migration, kustomize builds the files of the commit, and these with the
 * edits of the next stage; plan/build_opinion.h compares. It gets only the files that are needed
 * (gitops/build_recipe.h), read from the commit: no symlink, no submodule.
 *
 *	struct build_checks *checks;
 *	build_checks_open(...); build_check_migration(...) for each; build_checks_free(checks);
 */
#ifndef GCB_FLOW_BUILD_CHECK_H
#define GCB_FLOW_BUILD_CHECK_H

#include "flow/gather.h"

struct build_checks;

/* The program; borrowed. */
struct build_program {
	struct slice named; /* a path or a name; absent: the one that is installed */
	int64_t timeout_ms; /* of one run; 0: the default */
};

/* How much was built. */
struct build_counts {
	size_t environments, without; /* built; without a second opinion */
	struct slice program;         /* "kubectl kustomize" */
};

/*
 * Finds the program; `*out` is freed with build_checks_free, before the evidence. Errors:
 * program_missing, program_denied.
 */
int build_checks_open(const struct evidence *evidence, const struct build_program *program,
		      struct build_checks **out, struct err *err);
void build_checks_free(struct build_checks *c);

/*
 * Checks a migration: adds findings, which are marked if the migration allows them. `step` is its
 * next step, planned with all findings. Errors: git, interrupted, terminated; that the program
 * fails is a finding.
 */
int build_check_migration(struct build_checks *c, const struct step *step,
			  struct findings *findings, struct err *err);

/* What was built so far. */
struct build_counts build_checks_counts(const struct build_checks *c);

#endif
