/*
 * kustomization.h - kustomization files, as far as a new manifest has to be listed in one.
 */
#ifndef GCB_GITOPS_KUSTOMIZATION_H
#define GCB_GITOPS_KUSTOMIZATION_H

#include "yaml/yaml.h"

/* Is this the path of a kustomization file (kustomization.yaml, kustomization.yml, Kustomization)? */
bool kustomization_is(struct slice path);

/* The folder of a path without a slash at its end; "" for the root. */
struct slice path_folder(struct slice path);

/*
 * Should the kustomization file `kustomization` (its path) list the new file `path`? Yes when it lies in the same folder, or in one
 * above and lists another file of the new file's folder. `root` is its document.
 */
bool kustomization_lists_neighbours(struct slice kustomization, const struct yaml_node *root, struct slice path);

/* The item of `resources` that is this file; NULL: it is not listed. */
const struct yaml_node *kustomization_item(struct slice kustomization, const struct yaml_node *root, struct slice path);

/*
 * Adds edits to `e` (an edit list of the kustomization's file) that list `path` under `resources`, relative to the kustomization. Nothing
 * when it is listed already. A kustomization without a resources list in block or flow style gets none and the edits are refused.
 */
void kustomization_add(struct yaml_edits *e, struct slice kustomization, const struct yaml_node *root, struct slice path,
		       struct arena *arena);

#endif
