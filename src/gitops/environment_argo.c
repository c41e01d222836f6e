#include "gitops/environment_internal.h"

/* A text of an Application with its parameters. */
static struct slice text_of(const struct environment_index *r, const struct yaml_node *map,
			    const char *key, const struct parameters *p)
{
	struct slice text = yaml_string(yaml_get(map, key));
	bool whole;
	struct slice filled = parameters_fill(p, text, &whole, r->arena);

	return whole ? filled : text;
}

/*
 * What is set explicitly decides; more than one is a mistake that Argo CD refuses. Empty maps count
 * as nothing.
 */
static enum claim_kind kind_of(const struct yaml_node *source)
{
	static const struct {
		const char *key;
		enum claim_kind kind;
	} rows[] = {
		{ "plugin", CLAIM_UNKNOWN },
		{ "helm", CLAIM_CHART },
		{ "kustomize", CLAIM_KUSTOMIZE },
		{ "directory", CLAIM_DIRECTORY },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct yaml_node *node = yaml_get(source, rows[i].key);

		if (node && (node->nchildren || rows[i].kind == CLAIM_UNKNOWN))
			return rows[i].kind;
	}
	return CLAIM_AUTO;
}

/* The beginning of a path as far as it is known, without "./" in front. */
static struct slice prefix_of(struct slice text)
{
	while (slice_starts(text, SLICE("./")) || slice_starts(text, SLICE("/")))
		text = slice_sub(text, text.ptr[0] == '.' ? 2 : 1, text.len);
	return text;
}

struct claim claim_of(struct environment_index *r, struct environment *e, struct slice text,
		      const struct parameters *p)
{
	struct claim c = { .environment = e };
	bool whole;
	struct slice path = parameters_fill(p, text, &whole, r->arena);

	c.prefix = !whole;
	c.folder = whole ? path_join(SLICE(""), path, r->arena) : prefix_of(path);
	return c;
}

void claim_components(struct environment_index *r, const struct claim *claim,
		      const struct yaml_node *list)
{
	for (const struct yaml_node *c =
		     list && list->kind == YAML_SEQ && !claim->prefix ? list->first : NULL;
	     c; c = c->next) {
		struct claim more = *claim;

		more.kind = CLAIM_KUSTOMIZE;
		more.folder = path_join(claim->folder, yaml_string(c), r->arena);
		claim_add(r, &more);
	}
}

/* One source. */
static void read_source(struct environment_index *r, struct environment *e,
			const struct yaml_node *source, const struct parameters *p)
{
	const struct yaml_node *directory = yaml_get(source, "directory");
	struct slice path = yaml_string(yaml_get(source, "path"));
	struct slice revision = text_of(r, source, "targetRevision", p);
	struct claim c;

	if (!path.len) /* a chart of a chart repository, or only values for another source */
		return;
	c = claim_of(r, e, path, p);
	c.kind = kind_of(source);
	c.url = text_of(r, source, "repoURL", p);
	c.recurse = slice_is(yaml_get(directory, "recurse") ? yaml_get(directory, "recurse")->text :
							      SLICE(""),
			     "true");
	c.include = text_of(r, directory, "include", p);
	c.exclude = text_of(r, directory, "exclude", p);
	claim_add(r, &c);
	claim_components(r, &c, yaml_path(source, "kustomize", "components", NULL));
	if (revision_follows(r->here, revision))
		e->elsewhere = false;
	else
		e->revision = revision;
}

/* The cluster and the namespace, as far as they are written. */
static struct slice destination_of(const struct environment_index *r, const struct yaml_node *spec,
				   const struct parameters *p)
{
	const struct yaml_node *node = yaml_get(spec, "destination");
	struct slice server = text_of(r, node, "server", p), name = text_of(r, node, "name", p);
	struct slice ns = text_of(r, node, "namespace", p), cluster = name.len ? name : server;

	if (slice_is(cluster, "https://kubernetes.default.svc"))
		cluster = SLICE("in-cluster");
	return ns.len ? arena_join(r->arena, (struct slice[]){ cluster, SLICE("/"), ns }, 3) :
			cluster;
}

void application_read(struct environment_index *r, struct environment *e,
		      const struct yaml_node *spec, const struct parameters *p)
{
	const struct yaml_node *sources = yaml_get(spec, "sources"),
			       *one = yaml_get(spec, "source");
	const struct yaml_node *dry = yaml_path(spec, "sourceHydrator", "drySource", NULL);

	e->destination = destination_of(r, spec, p);
	e->elsewhere = true;
	for (const struct yaml_node *c = sources && sources->kind == YAML_SEQ ? sources->first :
										NULL;
	     c; c = c->next)
		read_source(r, e, c, p);
	if (!sources || !sources->nchildren)
		read_source(r, e, dry ? dry : one, p);
	if (!e->elsewhere || !e->folder.ptr)
		e->revision = SLICE_NONE;
	e->elsewhere = e->revision.ptr != NULL;
}
