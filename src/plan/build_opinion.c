#include "plan/build_opinion.h"

#include "base/alloc.h"
#include "gitops/build.h"
#include "gitops/kustomization.h"
#include "kube/group.h"
#include "plan/step_builds.h"
#include "plan/step_work.h"
#include "yaml/value.h"

#include <stdlib.h>

struct opinion {
	const struct opinion_inputs *in;
	struct plan_inputs inputs;
	struct step step;
	struct step_work work; /* of the files before the step */
	struct yaml_pool pool;
	struct builds *before, *after;
	struct build_override *edits; /* the edited files */
	size_t nedits;
	const struct environment **environments;
	size_t nenvironments;
};

/* --- making --------------------------------------------------------------- */

/* Is the environment in the list? */
static bool has_environment(const struct opinion *o, const struct environment *e)
{
	for (size_t i = 0; i < o->nenvironments; i++)
		if (o->environments[i] == e)
			return true;
	return false;
}

/* Lists the environments that apply files of the step, and follow the branch. */
static void list_environments(struct opinion *o)
{
	const struct placements *l = &o->step.placements;
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		n += l->items[i].uses.n;
	o->environments = arena_array(o->pool.arena, n, sizeof(struct environment *));
	for (size_t i = 0; i < l->n; i++)
		for (size_t j = 0; j < l->items[i].uses.n; j++) {
			const struct environment *e = l->items[i].uses.items[j].environment;

			if (!e->other_revision && !has_environment(o, e))
				o->environments[o->nenvironments++] = e;
		}
}

/* Parses the edited manifests and kustomizations. */
static void parse_edits(struct opinion *o)
{
	const struct changes *changes = o->in->changes;

	o->edits = arena_array(o->pool.arena, changes->n, sizeof(*o->edits));
	for (size_t i = 0; i < changes->n; i++) {
		const struct change *c = &changes->items[i];
		struct err ignored = ERR_INIT;

		if (slice_eq(c->path, o->step.m->path))
			continue;
		o->edits[o->nedits++] = (struct build_override){
			c->path,
			c->after.ptr ? yaml_pool_parse(&o->pool, c->path, c->after, &ignored) : NULL
		};
	}
}

struct opinion *opinion_new(const struct opinion_inputs *in)
{
	struct opinion *o = xzalloc(sizeof(*o));
	struct findings ignored = { .n = 0 };

	o->in = in;
	o->step = *in->step;
	o->inputs = *in->plan;
	o->inputs.baselines = baselines_overlay(in->plan->baselines);
	o->inputs.builds = &o->before;
	yaml_pool_init(&o->pool);
	ignored.arena = o->pool.arena;
	o->work = (struct step_work){ .step = &o->step,
				      .pool = &o->pool,
				      .in = &o->inputs,
				      .intent = &o->step.intent,
				      .m = o->step.m };
	if (scope_find(&o->work.scope, &o->pool, &o->inputs, o->step.m, &ignored) < 0)
		return o;
	step_builds_read(&o->work);
	if (!o->before)
		return o;
	list_environments(o);
	parse_edits(o);
	o->after = builds_new(o->inputs.inventory, o->inputs.environments, o->edits, o->nedits);
	return o;
}

void opinion_free(struct opinion *o)
{
	if (!o)
		return;
	builds_free(o->before);
	builds_free(o->after);
	baselines_free(o->inputs.baselines);
	yaml_pool_release(&o->pool);
	free(o);
}

size_t opinion_count(const struct opinion *o)
{
	return o->nenvironments;
}

const struct environment *opinion_environment(const struct opinion *o, size_t at)
{
	return o->environments[at];
}

const struct yaml_file *opinion_edited(const struct opinion *o, struct slice path)
{
	for (size_t i = 0; i < o->nedits; i++)
		if (slice_eq(o->edits[i].path, path))
			return o->edits[i].file;
	return NULL;
}

/* --- one environment ------------------------------------------------------ */

/* A comparison of one environment. */
struct opinion_work {
	const struct opinion *o;
	const struct environment *environment;
	const struct built_set *ours[2]; /* before, after */
	struct objects theirs[2];
	struct findings *findings;
	bool partly;
	bool disagrees; /* a finding was added */
};

enum { BEFORE, AFTER };

/* Is the object of a kind that is compared? */
static bool is_compared(const struct object *o)
{
	return slice_ends(o->group, SLICE("istio.io")) || slice_is(o->group, GKE_GROUP);
}

