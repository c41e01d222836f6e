/*
 * build_opinion.h - what a program such as kustomize builds of the environments of a step, compared
 * with what is evaluated here, and with the stage.
 *
 * For each environment, the program has built the files as they are, and as the step edits them.
 * Two things are compared:
 *
 *	the evaluation   each object that is known (gitops/build.h) must be the program's, before
 *	                 and after; and no other VirtualService may route to the old host
 *	the effect       stage(before) must be what the program builds after: of VirtualServices of
 *	                 the migration their routes, of all other objects that they are unchanged
 *
 * So the second one judges the stage also where it is unknown here what an environment applies. It
 * is not made where the step was refused since the proof of step_proof.h failed. Pure.
 */
#ifndef GCB_PLAN_BUILD_OPINION_H
#define GCB_PLAN_BUILD_OPINION_H

#include "plan/step.h"

struct opinion;

/* What an opinion is about. */
struct opinion_inputs {
	const struct plan_inputs *plan; /* without a partition; the inventory is parsed */
	const struct step *step;        /* with its placements */
	const struct changes *changes;  /* of the step */
	struct slice program;           /* that builds: "kubectl kustomize" */
};

/* Makes one; the inputs must outlive it. Freed with opinion_free, NULL is fine. */
struct opinion *opinion_new(const struct opinion_inputs *in);
void opinion_free(struct opinion *o);

/* The number of environments to build, and one of them. */
size_t opinion_count(const struct opinion *o);
const struct environment *opinion_environment(const struct opinion *o, size_t at);

/* The file at a path after the step; NULL: it is not edited, or deleted. */
const struct yaml_file *opinion_edited(const struct opinion *o, struct slice path);

/* What the program printed for an environment. */
struct program_build {
	const struct environment *environment;
	struct slice before, after;
	bool partly; /* the environment applies more than was built */
};

/* Compares, and adds findings. */
void opinion_compare(struct opinion *o, const struct program_build *b, struct findings *findings);

/*
 * The program failed, for the files before or after the step: adds a finding unless it is known
 * here that the environment does not build.
 */
void opinion_note_failure(struct opinion *o, const struct environment *e, bool after,
			  const struct err *why, struct findings *findings);

#endif
