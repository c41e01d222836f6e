/*
 * environment_index.h - the environments that the files of a repository declare, and what each of
 * them applies. Which environments apply a file is then answered by environment_use.h.
 *
 * An environment applies a file through a chain of kustomizations, or because the file is in a
 * directory whose manifests are applied as they are, or in one for which Flux generates a
 * kustomization. An environment that cannot be excluded counts as one that may apply the file.
 *
 * Calling order: environment_index_new; environment_index_path for each file that is asked about
 * later; environment_index_add for each file that may declare environments
 * (environment_index_wants), environment_index_kustomization and environment_index_chart for those
 * files; environment_index_finish. From then on the index is only read, by any number of threads.
 * Pure.
 *
 * Not evaluated: .sourceignore and spec.ignore of Flux, .argocd-source.yaml, and charts of
 * HelmReleases. They only exclude files, or add charts, whose templates are not plain manifests.
 * References of a kustomization to this repository by a URL without "//" in front of the path are
 * not recognized.
 */
#ifndef GCB_GITOPS_ENVIRONMENT_INDEX_H
#define GCB_GITOPS_ENVIRONMENT_INDEX_H

#include "base/arena.h"
#include "gitops/repository_id.h"
#include "kube/object.h"

struct environment_index;

/* An empty index; `repository` is borrowed. Freed with environment_index_free. */
struct environment_index *environment_index_new(const struct repository_id *repository);
void environment_index_free(struct environment_index *x);

/* May these bytes contain an object that environment_index_add reads? A cheap filter. */
bool environment_index_wants(struct slice bytes);

/* Is this the file with a Helm chart's name and version, which makes its directory a chart? */
bool chart_is(struct slice path);

/* The file exists. All paths and files must outlive the index. */
void environment_index_path(struct environment_index *x, struct slice path);

/*
 * Adds the Applications, ApplicationSets, Flux Kustomizations, GitRepositories, RootSyncs and
 * RepoSyncs among the objects of a file.
 */
void environment_index_add(struct environment_index *x, struct slice path,
			   const struct objects *objects);

/*
 * Adds a kustomization file with its document, NULL if it cannot be read: it may then include
 * everything below its directory.
 */
void environment_index_kustomization(struct environment_index *x, struct slice path,
				     const struct yaml_node *root);

/* The directory of this file is a Helm chart. */
void environment_index_chart(struct environment_index *x, struct slice path);

/* Adds a file that may declare environments and cannot be read. */
void environment_index_unread(struct environment_index *x, struct slice path);

/* All files were added. */
void environment_index_finish(struct environment_index *x);

/*
 * Is there an environment, or a file that may declare one? If not, nothing is known to apply
 * anything.
 */
bool environment_index_any(const struct environment_index *x);

/* Is there a kustomization that collects others (environment_uses_find)? */
bool environment_index_collects(const struct environment_index *x);

/* Paths of files that may declare more environments and cannot be read. */
struct slices environment_index_unread_files(const struct environment_index *x);

#endif
