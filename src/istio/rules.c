#include "istio/rules.h"

#include "istio/host.h"
#include "istio/rules_internal.h"
#include "kube/group.h"

const struct rule *const rule_tables[] = { rules_of_backends,     rules_of_ports,  rules_of_entries,
					   rules_of_destinations, rules_of_routes, rules_around };
const size_t nrule_tables = sizeof(rule_tables) / sizeof(rule_tables[0]);

void rules_check(const struct rule_scene *scene, struct findings *findings)
{
	struct view view;

	view_make(&view, scene);
	for (size_t i = 0; i < nrule_tables; i++)
		for (const struct rule *r = rule_tables[i]; r->code; r++)
			if (scene->thorough || r->code->severity != SEVERITY_INFO)
				r->check(&view, r->code, findings);
}

bool rules_want(const struct object *o)
{
	return object_is(o, GKE_GROUP, "GCPBackend") || object_is(o, ISTIO_GROUP, "ServiceEntry") ||
	       object_is(o, ISTIO_GROUP, "DestinationRule") ||
	       object_is(o, ISTIO_GROUP, "Sidecar") || object_is(o, "", "Service") ||
	       is_workload(o) || is_namer(o);
}

/* A callback for hosts, and its argument. */
struct listener {
	void (*host)(struct slice host, void *ctx);
	void *ctx;
};

/* Calls back for every piece of a text that may be a host: "outbound|80||a.example.com" has one. */
static void each_piece(struct slice text, void *ctx)
{
	const struct listener *l = ctx;

	for (size_t i = 0; i < text.len;) {
		size_t start = i;

		while (i < text.len && text.ptr[i] > ' ' &&
		       !(text.ptr[i] == '/' || text.ptr[i] == '|' || text.ptr[i] == ':'))
			i++;
		if (i > start)
			l->host(slice_sub(text, start, i - start), l->ctx);
		i += i == start;
	}
}

/* The names of the VirtualServices that this one delegates to. */
static void each_delegate(const struct object *o, const struct listener *l)
{
	const struct yaml_node *http = yaml_get(o->spec, "http");

	for (const struct yaml_node *c = http ? http->first : NULL; c; c = c->next)
		l->host(yaml_string(yaml_path(c, "delegate", "name", NULL)), l->ctx);
}

/* The values of the labels of a workload, by which ServiceEntries select it. */
static void each_label(const struct object *o, const struct listener *l)
{
	const struct yaml_node *maps[WORKLOAD_LABELS];

	workload_labels(o, maps);
	for (size_t i = 0; i < WORKLOAD_LABELS; i++)
		for (const struct yaml_node *c = maps[i] ? maps[i]->first : NULL; c; c = c->next)
			l->host(yaml_string(c), l->ctx);
}

void rules_each_host(const struct object *o, void (*host)(struct slice host, void *ctx), void *ctx)
{
	const struct yaml_node *hosts = yaml_get(o->spec, "hosts");
	struct listener l = { host, ctx };

	if (vs_is(o)) {
		each_delegate(o, &l);
	} else if (object_is(o, GKE_GROUP, "GCPBackend")) {
		each_string(o->spec, host, ctx);
	} else if (object_is(o, "", "Service")) {
		host(o->name, ctx);
	} else if (is_workload(o)) {
		each_label(o, &l);
	} else if (object_is(o, ISTIO_GROUP, "Sidecar") || is_namer(o)) {
		each_string(o->spec, each_piece, &l);
	} else {
		for (const struct yaml_node *c = hosts ? hosts->first : NULL; c; c = c->next)
			host(yaml_string(c), ctx);
		host(yaml_string(yaml_get(o->spec, "host")), ctx);
	}
}
