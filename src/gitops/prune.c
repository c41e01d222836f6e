#include "gitops/prune.h"

#include "base/ascii.h"
#include "gitops/parameters_internal.h"

#define ARGO_OPTIONS "argocd.argoproj.io/sync-options"
#define FLUX_PRUNE "kustomize.toolkit.fluxcd.io/prune"

/* A name for use in a command; what is not a valid name in Kubernetes becomes the placeholder. */
static struct slice name_or(struct slice name, const char *placeholder)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];

		if (!ascii_is_lower(c) && !ascii_is_digit(c) && (!i || (c != '-' && c != '.')))
			return slice_of(placeholder);
	}
	return name.len ? name : slice_of(placeholder);
}

struct slice prune_by_hand(const struct object *o, struct arena *arena)
{
	struct slice kind = arena_copy(arena, o->kind);
	char *c = (char *)(uintptr_t)kind.ptr;

	for (size_t i = 0; i < kind.len; i++)
		c[i] = ascii_to_lower(c[i]);
	return arena_printf(
		arena,
		"run kubectl delete %" SLICE_FMT ".%" SLICE_FMT " %" SLICE_FMT " -n %" SLICE_FMT,
		SLICE_ARG(kind), SLICE_ARG(o->group), SLICE_ARG(name_or(o->name, "NAME")),
		SLICE_ARG(name_or(o->ns, "NAMESPACE")));
}

/* What is asked. */
struct prune_query {
	const struct environment *e;
	const struct object *o;
	struct arena *arena;
};

/* A result; `at` NULL: the declaration of the environment, which does not set the field. */
static struct prune make_prune(const struct prune_query *q, enum prune_fate fate,
			       const struct yaml_node *at, const char *why, struct slice remedy)
{
	return (struct prune){ fate, at ? yaml_place(at) : q->e->at, slice_of(why), remedy };
}

/* The result for an object that stays until it is removed by hand. */
static struct prune keep_object(const struct prune_query *q, const struct yaml_node *at,
				const char *why)
{
	return make_prune(q, PRUNE_STAYS, at, why, prune_by_hand(q->o, q->arena));
}

/* Does the value contain a parameter that is set elsewhere? */
static bool has_parameter(const struct yaml_node *node)
{
	return node && node->kind == YAML_SCALAR && parameters_in(node->text);
}

static bool is_true(const struct yaml_node *node)
{
	return node && node->kind == YAML_SCALAR && slice_is(node->text, "true");
}

/* --- Argo CD -------------------------------------------------------------- */

/*
 * The value of an option in a text with commas: "Prune" in "Prune=false, PruneLast=true"; absent:
 * it is not set.
 */
static struct slice find_option(struct slice text, struct slice name)
{
	struct slice part;

	while (slice_next(&text, ',', &part)) {
		part = slice_trim(part);
		if (slice_starts(part, name) && part.len > name.len && part.ptr[name.len] == '=')
			return slice_sub(part, name.len + 1, part.len);
	}
	return SLICE_NONE;
}

/* The sync option of the object; `*at` is set to the annotation. */
static struct slice find_object_option(const struct prune_query *q, const char *name,
				       const struct yaml_node **at)
{
	*at = yaml_get(yaml_get(q->o->metadata, "annotations"), ARGO_OPTIONS);
	return find_option(yaml_string(*at), slice_of(name));
}

/* The sync option of the Application; `*at` is set to its item. */
static struct slice find_application_option(const struct prune_query *q, const char *name,
					    const struct yaml_node **at)
{
	const struct yaml_node *list = yaml_path(q->e->spec, "syncPolicy", "syncOptions", NULL);
	struct slice value = SLICE_NONE;

	for (const struct yaml_node *c = list && list->kind == YAML_SEQ ? list->first : NULL;
	     c && !value.ptr; c = c->next) {
		value = find_option(yaml_string(c), slice_of(name));
		*at = c;
	}
	return value;
}

/* The Application's name, unless it stands for several. */
static struct slice application_name(const struct prune_query *q)
{
	return q->e->many ? SLICE("NAME") : name_or(q->e->object, "NAME");
}

/*
 * A command about the Application ("run kubectl annotate application.argoproj.io ..."), with its
 * name and namespace.
 */
static struct slice format_command(const struct prune_query *q, const char *before,
				   const char *after)
{
	return arena_printf(q->arena, "%s %" SLICE_FMT " -n %" SLICE_FMT " %s", before,
			    SLICE_ARG(application_name(q)), SLICE_ARG(name_or(q->e->ns, "argocd")),
			    after);
}

static struct prune predict_argocd(const struct prune_query *q)
{
	const struct yaml_node *automated = yaml_path(q->e->spec, "syncPolicy", "automated", NULL),
			       *at, *last;
	const struct yaml_node *enabled = yaml_get(automated, "enabled"),
			       *prune = yaml_get(automated, "prune");
	struct slice option = find_object_option(q, "Prune", &at);

