/* The ServiceEntry of the old host. */
#include "istio/host.h"
#include "istio/policy_pairs_internal.h"
#include "istio/rules_internal.h"

static const struct yaml_node *endpoints_of(const struct object *entry)
{
	const struct yaml_node *list = yaml_get(entry->spec, "endpoints");

	return list ? list->first : NULL;
}

static void check_missing(const struct view *v, const struct code *code, struct findings *out)
{
	if (v->s->whole && !v->entries.n && !v->wild.n && !v->services.n)
		findings_add(out, code, v->s->at,
			     "this commit contains no ServiceEntry with the host '%" SLICE_FMT
			     "': its protocol, ports and TLS are not known",
			     SLICE_ARG(v->old));
}

static void check_near(const struct view *v, const struct code *code, struct findings *out)
{
	for (size_t e = 0; e < v->near.n && !v->entries.n; e++) {
		const struct yaml_node *hosts = yaml_get(v->near.items[e]->spec, "hosts");

		for (const struct yaml_node *c = hosts->first; c; c = c->next)
			if (is_near_entry(v, v->near.items[e], yaml_string(c)))
				findings_add(out, code, yaml_place(c),
					     "the ServiceEntry '%" SLICE_FMT
					     "' has the host '%" SLICE_FMT
					     "', but routes go to '%" SLICE_FMT "'",
					     SLICE_ARG(v->near.items[e]->name), SLICE_ARG(c->text),
					     SLICE_ARG(v->old));
	}
}

static void check_wildcard(const struct view *v, const struct code *code, struct findings *out)
{
	for (size_t e = 0; e < v->wild.n && !v->entries.n && !v->services.n; e++) {
		const struct yaml_node *hosts = yaml_get(v->wild.items[e]->spec, "hosts");

		for (const struct yaml_node *c = hosts->first; c; c = c->next)
			if (host_covered(yaml_string(c), v->old))
				findings_add(out, code, yaml_place(c),
					     "only the wildcard '%" SLICE_FMT
					     "' of the ServiceEntry '%" SLICE_FMT
					     "' covers '%" SLICE_FMT
					     "': a route to a single name finds no service",
					     SLICE_ARG(c->text), SLICE_ARG(v->wild.items[e]->name),
					     SLICE_ARG(v->old));
	}
}

/* A field of a ServiceEntry that matters, and what a finding states about it. */
struct entry_field {
	const char *key;
	const char *value; /* NULL: any */
	const char *what;
};

/* A finding for every entry that has the field. */
static void check_entry_field(const struct view *v, const struct code *code,
			      const struct entry_field *field, struct findings *out)
{
	for (size_t e = 0; e < v->entries.n; e++) {
		const struct object *o = v->entries.items[e];
		const struct yaml_node *node = yaml_get(o->spec, field->key);

		if (has_field(o->spec, field->key) &&
		    (!field->value || slice_is(yaml_string(node), field->value)))
			findings_add(out, code, yaml_place(node->key),
				     "the ServiceEntry '%" SLICE_FMT "' %s", SLICE_ARG(o->name),
				     field->what);
	}
}

static void check_internal(const struct view *v, const struct code *code, struct findings *out)
{
	static const struct entry_field field = {
		"location", "MESH_INTERNAL",
		"is MESH_INTERNAL: mTLS, identity and policies require peers in the mesh"
	};

	check_entry_field(v, code, &field, out);
}

/*
 * May be allowed, unlike mesh certificates: a selector defines what the old host is, not how it is
 * called. Machines that are in the mesh by a WorkloadEntry alone, without a proxy of their own,
 * answer plain requests, and only their owner knows.
 */
static void check_selector(const struct view *v, const struct code *code, struct findings *out)
{
	static const struct entry_field field = {
		"workloadSelector", NULL,
		"selects workloads of the mesh, which are often called with mTLS"
	};

	check_entry_field(v, code, &field, out);
}

static void check_names(const struct view *v, const struct code *code, struct findings *out)
{
	static const struct entry_field field = {
		"subjectAltNames", NULL, "has subjectAltNames, which apply to the old host only"
	};

	check_entry_field(v, code, &field, out);
}

static void check_addresses(const struct view *v, const struct code *code, struct findings *out)
{
	static const struct entry_field field = {
		"addresses", NULL, "has addresses, which clients may call instead of the name"
	};

	check_entry_field(v, code, &field, out);
}

