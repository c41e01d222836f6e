#include "gitops/generator_internal.h"

#include "base/alloc.h"
#include "base/ascii.h"
#include "gitops/glob.h"
#include "gitops/path.h"
#include "gitops/repository_id.h"

#include <stdlib.h>

/* Most sets of parameters of one generator, and how deep generators and elements nest. */
#define SETS_MAX 10000
#define DEPTH_MAX 4

static struct generated expand_at_depth(const struct generator_context *x,
					const struct yaml_node *generator, int depth);

/* --- sets of parameters --------------------------------------------------- */

/* A set of parameters that is being collected; on the heap until add_set. */
struct parameter_set {
	struct pair *items;
	size_t n, cap;
};

static void add_parameter(struct parameter_set *set, struct slice key, struct slice value)
{
	ROOM(set->items, set->n, set->cap);
	set->items[set->n++] = (struct pair){ key, value };
}

/* Adds all parameters of another set. */
static void add_parameters(struct parameter_set *set, const struct parameters *more)
{
	for (size_t i = 0; i < more->n; i++)
		add_parameter(set, more->items[i].key, more->items[i].value);
}

/* Moves a set into the arena, and adds it. */
static void add_set(struct generated *g, struct parameter_set *set, struct arena *arena)
{
	struct parameters p = { arena_array(arena, set->n, sizeof(*p.items)), set->n };

	for (size_t i = 0; i < set->n; i++)
		p.items[i] = set->items[i];
	free(set->items);
	ROOM(g->items, g->n, g->cap);
	g->items[g->n++] = p;
}

struct generated generator_unknown(const struct generator_context *x)
{
	struct generated g = { .many = true };
	struct parameter_set none = { NULL, 0, 0 };

	add_set(&g, &none, x->arena);
	return g;
}

void generated_release(struct generated *g)
{
	free(g->items);
}

/* --- the list generator --------------------------------------------------- */

/* Adds the values of an element; those in maps are named "map.key". */
static void flatten_map(struct parameter_set *set, const struct yaml_node *map, struct slice prefix,
			int depth, struct arena *arena)
{
	for (const struct yaml_node *c = map && map->kind == YAML_MAP ? map->first : NULL;
	     c && depth < DEPTH_MAX; c = c->next) {
		struct slice key = c->key->text;

		if (prefix.len)
			key = arena_join(arena, (struct slice[]){ prefix, SLICE("."), key }, 3);
		if (c->kind == YAML_SCALAR)
			add_parameter(set, key, c->text);
		else
			flatten_map(set, c, key, depth + 1, arena);
	}
}

static struct generated expand_list(const struct generator_context *x, const struct yaml_node *list)
{
	const struct yaml_node *elements = yaml_get(list, "elements");
	struct generated g = { .n = 0 };

	if (yaml_get(list, "elementsYaml") || !elements || elements->kind != YAML_SEQ)
		return generator_unknown(x);
	for (const struct yaml_node *c = elements->first; c && g.n <= SETS_MAX; c = c->next) {
		struct parameter_set set = { NULL, 0, 0 };

		flatten_map(&set, c, SLICE(""), 0, x->arena);
		add_set(&g, &set, x->arena);
	}
	return g;
}

/* --- the Git generator ---------------------------------------------------- */

/* A name as a DNS name: other characters become "-". */
static struct slice normalize_name(struct slice name, struct arena *arena)
{
	struct slice copy = arena_copy(arena, name);
	char *c = (char *)(uintptr_t)copy.ptr;

	for (size_t i = 0; i < copy.len; i++)
		c[i] = ascii_is_alnum(c[i]) || c[i] == '.' ? ascii_to_lower(c[i]) : '-';
	return copy;
}

/* Adds the set of parameters of a directory; `prefix` is pathParamPrefix with a dot. */
static void add_directory(struct generated *g, struct slice directory, struct slice prefix,
			  struct arena *arena)
{
	struct slice rest = directory, part, name = path_base(directory);
	struct parameter_set set = { NULL, 0, 0 };
	const struct pair fixed[] = {
		{ SLICE("path"), directory },
		{ SLICE("path.path"), directory },
		{ SLICE("path.basename"), name },
		{ SLICE("path.basenameNormalized"), normalize_name(name, arena) },
	};

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		add_parameter(&set, arena_join(arena, (struct slice[]){ prefix, fixed[i].key }, 2),
			      fixed[i].value);
	for (int i = 0; slice_next(&rest, '/', &part); i++) {
		add_parameter(&set,
			      arena_printf(arena, "%" SLICE_FMT "path[%d]", SLICE_ARG(prefix), i),
			      part);
		add_parameter(&set,
			      arena_printf(arena, "index .%" SLICE_FMT "path.segments %d",
					   SLICE_ARG(prefix), i),
			      part);
	}
	add_set(g, &set, arena);
}

