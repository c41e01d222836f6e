/* The GCPBackend of the new host, and what else has that host. */
#include "istio/header.h"
#include "istio/host.h"
#include "istio/rules_internal.h"
#include "kube/group.h"
#include "istio/mirror.h"

/* Adds a GCPBackend whose host only looks like the new one. */
static void note_near(const struct view *v, struct str *hint)
{
	for (size_t i = 0; i < v->s->nobjects; i++) {
		const struct object *o = v->s->objects[i];
		struct slice host = yaml_string(yaml_get(o->spec, "hostname"));

		if (!hint->len && object_is(o, GKE_GROUP, "GCPBackend") &&
		    host_near(host, v->s->move->to))
			str_addf(hint,
				 "; Istio treats '%" SLICE_FMT "' of the GCPBackend '%" SLICE_FMT
				 "' as a different host",
				 SLICE_ARG(host), SLICE_ARG(o->name));
	}
}

/* No GCPBackend of the commit has the new host. */
static void check_backend(const struct view *v, const struct code *code, struct findings *out)
{
	AUTO_STR struct str hint = STR_INIT;

	if (v->backends.n)
		return;
	if (!v->s->whole) {
		findings_add(out, &CODE_unchecked, v->s->at,
			     "without a repository, it is not known whether a GCPBackend has the "
			     "host '%" SLICE_FMT "'",
			     SLICE_ARG(v->s->move->to))
			->remedy = SLICE("make sure that it exists before any traffic is moved");
		return;
	}
	note_near(v, &hint);
	findings_add(out, code, v->s->at,
		     "this commit contains no GCPBackend with the host '%" SLICE_FMT "'%s",
		     SLICE_ARG(v->s->move->to), hint.ptr);
}

/* Is there a GCPBackend of the new host in the namespace, or one without a namespace of its own? */
static bool backend_near(const struct view *v, struct slice ns)
{
	for (size_t i = 0; i < v->backends.n; i++)
		if (!v->backends.items[i]->ns.len || slice_eq(v->backends.items[i]->ns, ns))
			return true;
	return !v->backends.n;
}

static void check_namespace(const struct view *v, const struct code *code, struct findings *out)
{
	for (size_t i = 0; i < v->s->nvss; i++) {
		const struct vs *vs = &v->s->vss[i];

		if (!vs->ns.len || backend_near(v, vs->ns))
			continue;
		findings_add(out, code, yaml_place(v->backends.items[0]->node),
			     "the GCPBackend '%" SLICE_FMT "' is in the namespace '%" SLICE_FMT
			     "', the VirtualService '%" SLICE_FMT "' in '%" SLICE_FMT "'",
			     SLICE_ARG(v->backends.items[0]->name),
			     SLICE_ARG(v->backends.items[0]->ns), SLICE_ARG(vs->object->name),
			     SLICE_ARG(vs->ns));
		return;
	}
}

static void check_two_backends(const struct view *v, const struct code *code, struct findings *out)
{
	for (size_t i = 1; i < v->backends.n; i++)
		if (!same_object(v, v->backends.items[0], v->backends.items[i])) {
			findings_add(out, code, yaml_place(v->backends.items[i]->node),
				     "the GCPBackends '%" SLICE_FMT "' and '%" SLICE_FMT
				     "' both have the host '%" SLICE_FMT "'",
				     SLICE_ARG(full_name(v, v->backends.items[0])),
				     SLICE_ARG(full_name(v, v->backends.items[i])),
				     SLICE_ARG(v->new));
			return;
		}
}

static void check_taken(const struct view *v, const struct code *code, struct findings *out)
{
	for (size_t i = 0; i < v->taken.n; i++)
		findings_add(out, code, yaml_place(v->taken.items[i]->node),
			     "the %" SLICE_FMT " '%" SLICE_FMT
			     "' also has the new host '%" SLICE_FMT "'",
			     SLICE_ARG(v->taken.items[i]->kind), SLICE_ARG(v->taken.items[i]->name),
			     SLICE_ARG(v->new));
}

static void check_confusing(const struct view *v, const struct code *code, struct findings *out)
{
	for (size_t i = 0; i < v->confusing.n; i++)
		findings_add(out, code, yaml_place(v->confusing.items[i]->node),
			     "the GCPBackend '%" SLICE_FMT "' has the old host '%" SLICE_FMT "'",
			     SLICE_ARG(v->confusing.items[i]->name), SLICE_ARG(v->old));
}

/* Has a ServiceEntry or Service the port? True, too, when it lists none. */
static bool lists_port(const struct object *o, long wanted)
{
	const struct yaml_node *ports = yaml_get(o->spec, "ports");
	bool any = false;

	for (const struct yaml_node *c = ports ? ports->first : NULL; c; c = c->next) {
		const struct yaml_node *number =
			yaml_get(c, object_is(o, "", "Service") ? "port" : "number");
		long value;

		any = true;
		if (number && number->kind == YAML_SCALAR &&
		    parse_int(number->text, 1, 65535, &value) && value == wanted)
			return true;
	}
	return !any;
}

