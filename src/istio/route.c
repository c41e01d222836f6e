#include "istio/route.h"

#include "istio/host.h"
#include "istio/match.h"
#include "kube/group.h"

#include <string.h>

enum { NKINDS = 3 };
static const char *const kind_names[NKINDS] = { "http", "tls", "tcp" };

bool vs_is(const struct object *o)
{
	return object_is(o, ISTIO_GROUP, "VirtualService") &&
	       (slice_is(o->version, "v1") || slice_is(o->version, "v1beta1") ||
		slice_is(o->version, "v1alpha3"));
}

/* What reading one VirtualService passes around. */
struct reader {
	struct vs *vs;
	const struct move_context *c;
	struct err *err;
};

/* The side a host is on. */
static enum side side_of(const struct reader *r, const struct yaml_node *host)
{
	struct slice text = host_resolve(yaml_string(host), r->vs->names_ns, r->c->arena);

	if (!text.len)
		return SIDE_OTHER;
	if (host_same(text, r->vs->old_host))
		return SIDE_OLD;
	return host_same(text, r->vs->new_host) ? SIDE_NEW : SIDE_OTHER;
}

/* Reports a host that is not the old one but looks like it. */
static void note_near(const struct reader *r, const struct yaml_node *host)
{
	struct slice text = host_resolve(yaml_string(host), r->vs->names_ns, r->c->arena);

	if (r->c->findings && text.len && host_near(text, r->vs->old_host))
		findings_add(r->c->findings, &CODE_host_near, yaml_place(host),
			     "the host '%" SLICE_FMT "' is similar to '%" SLICE_FMT "'",
			     SLICE_ARG(text), SLICE_ARG(r->vs->old_host));
}

/*
 * The weight: only the canonical decimal form, which every YAML reader takes for the same integer.
 */
static long weight_value(const struct yaml_node *weight)
{
	long value;

	if (!weight || (weight->kind == YAML_SCALAR && yaml_type_of(weight) == YAML_NULL))
		return weight ? -2 : -1;
	if (weight->kind != YAML_SCALAR || weight->style != YAML_PLAIN ||
	    weight->flags & YAML_TAGGED || !parse_int(weight->text, 0, 1000000, &value))
		return -2;
	return value;
}

/* One entry of a route list. */
static void dest_read(const struct reader *r, const struct yaml_node *item, struct dest *out)
{
	*out = (struct dest){ .node = item,
			      .destination = yaml_get(item, "destination"),
			      .weight = yaml_get(item, "weight") };
	out->headers = yaml_get(item, "headers");
	out->host = yaml_get(out->destination, "host");
	out->subset = yaml_get(out->destination, "subset");
	out->port = yaml_get(out->destination, "port");
	out->side = side_of(r, out->host);
	out->value = weight_value(out->weight);
	if (out->side == SIDE_OTHER)
		note_near(r, out->host);
}

/* The list under `key`; an error when it is neither a list nor null. */
static int get_list(const struct yaml_node *map, const char *key, const struct yaml_node **out,
		    struct err *err)
{
	const struct yaml_node *node = yaml_get(map, key);

	*out = NULL;
	if (!node || (node->kind == YAML_SCALAR && yaml_type_of(node) == YAML_NULL))
		return 0;
	if (node->kind == YAML_ALIAS)
		return err_set(err, &CODE_yaml_alias, yaml_place(node),
			       "an alias is used where a list is expected");
	if (node->kind != YAML_SEQ)
		return err_set(err, &CODE_yaml_type, yaml_place(node), "'%s' must be a list", key);
	*out = node;
	return 0;
}

/* Does one of the match blocks match every request? */
static bool catches_all(const struct yaml_node *match)
{
	if (!match || !match->nchildren)
		return true;
	for (const struct yaml_node *c = match->first; c; c = c->next)
		if (match_takes_all(c, false))
			return true;
	return false;
}

/* The value of the first of these keys that exists. */
static const struct yaml_node *get_first(const struct yaml_node *map, const char *const *keys)
{
	for (; *keys; keys++)
		if (yaml_get(map, *keys))
			return yaml_get(map, *keys);
	return NULL;
}

/* What one http route has besides its destinations. */
static void route_frame(const struct reader *r, struct route *out)
{
	static const char *const percents[] = { "mirrorPercentage", "mirrorPercent",
						"mirror_percent", "mirror_percentage", NULL };
	const struct yaml_node *node = out->node;

	out->mirror = yaml_get(node, "mirror");
	out->percent = get_first(node, percents);
	out->name = yaml_get(node, "name");
	out->our_mirror = side_of(r, yaml_get(out->mirror, "host")) == SIDE_NEW;
	out->foreign_mirror = (out->mirror && !out->our_mirror) || yaml_get(node, "mirrors");
	out->catch_all = catches_all(out->match);
	out->sorted_last = match_is_sorted_last(out->match);
	out->delegate = yaml_get(node, "delegate");
	out->redirect = yaml_get(node, "redirect") || yaml_get(node, "directResponse") ||
			yaml_get(node, "direct_response");
}