/*
 * Do the items of `directories`, or of `files` for a file that may be in it, select the directory?
 * An item that excludes it wins.
 */
static bool is_selected(const struct generator_context *x, const struct yaml_node *items,
			struct slice directory, bool files)
{
	bool selected = false;

	for (const struct yaml_node *c = items->first; c; c = c->next) {
		struct slice pattern = yaml_string(yaml_get(c, "path"));
		const struct yaml_node *exclude = yaml_get(c, "exclude");
		enum glob_kind kind =
			slice_find(pattern, SLICE("**")) != SIZE_MAX ? GLOB_GOBWAS : GLOB_GO;
		bool excludes = exclude && slice_is(exclude->text, "true");

		(*x->comparisons)--;
		if ((files && excludes) ||
		    !glob_match(files ? kind : GLOB_GO, files ? path_directory(pattern) : pattern,
				directory, !excludes))
			continue;
		if (excludes)
			return false;
		selected = true;
	}
	return selected;
}

/* Argo CD ignores hidden directories. */
static bool is_hidden(struct slice directory)
{
	return directory.ptr[0] == '.' || slice_find(directory, SLICE("/.")) != SIZE_MAX;
}

/*
 * The Git generator: directories that exist, or that contain certain files. Whether such files
 * exist is not known.
 */
static struct generated expand_git(const struct generator_context *x, const struct yaml_node *git)
{
	const struct yaml_node *directories = yaml_get(git, "directories"),
			       *files = yaml_get(git, "files");
	const struct yaml_node *items = directories ? directories : files;
	struct slice url = yaml_string(yaml_get(git, "repoURL")),
		     prefix = yaml_string(yaml_get(git, "pathParamPrefix"));
	struct generated g = { .directories = true, .unsure = !directories };

	if (!items || items->kind != YAML_SEQ ||
	    (url.len && x->url.len && !repository_url_same(url, x->url)))
		return generator_unknown(x);
	prefix = prefix.len ? arena_join(x->arena, (struct slice[]){ prefix, SLICE(".") }, 2) :
			      SLICE("");
	for (size_t i = 0; i < x->directories->n && g.n <= SETS_MAX; i++) {
		struct slice directory = x->directories->items[i];

		if (*x->comparisons < 0) {
			generated_release(&g);
			return generator_unknown(x);
		}
		if (!is_hidden(directory) && is_selected(x, items, directory, !directories))
			add_directory(&g, directory, prefix, x->arena);
	}
	return g;
}

/* --- the matrix generator ------------------------------------------------- */

/* Each set of one with each set of the other. */
static struct generated multiply_sets(const struct generated *a, const struct generated *b,
				      struct arena *arena)
{
	struct generated g = { .many = a->many || b->many,
			       .unsure = a->unsure || b->unsure,
			       .directories = a->directories || b->directories };

	for (size_t i = 0; i < a->n; i++)
		for (size_t j = 0; j < b->n; j++) {
			struct parameter_set set = { NULL, 0, 0 };

			add_parameters(&set, &a->items[i]);
			add_parameters(&set, &b->items[j]);
			add_set(&g, &set, arena);
		}
	return g;
}

static struct generated expand_matrix(const struct generator_context *x,
				      const struct yaml_node *matrix, int depth)
{
	const struct yaml_node *list = yaml_get(matrix, "generators");
	struct generated a, b, g;

	if (!list || list->kind != YAML_SEQ || list->nchildren != 2 || depth >= DEPTH_MAX)
		return generator_unknown(x);
	a = expand_at_depth(x, list->first, depth + 1);
	b = expand_at_depth(x, list->last, depth + 1);
	g = a.n && b.n > SETS_MAX / a.n ? generator_unknown(x) : multiply_sets(&a, &b, x->arena);
	generated_release(&a);
	generated_release(&b);
	return g;
}

/* --- any generator -------------------------------------------------------  */

static struct generated expand_at_depth(const struct generator_context *x,
					const struct yaml_node *generator, int depth)
{
	const struct yaml_node *list = yaml_get(generator, "list"),
			       *git = yaml_get(generator, "git");
	const struct yaml_node *matrix = yaml_get(generator, "matrix");
	struct generated g;

	if (yaml_get(list, "template") || yaml_get(git, "template") || yaml_get(matrix, "template"))
		return generator_unknown(x);
	g = list   ? expand_list(x, list) :
	    git    ? expand_git(x, git) :
	    matrix ? expand_matrix(x, matrix, depth) :
		     generator_unknown(x);
	if (g.n > SETS_MAX) { /* too many to follow each */
		generated_release(&g);
		return generator_unknown(x);
	}
	g.unsure = g.unsure || yaml_get(generator, "selector");
	return g;
}

struct generated generator_expand(const struct generator_context *x,
				  const struct yaml_node *generator)
{
	return expand_at_depth(x, generator, 0);
}
