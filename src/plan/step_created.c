#include "plan/step_created.h"

#include "gitops/kustomization.h"
#include "plan/step_environments.h"

/* A created file while it is checked. */
struct creation {
	const struct step_work *w;
	const struct object *created;
	struct builds *after; /* with the created file */
};

/* Are these the same object, if it is not known in which namespace one of them is applied? */
static bool is_same(const struct object *a, const struct object *b)
{
	return vs_is(b) && slice_eq(a->name, b->name) &&
	       (!a->ns.len || !b->ns.len || slice_eq(a->ns, b->ns));
}

/*
 * Adds the finding about the other object, which is declared at a place, and which `e` (NULL: not
 * known what) applies.
 */
static void note_taken(const struct creation *c, const struct object *other, struct place at,
		       const struct environment *e)
{
	struct arena *arena = c->w->pool->arena;
	struct slice by = e ? arena_printf(arena, "the %s '%" SLICE_FMT "' already applies",
					   environment_kind_text(e->kind), SLICE_ARG(e->name)) :
			      SLICE("there already is");

	findings_add(&c->w->step->findings, &CODE_create_taken, at,
		     "%" SLICE_FMT " a VirtualService '%" SLICE_FMT "'; %" SLICE_FMT
		     " would be a second one with this name",
		     SLICE_ARG(by), SLICE_ARG(other->name), SLICE_ARG(c->w->scope.created->path));
}

/* --- plain files ---------------------------------------------------------- */

/*
 * Compares the created object, as it is applied, with those of plain files: in the directory `e`,
 * and in files that nothing is known to apply.
 */
static void check_plain(const struct creation *c, const struct object *applied,
			const struct environment *e)
{
	const struct step_work *w = c->w;
	size_t n;
	struct source *const *sources = inventory_parsed(w->in->inventory, &n, w->pool->arena);

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < sources[i]->objects.n; j++) {
			const struct object *o = &sources[i]->objects.items[j];
			struct environment_uses uses;

			if (!is_same(applied, o))
				continue;
			uses = environment_view_uses(w->view, sources[i]->path, w->pool->arena);
			if (!uses.n ||
			    (uses.items[0].environment->kind == ENVIRONMENT_DIRECTORY &&
			     (!e || environments_may_be_one_cluster(uses.items[0].environment, e))))
				note_taken(c, o, yaml_place(o->node), NULL);
		}
}

/* --- what is built -------------------------------------------------------- */

/* Is it the created object as it is built? */
static bool is_created(const struct creation *c, const struct built *b)
{
	return slice_eq(b->path, c->w->scope.created->path) &&
	       slice_eq(b->origin->name, c->created->name);
}

/* Compares the created object with all others that the environment applies. */
static void check_set(const struct creation *c, const struct environment *e,
		      const struct built_set *after)
{
	const struct object *built = NULL;

	for (size_t i = 0; i < after->n && !built; i++)
		if (is_created(c, &after->items[i]))
			built = &after->items[i].object;
	for (size_t i = 0; i < after->n && built; i++)
		if (!is_created(c, &after->items[i]) && is_same(built, &after->items[i].object))
			note_taken(c, &after->items[i].object,
				   yaml_place(after->items[i].origin->node), e);
	if (built && environment_is_assumed(e))
		check_plain(c, built, e);
}

/* Finds the object because of which the environment would not build any more. */
static void explain_failure(const struct creation *c, const struct environment *e,
			    const struct built_set *before, const struct built_set *after)
{
	for (size_t i = 0; i < before->n; i++)
		if (is_same(c->created, before->items[i].origin)) {
			note_taken(c, &before->items[i].object,
				   yaml_place(before->items[i].origin->node), e);
			return;
		}
	findings_add(&c->w->step->findings, &CODE_create_taken, after->stop.at,
		     "the %s '%" SLICE_FMT "' would not build with %" SLICE_FMT ": %s",
		     environment_kind_text(e->kind), SLICE_ARG(e->name),
		     SLICE_ARG(c->w->scope.created->path), after->stop.why);
}

static void check_environment(const struct creation *c, const struct environment *e)
{
	const struct built_set *before = builds_of(c->w->builds, e),
			       *after = builds_of(c->after, e);

	if (after->stop.verdict == BUILD_FAILS && before->stop.verdict != BUILD_FAILS)
		explain_failure(c, e, before, after);
	else
		check_set(c, e, after);
}

/* --- the created file ----------------------------------------------------- */

/* The kustomization as it will list the created file; NULL: none will, or it cannot. */
static const struct yaml_file *list_created(const struct step_work *w, const struct source *listing)
{
	struct yaml_edits *edits;
	AUTO_STR struct str text = STR_INIT;
	struct err ignored = ERR_INIT;

	if (!listing)
		return NULL;
	edits = yaml_edits_new(listing->file, w->pool->arena);
	kustomization_add(edits, listing->path, yaml_root(listing->file, 0), w->scope.created->path,
			  w->pool->arena);
	if (yaml_apply(edits, &text, &ignored) < 0)
		return NULL;
	return yaml_pool_parse(w->pool, listing->path, arena_copy(w->pool->arena, str_slice(&text)),
			       &ignored);
}

/* Checks one object in all environments that would apply the file. */
static void check_object(const struct creation *c)
{
	const struct step_work *w = c->w;
	const struct placements *l = &w->step->placements;
	struct environment_uses uses = { NULL, 0 };

	for (size_t i = 0; i < l->n; i++)
		if (slice_eq(l->items[i].path, w->scope.created->path))
			uses = l->items[i].uses;
	if (!uses.n)
		check_plain(c, c->created, NULL);
	for (size_t i = 0; i < uses.n; i++) {
		const struct environment *e = uses.items[i].environment;

		if (e->kind == ENVIRONMENT_DIRECTORY)
			check_plain(c, c->created, e);
		else if (!e->other_revision && c->after)
			check_environment(c, e);
	}
}

void step_created_check(const struct step_work *w)
{
	const struct source *listing = step_listing(w), *created = w->scope.created;
	struct build_override files[2] = { { created->path, created->file } };
	size_t n = 1;

	if (!w->view)
		return;
	if (listing) {
		files[n] = (struct build_override){ .path = listing->path,
						    .file = list_created(w, listing) };
		n += files[n].file != NULL;
	}
	for (size_t i = 0; i < created->objects.n; i++) {
		struct creation c = { .w = w, .created = &created->objects.items[i] };

		if (!vs_is(c.created))
			continue;
		if (w->builds)
			c.after = builds_new(w->in->inventory, w->in->environments, files, n);
		check_object(&c);
		builds_free(c.after);
	}
}
