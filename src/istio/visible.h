/*
 * visible.h - which proxies see an object: those of the namespaces that it is exported to, whose
 * control plane reads it, and whose Sidecar does not hide it.
 *
 * Source: exportTo, of which none means all namespaces (pilot/pkg/model/push_context.go,
 * initServiceRegistry, initVirtualServices); the label istio.io/rev, without which all control
 * planes read an object (pkg/config/model.go, LabelsInRevision); the egress hosts of the Sidecar of
 * a namespace (pilot/pkg/model/sidecar.go).
 */
#ifndef GCB_ISTIO_VISIBLE_H
#define GCB_ISTIO_VISIBLE_H

#include "kube/object.h"

/* An object and its namespace, which may be that of the migration; absent: not known. */
struct visible {
	const struct object *object;
	struct slice ns;
};

/* Sidecars that are known. */
struct sidecar_list {
	const struct object *const *items;
	size_t n;
};

/* Is it a Sidecar of Istio? */
bool sidecar_is(const struct object *o);

/* The object's list of exportTo; NULL: it has none, which means all namespaces. */
const struct yaml_node *visible_exports(const struct object *o);

/* Is the object exported to all namespaces? */
bool visible_everywhere(const struct object *o);

/* Is the object exported to the namespace? */
bool visible_in(const struct visible *v, struct slice ns);

/* The namespace that an item of the object's exportTo means. */
struct slice visible_namespace(const struct visible *v, const struct yaml_node *item);

/* The revision of the control planes that read the object; absent: all do. */
struct slice visible_revision(const struct object *o);

/* Does a control plane of the revision read the object? */
bool visible_to_revision(const struct object *o, struct slice revision);

/* Does a control plane read both objects: is the label istio.io/rev of both the same, or absent? */
bool visible_same_revision(const struct object *a, const struct object *b);

/*
 * Does the Sidecar hide an object with `hosts` from the workloads that it applies to? One without
 * egress hides nothing, and nothing hides an object without hosts but by its namespace.
 */
bool visible_is_hidden(const struct object *sidecar, const struct visible *v);

/* Does the Sidecar for all workloads of the namespace, if there is one, hide the object? */
bool visible_is_hidden_in(const struct visible *v, struct slice ns,
			  const struct sidecar_list *sidecars);

/*
 * May a proxy see both objects? Where both are exported to few namespaces, one of these must see
 * both through its Sidecar for all workloads.
 */
bool visible_together(const struct visible *a, const struct visible *b,
		      const struct sidecar_list *sidecars);

#endif
