#include "gitops/flux_internal.h"

#include "base/alloc.h"

#include <stdlib.h>

void flux_sources_release(struct flux_sources *s)
{
	free(s->items);
}

void flux_sources_add(struct flux_sources *s, const struct object *o)
{
	/* Each of these takes precedence over the branch. */
	static const char *const pins[] = { "commit", "name", "semver", "tag" };
	const struct yaml_node *ref = yaml_get(o->spec, "ref");
	struct flux_source source = { .path = yaml_place(o->node).path,
				      .ns = o->ns,
				      .name = o->name };

	source.git = slice_is(o->kind, "GitRepository");
	source.kind = o->kind;
	source.url = yaml_string(yaml_get(o->spec, "url"));
	source.revision = yaml_string(yaml_get(ref, "branch"));
	for (size_t i = 0; i < sizeof(pins) / sizeof(pins[0]); i++)
		if (yaml_get(ref, pins[i]) && yaml_get(ref, pins[i])->text.len)
			source.revision = yaml_get(ref, pins[i])->text;
	if (!source.revision.len)
		source.revision = SLICE("master"); /* Flux's default */
	ROOM(s->items, s->n, s->cap);
	s->items[s->n++] = source;
}

/* How many first bytes of two paths agree. */
static size_t common_length(struct slice a, struct slice b)
{
	size_t i = 0;

	while (i < a.len && i < b.len && a.ptr[i] == b.ptr[i])
		i++;
	return i;
}

/*
 * The source of a Kustomization: of several with the same name, in several clusters, the one whose
 * file is nearest. NULL: not in the repository.
 */
static const struct flux_source *find_source(const struct flux_sources *sources,
					     const struct object *o)
{
	const struct yaml_node *ref = yaml_get(o->spec, "sourceRef");
	struct slice kind = yaml_string(yaml_get(ref, "kind")),
		     name = yaml_string(yaml_get(ref, "name"));
	struct slice ns = yaml_string(yaml_get(ref, "namespace")), path = yaml_place(o->node).path;
	const struct flux_source *best = NULL;

	if (!ns.len)
		ns = o->ns;
	for (size_t i = 0; i < sources->n; i++) {
		const struct flux_source *s = &sources->items[i];

		if (!slice_eq(s->name, name) || !slice_eq(s->kind, kind) ||
		    (s->ns.len && ns.len && !slice_eq(s->ns, ns)))
			continue;
		if (!best || common_length(s->path, path) > common_length(best->path, path))
			best = s;
	}
	return best;
}

/* The cluster, if a kubeConfig names another one, and the namespace. */
static struct slice find_destination(const struct object *o, struct arena *arena)
{
	struct slice ns = yaml_string(yaml_get(o->spec, "targetNamespace"));
	struct slice secret =
		yaml_string(yaml_path(o->spec, "kubeConfig", "secretRef", "name", NULL));

	if (!secret.len)
		return ns;
	if (!ns.len)
		return secret;
	return arena_join(arena, (struct slice[]){ secret, SLICE("/"), ns }, 3);
}

void flux_read_kustomization(struct environment_list *l, const struct flux_sources *sources,
			     const struct object *o)
{
	struct slice path = yaml_string(yaml_get(o->spec, "path")),
		     kind = yaml_string(yaml_path(o->spec, "sourceRef", "kind", NULL));
	const struct yaml_node *suspend = yaml_get(o->spec, "suspend");
	const struct flux_source *source = find_source(sources, o);
	struct environment *e = environment_list_add(l, ENVIRONMENT_FLUX, o);
	struct environment_source s =
		environment_source_at(e, path.ptr ? path : SLICE("."), NULL, l->arena);

	e->destination = find_destination(o, l->arena);
	e->cluster = yaml_string(yaml_path(o->spec, "kubeConfig", "secretRef", "name", NULL));
	e->target_ns = yaml_string(yaml_get(o->spec, "targetNamespace"));
	e->suspended = suspend && slice_is(suspend->text, "true");
	s.tool = TOOL_FLUX;
	s.node = o->spec;
	if (source && source->git)
		s.url = source->url;
	if (source && source->git && !repository_id_follows(l->repository, source->revision)) {
		e->revision = source->revision;
		e->other_revision = true;
	}
	environment_list_add_source(l, &s);
	environment_list_add_components(l, &s, yaml_get(o->spec, "components"));
	/* The content of an artifact or a bucket comes from elsewhere. */
	if (kind.len && !slice_is(kind, "GitRepository"))
		e->unsure = true;
}
