#include "plan/step_delete.h"

#include "gitops/kustomization.h"
#include "inventory/inventory_index.h"
#include "istio/host.h"
#include "kube/group.h"
#include "plan/step_environments.h"

/*
 * Of a ServiceEntry with several hosts only the old host is deleted. If the object is the only one
 * of its file, the file is deleted, and removed from the kustomizations that list it.
 */

/* Removes the file from the kustomizations that list it. */
static void unlist_file(const struct step_work *w, struct slice path)
{
	size_t n;
	struct source *const *sources = inventory_kustomizations(w->in->inventory, &n);

	for (size_t i = 0; i < n; i++) {
		const struct source *s = sources[i];
		const struct yaml_node *root = yaml_root(s->file, 0);

		if (kustomization_item(s->path, root, path))
			kustomization_remove(step_target(w, s)->edits, s->path, root, path);
	}
}

/* The number of documents of a file that are not empty. */
static size_t count_documents(const struct yaml_file *file)
{
	size_t n = 0;

	for (size_t i = 0; i < yaml_documents(file); i++)
		n += yaml_root(file, i) != NULL;
	return n;
}

/* Deletes an object. */
static void delete_object(const struct step_work *w, const struct object_ref *ref)
{
	const struct source *s = ref->source;
	struct target *t = step_target(w, s);

	if (ref->object->node->parent) { /* an item of a List */
		yaml_delete(t->edits, ref->object->node);
		return;
	}
	if (count_documents(s->file) == 1) {
		t->remove = true;
		unlist_file(w, s->path);
		return;
	}
	for (size_t i = 0; i < yaml_documents(s->file); i++)
		if (yaml_root(s->file, i) == ref->object->node)
			yaml_drop(t->edits, i);
}

/* The item of spec.hosts with the host; NULL: there is none. */
static const struct yaml_node *find_host(const struct object *o, struct slice host)
{
	const struct yaml_node *hosts = yaml_get(o->spec, "hosts");

	for (const struct yaml_node *c = hosts ? hosts->first : NULL; c; c = c->next)
		if (host_same(yaml_string(c), host))
			return c;
	return NULL;
}

/* True, with an error, if the migration does not cover the file of the object. */
static bool refuse_uncovered(const struct step_work *w, const struct object_ref *ref)
{
	if (migration_covers(w->m, ref->source->path))
		return false;
	findings_add(&w->step->findings, &CODE_entry_elsewhere, yaml_place(ref->object->node),
		     "the %" SLICE_FMT " '%" SLICE_FMT
		     "' is in a file that the migration does not cover",
		     SLICE_ARG(ref->object->kind), SLICE_ARG(ref->object->name));
	return true;
}

/* Adds errors for the patches of an environment that would not find the object, or its host. */
static void check_patches(const struct step_work *w, const struct object_ref *ref,
			  const struct environment *e, bool whole)
{
	const struct built_set *set = builds_of(w->builds, e);
	const struct built_patch *p = NULL;

	for (size_t i = 0; i < set->n && !p; i++)
		if (set->items[i].origin == ref->object)
			p = set->items[i].patches;
	for (; p; p = p->next) {
		struct finding f = { .code = &CODE_still_patched, .at = p->at };

		if (whole ? !p->needs_object : p->metadata_only)
			continue;
		f.reason = arena_printf(w->pool->arena,
					"the %s '%" SLICE_FMT "' patches or reads the %" SLICE_FMT
					" '%" SLICE_FMT "' here, and would not build without it",
					environment_kind_text(e->kind), SLICE_ARG(e->name),
					SLICE_ARG(ref->object->kind), SLICE_ARG(ref->object->name));
		(void)findings_add_new(&w->step->findings, &f);
	}
}

/* The same for all environments; `whole`: the object is deleted, else only one of its hosts. */
static void check_builds(const struct step_work *w, const struct object_ref *ref, bool whole)
{
	const struct placements *l = &w->step->placements;

	for (size_t i = 0; i < l->n && w->builds; i++)
		for (size_t j = 0; j < l->items[i].uses.n; j++)
			if (slice_eq(l->items[i].path, ref->source->path))
				check_patches(w, ref, l->items[i].uses.items[j].environment, whole);
}

/* True if the byte is in a key or value below the node; else it is in a comment. */
static bool is_in_value(const struct yaml_node *node, uint32_t at)
{
	if (!node || (node->kind == YAML_SCALAR && node->start <= at && at < node->end))
		return node != NULL;
	for (const struct yaml_node *c = node->first; c; c = c->next)
		if (is_in_value(c, at) || is_in_value(c->key, at))
			return true;
	return false;
}

