/*
 * build_recipe.h - what a program such as kustomize needs to build what an environment applies: the
 * files, the kustomization as the engine changes it, and the directory to build.
 *
 * The program is not safe on files of others: it fetches URLs, and runs git for what looks like the
 * address of a repository. So only fields whose effect is known are passed on, and every reference
 * must be a plain path inside of the repository. Anything else, and what an engine does behind the
 * build, is the reason that there is no recipe. Pure.
 */
#ifndef GCB_GITOPS_BUILD_RECIPE_H
#define GCB_GITOPS_BUILD_RECIPE_H

#include "gitops/environment.h"
#include "gitops/environment_index.h"

/* A file that the program may read. */
struct recipe_file {
	struct slice path;
	struct slice text; /* absent: that of the commit */
	bool optional;     /* it need not exist; others must */
};

/* One run of the program. */
struct recipe_run {
	struct slice directory; /* to build; "" is the root */
	bool unrestricted;      /* files outside of a kustomization's directory may be read, as Flux
				   does */
	struct recipe_file *files;
	size_t n, cap;
};

struct build_recipe {
	struct recipe_run *runs; /* the objects of all of them are applied */
	size_t n;
	bool plain; /* the environment also applies files as they are, which no program builds */
	const char *why; /* why there is no recipe; NULL: there is one */
	struct place at; /* of what that is about */
};

/* What a recipe is made of. */
struct recipe_inputs {
	const struct environment_index *index; /* finished */
	/* An edited kustomization in the place of that of the index; NULL: it is not edited. */
	const struct yaml_file *(*edited)(struct slice path, void *ctx);
	void *ctx;
};

/* The recipe of an environment; in `arena`. */
struct build_recipe build_recipe_of(const struct recipe_inputs *in,
				    const struct environment *environment, struct arena *arena);

/* Is the reference a path, for each version of kustomize, and nothing that could be fetched? */
bool build_recipe_is_path(struct slice reference);

#endif
