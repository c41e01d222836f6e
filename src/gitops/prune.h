/*
 * prune.h - what happens to an object in the cluster when its manifest is deleted.
 *
 * Argo CD: automated sync prunes only with syncPolicy.automated.prune, a manual sync only if
 * requested. The sync option Prune=false keeps an object, Prune=confirm waits for the annotation
 * argocd.argoproj.io/deletion-approved of the Application; the object's option takes precedence
 * over that of the Application. In one wave of a sync, objects are pruned before others are
 * applied, unless PruneLast=true.
 *
 * Flux first applies, then removes what is gone, if spec.prune is true; the label or annotation
 * kustomize.toolkit.fluxcd.io/prune: disabled keeps an object.
 *
 * The object is assumed to be applied as the file declares it: patches of a kustomization that add
 * options are not evaluated.
 */
#ifndef GCB_GITOPS_PRUNE_H
#define GCB_GITOPS_PRUNE_H

#include "base/arena.h"
#include "gitops/environment_use.h"
#include "kube/object.h"

enum prune_fate {
	PRUNE_GOES,   /* it is removed after everything else */
	PRUNE_FIRST,  /* it is removed before anything else of the same sync is applied */
	PRUNE_MANUAL, /* it stays until a person acts */
	PRUNE_STAYS,  /* it stays */
	PRUNE_UNKNOWN /* not known */
};

struct prune {
	enum prune_fate fate;
	struct place at;     /* what determines it */
	struct slice why;    /* "spec.prune is not true" */
	struct slice remedy; /* what to do by hand, with the names filled in; absent: nothing */
};

/*
 * What the environment does with the object, whose file it applies. Texts in `arena`.
 */
struct prune prune_of(const struct environment_use *use, const struct object *o,
		      struct arena *arena);

/* How to remove the object by hand: "run kubectl delete KIND.GROUP NAME -n NS". */
struct slice prune_by_hand(const struct object *o, struct arena *arena);

#endif
