/*
 * patch_json_internal.h - JSON patches (RFC 6902) as kustomize applies them.
 *
 * kustomize uses evanphx/json-patch v4, which differs from the RFC in details; what its versions
 * since kustomize 4.5 do differently, or what makes them panic, is unknown here: null as a value of
 * add and replace, replacing a member that does not exist, a test without a value, copies of what
 * does not exist, negative indices, and a patch of the whole document.
 */
#ifndef GCB_GITOPS_PATCH_JSON_INTERNAL_H
#define GCB_GITOPS_PATCH_JSON_INTERNAL_H

#include "base/arena.h"
#include "gitops/build_stop_internal.h"

/*
 * The document with all operations applied, in `arena`; NULL with `stop`: an operation fails, or
 * its result is not known.
 */
const struct yaml_node *patch_json_apply(const struct yaml_node *patch,
					 const struct yaml_node *document, struct build_stop *stop,
					 struct arena *arena);

/*
 * Does kustomize accept the text of a JSON patch? One that begins with "[" must be JSON; all others
 * are YAML (api/internal/builtins/PatchTransformer.go, jsonPatchFromBytes).
 */
bool patch_json_is_accepted(struct slice text);

#endif
