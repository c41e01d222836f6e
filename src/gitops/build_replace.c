#include "gitops/build_replace_internal.h"

#include "gitops/build_config_internal.h"
#include "gitops/build_target_internal.h"
#include "gitops/replacement_path_internal.h"
#include "gitops/replacement_value_internal.h"
#include "yaml/value.h"

/* One replacement. */
struct replacing {
	const struct build_layer *layer;
	struct build_objects *objects;
	const struct yaml_node *entry; /* of the kustomization */
	const struct yaml_node *node;  /* entry, or what its file contains */
	const struct built *source;    /* NULL: sourceValue */
	const struct yaml_node *value; /* NULL: not known */
	struct build_stop stop;        /* why */
};

/* One target of a replacement. */
struct replacement_target {
	const struct replacing *of;
	const struct yaml_node *node;
	struct replacement_options options;
	struct build_stop stop; /* why it is not evaluated */
};

/* --- forms ---------------------------------------------------------------- */

/* Has the map only fields of the list, which NULL ends? */
static bool has_only(const struct yaml_node *map, const char *const *known)
{
	if (!map || map->kind != YAML_MAP || !value_is_clear(map))
		return false;
	for (const struct yaml_node *c = map->first; c; c = c->next) {
		size_t i = 0;

		while (known[i] && !slice_is(c->key->text, known[i]))
			i++;
		if (!known[i])
			return false;
	}
	return true;
}

/* Has the selector only texts in fields that kustomize knows? */
static bool is_plain_selector(const struct yaml_node *selector, bool labels)
{
	static const char *const known[] = { "group",
					     "version",
					     "kind",
					     "name",
					     "namespace",
					     "labelSelector",
					     "annotationSelector",
					     NULL };

	if (!has_only(selector, known) || (!labels && build_target_has_labels(selector)))
		return false;
	for (const struct yaml_node *c = selector->first; c; c = c->next)
		if (!yaml_string(c).ptr)
			return false;
	return true;
}

/* The items of a list; NULL: it has none, or is none. */
static const struct yaml_node *first_of(const struct yaml_node *list)
{
	return list && list->kind == YAML_SEQ ? list->first : NULL;
}

/* --- sources -------------------------------------------------------------- */

/* The selector of a source: the source without what is read from it. */
static const struct yaml_node *selector_of(const struct yaml_node *source, struct arena *arena)
{
	static const char *const others[] = { "fieldPath", "options" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		const struct yaml_node *field = yaml_get(source, others[i]);

		source = field ? value_remove(source, field, arena) : source;
	}
	return source;
}

/* The only object that the source selects; NULL with the reason. */
static const struct built *find_source(struct replacing *r, const struct yaml_node *selector)
{
	const struct built *found = NULL;

	if (!is_plain_selector(selector, false))
		return build_unknown(&r->stop, selector,
				     "the source of the replacement has an unknown form");
	for (size_t i = 0; i < r->objects->n; i++) {
		if (!build_target_chooses(selector, &r->objects->items[i], &r->stop))
			continue;
		if (found)
			return build_unknown(&r->stop, selector,
					     "the source of the replacement stands for several "
					     "objects");
		found = &r->objects->items[i];
	}
	if (!found)
		return build_unknown(&r->stop, selector,
				     "the source of the replacement is not among the objects that "
				     "are evaluated");
	if (found->stop.verdict != BUILD_KNOWN)
		r->stop = found->stop;
	else if (build_config_may_change(r->objects, found))
		return build_unknown(&r->stop, selector,
				     "the source of the replacement may be changed by a "
				     "configuration");
	return found->stop.verdict == BUILD_KNOWN ? found : NULL;
}

/* The path that is written, or that of the name. False: it is not evaluated. */
static bool read_path(const struct yaml_node *text, const struct yaml_node *near,
		      struct replacement_path *out, struct arena *arena)
{
	if (text && (text->kind != YAML_SCALAR || text->text.len))
		return replacement_path_read(text, out, arena);
	return replacement_path_read(value_text(near, SLICE("metadata.name"), arena), out, arena);
}

