/*
 * kustomization.h - kustomization files: what they list, and how a manifest gets into one or out of
 * it.
 */
#ifndef GCB_GITOPS_KUSTOMIZATION_H
#define GCB_GITOPS_KUSTOMIZATION_H

#include "gitops/path.h"
#include "yaml/yaml.h"

/*
 * Is this the path of a kustomization file (kustomization.yaml, kustomization.yml, Kustomization)?
 */
bool kustomization_is(struct slice path);

/*
 * Should the kustomization file `kustomization` (its path) list the new file `path`? Yes when it
 * lies in the same folder, or in one above and lists another file of the new file's folder. `root`
 * is its document.
 */
bool kustomization_lists_neighbours(struct slice kustomization, const struct yaml_node *root,
				    struct slice path);

/* The item of `resources` that is this file; NULL: it is not listed. */
const struct yaml_node *kustomization_item(struct slice kustomization, const struct yaml_node *root,
					   struct slice path);

/*
 * Adds edits to `e` (an edit list of the kustomization's file) that list `path` under `resources`,
 * relative to the kustomization. Nothing when it is listed already. A kustomization without a
 * resources list in block or flow style gets none and the edits are refused.
 */
void kustomization_add(struct yaml_edits *e, struct slice kustomization,
		       const struct yaml_node *root, struct slice path, struct arena *arena);

/*
 * Calls `each` for everything that a kustomization (its document `root`) names: files and folders
 * of resources, components, bases, patches, generators, transformers, values; as they are written,
 * so that inline patches and addresses of other repositories come, too.
 */
void kustomization_each(const struct yaml_node *root,
			void (*each)(struct slice reference, void *ctx), void *ctx);

/* Is it a Component, which counts only where another kustomization names it? */
bool kustomization_is_component(const struct yaml_node *root);

#endif
