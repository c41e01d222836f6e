/*
 * surroundings.h - which objects count for the VirtualServices of one environment.
 *
 * An object counts for the VirtualServices of an environment E if E applies it, or another
 * environment of the same cluster. Environments that apply the same VirtualService as E, or a copy
 * of it, are other clusters, whatever their destinations are called. Objects that no environment
 * applies count where nothing but kustomizations is known: what applies these may apply the others.
 */
#ifndef GCB_INVENTORY_SURROUNDINGS_H
#define GCB_INVENTORY_SURROUNDINGS_H

#include "base/finding.h"
#include "gitops/environment_use.h"
#include "inventory/builds.h"
#include "inventory/environment_view.h"
#include "inventory/inventory_index.h"
#include "istio/rules.h"

/* A VirtualService that is moved, and the environments of its file. */
struct center {
	const struct object *object;
	struct environment_uses uses;
};

struct surroundings {
	const struct environment_view *view; /* NULL: no environment is known */
	struct builds *builds;               /* NULL as well then */
	struct arena *arena;
	const struct center *centers;
	size_t ncenters;
	struct object_refs around;             /* the objects that may count */
	const struct environment_uses *uses;   /* of the file of each */
	const struct environment *environment; /* the one at hand; NULL: the files that none is
						  known to apply */
	bool *copies;   /* of each object, whether it is a VirtualService like a center */
	size_t *rivals; /* by the number of an environment: the last round in which it was another
			   cluster, since it applies the same VirtualServices, or copies */
	size_t nrivals, round;
};

/* Sets what is the same for all environments: `uses` and `copies` of the objects of `around`. */
void surroundings_begin(struct surroundings *s);

/* Sets the environment at hand; NULL: files that none is known to apply. */
void surroundings_enter(struct surroundings *s, const struct environment *e);

/*
 * The object number `i` of `around` as it counts for the environment at hand; NULL: it does not
 * count.
 */
const struct object *surroundings_object(const struct surroundings *s, size_t i);

/* An object of `around` as it counts. */
struct applied {
	const struct object *object;
	const struct built *built;             /* NULL: it is as its file declares it */
	const struct environment *environment; /* that applies it; NULL: none is known to */
};

/* Calls `found` for an object as it counts, once for each time that its file is applied. */
typedef void surroundings_fn(const struct applied *a, void *ctx);
void surroundings_each(const struct surroundings *s, size_t i, surroundings_fn *found, void *ctx);

/* Does the environment at hand, or another one of its cluster, apply the file? */
bool surroundings_have_file(const struct surroundings *s, struct slice path);

/*
 * The object as an environment applies it; NULL: it does not. An object of which that is not known
 * is as its file declares it.
 */
const struct object *surroundings_applied(const struct surroundings *s, const struct environment *e,
					  const struct object *o);

/*
 * Adds the Sidecars that count for the environment at hand. They decide which of several objects
 * of the old host a proxy sees; where that cannot differ, none are added.
 */
void surroundings_add_sidecars(const struct surroundings *s, const struct inventory *inv,
			       struct rule_scene *scene);

/*
 * Completes the findings that no GCPBackend has the new host (no_backend): which environment
 * applies none, and which GCPBackend does not count for it.
 */
void surroundings_explain_backend(const struct surroundings *s, struct slice new_host,
				  struct findings *findings);

/* Is the environment among these? */
bool environment_uses_have(const struct environment_uses *uses, const struct environment *e);

/*
 * The environments of the centers that follow the branch, each once, in `arena`.
 */
const struct environment **surroundings_environments(const struct surroundings *s, size_t *n);

#endif
