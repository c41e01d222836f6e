#include "gitops/application_internal.h"

/* What fills in one Application. */
struct application_reader {
	struct environment_list *list;
	struct environment *environment;
	const struct parameters *parameters;
};

/* The text of a field with its parameters filled in, or as written if one is not known. */
static struct slice get_text(const struct application_reader *r, const struct yaml_node *map,
			     const char *key)
{
	struct slice text = yaml_string(yaml_get(map, key));
	bool whole;
	struct slice filled = parameters_fill(r->parameters, text, &whole, r->list->arena);

	return whole ? filled : text;
}

/*
 * The tool that is set explicitly; Argo CD rejects more than one. Empty maps count as not set.
 */
static enum source_tool find_tool(const struct yaml_node *source)
{
	static const struct {
		const char *key;
		enum source_tool tool;
	} rows[] = {
		{ "plugin", TOOL_UNKNOWN },
		{ "helm", TOOL_HELM },
		{ "kustomize", TOOL_KUSTOMIZE },
		{ "directory", TOOL_DIRECTORY },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct yaml_node *node = yaml_get(source, rows[i].key);

		if (node && (node->nchildren || rows[i].tool == TOOL_UNKNOWN))
			return rows[i].tool;
	}
	return TOOL_DETECTED;
}

static void read_source(const struct application_reader *r, const struct yaml_node *source)
{
	const struct yaml_node *directory = yaml_get(source, "directory"),
			       *recurse = yaml_get(directory, "recurse");
	struct slice path = yaml_string(yaml_get(source, "path"));
	struct slice revision = get_text(r, source, "targetRevision");
	struct environment_source s;

	if (!path.len) /* a chart of a chart repository, or only values for another source */
		return;
	s = environment_source_at(r->environment, path, r->parameters, r->list->arena);
	s.tool = find_tool(source);
	s.node = source;
	s.url = get_text(r, source, "repoURL");
	s.recurse = recurse && slice_is(recurse->text, "true");
	s.include = get_text(r, directory, "include");
	s.exclude = get_text(r, directory, "exclude");
	environment_list_add_source(r->list, &s);
	environment_list_add_components(r->list, &s,
					yaml_path(source, "kustomize", "components", NULL));
	if (repository_id_follows(r->list->repository, revision))
		r->environment->other_revision = false;
	else
		r->environment->revision = revision;
}

/* Sets the cluster and the namespace, as far as they are specified. */
static void set_destination(const struct application_reader *r, const struct yaml_node *spec)
{
	const struct yaml_node *node = yaml_get(spec, "destination");
	struct slice server = get_text(r, node, "server"), name = get_text(r, node, "name");
	struct environment *e = r->environment;

	e->cluster = name.len ? name : server;
	e->target_ns = get_text(r, node, "namespace");
	if (slice_is(e->cluster, "https://kubernetes.default.svc"))
		e->cluster = SLICE("in-cluster");
	e->destination = e->cluster;
	if (e->target_ns.len)
		e->destination =
			arena_join(r->list->arena,
				   (struct slice[]){ e->cluster, SLICE("/"), e->target_ns }, 3);
}

void application_read(struct environment_list *l, struct environment *e,
		      const struct yaml_node *spec, const struct parameters *p)
{
	const struct application_reader r = { l, e, p };
	const struct yaml_node *sources = yaml_get(spec, "sources"),
			       *one = yaml_get(spec, "source");
	const struct yaml_node *dry = yaml_path(spec, "sourceHydrator", "drySource", NULL);

	set_destination(&r, spec);
	e->other_revision = true;
	for (const struct yaml_node *c = sources && sources->kind == YAML_SEQ ? sources->first :
										NULL;
	     c; c = c->next)
		read_source(&r, c);
	if (!sources || !sources->nchildren)
		read_source(&r, dry ? dry : one);
	if (!e->other_revision || !e->directory.ptr)
		e->revision = SLICE_NONE;
	e->other_revision = e->revision.ptr != NULL;
}
