#include "plan/step_internal.h"

#include "gitops/kustomization.h"
#include "istio/host.h"
#include "kube/group.h"

/*
 * Objects that go with the old host: its ServiceEntry, and the DestinationRules for it. A host of
 * several goes alone; an object that is all of its file takes the file along, and the lines of the
 * kustomizations that list it.
 */

/* Takes the file out of every kustomization that lists it. */
static void unlist(const struct work *w, struct slice path)
{
	size_t n;
	struct source *const *sources = inventory_kustomizations(w->in->inventory, &n);

	for (size_t i = 0; i < n; i++) {
		const struct source *s = sources[i];
		const struct yaml_node *item =
			kustomization_item(s->path, yaml_root(s->file, 0), path);

		if (item)
			yaml_delete(step_target(w, s->file, s->path, s->bytes, s->mode)->edits,
				    item, "the file goes");
	}
}

/* The number of documents of a file that hold something. */
static size_t filled_documents(const struct yaml_file *file)
{
	size_t n = 0;

	for (size_t i = 0; i < yaml_documents(file); i++)
		n += yaml_root(file, i) != NULL;
	return n;
}

/* Takes one object out. */
static void drop_object(const struct work *w, const struct holding *h)
{
	const struct source *s = h->source;
	struct target *t = step_target(w, s->file, s->path, s->bytes, s->mode);

	if (h->object->node->parent) { /* in a list of objects */
		yaml_delete(t->edits, h->object->node, "the object goes");
		return;
	}
	if (filled_documents(s->file) == 1) {
		t->remove = true;
		unlist(w, s->path);
		return;
	}
	for (size_t i = 0; i < yaml_documents(s->file); i++)
		if (yaml_root(s->file, i) == h->object->node)
			yaml_drop(t->edits, i, "the object goes");
}

/* The item of spec.hosts that is the host; NULL: there is none. */
static const struct yaml_node *host_item(const struct object *o, struct slice host)
{
	const struct yaml_node *hosts = yaml_get(o->spec, "hosts");

	for (const struct yaml_node *c = hosts ? hosts->first : NULL; c; c = c->next)
		if (host_same(yaml_string(c), host))
			return c;
	return NULL;
}

/* The host as the objects of the migration's namespace know it. */
static struct slice old_host(const struct work *w)
{
	return host_resolve(w->m->move.from, w->m->move.ns, w->plan->arena);
}

/*
 * Is the object outside of what the migration may change? Then it is named, and the step refused.
 */
static bool is_foreign(const struct work *w, const struct holding *h)
{
	if (migration_covers(w->m, h->source->path))
		return false;
	findings_add(&w->step->findings, &CODE_entry_elsewhere, yaml_place(h->object->node),
		     "the %" SLICE_FMT " '%" SLICE_FMT
		     "' is in a file that the migration does not cover",
		     SLICE_ARG(h->object->kind), SLICE_ARG(h->object->name));
	return true;
}

/* Is the byte in a value or key below the node? What is in none is a comment. */
static bool in_value(const struct yaml_node *node, uint32_t at)
{
	if (!node || (node->kind == YAML_SCALAR && node->start <= at && at < node->end))
		return node != NULL;
	for (const struct yaml_node *c = node->first; c; c = c->next)
		if (in_value(c, at) || in_value(c->key, at))
			return true;
	return false;
}

/* Is the place in what goes, or only in a comment? */
static bool is_harmless(const struct work *w, const struct host_reference *m,
			const struct holdings *going)
{
	const struct source *s = inventory_find(w->in->inventory, m->path);
	bool value = !s || !s->file;

	for (size_t i = 0; i < going->n; i++) {
		const struct yaml_node *node = going->items[i].object->node, *item;

		if (!slice_eq(going->items[i].source->path, m->path))
			continue;
		item = host_item(going->items[i].object, old_host(w));
		if (item && item->parent->nchildren > 1)
			node = item;
		if (node->start <= m->offset && m->offset < node->end)
			return true;
	}
	for (size_t i = 0; !value && i < yaml_documents(s->file); i++)
		value = in_value(yaml_root(s->file, i), m->offset);
	return !value;
}

/* Names what still names the host. */
static void check_mentions(const struct work *w, const struct holdings *going)
{
	for (size_t i = 0; i < w->in->nreferences; i++) {
		const struct host_reference *m = &w->in->references[i];

		if (!is_harmless(w, m, going))
			findings_add(&w->step->findings, &CODE_still_named,
				     (struct place){ m->path, m->line, m->col },
				     "'%" SLICE_FMT "' is still named here",
				     SLICE_ARG(old_host(w)));
	}
}

/*
 * The objects of the host of one kind: ServiceEntries that have it, DestinationRules that are for
 * it and no other.
 */
static struct holdings find_objects(const struct work *w, const char *kind)
{
	struct arena *arena = w->plan->arena;
	struct holdings all = inventory_by_host(w->in->inventory, old_host(w), arena);
	struct holding *found = arena_array(arena, all.n, sizeof(*found));
	size_t n = 0;

	for (size_t i = 0; i < all.n; i++) {
		const struct object *o = all.items[i].object;
		struct slice host = yaml_string(yaml_get(o->spec, "host"));
		struct slice ns = o->ns.len ? o->ns : w->m->move.ns;

		if (object_is(o, ISTIO_GROUP, kind) &&
		    (host_item(o, old_host(w)) ||
		     (host.len && host_same(host_resolve(host, ns, arena), old_host(w)))))
			found[n++] = all.items[i];
	}
	return (struct holdings){ found, n };
}

struct slices step_files_that_lose(const struct work *w)
{
	struct slices files = { NULL, 0 };
	struct holdings going;

	if (w->intent->direction != GO_DELETE_ENTRY && !w->intent->rules)
		return files;
	going = find_objects(w, w->intent->rules ? "DestinationRule" : "ServiceEntry");
	files.items = arena_array(w->plan->arena, going.n, sizeof(*files.items));
	for (; files.n < going.n; files.n++)
		files.items[files.n] = going.items[files.n].source->path;
	return files;
}

void step_drop_rules(const struct work *w)
{
	struct holdings rules = find_objects(w, "DestinationRule");

	for (size_t i = 0; i < rules.n; i++)
		if (!is_foreign(w, &rules.items[i]))
			drop_object(w, &rules.items[i]);
}

int step_drop_entry(const struct work *w)
{
	struct holdings entries = find_objects(w, "ServiceEntry");
	struct findings *f = &w->step->findings;

	if (!entries.n)
		findings_add(f, &CODE_no_entry, (struct place){ w->m->path, 0, 0 },
			     "no ServiceEntry with the host '%" SLICE_FMT "' is in this commit",
			     SLICE_ARG(old_host(w)));
	check_mentions(w, &entries);
	for (size_t i = 0; i < entries.n; i++)
		(void)is_foreign(w, &entries.items[i]);
	for (size_t i = 0; w->intent->live && i < w->intent->live->n; i++)
		(void)findings_add_new(f, &w->intent->live->items[i]);
	migration_allow(w->m, 0, f);
	if (findings_stop(f))
		return step_refuse(w);
	for (size_t i = 0; i < entries.n; i++) {
		const struct holding *h = &entries.items[i];
		const struct yaml_node *item = host_item(h->object, old_host(w));

		if (item->parent->nchildren > 1) {
			yaml_delete(step_target(w, h->source->file, h->source->path,
						h->source->bytes, h->source->mode)
					    ->edits,
				    item, "the host goes");
			continue;
		}
		step_note_prune(w, h);
		drop_object(w, h);
	}
	return 0;
}
