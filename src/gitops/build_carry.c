#include "gitops/build_carry.h"

#include "base/ascii.h"
#include "gitops/build_way_internal.h"
#include "gitops/environment_index_internal.h"
#include "gitops/kustomization.h"
#include "gitops/patch_lists_internal.h"
#include "gitops/pattern_internal.h"

/* Which objects below a kustomization may get a host. */
enum carrying { CARRIES_NONE, CARRIES_NAMED, CARRIES_ALL };

/* A search for files. */
struct carry {
	const struct environment_index *index;
	const struct kustomization_graph *graph;
	const struct carry_query *query;
	struct arena *arena;
	enum carrying *carrying; /* of kustomizations by number */
	enum carrying *visited;  /* the same: as what their files were added */
	bool replaces;           /* a kustomization has replacements or variables */
	bool renames;            /* a kustomization changes names */
	struct map known;        /* the paths that were added */
	struct carried found;
	size_t files_cap, named_cap, directories_cap;
};

/* --- texts ---------------------------------------------------------------- */

/* Is one of the scalars below the node a text with a host? */
static bool carries_text(const struct carry *c, const struct yaml_node *node,
			 bool (*in)(struct slice text, void *ctx))
{
	if (!node)
		return false;
	if (node->kind == YAML_SCALAR)
		return in(node->text, c->query->ctx);
	for (const struct yaml_node *child = node->first; child; child = child->next)
		if (carries_text(c, child, in))
			return true;
	return false;
}

/* The file that an entry of a list names; absent: none. */
static struct slice file_of(const struct carry *c, struct slice directory,
			    const struct yaml_node *entry)
{
	struct slice text = yaml_string(entry->kind == YAML_MAP ? yaml_get(entry, "path") : entry);

	if (!text.len || slice_find_byte(text, '\n') != SIZE_MAX)
		return SLICE_NONE;
	return repository_id_resolve(c->graph->repository, directory, text, c->arena);
}

/* --- the objects of a patch ----------------------------------------------- */

/* Adds a name. Returns which objects these are. */
static enum carrying add_name(struct carry *c, struct slice name)
{
	if (!name.len)
		return CARRIES_ALL;
	map_add(&c->found.names, arena_copy(c->arena, name));
	return CARRIES_NAMED;
}

/* Adds the names of the objects that a text patches, which is a strategic merge. */
static enum carrying add_names(struct carry *c, struct slice text)
{
	enum carrying all = CARRIES_NAMED;
	struct yaml_file *file = NULL;
	struct err ignored = ERR_INIT;

	if (!text.len || yaml_parse(&file, SLICE(""), text, &ignored) < 0)
		return CARRIES_ALL;
	for (size_t i = 0; i < yaml_documents(file) && all != CARRIES_ALL; i++)
		all = add_name(
			c, yaml_string(yaml_path(yaml_root(file, i), "metadata", "name", NULL)));
	yaml_file_free(file);
	return all;
}

/* Which objects may get a host by an entry of a list of patches? */
static enum carrying carries_entry(struct carry *c, struct slice directory,
				   const struct yaml_node *entry)
{
	struct slice path = file_of(c, directory, entry), name;
	const struct yaml_node *target = yaml_get(entry, "target"),
			       *text = entry->kind == YAML_MAP ? yaml_get(entry, "patch") : entry;

	if (!carries_text(c, entry, c->query->in_text) &&
	    !(path.len && c->query->in_file(path, c->query->ctx)))
		return CARRIES_NONE;
	if (c->renames)
		return CARRIES_ALL;
	name = yaml_string(yaml_get(target, "name"));
	if (target)
		return pattern_is_literal(name) ? add_name(c, name) : CARRIES_ALL;
	return add_names(c, text && patch_is_inline(text) ? text->text :
			    path.len                      ? c->query->read(path, c->query->ctx) :
							    SLICE_NONE);
}

/* The same of a list. */
static enum carrying carries_list(struct carry *c, struct slice directory,
				  const struct yaml_node *list)
{
	enum carrying most = CARRIES_NONE, one;

	for (const struct yaml_node *e = list ? list->first : NULL; e; e = e->next) {
		one = carries_entry(c, directory, e);
		most = one > most ? one : most;
	}
	return most;
}

/* The same of all that a kustomization does to its objects. */
static enum carrying carries_itself(struct carry *c, const struct kustomization *k)
{
	static const char *const lists[] = { "patches", "patchesJson6902",
					     "patchesStrategicMerge" };
	enum carrying most = CARRIES_NONE, one;

	if (carries_text(c, yaml_get(k->root, "replacements"), c->query->in_part) ||
	    carries_list(c, k->directory, yaml_get(k->root, "transformers")) ||
	    carries_text(c, yaml_get(k->root, "vars"), c->query->in_text) ||
	    (c->replaces &&
	     carries_text(c, yaml_get(k->root, "configMapGenerator"), c->query->in_part)))
		return CARRIES_ALL;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		one = carries_list(c, k->directory, yaml_get(k->root, lists[i]));
		most = one > most ? one : most;
	}
	return most;
}

/* The same of what the source of an environment adds. */
static enum carrying carries_source(struct carry *c, const struct environment_source *s)
{
	const struct yaml_node *of =
		s->tool == TOOL_FLUX ? s->node : yaml_get(s->node, "kustomize");

	if (carries_text(c, yaml_path(of, "postBuild", "substitute", NULL), c->query->in_text))
		return CARRIES_ALL;
	return carries_list(c, s->directory, yaml_get(of, "patches"));
}

/* --- kustomizations ------------------------------------------------------- */

