/*
 * route.h - a VirtualService as a move sees it: which of its http routes name the old host, which
 * the new one.
 *
 * Values only; nothing is changed here. All is allocated in the caller's arena and points into the
 * parsed file.
 */
#ifndef GCB_ISTIO_ROUTE_H
#define GCB_ISTIO_ROUTE_H

#include "base/finding.h"
#include "istio/move.h"
#include "kube/object.h"

/*
 * The lists of a VirtualService's spec. Routes of tls and tcp choose a destination for a
 * connection, by its server name or address: they have no mirror, no headers, no name.
 */
enum route_kind { ROUTE_HTTP, ROUTE_TLS, ROUTE_TCP };

/* Which host a destination has; SIDE_MIRROR is for shares only (share.h). */
enum side { SIDE_OTHER, SIDE_OLD, SIDE_NEW, SIDE_MIRROR };

/* One entry of a route's list of destinations. */
struct dest {
	const struct yaml_node *node; /* the item */
	const struct yaml_node *destination, *host, *subset,
		*port; /* port: the map with `number` */
	const struct yaml_node *weight, *headers;
	enum side side;
	long value; /* the weight; -1: no weight key; -2: not a plain whole number */
};

struct route {
	enum route_kind kind;
	const struct yaml_node *node; /* the item of the list */
	const struct yaml_node *match, *list, *mirror,
		*percent; /* percent: any spelling of the mirror's percentage */
	const struct yaml_node *name;
	struct dest *dests;
	size_t n, nold, nnew;
	bool foreign_mirror;   /* `mirror` to another host, or `mirrors` */
	bool our_mirror;       /* `mirror` names the new host */
	bool our_copy;         /* a generated copy of the next route */
	bool has_foreign_copy; /* the route in front is a generated copy of it, of another move */
	bool catch_all;        /* it matches every request of all proxies (match_takes_all) */
	bool sorted_last; /* on a gateway, behind the routes of other VirtualServices of the host
			     (match_is_sorted_last) */
	bool delegate, redirect;
	size_t index;  /* in its list, 0-based */
	size_t number; /* its number in messages: 1-based, in its list, without generated copies */
};

/* A route of another VirtualService, the root, that delegates to this one. */
struct vs_root {
	const struct object *object;
	const struct yaml_node *route;
};

struct vs {
	const struct object *object;
	struct slice ns;       /* metadata.namespace, else the move's; may be absent */
	struct slice names_ns; /* in which names of one label are resolved: `ns`; else that in the
				  name of the old host (inventory/short_names.h compares) */
	struct slice old_host; /* the move's hosts as this VirtualService resolves them */
	struct slice new_host;
	struct route *routes; /* first those of http, then those of tls and tcp as far as the move
				 is about them */
	size_t n, nold;       /* nold: routes that name the old host */
	bool on_gateway;      /* bound to a gateway other than mesh */
	bool is_delegate;     /* it has no hosts: others delegate to it */
	bool root_mirrors;    /* set by callers that know the others: a route that delegates to it
				 has a mirror, or a percentage of one */
	bool posts_only; /* set by callers that know the others: all ports of the old host are gRPC,
			    whose requests are all POST */
	bool shares_gateway_host; /* set by callers that know the others: another VirtualService of
				     a gateway has one of its hosts */
	struct vs_root *roots;    /* set by callers that know the others (vs_add_roots) */
	size_t nroots;
};

/* The comment above a generated copy. */
#define COPY_COMMENT "generated copy of the next route"

/* Is the object a VirtualService of Istio (v1, v1beta1, v1alpha3)? */
bool vs_is(const struct object *o);

/*
 * Reads a VirtualService for a move. Findings: tls and tcp routes to the old host, delegates,
 * redirects, hosts that look like the old one, routes to the new host alone. Errors: what makes the
 * file ambiguous (an alias or a duplicate key on the way, a list that is none).
 */
int vs_read(struct vs *out, const struct object *o, const struct move_context *c, struct err *err);

/* Sets what only callers know as in another reading of the same VirtualService. */
void vs_copy_notes(struct vs *vs, const struct vs *from);

/* The first host of an http destination that is a placeholder (host.h); NULL: there is none. */
const struct yaml_node *vs_find_placeholder(const struct object *o);

/* Is the VirtualService bound to a gateway other than the mesh? */
bool vs_on_gateway(const struct object *o);

/*
 * Does a route of `root` delegate to `o`? The first one; NULL: none. `ns` stands for namespaces
 * that are not specified. (mergeVirtualServicesIfNeeded: without a namespace, root's own.)
 */
const struct yaml_node *vs_delegates(const struct object *root, const struct object *o,
				     struct slice ns);

/* Adds the routes of `root` that delegate to the VirtualService to its roots. */
void vs_add_roots(struct vs *vs, const struct object *root, struct arena *arena);

/*
 * Calls `host` for every host that an Istio object names as a destination, mirror or own host, and
 * for names of delegates; for indexes.
 */
void vs_each_host(const struct object *o, void (*host)(struct slice host, void *ctx), void *ctx);

/*
 * Does a route send to the new host, and none to the old one? True when a move is done, and for a
 * VirtualService that never had more than a test route.
 */
bool vs_is_done(const struct vs *vs);

/* Has a route that names the old host the new one beside it, or a mirror to it? */
bool vs_is_moved(const struct vs *vs);

/*
 * The http route before this one that takes all its requests, so that this one is never sent to
 * Envoy; NULL: none.
 */
const struct route *route_hidden_by(const struct vs *vs, const struct route *route);

/* Numbers the routes for messages; again after a copy was marked. */
void vs_number_routes(struct vs *vs);

/*
 * The weight that a route's destination stands for: its value, 0 without one. Istio ignores the
 * weight of a sole one (route.go, applyHTTPRouteDestination), which gets all: 100 if it has none,
 * or 0.
 */
long dest_weight(const struct route *r, const struct dest *d);

/* The sum of these. */
long route_total(const struct route *r);

/* Are the old destinations of the two routes the same ones, by subset, in the same order? */
bool route_same_olds(const struct route *a, const struct route *b);

/* Has the route old destinations that get no requests, and neither does the new one? */
bool route_is_standby(const struct route *r);

/* The route's name for messages: "route 2 (name)", "tcp route 1". */
struct slice route_label(const struct route *r, struct arena *arena);

#endif
