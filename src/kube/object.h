/*
 * object.h - Kubernetes objects in the documents of a file.
 *
 * A document is an object when it is a map with string `apiVersion` and `kind`; `kind: List` (or
 * KIND + "List" with `items`) stands for its items. Everything is borrowed from the parsed file.
 */
#ifndef GCB_KUBE_OBJECT_H
#define GCB_KUBE_OBJECT_H

#include "base/arena.h"
#include "yaml/yaml.h"

struct object {
	const struct yaml_node *node, *metadata, *spec; /* metadata and spec may be NULL */
	struct slice group,
		version; /* of apiVersion: "networking.istio.io", "v1"; the core group is "" */
	struct slice kind, ns, name; /* ns: absent when the file does not specify it */
};

struct objects {
	struct object *items;
	size_t n;
};

/* Reads one object; false if the node is none. */
bool object_read(const struct yaml_node *node, struct object *out);

/*
 * The objects of all documents of a file, in their order, allocated in `arena`. Documents that are
 * not objects are skipped.
 */
struct objects objects_of(const struct yaml_file *file, struct arena *arena);

/* Is it of this group and kind, whatever its version? */
bool object_is(const struct object *o, const char *group, const char *kind);

#endif