/* Adds the first disagreement. */
static void disagree(struct opinion_work *c, struct place at, const struct object *object,
		     const char *what)
{
	if (c->disagrees)
		return;
	c->disagrees = true;
	findings_add(c->findings, &CODE_build_disagrees, at,
		     "'%" SLICE_FMT "' disagrees about %" SLICE_FMT "%s%" SLICE_FMT
		     "%sthe %s '%" SLICE_FMT "': %s",
		     SLICE_ARG(c->o->in->program), SLICE_ARG(object ? object->kind : SLICE("")),
		     object ? " '" : "", SLICE_ARG(object ? object->name : SLICE("")),
		     object ? "' of " : "", environment_kind_text(c->environment->kind),
		     SLICE_ARG(c->environment->name), what);
}

/* The namespace of an object of the environment: that of the engine if it has none. */
static struct slice find_namespace(const struct opinion_work *c, const struct object *o)
{
	return o->ns.len                     ? o->ns :
	       c->environment->target_ns.len ? c->environment->target_ns :
					       o->ns;
}

/* Have they the same kind, namespace and name? */
static bool is_same_object(const struct opinion_work *c, const struct object *a,
			   const struct object *b)
{
	return slice_eq(a->name, b->name) && slice_eq(a->kind, b->kind) &&
	       slice_eq(a->group, b->group) && slice_eq(find_namespace(c, a), find_namespace(c, b));
}

/* The object in a list of the program; NULL: it is not there. */
static const struct object *find_object(const struct opinion_work *c, const struct objects *in,
					const struct object *like)
{
	for (size_t i = 0; i < in->n; i++)
		if (is_same_object(c, &in->items[i], like))
			return &in->items[i];
	return NULL;
}

/* The object among those that are evaluated here; NULL: it is not there. */
static const struct built *find_built(const struct opinion_work *c, const struct built_set *in,
				      const struct object *like)
{
	for (size_t i = 0; i < in->n; i++)
		if (is_same_object(c, &in->items[i].object, like))
			return &in->items[i];
	return NULL;
}

/* The object with the namespace that its engine gives it. */
static const struct yaml_node *apply_namespace(const struct opinion_work *c, const struct object *o)
{
	struct arena *arena = c->o->pool.arena;
	struct slice ns = find_namespace(c, o);

	if (o->ns.len || !ns.len || !o->metadata || o->metadata->kind != YAML_MAP)
		return o->node;
	return value_put(o->node, SLICE("metadata"),
			 value_put(o->metadata, SLICE("namespace"),
				   value_text(o->metadata, ns, arena), arena),
			 arena);
}

/* "spec.http[0].timeout differs before the stage"; `in`: where the values are, "spec" or "". */
static const char *describe_difference(const struct opinion_work *c, const char *in,
				       const struct yaml_node *a, const struct yaml_node *b,
				       const char *when)
{
	AUTO_STR struct str path = STR_INIT;

	str_adds(&path, in);
	value_add_difference(&path, a, b);
	return arena_printf(c->o->pool.arena, "%s differs %s", path.len ? path.ptr : "it", when)
		.ptr;
}

/* --- the evaluation ------------------------------------------------------- */

/* Compares an object that is known here. */
static void compare_object(struct opinion_work *c, const struct built *b, int when)
{
	static const char *const names[] = { "before the stage", "after the stage" };
	const struct object *theirs = find_object(c, &c->theirs[when], &b->object);
	struct place at = yaml_place(b->origin->node);
	const struct yaml_node *node;

	for (const struct built_patch *p = b->patches; p; p = p->next)
		at = p->at;
	if (!theirs) {
		disagree(c, at, &b->object, "the program does not build it");
		return;
	}
	node = apply_namespace(c, theirs);
	if (!value_same(b->object.node, node))
		disagree(c, at, &b->object,
			 describe_difference(c, "", b->object.node, node, names[when]));
}

/*
 * The object as a VirtualService that routes to a host of the migration, in the order of `like`, as
 * it is evaluated here (generated copies are recognized by the order of their keys); NULL: it is
 * none.
 */
static const struct vs *parse_vs(const struct opinion_work *c, const struct object *o,
				 const struct built *like)
{
	struct built b = { .object = *o, .origin = like ? like->origin : NULL };
	struct err ignored = ERR_INIT;
	const struct vs *vs;

	if (!vs_is(o) ||
	    (like &&
	     !object_read(value_arrange(o->node, like->object.node, c->o->pool.arena), &b.object)))
		return NULL;
	vs = step_builds_parse(&c->o->work, &b, &ignored);
	return vs && vs->nold + vs_is_done(vs) ? vs : NULL;
}

