/*
 * generator_internal.h - generators of an ApplicationSet: the sets of parameters that its template
 * is filled in with.
 */
#ifndef GCB_GITOPS_GENERATOR_INTERNAL_H
#define GCB_GITOPS_GENERATOR_INTERNAL_H

#include "gitops/directories_internal.h"
#include "gitops/parameters_internal.h"
#include "yaml/yaml.h"

/* What generators need. */
struct generator_context {
	const struct directories *directories;
	struct slice url;  /* repoURL of the template's source */
	long *comparisons; /* of directories with patterns that may still be made */
	struct arena *arena;
};

/* The sets of parameters of a generator. */
struct generated {
	struct parameters *items;
	size_t n, cap;
	bool many;        /* each may stand for several */
	bool unsure;      /* some of them may not exist */
	bool directories; /* directories of the repository are among the parameters; of these, only
			     those that were added are known */
};

/* Evaluates a generator; what cannot be evaluated gives one set without parameters. */
struct generated generator_expand(const struct generator_context *x,
				  const struct yaml_node *generator);

/* One set without parameters, which may stand for several. */
struct generated generator_unknown(const struct generator_context *x);

/* Frees the list; the parameters are in the arena. */
void generated_release(struct generated *g);

#endif
