#include "gitops/environment_internal.h"

#include "base/alloc.h"
#include "base/ascii.h"

#include <stdlib.h>

/* Most sets of parameters of one generator, and how deep generators and elements nest. */
#define SETS_MAX 10000
#define DEPTH_MAX 4
/* Most expressions in one text. */
#define EXPRESSIONS_MAX 32

/* --- templates ------------------------------------------------------------ */

/* The value of an expression: "name", or in Go's templates ".name". */
static struct slice value_of(const struct parameters *p, struct slice expression)
{
	expression = slice_trim(expression);
	if (slice_starts(expression, SLICE(".")))
		expression = slice_sub(expression, 1, expression.len);
	return p ? pairs_get((struct pairs){ p->items, p->n }, expression) : SLICE_NONE;
}

/*
 * Cuts an expression off `text`, which begins with one; absent: it is filled in by somebody else,
 * or not known.
 */
static struct slice take_expression(const struct parameters *p, struct slice *text)
{
	size_t close = slice_starts(*text, SLICE("{{")) ? slice_find(*text, SLICE("}}")) : SIZE_MAX;
	struct slice expression = slice_sub(*text, 2, close - 2);

	if (close == SIZE_MAX)
		return SLICE_NONE;
	*text = slice_sub(*text, close + 2, text->len);
	return value_of(p, expression);
}

/*
 * Where the next expression begins: "{{...}}", or "${...}" of Flux or envsubst; the end when there
 * is none.
 */
static size_t expression_at(struct slice text)
{
	size_t open = slice_find(text, SLICE("{{")), variable = slice_find(text, SLICE("${"));

	open = variable < open ? variable : open;
	return open == SIZE_MAX ? text.len : open;
}

struct slice parameters_fill(const struct parameters *p, struct slice text, bool *whole,
			     struct arena *arena)
{
	struct slice rest = text, parts[2 * EXPRESSIONS_MAX + 2];
	size_t n = 0;

	*whole = true;
	while (rest.len && *whole) {
		size_t at = expression_at(rest);

		parts[n++] = slice_sub(rest, 0, at);
		rest = slice_sub(rest, at, rest.len);
		if (!rest.len)
			break;
		parts[n] = n < 2 * EXPRESSIONS_MAX ? take_expression(p, &rest) : SLICE_NONE;
		*whole = parts[n].ptr != NULL;
		n += *whole;
	}
	return n == 1 && *whole ? text : n ? arena_join(arena, parts, n) : text;
}

/* --- generators ----------------------------------------------------------- */

/* What a generator makes. */
struct made {
	struct parameters *items;
	size_t n, cap;
	bool many;    /* each may stand for several */
	bool unsure;  /* some of them may not be there */
	bool folders; /* folders of the repository are among the parameters, of which only those
			 that may matter are known */
};

struct set {
	struct environment_index *r;
	const struct object *o;
	const struct yaml_node *template;
	struct slice path; /* of the template's source, with its parameters */
};

static struct made generate(const struct set *s, const struct yaml_node *generator, int depth);

static void add_pair(struct parameters *p, size_t *cap, struct slice key, struct slice value)
{
	ROOM(p->items, p->n, *cap);
	p->items[p->n++] = (struct pair){ key, value };
}

/* The values of an element; those in maps are named "map.key". */
static void flatten(struct parameters *p, size_t *cap, const struct yaml_node *map,
		    struct slice before, int depth, struct arena *arena)
{
	for (const struct yaml_node *c = map && map->kind == YAML_MAP ? map->first : NULL;
	     c && depth < DEPTH_MAX; c = c->next) {
		struct slice key = c->key->text;

		if (before.len)
			key = arena_join(arena, (struct slice[]){ before, SLICE("."), key }, 3);
		if (c->kind == YAML_SCALAR)
			add_pair(p, cap, key, c->text);
		else
			flatten(p, cap, c, key, depth + 1, arena);
	}
}

/* Moves what was collected on the heap into the reach's arena, and adds it. */
static void add_made(const struct set *s, struct made *m, struct parameters *p)
{
	struct parameters kept = { arena_array(s->r->arena, p->n, sizeof(*p->items)), p->n };

	for (size_t i = 0; i < p->n; i++)
		kept.items[i] = p->items[i];
	free(p->items);
	ROOM(m->items, m->n, m->cap);
	m->items[m->n++] = kept;
}

/* A generator whose parameters are in another place: one set of none of them. */
static struct made unknown(const struct set *s)
{
	struct made m = { .many = true };
	struct parameters none = { NULL, 0 };

	add_made(s, &m, &none);
	return m;
}

/* The list generator. */
static struct made from_list(const struct set *s, const struct yaml_node *list)
{
	const struct yaml_node *elements = yaml_get(list, "elements");
	struct made m = { .n = 0 };