static void check_none(const struct view *v, const struct code *code, struct findings *out)
{
	for (size_t e = 0; e < v->entries.n; e++) {
		const struct object *o = v->entries.items[e];
		const struct yaml_node *node = yaml_get(o->spec, "resolution");

		if (!has_field(o->spec, "resolution") || slice_is(yaml_string(node), "NONE"))
			findings_add(
				out, code, yaml_place(node ? node : o->node),
				"the ServiceEntry '%" SLICE_FMT
				"' has %s: requests go to the address that the client resolved",
				SLICE_ARG(o->name),
				node ? "the resolution NONE" : "no resolution, which means NONE");
	}
}

/* The first workload that the ServiceEntry selects and that requires mTLS of the mesh. */
static const struct object *mtls_workload(const struct view *v, const struct object *entry)
{
	for (size_t i = 0; i < v->workloads.n; i++) {
		const struct object *o = v->workloads.items[i];

		if (slice_eq(view_ns(v, o), view_ns(v, entry)) && workload_is_selected(o, entry) &&
		    workload_expects_mtls(o))
			return o;
	}
	return NULL;
}

/* The first endpoint that requires it. */
static const struct yaml_node *mtls_endpoint(const struct object *entry)
{
	for (const struct yaml_node *c = endpoints_of(entry); c; c = c->next)
		if (endpoint_expects_mtls(
			    yaml_get(c, "serviceAccount"),
			    yaml_path(c, "labels", "security.istio.io/tlsMode", NULL)))
			return c;
	return NULL;
}

/* With which certificate the old host is called. */
struct certificates {
	bool known;   /* some clients have a policy of their own */
	bool of_mesh; /* some call with that of the mesh */
};

/* The mesh's certificate is used without settings, and with those that name it. */
static void find_certificate(const struct policy_pair *p, void *ctx)
{
	const struct yaml_node *tls = policy_value(&p->old, "tls", NULL);
	struct certificates *found = ctx;

	found->known = true;
	found->of_mesh = found->of_mesh || !tls ||
			 slice_is(yaml_string(yaml_get(tls, "mode")), "ISTIO_MUTUAL");
}

/*
 * Only in the mesh: endpoints of other services are called in plain text whatever they expect, and
 * those with tls settings of a DestinationRule as these specify
 * (pilot/pkg/networking/core/cluster_tls.go, buildUpstreamTLSSettings).
 */
static void check_mtls(const struct view *v, const struct code *code, struct findings *out)
{
	struct certificates used = { false, false };

	policy_each_pair(v, find_certificate, &used);
	if (used.known && !used.of_mesh)
		return;
	for (size_t e = 0; e < v->entries.n; e++) {
		const struct object *entry = v->entries.items[e], *o = mtls_workload(v, entry);
		const struct yaml_node *endpoint = mtls_endpoint(entry);

		if (!slice_is(yaml_string(yaml_get(entry->spec, "location")), "MESH_INTERNAL"))
			continue;
		if (endpoint)
			findings_add(out, code, yaml_place(endpoint),
				     "an endpoint of the ServiceEntry '%" SLICE_FMT
				     "' requires mTLS of the mesh",
				     SLICE_ARG(entry->name));
		if (o)
			findings_add(out, code, yaml_place(o->node),
				     "the %" SLICE_FMT " '%" SLICE_FMT
				     "', which the ServiceEntry '%" SLICE_FMT
				     "' selects, requires mTLS of the mesh",
				     SLICE_ARG(o->kind), SLICE_ARG(o->name),
				     SLICE_ARG(entry->name));
	}
}

static void check_unix(const struct view *v, const struct code *code, struct findings *out)
{
	for (size_t e = 0; e < v->entries.n; e++)
		for (const struct yaml_node *c = endpoints_of(v->entries.items[e]); c; c = c->next)
			if (slice_starts(yaml_string(yaml_get(c, "address")), SLICE("unix://")))
				findings_add(out, code, yaml_place(c),
					     "an endpoint of the ServiceEntry '%" SLICE_FMT
					     "' is a Unix socket in the client's pod",
					     SLICE_ARG(v->entries.items[e]->name));
}

