#include "istio/live_references.h"

#include "istio/host.h"
#include "istio/live_scene_internal.h"
#include "istio/rules_view_internal.h"
#include "kube/group.h"

#define CLUSTER_LOCAL ".svc.cluster.local"

/* What is looked for in one object. */
struct reference_search {
	struct slice host, shorter,
		svc; /* "web.shop" and "web.shop.svc" of a service of the cluster, else absent */
	struct slice ns;
	struct arena *arena;
	bool found;
};

/* Is it the host, by any of its names? */
static void search_text(struct slice text, void *ctx)
{
	struct reference_search *s = ctx;
	struct slice name = text, slash = slice_sub(text, slice_find_byte(text, '/'), text.len);

	if (slash.len) /* of a Sidecar: "NAMESPACE/HOST" */
		name = slice_sub(slash, 1, slash.len);
	s->found = s->found || names_host(text, s->host) || names_host(text, s->shorter) ||
		   names_host(text, s->svc) ||
		   host_same(host_resolve(name, s->ns, s->arena), s->host);
}

/* Is it a ServiceEntry with this host? */
static bool is_entry_of(const struct object *o, struct slice host)
{
	const struct yaml_node *hosts = yaml_get(o->spec, "hosts");

	for (const struct yaml_node *c = hosts ? hosts->first : NULL;
	     c && object_is(o, ISTIO_GROUP, "ServiceEntry"); c = c->next)
		if (host_same(yaml_string(c), host))
			return true;
	return false;
}

void live_note_references(const struct object *const *objects, size_t n, struct slice host,
			  struct findings *findings)
{
	struct reference_search s = { .host = host, .arena = findings->arena };

	if (slice_ends(host, SLICE(CLUSTER_LOCAL))) {
		s.shorter = slice_sub(host, 0, host.len - SLICE(CLUSTER_LOCAL).len);
		s.svc = slice_sub(host, 0, s.shorter.len + SLICE(".svc").len);
	}
	for (size_t i = 0; i < n; i++) {
		s.ns = objects[i]->ns;
		s.found = false;
		if (!is_entry_of(objects[i], host))
			each_string(objects[i]->spec, search_text, &s);
		if (s.found)
			findings_add(findings, &CODE_live_still_named,
				     live_place(objects[i], findings->arena),
				     "still references '%" SLICE_FMT "'", SLICE_ARG(host));
	}
}