/* Is the route unambiguous? Only asked of routes that the move is about. */
static int route_clear(const struct route *route, struct err *err)
{
	if (yaml_path_clear(route->list, err) < 0)
		return -1;
	for (size_t i = 0; i < route->n; i++)
		if (yaml_path_clear(route->dests[i].node, err) < 0 ||
		    (route->dests[i].destination &&
		     yaml_path_clear(route->dests[i].destination, err) < 0))
			return -1;
	return 0;
}

/* Reads one entry of a list of routes. */
static int route_read(const struct reader *r, const struct yaml_node *node, struct route *out)
{
	size_t i = 0;

	out->node = node;
	if (get_list(node, "match", &out->match, r->err) < 0 ||
	    get_list(node, "route", &out->list, r->err) < 0)
		return -1;
	route_frame(r, out);
	if (!out->list)
		return 0;
	out->dests = arena_array(r->c->arena, out->list->nchildren, sizeof(*out->dests));
	for (const struct yaml_node *c = out->list->first; c; c = c->next, i++) {
		dest_read(r, c, &out->dests[i]);
		if (c->kind == YAML_ALIAS ||
		    (out->dests[i].destination && out->dests[i].destination->kind == YAML_ALIAS))
			return yaml_path_clear(
				c->kind == YAML_ALIAS ? c : out->dests[i].destination, r->err);
		out->nold += out->dests[i].side == SIDE_OLD;
		out->nnew += out->dests[i].side == SIDE_NEW;
	}
	out->n = i;
	return out->nold || out->our_mirror ? route_clear(out, r->err) : 0;
}

/* Reports destinations in tls or tcp routes that the move is not about; they do not change. */
static void note_other_routes(const struct reader *r, enum route_kind kind)
{
	const struct yaml_node *list = yaml_get(r->vs->object->spec, kind_names[kind]);

	for (const struct yaml_node *c = list ? list->first : NULL; c && r->c->findings;
	     c = c->next) {
		const struct yaml_node *dests = yaml_get(c, "route");

		for (const struct yaml_node *d = dests ? dests->first : NULL; d; d = d->next) {
			const struct yaml_node *host = yaml_path(d, "destination", "host", NULL);

			if (side_of(r, host) == SIDE_OLD)
				findings_add(r->c->findings, &CODE_route_tls, yaml_place(host),
					     "a %s route sends connections to '%" SLICE_FMT "'",
					     kind_names[kind], SLICE_ARG(r->vs->old_host));
		}
	}
}

/* Reports what is unusual about the routes. */
static void note_routes(const struct reader *r)
{
	for (size_t i = 0; r->c->findings && i < r->vs->n; i++) {
		const struct route *route = &r->vs->routes[i];

		if (route->kind != ROUTE_HTTP && route->nold)
			findings_add(r->c->findings, &CODE_route_connections,
				     yaml_place(route->node),
				     "%" SLICE_FMT " is moved per connection%s",
				     SLICE_ARG(route_label(route, r->c->arena)),
				     route->kind == ROUTE_TLS ? ", and the new host receives the "
								"server name of the old host" :
								"");
		else if (route->delegate)
			findings_add(r->c->findings, &CODE_route_delegate, yaml_place(route->node),
				     "%" SLICE_FMT " delegates to another VirtualService",
				     SLICE_ARG(route_label(route, r->c->arena)));
		else if (route->redirect && r->vs->nold)
			findings_add(r->c->findings, &CODE_route_redirect, yaml_place(route->node),
				     "%" SLICE_FMT " is a redirect or a direct response",
				     SLICE_ARG(route_label(route, r->c->arena)));
		else if (route->nnew && !route->nold && r->vs->nold)
			findings_add(r->c->findings, &CODE_new_elsewhere, yaml_place(route->node),
				     "%" SLICE_FMT " sends all requests to '%" SLICE_FMT "'",
				     SLICE_ARG(route_label(route, r->c->arena)),
				     SLICE_ARG(r->vs->new_host));
	}
}

/*
 * Marks generated copies: our mirror, our comment, and the route they are a copy of right behind.
 */
static void mark_copies(struct vs *vs)
{
	for (size_t i = 0; i + 1 < vs->n; i++) {
		struct route *route = &vs->routes[i], *next = route + 1;

		if (next->kind != ROUTE_HTTP || !next->nold || next->our_mirror || !route->mirror ||
		    slice_find(yaml_head_comment(route->node), SLICE(COPY_COMMENT)) == SIZE_MAX)
			continue;
		route->our_copy = route->our_mirror;
		next->has_foreign_copy = !route->our_mirror;
	}
}

