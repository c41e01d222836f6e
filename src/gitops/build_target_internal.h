/*
 * build_target_internal.h - which objects a patch, or a replacement, selects.
 *
 * Patterns are those of Go's regexp, anchored at both ends (kustomize, api/types/selector.go). The
 * subset that POSIX reads alike is evaluated; of another pattern it is unknown what it selects.
 */
#ifndef GCB_GITOPS_BUILD_TARGET_INTERNAL_H
#define GCB_GITOPS_BUILD_TARGET_INTERNAL_H

#include "gitops/build.h"
#include "gitops/build_stop_internal.h"

/*
 * Does the selector select the object, by its oldest or its current name and namespace? True, with
 * `stop` set, if that is not known. `stop` is also set if the build fails because of the selector.
 */
bool build_target_selects(const struct yaml_node *selector, const struct built *object,
			  struct build_stop *stop);

/*
 * Does the source of a replacement, or a variable, select the object, by any name that it has or
 * had? Fields are compared exactly. True, with `stop` set, if that is not known.
 */
bool build_target_chooses(const struct yaml_node *selector, const struct built *object,
			  struct build_stop *stop);

/*
 * Does the target of a replacement? kustomize 5.8 reads its fields as patterns, earlier versions do
 * not; where this makes a difference, it is not known.
 */
bool build_target_replaces(const struct yaml_node *selector, const struct built *object,
			   struct build_stop *stop);

/*
 * Does the target reject it? kustomize 5.0 and earlier compare one name of the object only; where
 * this makes a difference, it is not known.
 */
bool build_target_rejects(const struct yaml_node *selector, const struct built *object,
			  struct build_stop *stop);

/* Does the selector have a label or annotation selector? */
bool build_target_has_labels(const struct yaml_node *selector);

/*
 * Is the object the one that a patch without a selector names: same kind and version, and a name
 * and namespace that the object has or had?
 */
bool build_target_is(const struct object *patch, const struct built *object);

/* Have two objects the same kind, version, name and namespace? */
bool build_is_same(const struct object *a, const struct object *b);

/* The namespace as kustomize compares it: "default" for none. */
struct slice build_namespace(struct slice ns);

#endif