	if (yaml_get(list, "elementsYaml") || !elements || elements->kind != YAML_SEQ)
		return unknown(s);
	for (const struct yaml_node *c = elements->first; c && m.n <= SETS_MAX; c = c->next) {
		struct parameters p = { NULL, 0 };
		size_t cap = 0;

		flatten(&p, &cap, c, SLICE(""), 0, s->r->arena);
		add_made(s, &m, &p);
	}
	return m;
}

/* A name as a DNS name: other characters become "-". */
static struct slice normalized(struct slice name, struct arena *arena)
{
	struct slice copy = arena_copy(arena, name);
	char *c = (char *)(uintptr_t)copy.ptr;

	for (size_t i = 0; i < copy.len; i++)
		c[i] = ascii_is_alnum(c[i]) || c[i] == '.' ? ascii_to_lower(c[i]) : '-';
	return copy;
}

/* The parameters that a folder gives; `before` is pathParamPrefix with a dot. */
static void add_folder(const struct set *s, struct made *m, struct slice folder,
		       struct slice before)
{
	struct arena *arena = s->r->arena;
	struct slice rest = folder, part, name = path_base(folder);
	struct parameters p = { NULL, 0 };
	size_t cap = 0;
	const struct pair fixed[] = {
		{ SLICE("path"), folder },
		{ SLICE("path.path"), folder },
		{ SLICE("path.basename"), name },
		{ SLICE("path.basenameNormalized"), normalized(name, arena) },
	};

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		add_pair(&p, &cap, arena_join(arena, (struct slice[]){ before, fixed[i].key }, 2),
			 fixed[i].value);
	for (int i = 0; slice_next(&rest, '/', &part); i++) {
		add_pair(&p, &cap,
			 arena_printf(arena, "%" SLICE_FMT "path[%d]", SLICE_ARG(before), i), part);
		add_pair(&p, &cap,
			 arena_printf(arena, "index .%" SLICE_FMT "path.segments %d",
				      SLICE_ARG(before), i),
			 part);
	}
	add_made(s, m, &p);
}

/*
 * Is the folder, or a file that may be in it, taken by the items of `directories` or `files`? One
 * that leaves it out wins.
 */
static bool is_taken(const struct set *s, const struct yaml_node *items, struct slice folder,
		     bool files)
{
	bool taken = false;

	for (const struct yaml_node *c = items->first; c; c = c->next) {
		struct slice pattern = yaml_string(yaml_get(c, "path"));
		const struct yaml_node *exclude = yaml_get(c, "exclude");
		enum glob_kind kind =
			slice_find(pattern, SLICE("**")) != SIZE_MAX ? GLOB_GOBWAS : GLOB_GO;
		bool out = exclude && slice_is(exclude->text, "true");

		s->r->patience--;
		if ((files && out) ||
		    !glob_match(files ? kind : GLOB_GO, files ? path_folder(pattern) : pattern,
				folder, !out))
			continue;
		if (out)
			return false;
		taken = true;
	}
	return taken;
}

/*
 * The Git generator: folders that are there, or that hold certain files, of which it is not known
 * whether they are there.
 */
static struct made from_git(const struct set *s, const struct yaml_node *git)
{
	const struct yaml_node *directories = yaml_get(git, "directories"),
			       *files = yaml_get(git, "files");
	const struct yaml_node *items = directories ? directories : files;
	struct slice url = yaml_string(yaml_get(git, "repoURL")),
		     before = yaml_string(yaml_get(git, "pathParamPrefix"));
	struct slice source =
		yaml_string(yaml_path(s->template, "spec", "source", "repoURL", NULL));
	struct made m = { .folders = true, .unsure = !directories };

	if (!items || items->kind != YAML_SEQ || (url.len && source.len && !url_same(url, source)))
		return unknown(s);
	if (before.len)
		before = arena_join(s->r->arena, (struct slice[]){ before, SLICE(".") }, 2);
	for (size_t i = 0; i < s->r->nfolders && m.n <= SETS_MAX; i++) {
		struct slice folder = s->r->folders[i];

		if (s->r->patience < 0)
			return unknown(s);
		if (folder.ptr[0] == '.' || slice_find(folder, SLICE("/.")) !=
						    SIZE_MAX) /* Argo CD does not see hidden ones */
			continue;
		if (is_taken(s, items, folder, !directories))
			add_folder(s, &m, folder, before.ptr ? before : SLICE(""));
	}
	return m;
}

/* Each of one with each of the other. */
static struct made product(const struct set *s, struct made *a, struct made *b)
{
	struct made m = { .many = a->many || b->many,
			  .unsure = a->unsure || b->unsure,
			  .folders = a->folders || b->folders };