static void check_hosts(const struct view *v, const struct code *code, struct findings *out)
{
	for (size_t e = 0; e < v->entries.n; e++) {
		const struct object *o = v->entries.items[e];
		const struct yaml_node *hosts = yaml_get(o->spec, "hosts");
		AUTO_STR struct str list = STR_INIT;

		for (const struct yaml_node *c = hosts->first; c; c = c->next)
			if (!is_old_entry(v, yaml_string(c)))
				add_word(&list, yaml_string(c));
		if (list.len)
			findings_add(out, code, yaml_place(hosts->key),
				     "the ServiceEntry '%" SLICE_FMT
				     "' has other hosts, which this migration does not move: %s",
				     SLICE_ARG(o->name), list.ptr);
	}
}

/* --- exportTo ------------------------------------------------------------- */

/* Does the VirtualService decide where sidecars send requests to the old host? */
static bool decides_old(const struct view *v, const struct object *o)
{
	return owns_old(v, o) && binding_claims_mesh(o);
}

/*
 * All such VirtualServices: those of the move and their roots first, `*nown` of them; then those
 * that are none of the move's. Callers that see one of these follow it.
 */
static struct object_set mesh_heads(const struct view *v, size_t *nown)
{
	size_t most = v->others.n;
	struct object_set all;

	for (size_t i = 0; i < v->s->nvss; i++)
		most += view_heads(v, v->s->vss[i].object).n;
	all = (struct object_set){ arena_array(v->s->arena, most, sizeof(*all.items)), 0 };
	for (size_t i = 0; i < v->s->nvss; i++) {
		struct object_set heads = view_heads(v, v->s->vss[i].object);

		for (size_t h = 0; h < heads.n; h++)
			if (decides_old(v, heads.items[h]))
				all.items[all.n++] = heads.items[h];
	}
	*nown = all.n;
	for (size_t i = 0; i < v->others.n; i++)
		if (decides_old(v, v->others.items[i]))
			all.items[all.n++] = v->others.items[i];
	return all;
}

/* What the check of exportTo passes around. */
struct export_check {
	const struct view *v;
	const struct object *entry;
	const struct object_set *heads; /* as of mesh_heads */
	size_t nown;
	struct slice revision; /* of the callers' control plane */
};

/* Does the namespace see one of the VirtualServices? */
static bool any_seen_in(const struct export_check *c, struct slice ns)
{
	for (size_t i = 0; i < c->heads->n; i++) {
		struct visible head = { c->heads->items[i], view_ns(c->v, c->heads->items[i]) };

		if (visible_to_revision(head.object, c->revision) && visible_in(&head, ns))
			return true;
	}
	return false;
}

/* Is one of the VirtualServices exported to all namespaces? */
static bool any_everywhere(const struct export_check *c)
{
	for (size_t i = 0; i < c->heads->n; i++)
		if (visible_to_revision(c->heads->items[i], c->revision) &&
		    visible_everywhere(c->heads->items[i]))
			return true;
	return false;
}

/* The first of the move's own that callers of the control plane read; NULL: none. */
static const struct object *first_own(const struct export_check *c)
{
	for (size_t i = 0; i < c->nown; i++)
		if (visible_to_revision(c->heads->items[i], c->revision))
			return c->heads->items[i];
	return NULL;
}

/* Adds the namespaces that see the ServiceEntry but none of the VirtualServices that move it. */
static void unseen_by(const struct export_check *c, struct str *list)
{
	const struct visible own = { c->entry, view_ns(c->v, c->entry) };
	const struct yaml_node *exports = visible_exports(c->entry);

	if (any_everywhere(c))
		return;
	if (visible_everywhere(c->entry)) {
		add_word(list, SLICE("all others"));
		return;
	}
	for (const struct yaml_node *n = exports ? exports->first : NULL; n; n = n->next)
		if (!any_seen_in(c, visible_namespace(&own, n)))
			add_word(list, visible_namespace(&own, n));
}

/* The namespaces that a ServiceEntry is exported to, of one control plane; was there a finding? */
static bool check_entry_exports(const struct export_check *c, const struct code *code,
				struct findings *out)
{
	const struct object *first =
		visible_to_revision(c->entry, c->revision) ? first_own(c) : NULL;
	AUTO_STR struct str unseen = STR_INIT;

	if (first)
		unseen_by(c, &unseen);
	if (unseen.len)
		findings_add(out, code, yaml_place(yaml_get(first->spec, "exportTo")),
			     "these namespaces see the ServiceEntry '%" SLICE_FMT
			     "' but not this VirtualService, and keep calling the old host: %s",
			     SLICE_ARG(c->entry->name), unseen.ptr);
	return unseen.len;
}

