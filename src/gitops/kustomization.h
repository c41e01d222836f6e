/*
 * kustomization.h - kustomization files: what they reference, and how a manifest is listed.
 */
#ifndef GCB_GITOPS_KUSTOMIZATION_H
#define GCB_GITOPS_KUSTOMIZATION_H

#include "gitops/path.h"
#include "yaml/yaml.h"

/* Is the path a kustomization file (kustomization.yaml, kustomization.yml, Kustomization)? */
bool kustomization_is(struct slice path);

/*
 * Should the kustomization file at the path `kustomization` list the new file `path`? Yes if both
 * are in the same directory, or if it is in a directory above and lists another file of the new
 * file's directory. `root` is its document.
 */
bool kustomization_lists_neighbours(struct slice kustomization, const struct yaml_node *root,
				    struct slice path);

/* The item of `resources` for this file; NULL: it is not listed. */
const struct yaml_node *kustomization_item(struct slice kustomization, const struct yaml_node *root,
					   struct slice path);

/*
 * Adds edits to `e` (an edit list of the kustomization's file) that list `path` under `resources`,
 * relative to the kustomization; none if it is already listed. If `resources` is neither a block
 * nor a flow sequence, the edits are refused.
 */
void kustomization_add(struct yaml_edits *e, struct slice kustomization,
		       const struct yaml_node *root, struct slice path, struct arena *arena);

/* Adds the edit to `e` that takes `path` off the list again; none if it is not listed. */
void kustomization_remove(struct yaml_edits *e, struct slice kustomization,
			  const struct yaml_node *root, struct slice path);

/* Receives a text that a kustomization references, and the node that has it. */
typedef void kustomization_reference_fn(struct slice reference, const struct yaml_node *node,
					void *ctx);

/*
 * Calls `each` for everything that a kustomization (its document `root`) references: files and
 * directories of resources, components, bases, patches, generators, transformers, values. The texts
 * are as written: inline patches and URLs of other repositories are among them.
 */
void kustomization_each(const struct yaml_node *root, kustomization_reference_fn *each, void *ctx);

/*
 * Is an item of resources, bases or components one of another repository, if there is no such file
 * or directory in this one?
 */
bool kustomization_is_remote(struct slice item);

/* Is it a Component, which is only built where another kustomization references it? */
bool kustomization_is_component(const struct yaml_node *root);

#endif