static void check_new_port(const struct view *v, const struct code *code, struct findings *out)
{
	for (size_t i = 0; i < v->taken.n && v->s->move->port; i++)
		if (!v->backends.n && !lists_port(v->taken.items[i], v->s->move->port))
			findings_add(out, code, yaml_place(v->taken.items[i]->node),
				     "the %" SLICE_FMT " '%" SLICE_FMT
				     "' of the new host has no port %d",
				     SLICE_ARG(v->taken.items[i]->kind),
				     SLICE_ARG(v->taken.items[i]->name), v->s->move->port);
}

static void check_cloud_run_mirror(const struct view *v, const struct code *code,
				   struct findings *out)
{
	const struct object *run = view_cloud_run(v);

	if (run && v->s->to.kind == STAGE_MIRROR)
		findings_add(
			out, code, yaml_place(run->node),
			"the GCPBackend '%" SLICE_FMT
			"' is a Cloud Run service, and mirroring to Cloud Run is not supported",
			SLICE_ARG(run->name));
}

/* The first VirtualService with a route to the old host that keeps the client's Host header. */
static const struct vs *passes_host(const struct view *v)
{
	for (size_t i = 0; i < v->s->nvss && !v->s->move->host_header.ptr; i++)
		for (size_t r = 0; r < v->s->vss[i].n; r++) {
			const struct route *route = &v->s->vss[i].routes[r];

			if (route->nold && route->kind == ROUTE_HTTP && !route_authority(route))
				return &v->s->vss[i];
		}
	return NULL;
}

/*
 * One of two rules about the Host header: the one for Cloud Run, or the one for all other backends.
 */
static void note_host(const struct view *v, const struct code *code, struct findings *out)
{
	const struct vs *vs = passes_host(v);
	struct object_set heads = { NULL, 0 };
	const struct yaml_node *hosts;
	struct slice host;

	if (vs)
		heads = view_heads(v, vs->object);
	hosts = heads.n ? yaml_get(heads.items[0]->spec, "hosts") : NULL;
	host = yaml_string(hosts ? hosts->first : NULL);

	if (vs)
		findings_add(out, code, yaml_place(hosts ? hosts : vs->object->node),
			     "requests to '%" SLICE_FMT
			     "' have the Host header that clients send, '%" SLICE_FMT "'",
			     SLICE_ARG(v->new), SLICE_ARG(host.len ? host : v->old));
}

static void check_host(const struct view *v, const struct code *code, struct findings *out)
{
	if (!view_cloud_run(v))
		note_host(v, code, out);
}

static void check_cloud_run_host(const struct view *v, const struct code *code,
				 struct findings *out)
{
	if (view_cloud_run(v))
		note_host(v, code, out);
}

/*
 * For information only: the control plane decides whether the suffix is added, which Git does not
 * show, and a copy that is not answered does no harm.
 */
static void check_shadow(const struct view *v, const struct code *code, struct findings *out)
{
	const struct move_context c = { v->s->move, v->s->arena, NULL };
	bool any = false;

	for (size_t i = 0; i < v->s->nvss; i++)
		for (size_t r = 0; r < v->s->vss[i].n && !any; r++)
			any = v->s->vss[i].routes[r].nold &&
			      mirror_choose(&v->s->vss[i], &v->s->vss[i].routes[r], &c) !=
				      MIRROR_NONE;
	if (any && v->s->to.kind == STAGE_MIRROR)
		findings_add(out, code, v->s->at,
			     "the Host header of mirrored requests may have the suffix '-shadow'");
}

static void check_writes(const struct view *v, const struct code *code, struct findings *out)
{
	static const struct slice safe[] = { SLICE_INIT("GET"), SLICE_INIT("HEAD"),
					     SLICE_INIT("OPTIONS"), SLICE_INIT("TRACE") };
	struct slices methods = v->s->move->methods;
	AUTO_STR struct str list = STR_INIT;

	for (size_t i = 0; i < methods.n; i++)
		if (!slices_have((struct slices){ (struct slice *)(uintptr_t)safe, 4 },
				 methods.items[i]))
			add_word(&list, methods.items[i]);
	if (list.len && v->s->to.kind == STAGE_MIRROR)
		findings_add(out, code, v->s->at, "methods that may write are mirrored: %s",
			     list.ptr);
}

const struct rule rules_of_backends[] = {
	{ &CODE_no_backend, check_backend },
	{ &CODE_backend_ns, check_namespace },
	{ &CODE_backend_twice, check_two_backends },
	{ &CODE_new_taken, check_taken },
	{ &CODE_backend_old, check_confusing },
	{ &CODE_new_port, check_new_port },
	{ &CODE_run_mirror, check_cloud_run_mirror },
	{ &CODE_run_host, check_cloud_run_host },
	{ &CODE_host_kept, check_host },
	{ &CODE_mirror_shadow, check_shadow },
	{ &CODE_mirror_writes, check_writes },
	{ NULL, NULL },
};
