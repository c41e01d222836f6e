/*
 * environment_index.h - which environments a file ends up in, as far as the files of the repository
 * say it.
 *
 * An environment is an Application of Argo CD, one that an ApplicationSet makes, a Flux
 * Kustomization, or a kustomization (kustomize's own kind, told apart by apiVersion) that nothing
 * else names or applies. A file gets into one by a chain of kustomizations, by lying in a folder
 * that is applied as it is, or in one that Flux makes a kustomization for. What cannot be told
 * stays unknown: it counts as an environment that the file may be in.
 *
 * Calling order: environment_index_new; environment_index_path for every file that may be asked
 * for; environment_index_add for every file that names environments (environment_index_wants),
 * environment_index_kustomization and environment_index_chart for those; environment_index_finish;
 * then environment_index_of, from any thread. Pure.
 *
 * Not looked at: .sourceignore and spec.ignore of Flux, .argocd-source.yaml, charts of
 * HelmReleases. They only take files out, or bring in charts, whose templates are no plain
 * manifests. Nor are references of a kustomization to this repository by an address without "//" in
 * front of the path seen.
 */
#ifndef GCB_GITOPS_ENVIRONMENT_INDEX_H
#define GCB_GITOPS_ENVIRONMENT_INDEX_H

#include "base/arena.h"
#include "kube/object.h"

/* Where we are; what is absent is not known, and then everything may be meant by it. */
struct repository_id {
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
enum source_type {
	SOURCE_KUSTOMIZE = 1, /* kustomize builds it */
	SOURCE_DIRECTORY = 2, /* Argo CD reads the folder as it is */
	SOURCE_CHART = 4,     /* it is a template of a Helm chart */
	SOURCE_UNKNOWN = 8    /* a plugin, or it cannot be told */
};

struct environment_use {
	const struct environment *environment;
	unsigned source_types; /* enum source_type */
	size_t roots; /* where it is not known what it applies: how many of the kustomizations that
			 may be meant, and that none names, hold the file */
};

struct environment_uses {
	struct environment_use *items;
	size_t n;
};

struct environment_index;

/* An empty reach; `here` is borrowed. Freed with environment_index_free. */
struct environment_index *environment_index_new(const struct repository_id *here);
void environment_index_free(struct environment_index *r);

/* May these bytes hold an object that environment_index_add looks at? A cheap filter. */
bool environment_index_wants(struct slice bytes);

/* Is this the file of a Helm chart's name and version, which makes its folder a chart? */
bool chart_is(struct slice path);

/* The file is there. All paths and files must outlive the reach. */
void environment_index_path(struct environment_index *r, struct slice path);

/*
 * The Applications, ApplicationSets, Flux Kustomizations and GitRepositories among the objects of a
 * file.
 */
void environment_index_add(struct environment_index *r, struct slice path,
			   const struct objects *objects);

/*
 * A kustomization file with its document, NULL when it cannot be read: then everything below its
 * folder may be in it.
 */
void environment_index_kustomization(struct environment_index *r, struct slice path,
				     const struct yaml_node *root);

/* The folder of this file is a Helm chart. */
void environment_index_chart(struct environment_index *r, struct slice path);

/* A file that may name environments and cannot be read. */
void environment_index_unread(struct environment_index *r, struct slice path);

/* All is there. */
void environment_index_finish(struct environment_index *r);

/*
 * Is there an environment, or a file that may name one? Where there is none, nothing applies
 * anything, as far as is known.
 */
bool environment_index_any(const struct environment_index *r);

/*
 * Does it stand for several: an ApplicationSet, or a path that fits several kustomizations with the
 * file?
 */
bool environment_use_is_many(const struct environment_use *a);

/*
 * The environments that a file ends up in, each once, in the order of their names, those of other
 * revisions too; in `arena`.
 */
struct environment_uses environment_index_of(const struct environment_index *r, struct slice path,
					     struct arena *arena);

/* The environments that a kustomization file, and so every file that it lists, ends up in. */
struct environment_uses environment_index_of_kustomization(const struct environment_index *r,
							   struct slice path, struct arena *arena);

/* Is the text a name of the environment: its `name`, or "FILE:object"? */
bool environment_is(const struct environment *e, struct slice text);

/*
 * Does the file get from one edit into several environments at once? Those of other revisions do
 * not count, and one that may be several does.
 */
bool environment_uses_shared(const struct environment_uses *a);

/* Paths of files that may name more environments and cannot be read. */
struct slices environment_index_unread_files(const struct environment_index *r);

/* The word for a kind: "Application", "Flux Kustomization", "kustomization". */
const char *environment_word(enum environment_kind kind);

#endif
