/*
 * environment_use.h - which environments apply a file, and how.
 */
#ifndef GCB_GITOPS_ENVIRONMENT_USE_H
#define GCB_GITOPS_ENVIRONMENT_USE_H

#include "base/arena.h"
#include "gitops/environment.h"

struct environment_index;

/* How an environment makes objects of a file; what excludes a file differs (guard.h). */
enum source_type {
	SOURCE_KUSTOMIZE = 1, /* kustomize builds it */
	SOURCE_DIRECTORY = 2, /* Argo CD reads it as a plain manifest */
	SOURCE_CHART = 4,     /* it is a template of a Helm chart */
	SOURCE_UNKNOWN = 8    /* by a plugin, or not known */
};

struct environment_use {
	const struct environment *environment;
	unsigned source_types; /* enum source_type */
	size_t roots; /* if it is not known which directory it applies: how many kustomizations
			 that it may apply, and that no other one references, include the file; 2 if
			 its kustomization includes the file in more than one way */
};

struct environment_uses {
	struct environment_use *items;
	size_t n;
};

/*
 * The environments that apply a file or may do so, each once, sorted by name, those of other
 * revisions included; in `arena`. The index must be finished.
 */
struct environment_uses environment_uses_of(const struct environment_index *x, struct slice path,
					    struct arena *arena);

/*
 * The same; `apart`: what a kustomization that does nothing but reference others collects is told
 * apart, so that these kustomizations are environments, and not the one that collects them.
 */
struct environment_uses environment_uses_find(const struct environment_index *x, struct slice path,
					      bool apart, struct arena *arena);

/* The same of a kustomization file, and so of every file that it references. */
struct environment_uses environment_uses_of_kustomization(const struct environment_index *x,
							  struct slice path, bool apart,
							  struct arena *arena);

/*
 * Does it stand for several environments: one of an ApplicationSet, a path that may be that of
 * several kustomizations with the file, or a kustomization that collects several overlays of it?
 */
bool environment_use_is_many(const struct environment_use *use);

/*
 * Does one edit of the file change several environments at once? Those of other revisions do not
 * count, and one that may stand for several does.
 */
bool environment_uses_shared(const struct environment_uses *uses);

#endif
