/*
 * environment.h - an environment: what applies a part of the repository to a cluster.
 *
 * It is an Application of Argo CD, one that an ApplicationSet generates, a Kustomization of Flux, a
 * RootSync or RepoSync of Config Sync, or an overlay: a kustomization of kustomize (the two kinds
 * of that name differ in apiVersion) that no other one references and nothing applies. Where none
 * of these applies a file, a directory can be an environment (inventory/environment_view.h).
 */
#ifndef GCB_GITOPS_ENVIRONMENT_H
#define GCB_GITOPS_ENVIRONMENT_H

#include "yaml/yaml.h"

enum environment_kind {
	ENVIRONMENT_ARGOCD,
	ENVIRONMENT_FLUX,
	ENVIRONMENT_OVERLAY,
	ENVIRONMENT_CONFIG_SYNC,
	ENVIRONMENT_DIRECTORY
};

struct environment {
	enum environment_kind kind;
	struct slice name; /* as a migration lists it: `object`, or "FILE:object" where several
			      environments have that name */
	struct slice ns, object;  /* metadata.namespace and name; of an overlay its directory */
	struct place at;          /* where it is declared */
	struct slice directory;   /* that it applies, the first of several; when `unsure`, possibly
				     only the beginning of it */
	struct slice destination; /* cluster and namespace, as far as specified; absent: neither */
	struct slice cluster;     /* the cluster alone */
	struct slice target_ns;   /* the namespace of objects without one; absent: not specified */
	struct slice revision;    /* absent: the branch */
	bool other_revision; /* it follows another revision than the branch: commits on the branch
				do not reach it by themselves */
	bool unsure;         /* what it applies is not known exactly */
	bool many;           /* it may stand for several: of an ApplicationSet, or itself applied by
				several environments */
	bool suspended;      /* Flux: it is not reconciled for now */
	bool collects;       /* an overlay that does nothing but reference other kustomizations */
	bool collected;      /* one of those: an environment only where they are told apart
				(environment_uses_find) */
	size_t number;       /* among all environments */
	size_t first_source, last_source;    /* in the list of sources, counted from 1; 0: none */
	const struct yaml_node *object_node; /* the object; of an overlay NULL */
	const struct yaml_node *spec;        /* of the Application (of an ApplicationSet's template)
						or Kustomization; of an overlay NULL */
};

/* Is the text a name of the environment: its `name`, or "FILE:object"? */
bool environment_is_named(const struct environment *e, struct slice text);

/* The kind in a message: "Application", "Flux Kustomization", "kustomization", "directory". */
const char *environment_kind_text(enum environment_kind kind);

/*
 * Is it only assumed that this is an environment, since no object of an engine declares it: a
 * kustomization or a directory?
 */
bool environment_is_assumed(const struct environment *e);

#endif
