/*
 * patch_merge_internal.h - strategic merge patches of kinds that kustomize has no schema of, such
 * as all of Istio's: maps are merged, lists and scalars replaced, null removes a field, "$patch:
 * delete" and "$patch: replace" in a map remove or replace it.
 *
 * Unknown here: other directives ("$setElementOrder" and the like), null in a map that is new, a
 * value of another kind in place of a map or a list, and directives inside of lists.
 */
#ifndef GCB_GITOPS_PATCH_MERGE_INTERNAL_H
#define GCB_GITOPS_PATCH_MERGE_INTERNAL_H

#include "base/arena.h"
#include "gitops/build_stop_internal.h"

/*
 * The object with the patch merged into it, in `arena`. Its kind, version, name and namespace stay.
 * NULL with stop->verdict BUILD_KNOWN: the patch deletes the object; else the result is not known.
 */
const struct yaml_node *patch_merge_apply(const struct yaml_node *patch,
					  const struct yaml_node *object, struct build_stop *stop,
					  struct arena *arena);

#endif