/* Does the Sidecar hide all of the VirtualServices that its namespace sees, and sees it any? */
static bool hides_all(const struct export_check *c, const struct object *sidecar)
{
	bool any = false;

	for (size_t i = 0; i < c->heads->n; i++) {
		struct visible head = { c->heads->items[i], view_ns(c->v, c->heads->items[i]) };

		if (!visible_same_revision(head.object, sidecar) || !visible_in(&head, sidecar->ns))
			continue;
		if (!visible_is_hidden(sidecar, &head))
			return false;
		any = true;
	}
	return any;
}

/* Sidecars that show their pods a ServiceEntry, and none of the VirtualServices. */
static void check_entry_sidecars(const struct export_check *c, const struct code *code,
				 struct findings *out)
{
	struct visible entry = { c->entry, view_ns(c->v, c->entry) };

	for (size_t i = 0; i < c->v->s->sidecars.n; i++) {
		const struct object *sidecar = c->v->s->sidecars.items[i];

		if (visible_same_revision(c->entry, sidecar) && visible_in(&entry, sidecar->ns) &&
		    !visible_is_hidden(sidecar, &entry) && hides_all(c, sidecar))
			findings_add(out, code, yaml_place(sidecar->node),
				     "the Sidecar '%" SLICE_FMT
				     "' shows its pods the ServiceEntry '%" SLICE_FMT
				     "' but no VirtualService of it: they keep calling the old "
				     "host",
				     SLICE_ARG(full_name(c->v, sidecar)),
				     SLICE_ARG(c->entry->name));
	}
}

static void check_exports(const struct view *v, const struct code *code, struct findings *out)
{
	size_t nown;
	struct object_set heads = mesh_heads(v, &nown);
	struct slices revisions = view_revisions(v);

	for (size_t e = 0; e < v->entries.n; e++) {
		struct export_check c = { v, v->entries.items[e], &heads, nown, SLICE_NONE };
		const struct yaml_node *list = visible_exports(c.entry);

		if (list_has(list, "~")) {
			findings_add(out, code, yaml_place(list),
				     "the ServiceEntry '%" SLICE_FMT
				     "' is exported to no namespace",
				     SLICE_ARG(c.entry->name));
			continue;
		}
		for (size_t r = 0; r < revisions.n; r++) {
			c.revision = revisions.items[r];
			if (check_entry_exports(&c, code, out))
				break;
		}
		if (nown)
			check_entry_sidecars(&c, code, out);
	}
}

/* --- other objects -------------------------------------------------------- */

/*
 * Do clients of the VirtualService in the namespace of one ServiceEntry see the other one? They
 * see their own as a destination, whatever it is exported to.
 */
static bool meets_own(const struct view *v, const struct object *head, const struct object *own,
		      const struct object *other)
{
	struct visible of_head = { head, view_ns(v, head) },
		       of_other = { other, view_ns(v, other) };
	struct slice ns = view_ns(v, own);

	return visible_same_revision(own, other) && visible_same_revision(head, own) &&
	       visible_same_revision(head, other) && visible_in(&of_head, ns) &&
	       visible_in(&of_other, ns);
}

/* May a proxy that sees one of two ServiceEntries see the other one, too? */
static bool meet(const struct view *v, const struct object *a, const struct object *b)
{
	bool found = seen_together(v, a, b);

	for (size_t i = 0; i < v->s->nvss && !found; i++) {
		struct object_set heads = view_heads(v, v->s->vss[i].object);

		for (size_t h = 0; h < heads.n && !found; h++)
			found = meets_own(v, heads.items[h], a, b) ||
				meets_own(v, heads.items[h], b, a);
	}
	return found;
}

/* Another ServiceEntry of the old host that a proxy sees together with this one; NULL: none. */
static const struct object *other_entry(const struct view *v, size_t first)
{
	for (size_t e = first + 1; e < v->entries.n; e++)
		if (!same_object(v, v->entries.items[first], v->entries.items[e]) &&
		    meet(v, v->entries.items[first], v->entries.items[e]))
			return v->entries.items[e];
	return NULL;
}

