/*
 * build_objects_internal.h - the objects of a build while kustomizations change them.
 */
#ifndef GCB_GITOPS_BUILD_OBJECTS_INTERNAL_H
#define GCB_GITOPS_BUILD_OBJECTS_INTERNAL_H

#include "base/map.h"
#include "gitops/build.h"
#include "gitops/build_stop_internal.h"
#include "gitops/patch_lists_internal.h"
#include "gitops/repository_id.h"

/*
 * What a kustomization configures for all objects that it, and those that list it, build: it may
 * change some of them in a way that is not evaluated.
 */
struct build_config {
	const struct yaml_node *at;   /* where it is listed */
	const struct yaml_node *root; /* of a file of `configurations`; NULL: it was not read, or
					 `at` is another field */
	const char *why;
	bool vars; /* only objects with a "$" may change */
	const struct build_config *next;
};

/* Objects on the way to a built set. */
struct build_objects {
	struct built *items;
	size_t n, cap;
	const struct build_config *configs;
	size_t renames;         /* how often a patch has changed a name */
	bool linked;            /* as that of a built set */
	struct build_stop stop; /* as that of a built set */
};

/* The state of a build that all its layers share. */
struct build_state {
	const struct repository_id *repository;
	const struct build_inputs *inputs;
	const struct patch_lists *patches; /* that were read before */
	struct arena *arena;
	struct yaml_file **texts; /* parsed inline patches */
	size_t ntexts, texts_cap;
	struct map text_at; /* the inline patches by the address of their node; one that cannot be
			       parsed is NULL in `texts` */
	size_t steps;       /* that may still be made */
};

/* What an Application or a Flux Kustomization adds to a kustomization, in its directory. */
struct build_extra {
	struct slice ns, prefix, suffix; /* in place of its own; absent: none */
	const struct yaml_node *patches, *labels, *annotations;
	const struct yaml_node *components; /* of the kustomization's components */
};

/* The transformations of a kustomization. */
struct build_layer {
	struct build_state *state;
	struct slice directory;
	const struct yaml_node *root;
	const struct build_extra *extra; /* NULL: none */
};

/* Frees what the state holds besides its arena. */
void build_state_release(struct build_state *state);

/* Takes steps off the budget; false with the reason: there are none left. */
bool build_take_steps(struct build_state *state, struct build_stop *stop, size_t n);

/* Is the kind one that is part of a built set: Istio's, GKE's, and Services? */
bool build_wants(const struct object *o);

/* Is the kind one that is built: those, and ConfigMaps, which replacements read? */
bool build_follows(const struct object *o);

/* Is it an object that kustomize keeps to itself (config.kubernetes.io/local-config)? */
bool build_is_local(const struct object *o);

/* The object's node with its current name and namespace written into it, if it has metadata. */
const struct yaml_node *build_named_node(const struct build_state *state, const struct object *o);

/* Writes the current name and namespace of an object into its node. */
void build_write_names(const struct build_state *state, struct built *b);

/* Sets the node of an object; one that is no object any more is unknown. */
void build_set_node(struct built *b, const struct yaml_node *node);

/* Records the current name of an object among its earlier ones. */
void build_store_id(struct build_state *state, struct built *b);

/* Records what is applied to an object. */
void build_note_patch(const struct build_state *state, struct built *b,
		      const struct built_patch *patch);

/* Records the objects that a selector of a replacement, or of a variable, reads. */
void build_note_readers(const struct build_layer *layer, struct build_objects *objects,
			const struct yaml_node *source);

/* Adds an object. */
void build_append(struct build_state *state, struct build_objects *to, const struct built *b);

/* False: the build fails, since two objects are the same. */
bool build_check_ids(const struct build_state *state, struct build_objects *objects);

/* Marks all objects as unknown that are not yet. */
void build_mark_unknown(struct build_objects *objects, const struct yaml_node *at, const char *why);

/* The file that a text of the kustomization names; NULL: it was not read. */
const struct yaml_file *build_find_file(const struct build_layer *layer, struct slice text);

#endif