/* The value that the source gives; NULL with the reason. */
static const struct yaml_node *read_source(struct replacing *r)
{
	const struct build_state *state = r->layer->state;
	const struct yaml_node *from = yaml_get(r->node, "source"), *node;
	struct replacement_options options;
	struct replacement_path path;

	r->source = find_source(r, selector_of(from, state->arena));
	if (!r->source)
		return NULL;
	if (!replacement_options_read(yaml_get(from, "options"), &options) ||
	    !read_path(yaml_get(from, "fieldPath"), from, &path, state->arena))
		return build_unknown(&r->stop, from,
				     "the source of the replacement has an unknown form");
	node = build_named_node(state, &r->source->object);
	if (!value_is_clear(node))
		return build_unknown(&r->stop, from,
				     "the source of the replacement has aliases or merge keys");
	node = replacement_path_get(&path, node, &r->stop);
	if (!node || (slice_is(path.parts[0], "metadata") && node->kind != YAML_SCALAR))
		return node ? build_unknown(&r->stop, from,
					    "the replacement copies metadata as a whole") :
			      NULL;
	return replacement_value_refine(node, &options, &r->stop, state->arena);
}

/* Finds the value of a replacement, or why it is not known. */
static void find_value(struct replacing *r)
{
	static const char *const known[] = { "source", "sourceValue", "targets", NULL };
	const struct yaml_node *fixed = yaml_get(r->node, "sourceValue");

	if (!has_only(r->node, known) || (fixed && yaml_get(r->node, "source")) ||
	    (fixed && !yaml_string(fixed).ptr))
		build_unknown(&r->stop, r->node, "the replacement has an unknown form");
	else if (fixed)
		r->value = fixed;
	else if (!yaml_get(r->node, "source"))
		build_unknown(&r->stop, r->node, "the replacement has no source");
	else
		r->value = read_source(r);
}

/* --- targets -------------------------------------------------------------- */

/* Is the object rejected by the target? `stop`: that is not known. */
static bool is_rejected(const struct yaml_node *target, const struct built *b,
			struct build_stop *stop)
{
	bool rejected = false;

	for (const struct yaml_node *c = first_of(yaml_get(target, "reject")); c; c = c->next) {
		struct build_stop unsure = { BUILD_KNOWN, NOWHERE, NULL };

		if (!is_plain_selector(c, true) || build_target_has_labels(c))
			build_unknown(&unsure, c, "it is not known what the replacement rejects");
		else if (c->first && build_target_rejects(c, b, &unsure))
			rejected = true;
		if (unsure.verdict != BUILD_KNOWN)
			*stop = unsure;
	}
	return rejected;
}

/* May the target change what it is copied from while it is copied? */
static bool is_own_source(const struct replacement_target *t, const struct built *b)
{
	return t->of->source == b &&
	       (t->options.delimiter.len || t->of->value->kind != YAML_SCALAR);
}

/* The object with one path of the target replaced; NULL with the reason. */
static const struct yaml_node *replace_path(const struct replacement_target *t,
					    const struct replacement_path *path,
					    const struct yaml_node *node, struct build_stop *stop)
{
	struct arena *arena = t->of->layer->state->arena;
	struct replacement_write write = { .value = t->of->value,
					   .untyped = !t->of->source,
					   .options = t->options,
					   .at = path->at };
	const struct replacement_change change = { replacement_value_write, &write,
						   t->options.create };
	bool metadata = slice_is(path->parts[0], "metadata");

	if ((!metadata && path->n < 2) || (metadata && t->of->value->kind != YAML_SCALAR))
		return build_unknown(stop, path->at, "the replacement changes what an object is");
	return replacement_path_change(path, node, &change, stop, arena);
}

/* The object with all paths of the target replaced; NULL with the reason. */
static const struct yaml_node *replace_paths(const struct replacement_target *t,
					     const struct yaml_node *node, struct build_stop *stop,
					     bool *metadata_only)
{
	const struct yaml_node *paths = yaml_get(t->node, "fieldPaths"), *c = first_of(paths);
	struct replacement_path path;

	if (paths && paths->kind != YAML_SEQ)
		return build_unknown(stop, paths, "the target has an unknown form");
	do {
		if (!read_path(c, t->node, &path, t->of->layer->state->arena))
			return build_unknown(stop, c ? c : t->node,
					     "the field path is not one that is evaluated");
		*metadata_only = *metadata_only && slice_is(path.parts[0], "metadata");
		node = replace_path(t, &path, node, stop);
		c = c ? c->next : NULL;
	} while (c && node);
	return node;
}

/* Does the replacement leave the object with the same kind, and with a name? */
static bool is_same_kind(const struct yaml_node *a, const struct yaml_node *b)
{
	return value_same(yaml_get(a, "kind"), yaml_get(b, "kind")) &&
	       value_same(yaml_get(a, "apiVersion"), yaml_get(b, "apiVersion"));
}

