#include "istio/live.h"

#include "istio/live_diff_internal.h"
#include "istio/live_scene_internal.h"
#include "istio/live_winner_internal.h"
#include "istio/live_writer_internal.h"
#include "istio/rules.h"
#include "kube/group.h"

/* --- coverage ------------------------------------------------------------- */

/* Adds a finding of this code for each kind that was not read completely. */
static void note_unseen(const struct coverage *coverages, size_t n, struct slice context,
			const struct code *code, struct findings *findings)
{
	struct place at = { context.len ? arena_printf(findings->arena, "cluster %" SLICE_FMT,
						       SLICE_ARG(context)) :
					  SLICE("cluster"),
			    0, 0 };

	for (size_t i = 0; i < n; i++) {
		AUTO_STR struct str list = STR_INIT;

		for (size_t k = 0; k < coverages[i].namespaces.n; k++)
			str_addf(&list, "%s%" SLICE_FMT, k ? ", " : "",
				 SLICE_ARG(coverages[i].namespaces.items[k]));
		if (coverages[i].level == COVERED_SOME)
			findings_add(findings, code, at,
				     "%s.%s: could be read only in the namespaces %s: %" SLICE_FMT,
				     coverages[i].kind->plural, coverages[i].kind->group, list.ptr,
				     SLICE_ARG(coverages[i].reason));
		else if (coverages[i].level == COVERED_FORBIDDEN ||
			 coverages[i].level == COVERED_FAILED)
			findings_add(findings, code, at, "%s.%s: could not be read: %" SLICE_FMT,
				     coverages[i].kind->plural, coverages[i].kind->group,
				     SLICE_ARG(coverages[i].reason));
	}
}

void live_note_coverage(const struct coverage *coverages, size_t n, struct slice context,
			struct findings *findings)
{
	note_unseen(coverages, n, context, &CODE_live_unseen, findings);
}

void live_note_blind(const struct coverage *coverages, size_t n, struct slice context,
		     struct findings *findings)
{
	note_unseen(coverages, n, context, &CODE_live_blind, findings);
}

bool live_wants(const struct object *o)
{
	return object_is(o, ISTIO_GROUP, "Sidecar") || object_is(o, ARGO_GROUP, "Application") ||
	       object_is(o, ARGO_GROUP, "Rollout") || object_is(o, FLAGGER_GROUP, "Canary");
}

/* --- GCPBackend ----------------------------------------------------------- */

/* GCB5011: no GCPBackend of the cluster has the new host. */
static void check_backend(const struct live_scene *s, struct findings *findings)
{
	bool absent = live_coverage(s, "GCPBackend")->level == COVERED_NOT_INSTALLED;

	for (size_t i = 0; i < s->nobjects; i++)
		if (live_backend_has(s->objects[i], s->move->to))
			return;
	if (live_covered(s, "GCPBackend", SLICE_NONE))
		findings_add(findings, &CODE_live_no_backend, s->at,
			     "no GCPBackend in the cluster has the host '%" SLICE_FMT "'%s",
			     SLICE_ARG(s->move->to), absent ? ": the kind is not installed" : "");
}

/* --- the rules of files, on live objects ---------------------------------- */

/* Is the object one for the rules of files? VirtualServices are checked here, with their age. */
static bool is_around(const struct object *o)
{
	return !vs_is(o) && rules_want(o);
}

/*
 * The rules of the commit, applied to the cluster: findings about objects of the cluster are
 * reported, the others are already reported for the commit.
 */
static void check_around(const struct live_scene *s, struct findings *findings)
{
	const struct object **around = arena_array(s->arena, s->nobjects, sizeof(*around));
	struct findings found = { .arena = s->arena };
	struct rule_scene scene = {
		.move = s->move,
		.vss = s->vss,
		.nvss = s->nvss,
		.objects = around,
		.whole = true,
		.arena = s->arena,
	};

	for (size_t i = 0; i < s->nobjects; i++)
		if (is_around(s->objects[i]))
			around[scene.nobjects++] = s->objects[i];
	if (!scene.nobjects)
		return;
	rules_check(&scene, &found);
	for (size_t i = 0; i < found.n; i++) {
		const struct finding *f = &found.items[i];

		if (slice_eq(f->at.path, yaml_place(around[0]->node).path))
			findings_add(findings, f->code, (struct place){ SLICE("cluster"), 0, 0 },
				     "in the cluster, %" SLICE_FMT, SLICE_ARG(f->reason))
				->remedy = f->remedy;
	}
}

/* --- status --------------------------------------------------------------- */

/*
 * GCB5012: one message of an analyzer; open source Istio keeps only the text of its level and code.
 */
static void note_message(const struct object *o, const struct yaml_node *message,
			 struct arena *arena, struct findings *findings)
{
	struct slice level = yaml_string(yaml_get(message, "level")),
		     text = yaml_string(yaml_get(message, "message"));
	struct slice code = yaml_string(yaml_path(message, "type", "code", NULL));

	if (!code.len)
		code = yaml_string(yaml_get(message, "code"));
	if (slice_is(level, "INFO"))
		return;
	findings_add(findings, &CODE_live_analysis, live_place(o, arena),
		     "%" SLICE_FMT " %" SLICE_FMT "%s%" SLICE_FMT "%s", SLICE_ARG(level),
		     SLICE_ARG(code), text.len ? ": " : "", SLICE_ARG(text),
		     slice_is(code, "IST0101") ? " (expected for the host of a GCPBackend)" : "");
}

static void check_status(const struct live_scene *s, const struct object *o,
			 struct findings *findings)
{
	const struct yaml_node *conditions = yaml_path(o->node, "status", "conditions", NULL);
	const struct yaml_node *messages = yaml_path(o->node, "status", "validationMessages", NULL);

	for (const struct yaml_node *c = conditions ? conditions->first : NULL; c; c = c->next)
		if (slice_is(yaml_string(yaml_get(c, "status")), "False"))
			findings_add(findings, &CODE_live_analysis, live_place(o, s->arena),
				     "the condition %" SLICE_FMT " is False: %" SLICE_FMT
				     " %" SLICE_FMT,
				     SLICE_ARG(yaml_string(yaml_get(c, "type"))),
				     SLICE_ARG(yaml_string(yaml_get(c, "reason"))),
				     SLICE_ARG(yaml_string(yaml_get(c, "message"))));
	for (const struct yaml_node *c = messages ? messages->first : NULL; c; c = c->next)
		note_message(o, c, s->arena, findings);
}

/* The status of the VirtualServices and of the GCPBackend of the move. */
static void check_statuses(const struct live_scene *s, struct findings *findings)
{
	for (size_t v = 0; v < s->nvss; v++)
		if (live_twin(s, &s->vss[v]))
			check_status(s, live_twin(s, &s->vss[v]), findings);
	for (size_t i = 0; i < s->nobjects; i++)
		if (live_backend_has(s->objects[i], s->move->to))
			check_status(s, s->objects[i], findings);
}

/* --- all of them ---------------------------------------------------------- */

static void (*const rules[])(const struct live_scene *s, struct findings *findings) = {
	live_differences, live_winners, check_backend, check_around, live_writers, check_statuses,
};

void live_check(const struct live_scene *scene, struct findings *findings)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		rules[i](scene, findings);
}
