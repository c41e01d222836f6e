#include "plan/step_relatives.h"

#include "inventory/relatives.h"
#include "inventory/surroundings.h"
#include "plan/step_environments.h"

/* A member in the environments that apply its file. */
struct member_search {
	const struct step_work *w;
	struct surroundings s;     /* the other VirtualServices with its hosts */
	const struct object *form; /* the member as it is applied */
	size_t cap;
	bool applied, shares, unknown;
};

/* --- other files ---------------------------------------------------------- */

/* Adds the VirtualServices of other files with a host of this form of the member. */
static void add_others(struct member_search *q, const struct object *origin,
		       const struct object *form)
{
	const struct yaml_node *hosts = yaml_get(form->spec, "hosts");
	struct object_ref *items = (struct object_ref *)(uintptr_t)q->s.around.items;

	for (const struct yaml_node *c = hosts ? hosts->first : NULL; c; c = c->next) {
		struct object_refs all =
			inventory_by_host(q->w->in->inventory, yaml_string(c), q->s.arena);

		for (size_t i = 0; i < all.n; i++) {
			if (all.items[i].object == origin || !vs_is(all.items[i].object))
				continue;
			ARENA_ROOM(q->s.arena, items, q->s.around.n, q->cap);
			items[q->s.around.n++] = all.items[i];
		}
	}
	q->s.around.items = items;
}

/* Another VirtualService as it is applied. */
static void compare_other(const struct applied *other, void *ctx)
{
	struct member_search *q = ctx;

	q->shares = q->shares || relatives_share_host(q->form, other->object);
}

/* --- one environment ------------------------------------------------------ */

/* Compares with VirtualServices that the environment changes on the way from their files. */
static void compare_built(struct member_search *q, struct slice host)
{
	struct built_refs all = builds_of_host(q->w->builds, q->s.environment, host, q->s.arena);

	for (size_t i = 0; i < all.n && !q->shares; i++)
		q->shares = &all.items[i]->object != q->form &&
			    relatives_share_host(q->form, &all.items[i]->object);
}

/* Does this form of the member share a host with anything that counts for the environment? */
static void compare_form(struct member_search *q, const struct object *form)
{
	const struct yaml_node *hosts = yaml_get(form->spec, "hosts");

	q->form = form;
	q->applied = true;
	if (!vs_on_gateway(form))
		return;
	for (const struct yaml_node *c = hosts ? hosts->first : NULL; c && !q->shares; c = c->next)
		compare_built(q, yaml_string(c));
	for (size_t i = 0; i < q->s.around.n && !q->shares; i++)
		surroundings_each(&q->s, i, compare_other, q);
}

/* Calls `found` for each form of the member in the environment. */
static void each_form(struct member_search *q, const struct object *origin,
		      const struct environment *e,
		      void (*found)(struct member_search *q, const struct object *form))
{
	const struct built *b = builds_find(q->w->builds, e, origin);

	if (e->kind == ENVIRONMENT_DIRECTORY)
		found(q, origin);
	for (; b; b = builds_next(q->w->builds, e, b))
		found(q, &b->object);
}

/* --- one member ----------------------------------------------------------- */

/* Adds the others of one form; the form at hand is that of the file. */
static void add_form(struct member_search *q, const struct object *form)
{
	if (vs_on_gateway(form))
		add_others(q, q->form, form);
}

/* Compares the member with the others, in one environment. */
static void search_environment(struct member_search *q, const struct object *o,
			       const struct environment *e)
{
	if (e->other_revision)
		return;
	surroundings_enter(&q->s, e);
	each_form(q, o, e, compare_form);
	q->unknown = q->unknown || builds_of(q->w->builds, e)->stop.verdict != BUILD_KNOWN;
}

/*
 * Compares the member with the others, in all environments of its file; and in those that only
 * collect others, since these may be one cluster after all.
 */
static void search_member(struct member_search *q, const struct center *center,
			  const struct environment_uses *collecting)
{
	const struct environment_uses *uses = &center->uses;

	q->form = center->object;
	for (size_t i = 0; i < uses->n; i++)
		each_form(q, center->object, uses->items[i].environment, add_form);
	surroundings_begin(&q->s);
	for (size_t i = 0; i < uses->n; i++)
		search_environment(q, center->object, uses->items[i].environment);
	for (size_t i = 0; i < collecting->n; i++)
		search_environment(q, center->object, collecting->items[i].environment);
}

void step_relatives_note(const struct step_work *w)
{
	const struct center *centers = step_centers(w);
	bool collects = environment_index_collects(w->in->environments);

	for (size_t i = 0; i < w->scope.n; i++) {
		struct vs *vs = &w->scope.members[i].vs;
		struct environment_uses collecting = { NULL, 0 };
		struct member_search q = { .w = w,
					   .s = { .view = w->view,
						  .builds = w->builds,
						  .arena = w->pool->arena,
						  .centers = centers,
						  .ncenters = w->scope.n } };

		if (vs->is_delegate)
			continue;
		if (collects)
			collecting = environment_uses_of(w->in->environments,
							 w->scope.members[i].source->path,
							 w->pool->arena);
		search_member(&q, &centers[i], &collecting);
		if (!q.applied || q.shares == vs->shares_gateway_host || (q.unknown && !q.shares))
			continue;
		vs->shares_gateway_host = q.shares;
		vs_mark_copies(vs, &w->m->move, w->pool->arena);
	}
}
