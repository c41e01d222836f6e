#include "istio/live_scene_internal.h"

#include "istio/host.h"
#include "kube/group.h"

const struct kind live_kinds[] = {
	{ ISTIO_GROUP, "VirtualService", "virtualservices" },
	{ ISTIO_GROUP, "DestinationRule", "destinationrules" },
	{ ISTIO_GROUP, "ServiceEntry", "serviceentries" },
	{ ISTIO_GROUP, "Sidecar", "sidecars" },
	{ GKE_GROUP, "GCPBackend", "gcpbackends" },
	{ ARGO_GROUP, "Application", "applications" },
	{ ARGO_GROUP, "Rollout", "rollouts" },
	{ FLAGGER_GROUP, "Canary", "canaries" },
};
const size_t live_nkinds = sizeof(live_kinds) / sizeof(live_kinds[0]);

struct place live_place(const struct object *o, struct arena *arena)
{
	struct slice text = arena_printf(
		arena, "%" SLICE_FMT " %" SLICE_FMT "%s%" SLICE_FMT " in the cluster",
		SLICE_ARG(o->kind), SLICE_ARG(o->ns), o->ns.len ? "/" : "", SLICE_ARG(o->name));

	return (struct place){ text, 0, 0 };
}

const struct coverage *live_coverage(const struct live_scene *s, const char *kind)
{
	for (size_t i = 0; i < live_nkinds; i++)
		if (slice_is(slice_of(s->coverages[i].kind->kind), kind))
			return &s->coverages[i];
	return &s->coverages[0];
}

bool live_covered(const struct live_scene *s, const char *kind, struct slice ns)
{
	const struct coverage *c = live_coverage(s, kind);

	return c->level == COVERED_ALL || c->level == COVERED_NOT_INSTALLED ||
	       (c->level == COVERED_SOME && ns.len && slices_have(c->namespaces, ns));
}

const struct object *live_twin(const struct live_scene *s, const struct vs *vs)
{
	const struct object *found = NULL;
	size_t n = 0;

	for (size_t i = 0; i < s->nobjects; i++) {
		const struct object *o = s->objects[i];

		if (!vs_is(o) || !slice_eq(o->name, vs->object->name))
			continue;
		if (slice_eq(o->ns, vs->ns))
			return o;
		found = o;
		n++;
	}
	/* a file without a namespace gets it when applied: then the only one of that name is it */
	return n == 1 && !vs->object->ns.len ? found : NULL;
}

bool live_backend_has(const struct object *o, struct slice host)
{
	const struct yaml_node *node = o->spec;
	bool found = false;

	/* all scalars below spec, without recursion: down, else on, else up and on */
	while (object_is(o, GKE_GROUP, "GCPBackend") && node && !found) {
		found = node->kind == YAML_SCALAR && host_same(yaml_string(node), host);
		if (node->first) {
			node = node->first;
			continue;
		}
		while (node != o->spec && !node->next)
			node = node->parent;
		node = node == o->spec ? NULL : node->next;
	}
	return found;
}