void vs_copy_notes(struct vs *vs, const struct vs *from)
{
	vs->root_mirrors = from->root_mirrors;
	vs->posts_only = from->posts_only;
	vs->shares_gateway_host = from->shares_gateway_host;
	vs->roots = from->roots;
	vs->nroots = from->nroots;
}

const struct yaml_node *vs_find_placeholder(const struct object *o)
{
	const struct yaml_node *http = vs_is(o) ? yaml_get(o->spec, "http") : NULL;

	for (const struct yaml_node *r = http ? http->first : NULL; r; r = r->next) {
		const struct yaml_node *route = yaml_get(r, "route");

		for (const struct yaml_node *c = route ? route->first : NULL; c; c = c->next) {
			const struct yaml_node *host = yaml_path(c, "destination", "host", NULL);

			if (host_is_placeholder(yaml_string(host)))
				return host;
		}
	}
	return NULL;
}

bool vs_on_gateway(const struct object *o)
{
	const struct yaml_node *gateways = yaml_get(o->spec, "gateways");

	for (const struct yaml_node *c = gateways ? gateways->first : NULL; c; c = c->next)
		if (c->kind == YAML_SCALAR && !slice_is(c->text, "mesh"))
			return true;
	return false;
}

/* Reads the routes of one kind, behind those already read. */
static int routes_read(const struct reader *r, enum route_kind kind)
{
	struct vs *vs = r->vs;
	const struct yaml_node *list;
	size_t i = 0;

	if (get_list(vs->object->spec, kind_names[kind], &list, r->err) < 0)
		return -1;
	for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next) {
		struct route *route = &vs->routes[vs->n++];

		route->kind = kind;
		route->index = i++;
		if (route_read(r, c, route) < 0)
			return -1;
		vs->nold += route->nold > 0;
	}
	return 0;
}

/* The number of entries of all lists together. */
static size_t count_routes(const struct object *o)
{
	size_t n = 0;

	for (size_t i = 0; i < NKINDS; i++) {
		const struct yaml_node *list = yaml_get(o->spec, kind_names[i]);

		n += list ? list->nchildren : 0;
	}
	return n;
}

int vs_read(struct vs *out, const struct object *o, const struct move_context *c, struct err *err)
{
	const struct reader r = { out, c, err };
	const struct move *move = c->move;
	struct arena *arena = c->arena;

	*out = (struct vs){ .object = o, .ns = o->ns.len ? o->ns : move->ns };
	out->names_ns = out->ns.len ? out->ns : host_service_namespace(move->from);
	out->old_host = host_resolve(move->from, move->ns.len ? move->ns : out->ns, arena);
	out->new_host = host_resolve(move->to, move->ns.len ? move->ns : out->ns, arena);
	out->on_gateway = vs_on_gateway(o);
	out->is_delegate = !yaml_get(o->spec, "hosts");
	out->routes = arena_array(arena, count_routes(o), sizeof(*out->routes));
	if (routes_read(&r, ROUTE_HTTP) < 0 || (move->tls && routes_read(&r, ROUTE_TLS) < 0) ||
	    (move->tcp && routes_read(&r, ROUTE_TCP) < 0))
		return -1;
	mark_copies(out);
	vs_number_routes(out);
	note_routes(&r);
	if (!move->tls)
		note_other_routes(&r, ROUTE_TLS);
	if (!move->tcp)
		note_other_routes(&r, ROUTE_TCP);
	return 0;
}

/* Calls back for the host of each destination of a list of routes. */
static void each_destination(const struct yaml_node *routes,
			     void (*host)(struct slice host, void *ctx), void *ctx)
{
	for (const struct yaml_node *c = routes ? routes->first : NULL; c; c = c->next) {
		const struct yaml_node *list = yaml_get(c, "route"),
				       *mirrors = yaml_get(c, "mirrors");

		for (const struct yaml_node *d = list ? list->first : NULL; d; d = d->next)
			host(yaml_string(yaml_path(d, "destination", "host", NULL)), ctx);
		host(yaml_string(yaml_path(c, "mirror", "host", NULL)), ctx);
		for (const struct yaml_node *m = mirrors ? mirrors->first : NULL; m; m = m->next)
			host(yaml_string(yaml_path(m, "destination", "host", NULL)), ctx);
		host(yaml_string(yaml_path(c, "delegate", "name", NULL)), ctx);
	}
}

/* Does the route of `root` delegate to `o`? */
static bool route_delegates(const struct object *root, const struct yaml_node *route,
			    const struct object *o, struct slice ns)
{
	struct slice name = yaml_string(yaml_path(route, "delegate", "name", NULL));
	struct slice other = yaml_string(yaml_path(route, "delegate", "namespace", NULL));

	other = other.len ? other : root->ns.len ? root->ns : ns;
	return name.len && slice_eq(name, o->name) && slice_eq(other, o->ns.len ? o->ns : ns);
}

