/*
 * config_sync_internal.h - RootSyncs and RepoSyncs of Config Sync.
 */
#ifndef GCB_GITOPS_CONFIG_SYNC_INTERNAL_H
#define GCB_GITOPS_CONFIG_SYNC_INTERNAL_H

#include "gitops/environment_list_internal.h"

#define CONFIG_SYNC_GROUP "configsync.gke.io"

/* Is it a RootSync or a RepoSync? */
bool config_sync_is(const struct object *o);

/*
 * Adds the environment that such an object declares. It applies all manifests below spec.git.dir,
 * or builds the kustomization there if there is one (Google's reference of RootSync and RepoSync).
 */
void config_sync_read(struct environment_list *l, const struct object *o);

#endif
