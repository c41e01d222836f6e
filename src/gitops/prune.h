/*
 * prune.h - what becomes of an object in the cluster when its manifest goes.
 *
 * Argo CD: automated sync prunes with syncPolicy.automated.prune alone; a sync by hand when it is
 * asked to. The sync option Prune=false keeps an object, Prune=confirm waits for the annotation
 * argocd.argoproj.io/deletion-approved of the Application; Prune of the object comes before that of
 * the Application. In one wave of a sync it prunes before it applies, unless PruneLast=true. Flux
 * applies first, then removes what is gone, with spec.prune; kustomize.toolkit.fluxcd.io/prune:
 * disabled keeps an object. What the files say is what was applied, as far as is known: patches of
 * a kustomization that add options are not looked at.
 */
#ifndef GCB_GITOPS_PRUNE_H
#define GCB_GITOPS_PRUNE_H

#include "base/arena.h"
#include "gitops/environment_index.h"

enum prune_fate {
	PRUNE_GOES,   /* it is removed, behind what else is to be done */
	PRUNE_FIRST,  /* it is removed, before anything else of the same sync is applied */
	PRUNE_ASKS,   /* it stays until a person does something */
	PRUNE_STAYS,  /* it stays */
	PRUNE_UNKNOWN /* it cannot be told */
};

struct prune {
	enum prune_fate fate;
	struct place at;     /* what says so */
	struct slice why;    /* "syncPolicy.automated.prune is not set" */
	struct slice remedy; /* what to do by hand, with the names filled in; absent: nothing */
};

/*
 * What the environment does with the object, which comes from a file that ends up there. Texts in
 * `arena`.
 */
struct prune prune_of(const struct environment_use *a, const struct object *o, struct arena *arena);

/* The command that removes the object by hand: "kubectl delete KIND.GROUP NAME -n NS". */
struct slice prune_by_hand(const struct object *o, struct arena *arena);

#endif
