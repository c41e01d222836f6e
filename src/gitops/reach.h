/*
 * reach.h - which environments a file ends up in, as far as the files of the repository say it.
 *
 * An environment is an Application of Argo CD, one that an ApplicationSet makes, a Flux
 * Kustomization, or a kustomization (kustomize's own kind, told apart by apiVersion) that nothing
 * else names or applies. A file gets into one by a chain of kustomizations, by lying in a folder
 * that is applied as it is, or in one that Flux makes a kustomization for. What cannot be told
 * stays unknown: it counts as an environment that the file may be in.
 *
 * Calling order: reach_new; reach_path for every file that may be asked for; reach_add for every
 * file that names environments (reach_wants), reach_kustomization and reach_chart for those;
 * reach_finish; then reach_of, from any thread. Pure.
 *
 * Not looked at: .sourceignore and spec.ignore of Flux, .argocd-source.yaml, charts of
 * HelmReleases. They only take files out, or bring in charts, whose templates are no plain
 * manifests. Nor are references of a kustomization to this repository by an address without "//" in
 * front of the path seen.
 */
#ifndef GCB_GITOPS_REACH_H
#define GCB_GITOPS_REACH_H

#include "kube/object.h"

/* Where we are; what is absent is not known, and then everything may be meant by it. */
struct here {
	struct slices urls;  /* of the repository's remotes */
	struct slice branch; /* that is applied */
};

enum environment_kind { ENVIRONMENT_ARGOCD, ENVIRONMENT_FLUX, ENVIRONMENT_OVERLAY };

struct environment {
	enum environment_kind kind;
	struct slice name; /* as a migration lists it: `object`; where others are called so, too,
			      "FILE:object" */
	struct slice ns, object; /* metadata.namespace and name; of an overlay its folder */
	struct place at;         /* where it is written */
	struct slice folder; /* what it applies (the first, of several sources), or the beginning of
				that, when `unsure` */
	struct slice
		destination;   /* cluster and namespace, as far as they are written; absent: not */
	struct slice revision; /* absent: the branch */
	bool elsewhere; /* the revision is another one than the branch: our commits do not get there
			   by themselves */
	bool unsure;    /* it cannot be told what it applies */
	bool many;      /* there may be several of it: an ApplicationSet, or it is itself applied in
			   several places */
	bool suspended; /* Flux: it does nothing for now */
	size_t number;  /* among all of the reach */
	const struct yaml_node *object_node; /* the object; of an overlay NULL */
	const struct yaml_node *spec;        /* of the Application (an ApplicationSet's template) or
						Kustomization; of an overlay NULL */
};

/* How a file gets into an environment; what keeps it out differs (guard.h). */
enum way {
	WAY_KUSTOMIZE = 1, /* kustomize builds it */
	WAY_DIRECTORY = 2, /* Argo CD reads the folder as it is */
	WAY_CHART = 4,     /* it is a template of a Helm chart */
	WAY_UNKNOWN = 8    /* a plugin, or it cannot be told */
};

struct arrival {
	const struct environment *environment;
	unsigned ways; /* enum way */
	size_t roots;  /* where it is not known what it applies: how many of the kustomizations that
			  may be meant, and that none names, hold the file */
};

struct arrivals {
	struct arrival *items;
	size_t n;
};

struct reach;

/* An empty reach; `here` is borrowed. Freed with reach_free. */
struct reach *reach_new(const struct here *here);
void reach_free(struct reach *r);

/* May these bytes hold an object that reach_add looks at? A cheap filter. */
bool reach_wants(struct slice bytes);

/* Is this the file of a Helm chart's name and version, which makes its folder a chart? */
bool chart_is(struct slice path);

/* The file is there. All paths and files must outlive the reach. */
void reach_path(struct reach *r, struct slice path);

/*
 * The Applications, ApplicationSets, Flux Kustomizations and GitRepositories among the objects of a
 * file.
 */
void reach_add(struct reach *r, struct slice path, const struct objects *objects);

/*
 * A kustomization file with its document, NULL when it cannot be read: then everything below its
 * folder may be in it.
 */
void reach_kustomization(struct reach *r, struct slice path, const struct yaml_node *root);

/* The folder of this file is a Helm chart. */
void reach_chart(struct reach *r, struct slice path);

/* A file that may name environments and cannot be read. */
void reach_unread(struct reach *r, struct slice path);

/* All is there. */
void reach_finish(struct reach *r);

/*
 * Is there an environment, or a file that may name one? Where there is none, nothing applies
 * anything, as far as is known.
 */
bool reach_any(const struct reach *r);

/*
 * Does it stand for several: an ApplicationSet, or a path that fits several kustomizations with the
 * file?
 */
bool arrival_many(const struct arrival *a);

/*
 * The environments that a file ends up in, each once, in the order of their names, those of other
 * revisions too; in `arena`.
 */
struct arrivals reach_of(const struct reach *r, struct slice path, struct arena *arena);

/* The environments that a kustomization file, and so every file that it lists, ends up in. */
struct arrivals reach_of_kustomization(const struct reach *r, struct slice path,
				       struct arena *arena);

/* Is the text a name of the environment: its `name`, or "FILE:object"? */
bool environment_is(const struct environment *e, struct slice text);

/*
 * Does the file get from one edit into several environments at once? Those of other revisions do
 * not count, and one that may be several does.
 */
bool arrivals_shared(const struct arrivals *a);

/* Paths of files that may name more environments and cannot be read. */
struct slices reach_unread_files(const struct reach *r);

/* The word for a kind: "Application", "Flux Kustomization", "kustomization". */
const char *environment_word(enum environment_kind kind);

#endif
