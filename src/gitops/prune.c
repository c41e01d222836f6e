#include "gitops/prune.h"

#include "base/ascii.h"

#define ARGO_OPTIONS "argocd.argoproj.io/sync-options"
#define FLUX_PRUNE "kustomize.toolkit.fluxcd.io/prune"

/* A name as it may stand in a command; what is no name of Kubernetes is not put there. */
static struct slice word(struct slice name, const char *otherwise)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];

		if (!ascii_is_lower(c) && !ascii_is_digit(c) && (!i || (c != '-' && c != '.')))
			return slice_of(otherwise);
	}
	return name.len ? name : slice_of(otherwise);
}

struct slice prune_by_hand(const struct object *o, struct arena *arena)
{
	struct slice kind = arena_copy(arena, o->kind);
	char *c = (char *)(uintptr_t)kind.ptr;

	for (size_t i = 0; i < kind.len; i++)
		c[i] = ascii_to_lower(c[i]);
	return arena_printf(
		arena, "kubectl delete %" SLICE_FMT ".%" SLICE_FMT " %" SLICE_FMT " -n %" SLICE_FMT,
		SLICE_ARG(kind), SLICE_ARG(o->group), SLICE_ARG(word(o->name, "NAME")),
		SLICE_ARG(word(o->ns, "NAMESPACE")));
}

/* What passes around. */
struct asking {
	const struct environment *e;
	const struct object *o;
	struct arena *arena;
};

/* An answer; `at` NULL: the environment says it by saying nothing. */
static struct prune answer(const struct asking *a, enum prune_fate fate, const struct yaml_node *at,
			   const char *why, struct slice remedy)
{
	return (struct prune){ fate, at ? yaml_place(at) : a->e->at, slice_of(why), remedy };
}

/* An answer for what stays until it is removed by hand. */
static struct prune stays(const struct asking *a, const struct yaml_node *at, const char *why)
{
	return answer(a, PRUNE_STAYS, at, why, prune_by_hand(a->o, a->arena));
}

/* Is it filled in by something that we do not see? */
static bool is_open(const struct yaml_node *node)
{
	struct slice text = node && node->kind == YAML_SCALAR ? node->text : SLICE("");

	return slice_find(text, SLICE("{{")) != SIZE_MAX ||
	       slice_find(text, SLICE("${")) != SIZE_MAX;
}

static bool is_true(const struct yaml_node *node)
{
	return node && node->kind == YAML_SCALAR && slice_is(node->text, "true");
}

/* --- Argo CD -------------------------------------------------------------- */

/*
 * The value of an option in a text with commas: "Prune" in "Prune=false, PruneLast=true"; absent:
 * it is not there.
 */
static struct slice option_in(struct slice text, struct slice name)
{
	struct slice part;

	while (slice_next(&text, ',', &part)) {
		part = slice_trim(part);
		if (slice_starts(part, name) && part.len > name.len && part.ptr[name.len] == '=')
			return slice_sub(part, name.len + 1, part.len);
	}
	return SLICE_NONE;
}

/* The option of the object; `*at` gets what says it. */
static struct slice own_option(const struct asking *a, const char *name,
			       const struct yaml_node **at)
{
	*at = yaml_get(yaml_get(a->o->metadata, "annotations"), ARGO_OPTIONS);
	return option_in(yaml_string(*at), slice_of(name));
}

/* The option of the Application. */
static struct slice common_option(const struct asking *a, const char *name,
				  const struct yaml_node **at)
{
	const struct yaml_node *list = yaml_path(a->e->spec, "syncPolicy", "syncOptions", NULL);
	struct slice value = SLICE_NONE;

	for (const struct yaml_node *c = list && list->kind == YAML_SEQ ? list->first : NULL;
	     c && !value.ptr; c = c->next) {
		value = option_in(yaml_string(c), slice_of(name));
		*at = c;
	}
	return value;
}

/* The Application's name, where it is one Application. */
static struct slice application(const struct asking *a)
{
	return a->e->many ? SLICE("NAME") : word(a->e->object, "NAME");
}

/*
 * "kubectl annotate application.argoproj.io ..." and the like: the Application by its name and
 * namespace.
 */
static struct slice for_application(const struct asking *a, const char *before, const char *behind)
{
	return arena_printf(a->arena, "%s %" SLICE_FMT " -n %" SLICE_FMT " %s", before,
			    SLICE_ARG(application(a)), SLICE_ARG(word(a->e->ns, "argocd")), behind);
}

