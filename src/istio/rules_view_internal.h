/*
 * rules_view_internal.h - the scene of the rules, sorted by what its objects are to the move.
 */
#ifndef GCB_ISTIO_RULES_VIEW_INTERNAL_H
#define GCB_ISTIO_RULES_VIEW_INTERNAL_H

#include "istio/binding.h"
#include "istio/rules.h"
#include "istio/visible.h"
#include "istio/workload_internal.h"

/* Stands for all namespaces that have no object, and for all revisions that none names. */
#define ELSEWHERE "/"

struct object_set {
	const struct object **items;
	size_t n;
};

struct view {
	const struct rule_scene *s;
	struct slice old, new;     /* the hosts, as the first VirtualService resolves them */
	struct object_set entries; /* ServiceEntries of the old host: those that a proxy sees
				      together with a VirtualService of the move, if there are any;
				      when the move names a namespace, those in it, if there are
				      any */
	struct object_set wild;    /* ServiceEntries with a wildcard that covers the old host */
	struct object_set near;    /* ServiceEntries with a host that only looks like the old one */
	struct object_set services;  /* Kubernetes Services that are the old host */
	struct object_set taken;     /* ServiceEntries and Services that are the new host */
	struct object_set old_rules; /* DestinationRules for the old host that a proxy sees
					together with a VirtualService of the move */
	struct object_set new_rules; /* the same for the new host; one for a wildcard may be in
					both */
	struct object_set backends;  /* GCPBackends of the new host */
	struct object_set confusing; /* GCPBackends of the old host */
	struct object_set others;    /* VirtualServices that are none of the move's */
	struct object_set sidecars;
	struct object_set gateways;  /* Gateways */
	struct object_set workloads; /* WorkloadEntries and WorkloadGroups */
	struct object_set namers;    /* other Istio objects that name the old host somewhere */
};

/* Sorts the scene. All is allocated in its arena. */
void view_make(struct view *out, const struct rule_scene *s);

/* The first GCPBackend of the new host that is a Cloud Run service; NULL: none. */
const struct object *view_cloud_run(const struct view *v);

/* The namespace of an object: its own, else the move's. */
struct slice view_ns(const struct view *v, const struct object *o);

/* NAMESPACE/NAME, or the name where no namespace is known. */
struct slice full_name(const struct view *v, const struct object *o);

/*
 * Are these one object, as far as a repository shows: same kind, namespace and name (copies for
 * several environments)?
 */
bool same_object(const struct view *v, const struct object *a, const struct object *b);

/* Is `host`, named by an object, one of the hosts that move? */
bool is_old(const struct view *v, const struct object *o, struct slice host);

/* Is it, as the host of a ServiceEntry, which Istio never resolves, one of the hosts that move? */
bool is_old_entry(const struct view *v, struct slice host);

/* Is it a host of a ServiceEntry that a reader may take for the old host, and Istio does not? */
bool is_near_entry(const struct view *v, const struct object *entry, struct slice host);

/* Is `text` an item of the list of strings? In any letter case. */
bool list_has(const struct yaml_node *list, const char *text);

/* Has the map something under the key: not null, no empty list or map? */
bool has_field(const struct yaml_node *map, const char *key);

/* The port number under `number`; -1: none. */
long port_number(const struct yaml_node *port);

/* Adds ", TEXT" to a list of words, without the comma at its beginning. */
void add_word(struct str *list, struct slice text);

/* Calls back for every string below a node. */
void each_string(const struct yaml_node *node, void (*text)(struct slice text, void *ctx),
		 void *ctx);

/* Does the text contain the host as a whole name? */
bool names_host(struct slice text, struct slice host);

/* Is the object an EnvoyFilter or an Istio policy, which may name a host anywhere? */
bool is_namer(const struct object *o);

/* Does the VirtualService list the old host among its hosts? */
bool owns_old(const struct view *v, const struct object *o);

/*
 * The VirtualServices with the hosts, gateways and exports of one of the move's: itself; of a
 * delegate, the others that delegate to it, of which there may be none.
 */
struct object_set view_heads(const struct view *v, const struct object *vs);

/* The Gateway that a VirtualService in namespace `ns` calls `name`; NULL: it is not known. */
const struct object *view_gateway(const struct view *v, struct slice name, struct slice ns);

/*
 * The revisions of control planes that there may be: those that ServiceEntries, DestinationRules
 * and VirtualServices name, and ELSEWHERE where less than two are named: others read what has no
 * label.
 */
struct slices view_revisions(const struct view *v);

/* May a proxy see both objects? */
bool seen_together(const struct view *v, const struct object *a, const struct object *b);

#endif