static void check_twice(const struct view *v, const struct code *code, struct findings *out)
{
	const struct object *first = v->entries.n ? v->entries.items[0] : NULL, *other = NULL;

	for (size_t e = 0; e + 1 < v->entries.n && !other; e++) {
		first = v->entries.items[e];
		other = other_entry(v, e);
	}
	if (first && !other && v->services.n)
		other = v->services.items[0];
	if (other)
		findings_add(out, code, yaml_place(other->node),
			     "the %" SLICE_FMT " '%" SLICE_FMT "' and the ServiceEntry '%" SLICE_FMT
			     "' both have the host '%" SLICE_FMT "'",
			     SLICE_ARG(other->kind), SLICE_ARG(full_name(v, other)),
			     SLICE_ARG(full_name(v, first)), SLICE_ARG(v->old));
}

static void check_waypoint(const struct view *v, const struct code *code, struct findings *out)
{
	for (size_t e = 0; e < v->entries.n; e++) {
		const struct yaml_node *label = yaml_path(v->entries.items[e]->metadata, "labels",
							  "istio.io/use-waypoint", NULL);

		if (label)
			findings_add(out, code, yaml_place(label),
				     "the ServiceEntry '%" SLICE_FMT "' is served by a waypoint",
				     SLICE_ARG(v->entries.items[e]->name));
	}
}

static void check_kept(const struct view *v, const struct code *code, struct findings *out)
{
	bool owned = false;

	for (size_t i = 0; i < v->s->nvss; i++) {
		struct object_set heads = view_heads(v, v->s->vss[i].object);

		for (size_t h = 0; h < heads.n; h++)
			owned = owned || owns_old(v, heads.items[h]);
	}
	if (owned && v->entries.n)
		findings_add(out, code, yaml_place(v->entries.items[0]->node),
			     "'%" SLICE_FMT
			     "' is a host of the VirtualService: the ServiceEntry '%" SLICE_FMT
			     "' must remain after the migration",
			     SLICE_ARG(v->old), SLICE_ARG(v->entries.items[0]->name));
}

/* Has an endpoint of the ServiceEntry the field? */
static bool endpoint_has(const struct object *entry, const char *key)
{
	for (const struct yaml_node *c = endpoints_of(entry); c; c = c->next)
		if (has_field(c, key))
			return true;
	return false;
}

static void check_entry_plane(const struct view *v, const struct code *code, struct findings *out)
{
	static const char *const fields[] = { "network", "locality", "weight", NULL };

	for (size_t e = 0; e < v->entries.n; e++) {
		const struct object *o = v->entries.items[e];
		struct slice resolution = yaml_string(yaml_get(o->spec, "resolution"));
		const struct yaml_node *endpoints = yaml_get(o->spec, "endpoints");
		AUTO_STR struct str list = STR_INIT;

		if (slice_is(resolution, "DNS_ROUND_ROBIN"))
			add_word(&list, SLICE("resolution DNS_ROUND_ROBIN"));
		if (slice_is(resolution, "DNS") && endpoints && endpoints->nchildren > 1)
			add_word(&list, SLICE("several endpoints with resolution DNS"));
		for (size_t i = 0; fields[i]; i++)
			if (endpoint_has(o, fields[i]))
				str_addf(&list, "%sendpoints[].%s", list.len ? ", " : "",
					 fields[i]);
		if (list.len)
			findings_add(out, code, yaml_place(o->node),
				     "the ServiceEntry '%" SLICE_FMT
				     "' uses features that the control plane TRAFFIC_DIRECTOR does "
				     "not support: %s",
				     SLICE_ARG(o->name), list.ptr);
	}
}

const struct rule rules_of_entries[] = {
	{ &CODE_entry_missing, check_missing },
	{ &CODE_host_near, check_near },
	{ &CODE_entry_wildcard, check_wildcard },
	{ &CODE_entry_internal, check_internal },
	{ &CODE_entry_selector, check_selector },
	{ &CODE_entry_mtls, check_mtls },
	{ &CODE_entry_names, check_names },
	{ &CODE_entry_none, check_none },
	{ &CODE_entry_hosts, check_hosts },
	{ &CODE_entry_unix, check_unix },
	{ &CODE_entry_addresses, check_addresses },
	{ &CODE_entry_exports, check_exports },
	{ &CODE_entry_twice, check_twice },
	{ &CODE_entry_waypoint, check_waypoint },
	{ &CODE_entry_kept, check_kept },
	{ &CODE_entry_plane, check_entry_plane },
	{ NULL, NULL },
};