static struct prune by_argocd(const struct asking *a)
{
	const struct yaml_node *automated = yaml_path(a->e->spec, "syncPolicy", "automated", NULL),
			       *at, *last;
	const struct yaml_node *enabled = yaml_get(automated, "enabled"),
			       *prune = yaml_get(automated, "prune");
	struct slice option = own_option(a, "Prune", &at);

	if (!option.ptr)
		option = common_option(a, "Prune", &at);
	if (slice_is(option, "false"))
		return stays(a, at, "the sync option Prune=false keeps it");
	if (is_open(at) || is_open(enabled) || is_open(prune))
		return answer(a, PRUNE_UNKNOWN, prune ? prune : at,
			      "its sync policy is filled in by something that is not seen here",
			      prune_by_hand(a->o, a->arena));
	if (!automated || automated->kind != YAML_MAP || (enabled && !is_true(enabled)))
		return answer(a, PRUNE_ASKS, automated,
			      "it is synced by hand, and prunes only when it is asked to",
			      arena_printf(a->arena, "argocd app sync %" SLICE_FMT " --prune",
					   SLICE_ARG(application(a))));
	if (!is_true(prune))
		return answer(a, PRUNE_STAYS, automated,
			      "automated sync prunes nothing without automated.prune",
			      arena_printf(a->arena,
					   "argocd app sync %" SLICE_FMT " --prune, or %" SLICE_FMT,
					   SLICE_ARG(application(a)),
					   SLICE_ARG(prune_by_hand(a->o, a->arena))));
	if (slice_is(option, "confirm"))
		return answer(
			a, PRUNE_ASKS, at,
			"the sync option Prune=confirm waits for somebody to approve",
			for_application(a, "kubectl annotate application.argoproj.io",
					"argocd.argoproj.io/deletion-approved=$(date -u +%FT%TZ)"));
	if (slice_is(own_option(a, "PruneLast", &last), "true") ||
	    slice_is(common_option(a, "PruneLast", &last), "true"))
		return answer(a, PRUNE_GOES, last,
			      "PruneLast=true removes it behind everything else", SLICE_NONE);
	return answer(a, PRUNE_FIRST, prune,
		      "automated.prune removes it, in front of what else the sync applies",
		      SLICE("see that the commit in front of this one is live first, or set the "
			    "sync option PruneLast=true"));
}

/* --- Flux ----------------------------------------------------------------- */

static struct prune by_flux(const struct asking *a)
{
	const struct yaml_node *prune = yaml_get(a->e->spec, "prune");
	const struct yaml_node *label = yaml_get(yaml_get(a->o->metadata, "labels"), FLUX_PRUNE);
	const struct yaml_node *note =
		yaml_get(yaml_get(a->o->metadata, "annotations"), FLUX_PRUNE);
	const struct yaml_node *own = slice_is(yaml_string(label), "disabled") ? label : note;

	if (slice_is(yaml_string(own), "disabled"))
		return stays(a, own, FLUX_PRUNE ": disabled keeps it");
	if (is_open(prune))
		return answer(a, PRUNE_UNKNOWN, prune,
			      "spec.prune is filled in by something that is not seen here",
			      prune_by_hand(a->o, a->arena));
	if (!is_true(prune))
		return stays(a, prune, "spec.prune is not true");
	if (a->e->suspended)
		return answer(a, PRUNE_ASKS, NULL,
			      "it is suspended, and does nothing until it is resumed",
			      arena_printf(a->arena,
					   "flux resume kustomization %" SLICE_FMT
					   " -n %" SLICE_FMT,
					   SLICE_ARG(word(a->e->object, "NAME")),
					   SLICE_ARG(word(a->e->ns, "flux-system"))));
	return answer(a, PRUNE_GOES, prune, "spec.prune removes it, behind what is applied",
		      SLICE_NONE);
}

struct prune prune_of(const struct environment_use *a, const struct object *o, struct arena *arena)
{
	const struct asking x = { a->environment, o, arena };

	if (a->environment->elsewhere)
		return stays(&x, NULL, "it follows another revision than the branch");
	if (a->environment->unsure || a->source_types & SOURCE_UNKNOWN)
		return answer(&x, PRUNE_UNKNOWN, NULL, "whether it applies the file cannot be told",
			      prune_by_hand(o, arena));
	if (a->environment->kind == ENVIRONMENT_ARGOCD)
		return by_argocd(&x);
	if (a->environment->kind == ENVIRONMENT_FLUX)
		return by_flux(&x);
	return answer(&x, PRUNE_UNKNOWN, NULL,
		      "who applies this kustomization is not in the repository, and kubectl apply "
		      "removes nothing",
		      prune_by_hand(o, arena));
}
