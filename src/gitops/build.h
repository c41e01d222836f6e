/*
 * build.h - what an environment applies: the objects that its engine makes of the files.
 *
 * A kustomization is evaluated as kustomize builds it (4.5 to 5.8: api/internal/target/
 * kusttarget.go), for the part of kustomize whose result is known exactly: resources, bases,
 * components, patches, patchesStrategicMerge, patchesJson6902, namespace, namePrefix, nameSuffix,
 * labels, commonLabels, commonAnnotations, replacements. What an Application or a Flux
 * Kustomization adds comes last: their patches, components, namespaces, prefixes, labels and
 * variables.
 *
 * Only some objects are built: those of the files that are given. Nothing else in a build can
 * change them but the kustomizations on the way from the environment to the file, their components,
 * their patches, and the sources of their replacements (build_needs.h); what is beside the way is
 * not read. No process is started and nothing is
 * fetched. What is not evaluated is unknown, with the place that decides it.
 *
 * Calling order: build_needs; builder_new; build_environment and build_kustomization as often as
 * wanted; builder_free. One builder is used by one thread. Pure.
 */
#ifndef GCB_GITOPS_BUILD_H
#define GCB_GITOPS_BUILD_H

#include "gitops/build_stop.h"
#include "gitops/environment.h"
#include "gitops/environment_index.h"
#include "kube/object.h"

/* A name that an object had at some step of a build. */
struct built_id {
	struct slice name, ns; /* ns: "default" for none, as kustomize counts it */
};

/* An object that an environment applies. */
struct built {
	struct object object;        /* as applied; nodes that no step changed are the file's */
	const struct object *origin; /* as the file declares it */
	struct slice path;           /* of the file */
	bool as_written;             /* no step changed more than its metadata */
	struct built_id *ids;        /* earlier names, the oldest first */
	size_t nids;
	const struct built_patch *patches; /* what is applied to it, the last one first */
	struct build_stop stop; /* BUILD_UNKNOWN: what it becomes is not known; `object` is what it
				   was before the step that is not evaluated */
};

/* A patch that was applied to an object, or a replacement or variable that reads it. */
struct built_patch {
	struct place at; /* of its entry in the kustomization */
	struct slice
		path; /* of the file with its text; that of the kustomization if it is inline */
	bool metadata_only; /* it does not change more than the metadata */
	bool needs_object;  /* the build fails without the object */
	const struct built_patch *next;
};

/* The objects that an environment applies, of those that were asked for. */
struct built_set {
	struct built *items;
	size_t n;
	bool linked;            /* there are replacements: an object can depend on others */
	struct build_stop stop; /* BUILD_FAILS: there are no items; BUILD_UNKNOWN: other objects
				   may be applied that no file declares */
};

/* A file whose objects are built. */
struct build_file {
	struct slice path;
	const struct objects *objects;
};

/* A kustomization file whose document takes the place of that of the index. */
struct build_kustomization {
	struct slice path;
	const struct yaml_node *root;
};

/* What the caller has read. */
struct build_inputs {
	const struct build_file *files; /* whose objects are built */
	size_t n;
	const struct build_kustomization *edited;
	size_t nedited;
	/* The parsed file at a path that a kustomization references; NULL: it was not read. */
	const struct yaml_file *(*find)(struct slice path, void *ctx);
	void *ctx;
};

struct builder;

/* Makes a builder; the index must be finished, and outlive it, as must the inputs. */
struct builder *builder_new(const struct environment_index *index,
			    const struct build_inputs *inputs);

/* Frees the builder with all sets. NULL is fine. */
void builder_free(struct builder *b);

/* The objects that the environment applies, valid until builder_free. */
struct built_set build_environment(struct builder *b, const struct environment *environment);

/* The same of one kustomization file by itself, as `kustomize build` of its directory. */
struct built_set build_kustomization(struct builder *b, struct slice path);

#endif
