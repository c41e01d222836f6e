#include "istio/live_writer_internal.h"

#include "istio/live_scene_internal.h"
#include "istio/writer.h"
#include "kube/group.h"

/* --- controllers ---------------------------------------------------------- */

/* GCB5013. */
static void check_controllers(const struct live_scene *s, const struct object *vs,
			      struct findings *findings)
{
	for (size_t i = 0; i < s->nobjects; i++) {
		const struct object *o = s->objects[i];

		if (writer_sets_weights(o, vs, s->arena))
			findings_add(findings, &CODE_live_writer, live_place(o, s->arena),
				     "sets the weights of the VirtualService '%" SLICE_FMT
				     "/%" SLICE_FMT "'",
				     SLICE_ARG(vs->ns), SLICE_ARG(vs->name));
	}
}

/* --- managedFields -------------------------------------------------------- */

/* Managers that apply the contents of a repository. */
static const char *const quiet[] = {
	"argocd-controller",
	"argocd-application-controller",
	"kustomize-controller",
	"helm-controller",
	"kubectl",
	"kubectl-client-side-apply",
	"kubectl-create",
	"kubectl-replace",
	"before-first-apply",
};

static bool is_quiet(struct slice manager)
{
	for (size_t i = 0; i < sizeof(quiet) / sizeof(quiet[0]); i++)
		if (slice_is(manager, quiet[i]))
			return true;
	return false;
}

/* GCB5014: writers of spec.http. */
static void check_managers(const struct live_scene *s, const struct object *vs,
			   struct findings *findings)
{
	const struct yaml_node *list = yaml_get(vs->metadata, "managedFields");

	for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next) {
		struct slice manager = yaml_string(yaml_get(c, "manager"));

		if (!yaml_path(c, "fieldsV1", "f:spec", "f:http", NULL) || is_quiet(manager))
			continue;
		findings_add(findings, &CODE_live_manager, live_place(vs, s->arena),
			     "spec.http was written by '%" SLICE_FMT "' at %" SLICE_FMT,
			     SLICE_ARG(manager), SLICE_ARG(yaml_string(yaml_get(c, "time"))));
	}
}

/* --- Argo CD -------------------------------------------------------------- */

/*
 * Does an Application manage the VirtualService: by its tracking annotation or label, or in the
 * list of its status?
 */
static bool app_keeps(const struct object *app, const struct object *vs, struct arena *arena)
{
	const struct yaml_node *list = yaml_path(app->node, "status", "resources", NULL);
	struct slice id = yaml_string(
		yaml_path(vs->metadata, "annotations", "argocd.argoproj.io/tracking-id", NULL));
	struct slice label =
		yaml_string(yaml_path(vs->metadata, "labels", "app.kubernetes.io/instance", NULL));
	struct slice long_name = arena_printf(arena, "%" SLICE_FMT "_%" SLICE_FMT,
					      SLICE_ARG(app->ns), SLICE_ARG(app->name));

	if (id.len)
		label = slice_sub(id, 0, slice_find_byte(id, ':'));
	if (slice_eq(label, app->name) || slice_eq(label, long_name))
		return true;
	for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next)
		if (slice_is(yaml_string(yaml_get(c, "kind")), "VirtualService") &&
		    slice_eq(yaml_string(yaml_get(c, "name")), vs->name) &&
		    slice_eq(yaml_string(yaml_get(c, "namespace")), vs->ns))
			return true;
	return false;
}

/* GCB5015. */
static void check_ignored(const struct live_scene *s, const struct object *vs,
			  struct findings *findings)
{
	for (size_t i = 0; i < s->nobjects; i++) {
		const struct object *app = s->objects[i];
		const struct yaml_node *list = yaml_get(app->spec, "ignoreDifferences");

		if (!object_is(app, ARGO_GROUP, "Application") || !list ||
		    !app_keeps(app, vs, s->arena))
			continue;
		for (const struct yaml_node *c = list->first; c; c = c->next)
			if (writer_is_ignored(c, vs))
				findings_add(findings, &CODE_live_ignored,
					     live_place(app, s->arena),
					     "ignoreDifferences hides spec.http of the "
					     "VirtualService '%" SLICE_FMT "/%" SLICE_FMT "'",
					     SLICE_ARG(vs->ns), SLICE_ARG(vs->name));
	}
}

void live_writers(const struct live_scene *s, struct findings *findings)
{
	for (size_t v = 0; v < s->nvss; v++) {
		const struct object *twin = live_twin(s, &s->vss[v]);

		if (!twin)
			continue;
		check_controllers(s, twin, findings);
		check_managers(s, twin, findings);
		check_ignored(s, twin, findings);
	}
}