/*
 * Marks a kustomization, and if it is a component those that use it, since a component changes
 * their objects.
 */
static void mark_carrying(struct carry *c, size_t k, enum carrying as, unsigned depth)
{
	const struct kustomization_graph *g = c->graph;

	if (c->carrying[k] >= as || depth > BUILD_DEPTH)
		return;
	c->carrying[k] = as;
	if (!kustomization_is_component(g->items[k].root))
		return;
	for (size_t i = map_get(&g->to, g->items[k].directory); i != MAP_NONE;
	     i = g->references[i].next)
		mark_carrying(c, g->references[i].kustomization, as, depth + 1);
}

/* Which objects may get a host by a component that the source of an environment adds? */
static enum carrying adds_carrying(const struct carry *c, const struct environment_source *s)
{
	const struct yaml_node *of =
		s->tool == TOOL_FLUX ? s->node : yaml_get(s->node, "kustomize");
	const struct yaml_node *list = yaml_get(of, "components");
	enum carrying most = CARRIES_NONE;

	for (const struct yaml_node *e = list ? list->first : NULL; e; e = e->next) {
		struct slice path = repository_id_resolve(c->graph->repository, s->directory,
							  yaml_string(e), c->arena);
		size_t k = path.ptr ? kustomization_graph_in(c->graph, path) : MAP_NONE;

		if (k != MAP_NONE && c->carrying[k] > most)
			most = c->carrying[k];
	}
	return most;
}

/* Adds a path to a list, once. */
static void add_path(struct carry *c, struct slices *list, size_t *cap, struct slice path)
{
	path = arena_copy(c->arena, path);
	if (!map_add(&c->known, path))
		return;
	ARENA_ROOM(c->arena, list->items, list->n, *cap);
	list->items[list->n++] = path;
}

/* Adds the files that a kustomization, and those that it lists, builds. */
static void add_files(struct carry *c, size_t k, enum carrying as, unsigned depth)
{
	static const char *const lists[] = { "resources", "bases", "components" };
	const struct kustomization *item = &c->graph->items[k];

	if (c->visited[k] >= as || depth > BUILD_DEPTH)
		return;
	c->visited[k] = as;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const struct yaml_node *list = yaml_get(item->root, lists[i]);

		for (const struct yaml_node *e = list ? list->first : NULL; e; e = e->next) {
			struct slice path = repository_id_resolve(
				c->graph->repository, item->directory, yaml_string(e), c->arena);
			size_t below = path.ptr ? kustomization_graph_in(c->graph, path) : MAP_NONE;

			if (below != MAP_NONE)
				add_files(c, below, as, depth + 1);
			else if (path.len && as == CARRIES_ALL)
				add_path(c, &c->found.files, &c->files_cap, path);
			else if (path.len)
				add_path(c, &c->found.named, &c->named_cap, path);
		}
	}
}

/* --- sources of environments ---------------------------------------------- */

/* Marks what an environment puts a host into. */
static void mark_source(struct carry *c, const struct environment_source *s)
{
	size_t k = kustomization_graph_in(c->graph, s->directory);
	enum carrying as, added;

	if (s->prefix || s->foreign)
		return;
	as = carries_source(c, s);
	added = adds_carrying(c, s);
	as = as > added ? as : added;
	if (as && k != MAP_NONE)
		c->carrying[k] = as > c->carrying[k] ? as : c->carrying[k];
	else if (as && s->tool == TOOL_FLUX)
		add_path(c, &c->found.directories, &c->directories_cap, s->directory);
}

/* Notes what kustomizations of the graph do that matters to all. */
static void note_features(struct carry *c)
{
	const struct kustomization_graph *g = c->graph;

	for (size_t k = 0; k < g->n; k++) {
		const struct yaml_node *root = g->items[k].root;

		c->replaces =
			c->replaces || yaml_get(root, "replacements") || yaml_get(root, "vars");
		c->renames =
			c->renames || yaml_get(root, "namePrefix") || yaml_get(root, "nameSuffix");
	}
}

struct carried build_carried(const struct environment_index *index, const struct carry_query *query,
			     struct arena *arena)
{
	const struct kustomization_graph *g = &index->kustomizations;
	struct carry c = { .index = index,
			   .graph = g,
			   .query = query,
			   .arena = arena,
			   .known = MAP_INIT,
			   .found = { .names = MAP_INIT } };

	c.carrying = arena_array(arena, g->n, sizeof(*c.carrying));
	c.visited = arena_array(arena, g->n, sizeof(*c.visited));
	note_features(&c);
	for (size_t k = 0; k < g->n; k++)
		mark_carrying(&c, k, carries_itself(&c, &g->items[k]), 0);
	for (size_t i = 0; i < index->environments.nsources; i++)
		mark_source(&c, &index->environments.sources[i]);
	for (enum carrying as = CARRIES_ALL; as > CARRIES_NONE; as--)
		for (size_t k = 0; k < g->n; k++)
			if (c.carrying[k] == as)
				add_files(&c, k, as, 0);
	map_release(&c.known);
	return c.found;
}

void carried_release(struct carried *c)
{
	map_release(&c->names);
}

static bool is_of_name(char c)
{
	return ascii_is_alnum(c) || c == '-' || c == '.';
}

bool carried_has_name(const struct carried *c, struct slice bytes)
{
	for (size_t i = 0, start; i < bytes.len; i++) {
		for (start = i; i < bytes.len && is_of_name(bytes.ptr[i]);)
			i++;
		if (i > start && map_has(&c->names, slice_sub(bytes, start, i - start)))
			return true;
	}
	return false;
}
