#include "gitops/environment_internal.h"

#include "base/alloc.h"

void flux_source_read(struct environment_index *r, const struct object *o)
{
	const struct yaml_node *ref = yaml_get(o->spec, "ref");
	struct flux_source s = { .path = yaml_place(o->node).path, .ns = o->ns, .name = o->name };
	static const char *const pins[] = { "commit", "name", "semver",
					    "tag" }; /* any of them comes before the branch */

	s.git = slice_is(o->kind, "GitRepository");
	s.kind = o->kind;
	s.url = yaml_string(yaml_get(o->spec, "url"));
	s.revision = yaml_string(yaml_get(ref, "branch"));
	for (size_t i = 0; i < sizeof(pins) / sizeof(pins[0]); i++)
		if (yaml_get(ref, pins[i]) && yaml_get(ref, pins[i])->text.len)
			s.revision = yaml_get(ref, pins[i])->text;
	if (!s.revision.len)
		s.revision = SLICE("master"); /* Flux's default */
	ROOM(r->sources, r->nsources, r->sources_cap);
	r->sources[r->nsources++] = s;
}

/* How many first bytes of two paths agree. */
static size_t common(struct slice a, struct slice b)
{
	size_t i = 0;

	while (i < a.len && i < b.len && a.ptr[i] == b.ptr[i])
		i++;
	return i;
}

/*
 * The source of a Kustomization: of several of that name, in several clusters, the one whose file
 * is nearest. NULL: not in the repository.
 */
static const struct flux_source *source_of(const struct environment_index *r,
					   const struct object *o)
{
	const struct yaml_node *ref = yaml_get(o->spec, "sourceRef");
	struct slice kind = yaml_string(yaml_get(ref, "kind")),
		     name = yaml_string(yaml_get(ref, "name"));
	struct slice ns = yaml_string(yaml_get(ref, "namespace")), path = yaml_place(o->node).path;
	const struct flux_source *best = NULL;

	if (!ns.len)
		ns = o->ns;
	for (size_t i = 0; i < r->nsources; i++) {
		const struct flux_source *s = &r->sources[i];

		if (!slice_eq(s->name, name) || !slice_eq(s->kind, kind) ||
		    (s->ns.len && ns.len && !slice_eq(s->ns, ns)))
			continue;
		if (!best || common(s->path, path) > common(best->path, path))
			best = s;
	}
	return best;
}

/* The cluster, where a kubeConfig names another one, and the namespace. */
static struct slice destination_of(const struct environment_index *r, const struct object *o)
{
	struct slice ns = yaml_string(yaml_get(o->spec, "targetNamespace"));
	struct slice secret =
		yaml_string(yaml_path(o->spec, "kubeConfig", "secretRef", "name", NULL));

	if (!secret.len)
		return ns;
	return arena_join(r->arena,
			  (struct slice[]){ secret, ns.len ? SLICE("/") : SLICE(""),
					    ns.len ? ns : SLICE("") },
			  3);
}

void flux_read(struct environment_index *r, const struct object *o)
{
	struct slice path = yaml_string(yaml_get(o->spec, "path")),
		     kind = yaml_string(yaml_path(o->spec, "sourceRef", "kind", NULL));
	const struct yaml_node *suspend = yaml_get(o->spec, "suspend");
	const struct flux_source *source = source_of(r, o);
	struct environment *e = environment_new(r, ENVIRONMENT_FLUX, o);
	struct claim c = claim_of(r, e, path.ptr ? path : SLICE("."), NULL);

	e->destination = destination_of(r, o);
	e->suspended = suspend && slice_is(suspend->text, "true");
	c.kind = CLAIM_FLUX;
	if (source && source->git)
		c.url = source->url;
	if (source && source->git && !revision_follows(r->here, source->revision)) {
		e->revision = source->revision;
		e->elsewhere = true;
	}
	claim_add(r, &c);
	claim_components(r, &c, yaml_get(o->spec, "components"));
	if (kind.len &&
	    !slice_is(kind, "GitRepository")) /* an artifact or bucket that something else fills */
		e->unsure = true;
}
