#include "gitops/config_sync_internal.h"

bool config_sync_is(const struct object *o)
{
	return object_is(o, CONFIG_SYNC_GROUP, "RootSync") ||
	       object_is(o, CONFIG_SYNC_GROUP, "RepoSync");
}

/* The revision that is applied: a fixed one, else the branch. */
static struct slice find_revision(const struct yaml_node *git)
{
	struct slice revision = yaml_string(yaml_get(git, "revision")),
		     branch = yaml_string(yaml_get(git, "branch"));

	if (revision.len && !slice_is(revision, "HEAD"))
		return revision;
	return branch.len ? branch : SLICE("master"); /* Config Sync's default */
}

void config_sync_read(struct environment_list *l, const struct object *o)
{
	const struct yaml_node *git = yaml_get(o->spec, "git");
	struct slice type = yaml_string(yaml_get(o->spec, "sourceType")),
		     path = yaml_string(yaml_get(git, "dir")), revision = find_revision(git);
	struct environment *e = environment_list_add(l, ENVIRONMENT_CONFIG_SYNC, o);
	struct environment_source s =
		environment_source_at(e, path.len ? path : SLICE("."), NULL, l->arena);

	if (slice_is(o->kind, "RepoSync"))
		e->destination = e->target_ns = o->ns;
	s.tool = TOOL_DETECTED;
	s.node = o->spec;
	s.recurse = true;
	s.url = yaml_string(yaml_get(git, "repo"));
	if (git && !repository_id_follows(l->repository, revision)) {
		e->revision = revision;
		e->other_revision = true;
	}
	/* The content of an image or a chart comes from elsewhere. */
	e->unsure = type.len && !slice_is(type, "git");
	environment_list_add_source(l, &s);
}