/* The object as a file declares it that the step creates; NULL: it is in none. */
static const struct object *find_created(const struct opinion_work *c, const struct object *like)
{
	const struct changes *changes = c->o->in->changes;

	for (size_t i = 0; i < changes->n; i++) {
		const struct yaml_file *file = opinion_edited(c->o, changes->items[i].path);
		struct objects objects;
		const struct object *found;

		if (changes->items[i].before.ptr || !file)
			continue;
		objects = objects_of(file, c->o->pool.arena);
		found = find_object(c, &objects, like);
		if (found)
			return found;
	}
	return NULL;
}

/* Finds VirtualServices of the program that route to the old host and are not known here. */
static void find_unknown(struct opinion_work *c, int when)
{
	const struct objects *theirs = &c->theirs[when];

	for (size_t i = 0; i < theirs->n && c->ours[when]->stop.verdict == BUILD_KNOWN; i++) {
		const struct vs *vs;

		if (!is_compared(&theirs->items[i]) ||
		    find_built(c, c->ours[when], &theirs->items[i]) ||
		    (when == AFTER && find_created(c, &theirs->items[i])))
			continue;
		vs = parse_vs(c, &theirs->items[i], NULL);
		if (vs && vs->nold)
			disagree(c, c->environment->at, &theirs->items[i],
				 "it routes to the old host and was not found without the program");
	}
}

/* Compares what is known here, before or after. */
static void compare_evaluation(struct opinion_work *c, int when)
{
	const struct built_set *ours = c->ours[when];

	if (ours->stop.verdict == BUILD_FAILS) {
		disagree(c, ours->stop.at, NULL,
			 arena_printf(c->o->pool.arena,
				      "the program builds it, and it was expected to fail: %s",
				      ours->stop.why)
				 .ptr);
		return;
	}
	for (size_t i = 0; i < ours->n; i++)
		if (ours->items[i].stop.verdict == BUILD_KNOWN &&
		    is_compared(&ours->items[i].object) &&
		    !(c->partly && ours->items[i].as_written))
			compare_object(c, &ours->items[i], when);
	find_unknown(c, when);
}

/* --- the effect ----------------------------------------------------------- */

/* The baseline of an object that is evaluated here; NULL: not known. */
static const struct vs *find_baseline(const struct opinion_work *c, const struct built *b)
{
	const struct step_work *w = &c->o->work;

	for (size_t i = 0; i < w->built.n; i++)
		if (w->built.items[i].built == b)
			return w->built.items[i].baseline;
	for (size_t i = 0; i < w->scope.n; i++)
		if (w->scope.members[i].vs.object == b->origin)
			return w->scope.members[i].baseline;
	return NULL;
}

/*
 * What the object should be after the step; NULL: that is not known, since its routes cannot be
 * moved.
 */
static const struct yaml_node *expect_object(const struct opinion_work *c, const struct object *o,
					     const struct built *b)
{
	struct err ignored = ERR_INIT;
	const struct vs *vs;

	if (!vs_is(o) || !b || !step_builds_own(&c->o->work, b))
		return o->node;
	vs = parse_vs(c, o, b);
	return vs ? step_builds_converge(&c->o->work, vs, find_baseline(c, b), c->o->step.to,
					 &ignored) :
		    NULL;
}

/* Compares an object of the program before and after. False: with a finding. */
static bool compare_effect(struct opinion_work *c, const struct object *before)
{
	const struct built *b = find_built(c, c->ours[BEFORE], before);
	const struct object *after = find_object(c, &c->theirs[AFTER], before);
	const struct yaml_node *expected = after ? expect_object(c, before, b) : NULL;
	struct place at = b ? yaml_place(b->origin->node) : c->environment->at;

	if (after && expected && value_same(yaml_get(expected, "spec"), after->spec))
		return true;
	disagree(c, at, before,
		 !after    ? "after the stage, the program does not build it any more" :
		 !expected ? "the routes that the program builds cannot be moved" :
			     describe_difference(c, "spec", yaml_get(expected, "spec"), after->spec,
						 "from the stage in what the program builds"));
	return false;
}

