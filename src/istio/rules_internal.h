/*
 * rules_internal.h - what the files of the rules share: the scene sorted by what its objects are to
 * the move.
 */
#ifndef GCB_ISTIO_RULES_INTERNAL_H
#define GCB_ISTIO_RULES_INTERNAL_H

#include "base/finding.h"
#include "istio/rules.h"

#define ISTIO_GROUP "networking.istio.io"
#define BACKEND_GROUP "networking.gke.io"

struct set {
	const struct object **items;
	size_t n;
};

struct view {
	const struct scene *s;
	struct slice old, new; /* the hosts, as the first VirtualService resolves them */
	struct set entries;  /* ServiceEntries that have old; when the move names a namespace, those
				in it, if there are any */
	struct set wild;     /* ServiceEntries with a wildcard that covers old */
	struct set near;     /* ServiceEntries with a host that only looks like old */
	struct set services; /* Services of Kubernetes that are old */
	struct set taken;    /* ServiceEntries and Services that are new */
	struct set old_rules; /* DestinationRules for old */
	struct set new_rules; /* DestinationRules for new; one for a wildcard may be in both */
	struct set backends;  /* GCPBackends that have new */
	struct set confusing; /* GCPBackends that have old */
	struct set others;    /* VirtualServices that are none of the move's */
	struct set sidecars;
	struct set namers; /* other objects of Istio that name old somewhere */
};

/* A rule: looks, and adds findings of `code`. */
struct rule {
	const struct code *code; /* NULL: behind the last one of a table */
	void (*look)(const struct view *v, const struct code *code, struct findings *out);
};

extern const struct rule rules_of_ports[], rules_of_entries[], rules_of_destinations[],
	rules_of_backends[], rules_of_routes[], rules_around[];

/* Sorts the scene. All is allocated in its arena. */
void view_make(struct view *out, const struct scene *s);

/* The namespace of an object: its own, else the move's. */
struct slice view_ns(const struct view *v, const struct object *o);

/*
 * Are these one object, as far as a repository can tell: same kind, namespace and name (copies for
 * several environments)?
 */
bool same_object(const struct view *v, const struct object *a, const struct object *b);

/* Is the object in the set? */
bool set_has(const struct set *set, const struct object *o);

/* Is `host`, named by an object, one of the hosts that move? */
bool is_old(const struct view *v, const struct object *o, struct slice host);

/* Is `text` an item of the list of strings? In any letter case. */
bool list_has(const struct yaml_node *list, const char *text);

/* Has the map something under the key: not null, no empty list or map? */
bool has_field(const struct yaml_node *map, const char *key);

/* The port number under `number`; -1: none. */
long port_number(const struct yaml_node *port);

/* Adds ", TEXT" to a list of words, without the comma at its begin. */
void add_word(struct str *list, struct slice text);

/* Calls back for every string below a node. */
void each_string(const struct yaml_node *node, void (*text)(struct slice text, void *ctx),
		 void *ctx);

/* Is the host, whole, somewhere in the text? */
bool names_host(struct slice text, struct slice host);

/* Is the object an EnvoyFilter or a policy of Istio, which may name a host anywhere? */
bool is_namer(const struct object *o);

/* Is the VirtualService bound to the mesh? */
bool on_mesh(const struct object *o);

/* Does the VirtualService list old among its hosts? */
bool owns_old(const struct view *v, const struct object *o);

#endif