/* True if the reference is in an object that is deleted, or in a comment. */
static bool is_harmless(const struct step_work *w, const struct host_reference *reference,
			const struct object_refs *deleted)
{
	const struct source *s = inventory_find(w->in->inventory, reference->path);
	bool value = !s || !s->file;

	for (size_t i = 0; i < deleted->n; i++) {
		const struct yaml_node *node = deleted->items[i].object->node, *item;

		if (!slice_eq(deleted->items[i].source->path, reference->path))
			continue;
		item = find_host(deleted->items[i].object, step_old_host(w));
		if (item && item->parent->nchildren > 1)
			node = item;
		if (node->start <= reference->offset && reference->offset < node->end)
			return true;
	}
	for (size_t i = 0; !value && i < yaml_documents(s->file); i++)
		value = is_in_value(yaml_root(s->file, i), reference->offset);
	return !value;
}

/* Adds errors for references to the old host that remain. */
static void check_references(const struct step_work *w, const struct object_refs *deleted)
{
	for (size_t i = 0; i < w->in->nreferences; i++) {
		const struct host_reference *reference = &w->in->references[i];

		if (!is_harmless(w, reference, deleted))
			findings_add(
				&w->step->findings, &CODE_still_named,
				(struct place){ reference->path, reference->line, reference->col },
				"'%" SLICE_FMT "' is still referenced here",
				SLICE_ARG(step_old_host(w)));
	}
}

/* The objects of the old host of one kind: ServiceEntries with it, DestinationRules for it. */
static struct object_refs find_objects(const struct step_work *w, const char *kind)
{
	struct arena *arena = w->pool->arena;
	struct object_refs all = inventory_by_host(w->in->inventory, step_old_host(w), arena);
	struct object_ref *found = arena_array(arena, all.n, sizeof(*found));
	size_t n = 0;

	for (size_t i = 0; i < all.n; i++) {
		const struct object *o = all.items[i].object;
		struct slice host = yaml_string(yaml_get(o->spec, "host"));
		struct slice ns = o->ns.len ? o->ns : w->m->move.ns;

		if (object_is(o, ISTIO_GROUP, kind) &&
		    (find_host(o, step_old_host(w)) ||
		     (host.len && host_same(host_resolve(host, ns, arena), step_old_host(w)))))
			found[n++] = all.items[i];
	}
	return (struct object_refs){ found, n };
}

struct slices step_deleted_files(const struct step_work *w)
{
	struct slices files = { NULL, 0 };
	struct object_refs deleted;

	if (w->intent->direction != GO_DELETE_ENTRY && !w->intent->rules)
		return files;
	deleted = find_objects(w, w->intent->rules ? "DestinationRule" : "ServiceEntry");
	files.items = arena_array(w->pool->arena, deleted.n, sizeof(*files.items));
	for (; files.n < deleted.n; files.n++)
		files.items[files.n] = deleted.items[files.n].source->path;
	return files;
}

void step_delete_rules(const struct step_work *w)
{
	struct object_refs rules = find_objects(w, "DestinationRule");

	for (size_t i = 0; i < rules.n; i++)
		if (!refuse_uncovered(w, &rules.items[i])) {
			check_builds(w, &rules.items[i], true);
			delete_object(w, &rules.items[i]);
		}
}

int step_delete_entry(const struct step_work *w)
{
	struct object_refs entries = find_objects(w, "ServiceEntry");
	struct findings *f = &w->step->findings;

	if (!entries.n)
		findings_add(f, &CODE_no_entry, (struct place){ w->m->path, 0, 0 },
			     "this commit contains no ServiceEntry with the host '%" SLICE_FMT "'",
			     SLICE_ARG(step_old_host(w)));
	check_references(w, &entries);
	for (size_t i = 0; i < entries.n; i++)
		if (!refuse_uncovered(w, &entries.items[i]))
			check_builds(w, &entries.items[i],
				     find_host(entries.items[i].object, step_old_host(w))
						     ->parent->nchildren == 1);
	for (size_t i = 0; w->intent->live && i < w->intent->live->n; i++)
		(void)findings_add_new(f, &w->intent->live->items[i]);
	migration_allow(w->m, 0, f);
	if (findings_stop(f))
		return step_refuse(w);
	for (size_t i = 0; i < entries.n; i++) {
		const struct object_ref *ref = &entries.items[i];
		const struct yaml_node *item = find_host(ref->object, step_old_host(w));

		if (item->parent->nchildren > 1) {
			yaml_delete(step_target(w, ref->source)->edits, item);
			continue;
		}
		step_note_prune(w, ref);
		delete_object(w, ref);
	}
	return 0;
}