/* Compares an object that the program builds only after the step. False: with a finding. */
static bool compare_new(struct opinion_work *c, const struct object *after)
{
	const struct object *file = find_created(c, after);

	if (file && value_same(file->spec, after->spec))
		return true;
	disagree(c, c->environment->at, after,
		 file ? describe_difference(c, "spec", file->spec, after->spec,
					    "from the created file") :
			"the program builds it only after the stage");
	return false;
}

/* Notes that the program agrees where the evaluation does not know. */
static void note_agreement(struct opinion_work *c)
{
	const struct built_set *ours = c->ours[BEFORE];
	const struct built *unknown = NULL;

	for (size_t i = 0; i < ours->n && !unknown; i++)
		if (ours->items[i].stop.verdict == BUILD_UNKNOWN &&
		    step_builds_own(&c->o->work, &ours->items[i]))
			unknown = &ours->items[i];
	if (!unknown)
		return;
	if (!find_object(c, &c->theirs[BEFORE], &unknown->object)) {
		disagree(c, unknown->stop.at, &unknown->object,
			 "it is not known under which name the program builds it");
		return;
	}
	findings_add(c->findings, &CODE_build_agrees, unknown->stop.at,
		     "'%" SLICE_FMT "' applies stage '%" SLICE_FMT "' in the %s '%" SLICE_FMT "'",
		     SLICE_ARG(c->o->in->program),
		     SLICE_ARG(step_stage_name(&c->o->work, c->o->step.to)),
		     environment_kind_text(c->environment->kind), SLICE_ARG(c->environment->name));
}

/* Did the proof of the step fail, so that its effect is known to be another one? */
static bool is_disproved(const struct opinion *o)
{
	for (size_t i = 0; i < o->step.findings.n; i++)
		if (o->step.findings.items[i].code == &CODE_build_differs)
			return true;
	return false;
}

/* Compares before with after. */
static void compare_effects(struct opinion_work *c)
{
	bool holds = true;

	if (!c->o->nedits || is_disproved(c->o))
		return;
	for (size_t i = 0; i < c->theirs[BEFORE].n && holds; i++)
		if (is_compared(&c->theirs[BEFORE].items[i]))
			holds = compare_effect(c, &c->theirs[BEFORE].items[i]);
	for (size_t i = 0; i < c->theirs[AFTER].n && holds; i++)
		if (is_compared(&c->theirs[AFTER].items[i]) &&
		    !find_object(c, &c->theirs[BEFORE], &c->theirs[AFTER].items[i]))
			holds = compare_new(c, &c->theirs[AFTER].items[i]);
	if (holds && !c->disagrees)
		note_agreement(c);
}

/* --- both ----------------------------------------------------------------- */

/* Parses what the program printed. False: with a finding. */
static bool parse_output(struct opinion_work *c, struct slice text, int when)
{
	struct yaml_pool *pool = (struct yaml_pool *)(uintptr_t)&c->o->pool;
	struct err err = ERR_INIT;
	const struct yaml_file *file = yaml_pool_parse(pool, c->o->in->program, text, &err);

	if (file) {
		c->theirs[when] = objects_of(file, pool->arena);
		return true;
	}
	findings_add(c->findings, &CODE_build_failed, c->environment->at,
		     "the output of '%" SLICE_FMT "' for the %s '%" SLICE_FMT
		     "' cannot be parsed: %s",
		     SLICE_ARG(c->o->in->program), environment_kind_text(c->environment->kind),
		     SLICE_ARG(c->environment->name), err.reason);
	return false;
}

void opinion_compare(struct opinion *o, const struct program_build *b, struct findings *findings)
{
	struct opinion_work c = {
		.o = o, .environment = b->environment, .findings = findings, .partly = b->partly
	};

	c.ours[BEFORE] = builds_of(o->before, b->environment);
	c.ours[AFTER] = builds_of(o->after, b->environment);
	if (!parse_output(&c, b->before, BEFORE) || !parse_output(&c, b->after, AFTER))
		return;
	compare_evaluation(&c, BEFORE);
	compare_evaluation(&c, AFTER);
	compare_effects(&c);
}

void opinion_note_failure(struct opinion *o, const struct environment *e, bool after,
			  const struct err *why, struct findings *findings)
{
	if (builds_of(after ? o->after : o->before, e)->stop.verdict == BUILD_FAILS)
		return; /* both agree, and it is reported */
	findings_add(findings, &CODE_build_failed, e->at,
		     "the %s '%" SLICE_FMT "' cannot be built%s: %s",
		     environment_kind_text(e->kind), SLICE_ARG(e->name),
		     after ? " with the edits of the stage" : "", why->reason);
}