	for (size_t i = 0; i < a->n; i++)
		for (size_t j = 0; j < b->n; j++) {
			struct parameters p = { NULL, 0 };
			size_t cap = 0;

			for (size_t k = 0; k < a->items[i].n; k++)
				add_pair(&p, &cap, a->items[i].items[k].key,
					 a->items[i].items[k].value);
			for (size_t k = 0; k < b->items[j].n; k++)
				add_pair(&p, &cap, b->items[j].items[k].key,
					 b->items[j].items[k].value);
			add_made(s, &m, &p);
		}
	free(a->items);
	free(b->items);
	return m;
}

/* The matrix generator: two others, combined. */
static struct made from_matrix(const struct set *s, const struct yaml_node *matrix, int depth)
{
	const struct yaml_node *list = yaml_get(matrix, "generators");
	struct made a, b;

	if (!list || list->kind != YAML_SEQ || list->nchildren != 2 || depth >= DEPTH_MAX)
		return unknown(s);
	a = generate(s, list->first, depth + 1);
	b = generate(s, list->last, depth + 1);
	if (a.n && b.n > SETS_MAX / a.n) {
		free(a.items);
		free(b.items);
		return unknown(s);
	}
	return product(s, &a, &b);
}

/* What one generator makes. */
static struct made generate(const struct set *s, const struct yaml_node *generator, int depth)
{
	const struct yaml_node *list = yaml_get(generator, "list"),
			       *git = yaml_get(generator, "git");
	const struct yaml_node *matrix = yaml_get(generator, "matrix");
	struct made m;

	if (yaml_get(list, "template") || yaml_get(git, "template") || yaml_get(matrix, "template"))
		return unknown(s);
	m = list   ? from_list(s, list) :
	    git    ? from_git(s, git) :
	    matrix ? from_matrix(s, matrix, depth) :
		     unknown(s);
	if (m.n > SETS_MAX) { /* too many to follow each */
		free(m.items);
		return unknown(s);
	}
	m.unsure = m.unsure || yaml_get(generator, "selector");
	return m;
}

/* --- Applications --------------------------------------------------------- */

/* One Application of the set. */
static void make(const struct set *s, const struct parameters *p, const struct made *m)
{
	struct environment *e = environment_new(s->r, ENVIRONMENT_ARGOCD, s->o);
	struct slice name = yaml_string(yaml_path(s->template, "metadata", "name", NULL)), filled;
	bool whole;

	e->spec = yaml_get(s->template, "spec");
	e->many = m->many;
	application_read(s->r, e, e->spec, p);
	e->unsure = e->unsure || m->unsure;
	filled = parameters_fill(p, name, &whole, s->r->arena);
	if (whole && filled.len)
		e->object = filled;
	else if (e->folder.len && p->n)
		e->object = arena_join(s->r->arena,
				       (struct slice[]){ s->o->name, SLICE("/"), e->folder }, 3);
}

/*
 * Does every path begin with the folder that the generator gives? Only then are the folders that
 * may matter enough.
 */
static bool begins_with_folder(struct slice path)
{
	struct slice expression = slice_sub(path, 2, slice_find(path, SLICE("}}")) - 2);

	if (!slice_starts(path, SLICE("{{")) || slice_find(path, SLICE("}}")) == SIZE_MAX)
		return false;
	expression = slice_trim(expression);
	return slice_is(expression, "path") || slice_is(expression, ".path.path") ||
	       slice_ends(expression, SLICE(".path")) ||
	       slice_ends(expression, SLICE(".path.path"));
}

void set_read(struct environment_index *r, const struct object *o)
{
	struct set s = { .r = r, .o = o, .template = yaml_get(o->spec, "template") };
	const struct yaml_node *generators = yaml_get(o->spec, "generators"),
			       *patch = yaml_get(o->spec, "templatePatch");
	const struct yaml_node *source = yaml_path(s.template, "spec", "source", NULL);
	const struct yaml_node *first = yaml_path(s.template, "spec", "sources", NULL);

	s.path = yaml_string(yaml_get(source ? source : first ? first->first : NULL, "path"));
	for (const struct yaml_node *c =
		     generators && generators->kind == YAML_SEQ ? generators->first : NULL;
	     c; c = c->next) {
		struct made m = generate(&s, c, 0);

		if (m.folders && !begins_with_folder(s.path)) {
			free(m.items);
			m = unknown(&s);
		}
		for (size_t i = 0; i < m.n; i++)
			make(&s, &m.items[i], &m);
		free(m.items);
	}
	if (patch && slice_find(patch->text, SLICE("path")) != SIZE_MAX) {
		struct environment *e = environment_new(r, ENVIRONMENT_ARGOCD, o);

		e->many = true;
		claim_add(r, &(struct claim){ .environment = e,
					      .kind = CLAIM_UNKNOWN,
					      .prefix = true,
					      .folder = SLICE("") });
	}
}
