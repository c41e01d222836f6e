/*
 * replacement_path_internal.h - field paths of replacements, "spec.http.[name=main].timeout".
 *
 * A part of a path is the name of a field, the index of an item, "*" for all items, or
 * "[FIELD=VALUE]", "[=VALUE]" for items with a value: in a source exactly this value, in a target a
 * regular expression that matches anywhere in it (kustomize: kyaml/yaml/fns.go, match.go).
 */
#ifndef GCB_GITOPS_REPLACEMENT_PATH_INTERNAL_H
#define GCB_GITOPS_REPLACEMENT_PATH_INTERNAL_H

#include "base/arena.h"
#include "gitops/build_stop_internal.h"

enum { REPLACEMENT_PARTS_MAX = 32 };

struct replacement_path {
	const struct yaml_node *at; /* where it is written */
	struct slice parts[REPLACEMENT_PARTS_MAX];
	size_t n;
};

/* What is done to each field that a path leads to. */
struct replacement_change {
	/* The new value of a field, NULL for one that is created; NULL with the reason: not known.
	 */
	const struct yaml_node *(*change)(const struct yaml_node *old, void *ctx,
					  struct build_stop *stop, struct arena *arena);
	void *ctx;
	bool create; /* a field that does not exist, and the maps on the way to it */
};

/* Reads a path; false: versions of kustomize read it differently, or refuse it. */
bool replacement_path_read(const struct yaml_node *text, struct replacement_path *out,
			   struct arena *arena);

/* The value at the path of a source; NULL with the reason: there is none, or it is not known. */
const struct yaml_node *replacement_path_get(const struct replacement_path *path,
					     const struct yaml_node *object,
					     struct build_stop *stop);

/* The object with all fields changed; NULL with the reason: there are none, or it is not known. */
const struct yaml_node *replacement_path_change(const struct replacement_path *path,
						const struct yaml_node *object,
						const struct replacement_change *change,
						struct build_stop *stop, struct arena *arena);

#endif