	if (!option.ptr)
		option = find_application_option(q, "Prune", &at);
	if (slice_is(option, "false"))
		return keep_object(q, at, "the sync option Prune=false keeps the object");
	if (has_parameter(at) || has_parameter(enabled) || has_parameter(prune))
		return make_prune(q, PRUNE_UNKNOWN, prune ? prune : at,
				  "its sync policy contains parameters that are set elsewhere",
				  prune_by_hand(q->o, q->arena));
	if (!automated || automated->kind != YAML_MAP || (enabled && !is_true(enabled)))
		return make_prune(q, PRUNE_MANUAL, automated,
				  "it is synced manually and prunes only on request",
				  arena_printf(q->arena,
					       "run argocd app sync %" SLICE_FMT " --prune",
					       SLICE_ARG(application_name(q))));
	if (!is_true(prune))
		return make_prune(q, PRUNE_STAYS, automated,
				  "automated sync does not prune without automated.prune",
				  arena_printf(q->arena,
					       "run argocd app sync %" SLICE_FMT
					       " --prune, or %" SLICE_FMT,
					       SLICE_ARG(application_name(q)),
					       SLICE_ARG(prune_by_hand(q->o, q->arena))));
	if (slice_is(option, "confirm"))
		return make_prune(
			q, PRUNE_MANUAL, at, "the sync option Prune=confirm requires an approval",
			format_command(q, "run kubectl annotate application.argoproj.io",
				       "argocd.argoproj.io/deletion-approved=$(date -u +%FT%TZ)"));
	if (slice_is(find_object_option(q, "PruneLast", &last), "true") ||
	    slice_is(find_application_option(q, "PruneLast", &last), "true"))
		return make_prune(
			q, PRUNE_GOES, last,
			"PruneLast=true removes the object after everything else is applied",
			SLICE_NONE);
	return make_prune(
		q, PRUNE_FIRST, prune,
		"automated.prune removes the object before the sync applies anything else",
		SLICE("make sure that the previous commit is live first, or set the sync "
		      "option PruneLast=true"));
}

/* --- Flux ----------------------------------------------------------------- */

static struct prune predict_flux(const struct prune_query *q)
{
	const struct yaml_node *prune = yaml_get(q->e->spec, "prune");
	const struct yaml_node *label = yaml_get(yaml_get(q->o->metadata, "labels"), FLUX_PRUNE);
	const struct yaml_node *annotation =
		yaml_get(yaml_get(q->o->metadata, "annotations"), FLUX_PRUNE);
	const struct yaml_node *own = slice_is(yaml_string(label), "disabled") ? label : annotation;

	if (slice_is(yaml_string(own), "disabled"))
		return keep_object(q, own, FLUX_PRUNE ": disabled keeps the object");
	if (has_parameter(prune))
		return make_prune(q, PRUNE_UNKNOWN, prune,
				  "spec.prune is a parameter that is set elsewhere",
				  prune_by_hand(q->o, q->arena));
	if (!is_true(prune))
		return keep_object(q, prune, "spec.prune is not true");
	if (q->e->suspended)
		return make_prune(q, PRUNE_MANUAL, NULL,
				  "it is suspended and applies nothing until it is resumed",
				  arena_printf(q->arena,
					       "run flux resume kustomization %" SLICE_FMT
					       " -n %" SLICE_FMT,
					       SLICE_ARG(name_or(q->e->object, "NAME")),
					       SLICE_ARG(name_or(q->e->ns, "flux-system"))));
	return make_prune(q, PRUNE_GOES, prune,
			  "spec.prune removes the object after everything else is applied",
			  SLICE_NONE);
}

struct prune prune_of(const struct environment_use *use, const struct object *o,
		      struct arena *arena)
{
	const struct prune_query q = { use->environment, o, arena };

	if (use->environment->other_revision)
		return keep_object(&q, NULL, "it follows a different revision than the branch");
	if (use->environment->unsure || use->source_types & SOURCE_UNKNOWN)
		return make_prune(&q, PRUNE_UNKNOWN, NULL,
				  "it is not known whether it applies the file",
				  prune_by_hand(o, arena));
	if (use->environment->kind == ENVIRONMENT_ARGOCD)
		return predict_argocd(&q);
	if (use->environment->kind == ENVIRONMENT_FLUX)
		return predict_flux(&q);
	if (use->environment->kind == ENVIRONMENT_CONFIG_SYNC)
		return make_prune(&q, PRUNE_UNKNOWN, NULL,
				  "what Config Sync removes is not evaluated",
				  prune_by_hand(o, arena));
	return make_prune(&q, PRUNE_UNKNOWN, NULL,
			  "the repository does not declare what applies the file, and kubectl "
			  "apply removes nothing",
			  prune_by_hand(o, arena));
}