const struct yaml_node *vs_delegates(const struct object *root, const struct object *o,
				     struct slice ns)
{
	const struct yaml_node *http = yaml_get(root->spec, "http");

	for (const struct yaml_node *c = http ? http->first : NULL; c; c = c->next)
		if (route_delegates(root, c, o, ns))
			return c;
	return NULL;
}

void vs_add_roots(struct vs *vs, const struct object *root, struct arena *arena)
{
	const struct yaml_node *http = yaml_get(root->spec, "http");
	size_t cap = vs->nroots;

	for (const struct yaml_node *c = http ? http->first : NULL; c; c = c->next) {
		if (!route_delegates(root, c, vs->object, vs->ns))
			continue;
		ARENA_ROOM(arena, vs->roots, vs->nroots, cap);
		vs->roots[vs->nroots++] = (struct vs_root){ root, c };
	}
}

void vs_each_host(const struct object *o, void (*host)(struct slice host, void *ctx), void *ctx)
{
	const struct yaml_node *hosts = yaml_get(o->spec, "hosts");

	for (const struct yaml_node *c = hosts ? hosts->first : NULL; c; c = c->next)
		host(yaml_string(c), ctx);
	host(yaml_string(yaml_get(o->spec, "host")), ctx);
	for (size_t i = 0; i < NKINDS; i++)
		each_destination(yaml_get(o->spec, kind_names[i]), host, ctx);
}

bool vs_is_done(const struct vs *vs)
{
	for (size_t i = 0; i < vs->n; i++)
		if (vs->routes[i].nnew)
			return !vs->nold;
	return false;
}

bool vs_is_moved(const struct vs *vs)
{
	for (size_t i = 0; i < vs->n; i++)
		if (vs->routes[i].nold && (vs->routes[i].nnew || vs->routes[i].our_mirror))
			return true;
	return false;
}

/* The first route before this one that hides a block of its match; NULL: none. */
static const struct route *block_hidden_by(const struct vs *vs, const struct route *route,
					   const struct yaml_node *block)
{
	const struct yaml_node *gateways = yaml_get(vs->object->spec, "gateways");

	for (const struct route *r = vs->routes; r < route; r++)
		if (r->kind == ROUTE_HTTP && !r->our_copy && match_hides(r->match, block, gateways))
			return r;
	return NULL;
}

const struct route *route_hidden_by(const struct vs *vs, const struct route *route)
{
	const struct route *found = NULL;

	if (route->kind != ROUTE_HTTP)
		return NULL;
	if (!route->match || !route->match->nchildren)
		return block_hidden_by(vs, route, NULL);
	for (const struct yaml_node *c = route->match->first; c; c = c->next)
		if (!(found = block_hidden_by(vs, route, c)))
			return NULL;
	return found;
}

void vs_number_routes(struct vs *vs)
{
	size_t number = 0;

	for (size_t i = 0; i < vs->n; i++) {
		if (!vs->routes[i].index)
			number = 0;
		vs->routes[i].number = vs->routes[i].our_copy ? number + 1 : ++number;
	}
}

long dest_weight(const struct route *r, const struct dest *d)
{
	if (r->n == 1 && d->value != -2)
		return d->value > 0 ? d->value : 100;
	return d->value > 0 ? d->value : 0;
}

long route_total(const struct route *r)
{
	long total = 0;

	for (size_t i = 0; i < r->n; i++)
		total += dest_weight(r, &r->dests[i]);
	return total;
}

bool route_same_olds(const struct route *a, const struct route *b)
{
	size_t j = 0;

	for (size_t i = 0; i < a->n; i++) {
		if (a->dests[i].side != SIDE_OLD)
			continue;
		while (j < b->n && b->dests[j].side != SIDE_OLD)
			j++;
		if (j == b->n ||
		    !slice_eq(yaml_string(a->dests[i].subset), yaml_string(b->dests[j].subset)))
			return false;
		j++;
	}
	return a->nold == b->nold;
}

bool route_is_standby(const struct route *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->dests[i].side != SIDE_OTHER &&
		    (dest_weight(r, &r->dests[i]) || r->dests[i].value == -2))
			return false;
	return r->nold > 0;
}

struct slice route_label(const struct route *r, struct arena *arena)
{
	struct slice name = yaml_string(r->name);

	if (r->kind != ROUTE_HTTP)
		return arena_printf(arena, "%s route %zu", kind_names[r->kind], r->number);
	if (name.len)
		return arena_printf(arena, "route %zu (%" SLICE_FMT ")", r->number,
				    SLICE_ARG(name));
	return arena_printf(arena, "route %zu", r->number);
}
