/*
 * parameters_internal.h - texts with parameters: "{{name}}" and "{{.name}}" of an ApplicationSet's
 * template, and "${name}" of Flux and envsubst, whose value is never known here.
 */
#ifndef GCB_GITOPS_PARAMETERS_INTERNAL_H
#define GCB_GITOPS_PARAMETERS_INTERNAL_H

#include "base/arena.h"

/* The parameters that an ApplicationSet's template is filled in with. */
struct parameters {
	struct pair *items;
	size_t n;
};

/* Does the text contain a parameter? */
bool parameters_in(struct slice text);

/*
 * The text with the values of its parameters. `*whole` is false if one of them is not known, and
 * the text then ends in front of it. `p` may be NULL: none is known. In `arena`.
 */
struct slice parameters_fill(const struct parameters *p, struct slice text, bool *whole,
			     struct arena *arena);

#endif