/* Replaces in one object that the target selects. */
static void replace_in(const struct replacement_target *t, struct built *b)
{
	const struct build_state *state = t->of->layer->state;
	const struct yaml_node *node = build_named_node(state, &b->object), *now = NULL;
	struct build_stop stop = t->stop.verdict != BUILD_KNOWN ? t->stop : t->of->stop;
	bool metadata_only = true;

	if (stop.verdict == BUILD_KNOWN && (!value_is_clear(node) || is_own_source(t, b)))
		build_unknown(&stop, t->node,
			      "the replacement changes an object that it reads, or "
			      "that has aliases or merge keys");
	if (stop.verdict == BUILD_KNOWN)
		now = replace_paths(t, node, &stop, &metadata_only);
	if (now && !is_same_kind(node, now))
		now = build_unknown(&stop, t->node, "the replacement changes what an object is");
	build_note_patch(state, b,
			 &(struct built_patch){ .at = yaml_place(t->node),
						.path = yaml_name(t->node->file),
						.metadata_only = metadata_only && now });
	if (now)
		build_set_node(b, now);
	else
		b->stop = stop;
}

/* Replaces in all objects that a target selects. */
static void apply_target(const struct replacing *r, const struct yaml_node *node)
{
	static const char *const known[] = { "select", "reject", "fieldPaths", "options", NULL };
	struct replacement_target t = { .of = r, .node = node };
	const struct yaml_node *select = yaml_get(node, "select");

	if (!has_only(node, known) ||
	    !replacement_options_read(yaml_get(node, "options"), &t.options))
		build_unknown(&t.stop, node, "the target of the replacement has an unknown form");
	if (!is_plain_selector(select, true)) {
		build_mark_unknown(r->objects, node,
				   "the target of the replacement has an unknown form");
		return;
	}
	for (size_t i = 0; i < r->objects->n; i++) {
		struct built *b = &r->objects->items[i];
		struct build_stop stop = { BUILD_KNOWN, NOWHERE, NULL };

		if (b->stop.verdict != BUILD_KNOWN || !build_target_replaces(select, b, &stop) ||
		    (is_rejected(node, b, &stop) && stop.verdict == BUILD_KNOWN))
			continue;
		if (stop.verdict == BUILD_KNOWN)
			replace_in(&t, b);
		else
			b->stop = stop;
	}
}

/*
 * Marks the source if its value is not known: kustomize reports an error where a field is missing,
 * whether or not the targets select anything.
 */
static void mark_source(const struct replacing *r)
{
	for (size_t i = 0; i < r->objects->n && r->stop.verdict != BUILD_KNOWN; i++) {
		struct built *b = &r->objects->items[i];

		if (b == r->source && b->stop.verdict == BUILD_KNOWN)
			b->stop = r->stop;
	}
}

/* Applies a replacement, inline or of a file. */
static void apply_one(const struct build_layer *layer, struct build_objects *objects,
		      const struct yaml_node *entry, const struct yaml_node *node)
{
	struct replacing r = { .layer = layer, .objects = objects, .entry = entry, .node = node };
	const struct yaml_node *targets = yaml_get(node, "targets");

	if (!build_take_steps(layer->state, &objects->stop, objects->n) || !targets ||
	    targets->kind != YAML_SEQ) {
		build_mark_unknown(objects, entry, "the replacement cannot be read");
		return;
	}
	find_value(&r);
	mark_source(&r);
	build_note_readers(layer, objects, yaml_get(node, "source"));
	for (const struct yaml_node *t = targets->first; t; t = t->next)
		apply_target(&r, t);
}

/* Applies what the file of an entry contains: a replacement, or a list of them. */
static void apply_file(const struct build_layer *layer, struct build_objects *objects,
		       const struct yaml_node *entry)
{
	const struct yaml_file *file = build_find_file(layer, yaml_string(yaml_get(entry, "path")));
	const struct yaml_node *root = file ? yaml_root(file, 0) : NULL;

	if (!root || yaml_documents(file) != 1 || entry->nchildren != 1 || !value_is_clear(root)) {
		build_mark_unknown(objects, entry, "the replacement cannot be read");
		return;
	}
	if (root->kind != YAML_SEQ)
		apply_one(layer, objects, entry, root);
	for (const struct yaml_node *c = first_of(root); c; c = c->next)
		apply_one(layer, objects, entry, c);
}

void build_replace(const struct build_layer *layer, struct build_objects *objects)
{
	const struct yaml_node *list = yaml_get(layer->root, "replacements");

	objects->linked = objects->linked || list;
	for (const struct yaml_node *c = first_of(list); c; c = c->next) {
		if (yaml_get(c, "path"))
			apply_file(layer, objects, c);
		else
			apply_one(layer, objects, c, c);
	}
}
