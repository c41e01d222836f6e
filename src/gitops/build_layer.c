#include "gitops/build_layer_internal.h"

#include "base/alloc.h"
#include "gitops/build_config_internal.h"
#include "gitops/build_replace_internal.h"
#include "gitops/build_target_internal.h"
#include "gitops/patch_json_internal.h"
#include "gitops/patch_merge_internal.h"
#include "yaml/value.h"

/* The text of a field, or the one in its place. */
static struct slice get_text(const struct build_layer *layer, const char *key, struct slice extra)
{
	return extra.ptr ? extra : yaml_string(yaml_get(layer->root, key));
}

static bool apply_namespace(const struct build_layer *layer, struct build_objects *objects)
{
	struct slice ns =
		get_text(layer, "namespace", layer->extra ? layer->extra->ns : SLICE_NONE);

	for (size_t i = 0; i < objects->n && ns.len; i++) {
		build_store_id(layer->state, &objects->items[i]);
		objects->items[i].object.ns = ns;
	}
	return !ns.len || build_check_ids(layer->state, objects);
}

/* Adds a text in front of all names, or behind them. */
static void add_to_names(const struct build_layer *layer, struct build_objects *objects,
			 struct slice before, struct slice behind)
{
	for (size_t i = 0; i < objects->n && before.len + behind.len; i++) {
		struct object *o = &objects->items[i].object;

		build_store_id(layer->state, &objects->items[i]);
		o->name = arena_join(layer->state->arena,
				     (struct slice[]){ before, o->name, behind }, 3);
	}
}

static bool apply_prefix(const struct build_layer *layer, struct build_objects *objects)
{
	struct slice text =
		get_text(layer, "namePrefix", layer->extra ? layer->extra->prefix : SLICE_NONE);

	add_to_names(layer, objects, text, SLICE(""));
	return true;
}

static bool apply_suffix(const struct build_layer *layer, struct build_objects *objects)
{
	struct slice text =
		get_text(layer, "nameSuffix", layer->extra ? layer->extra->suffix : SLICE_NONE);

	add_to_names(layer, objects, SLICE(""), text);
	return true;
}

/* --- labels and annotations ----------------------------------------------- */

/* Puts pairs into a map of the metadata of an object. */
static void put_pairs(const struct build_state *state, struct built *b, struct slice key,
		      const struct yaml_node *pairs)
{
	const struct yaml_node *metadata = b->object.metadata, *map, *node;
	struct slice name = b->object.name, ns = b->object.ns;

	if (!metadata || !pairs->first || b->stop.verdict != BUILD_KNOWN)
		return;
	if (pairs->kind != YAML_MAP || metadata->kind != YAML_MAP) {
		build_unknown(&b->stop, pairs, "the labels or annotations are not a map");
		return;
	}
	map = value_get(metadata, key);
	if (!map || map->kind != YAML_MAP)
		map = value_empty_map(metadata, state->arena);
	for (const struct yaml_node *c = pairs->first; c; c = c->next)
		map = value_put(map, c->key->text, value_text(c, c->text, state->arena),
				state->arena);
	metadata = value_put(metadata, key, map, state->arena);
	node = value_put(b->object.node, SLICE("metadata"), metadata, state->arena);
	build_set_node(b, node);
	b->object.name = name;
	b->object.ns = ns;
}

static void put_all(const struct build_layer *layer, struct build_objects *objects,
		    struct slice key, const struct yaml_node *pairs)
{
	for (size_t i = 0; i < objects->n && pairs; i++)
		put_pairs(layer->state, &objects->items[i], key, pairs);
}

static bool apply_labels(const struct build_layer *layer, struct build_objects *objects)
{
	const struct yaml_node *list = yaml_get(layer->root, "labels");

	for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next) {
		if (yaml_get(c, "fields"))
			build_mark_unknown(objects, c, "labels are put into fields of their own");
		put_all(layer, objects, SLICE("labels"), yaml_get(c, "pairs"));
	}
	put_all(layer, objects, SLICE("labels"), yaml_get(layer->root, "commonLabels"));
	if (layer->extra)
		put_all(layer, objects, SLICE("labels"), layer->extra->labels);
	return true;
}

static bool apply_annotations(const struct build_layer *layer, struct build_objects *objects)
{
	put_all(layer, objects, SLICE("annotations"), yaml_get(layer->root, "commonAnnotations"));
	if (layer->extra)
		put_all(layer, objects, SLICE("annotations"), layer->extra->annotations);
	return true;
}

/* --- patches -------------------------------------------------------------- */

/* A patch, and what it is applied to. */
struct patch {
	const struct build_layer *layer;
	struct build_objects *objects;
	const struct yaml_node *entry;  /* of the kustomization */
	const struct yaml_node *target; /* NULL: the patch names the object itself */
	const struct yaml_file *file;   /* its text, parsed */
	bool stores_id;                 /* the name before it counts as an earlier one */
};

/* The parsed text of an inline patch; NULL: it cannot be parsed. */
static const struct yaml_file *parse_text(struct build_state *state, const struct yaml_node *node)
{
	struct slice key = { (const char *)&node, sizeof(const struct yaml_node *) };
	size_t at = map_get(&state->text_at, key);

	if (at != MAP_NONE)
		return state->texts[at];
	ROOM(state->texts, state->ntexts, state->texts_cap);
	map_set(&state->text_at, arena_copy(state->arena, key), state->ntexts);
	state->texts[state->ntexts] = patch_parse(node, state->arena);
	return state->texts[state->ntexts++];
}

/* Does the patch change nothing but the metadata? */
static bool is_metadata_only(const struct yaml_node *patch)
{
	bool only = true;

	for (const struct yaml_node *c = patch->first; c && only; c = c->next)
		only = patch->kind == YAML_SEQ ? slice_starts(yaml_string(yaml_get(c, "path")),
							      SLICE("/metadata/")) &&
							 !yaml_get(c, "from") :
						 slice_is(c->key->text, "metadata") ||
							 slice_is(c->key->text, "apiVersion") ||
							 slice_is(c->key->text, "kind");
	return only;
}

/* Sets the node of an object that a patch has changed. */
static void change_object(struct build_objects *objects, struct built *b,
			  const struct yaml_node *node)
{
	struct slice name = b->object.name;

	build_set_node(b, node);
	objects->renames += !slice_eq(name, b->object.name);
}

/* Applies one document of a patch to an object. False: the build fails. */
static bool patch_object(const struct patch *p, const struct yaml_node *patch, struct built *b)
{
	const struct build_state *state = p->layer->state;
	const struct yaml_node *node = build_named_node(state, &b->object), *now;
	struct build_stop stop = { BUILD_KNOWN, NOWHERE, NULL };

	if (b->stop.verdict != BUILD_KNOWN)
		return true;
	if (p->stores_id && patch->kind == YAML_SEQ)
		build_store_id(p->layer->state, b);
	if (!value_is_clear(node))
		now = build_unknown(&stop, patch, "the patched object has aliases or merge keys");
	else if (patch->kind == YAML_SEQ)
		now = patch_json_apply(patch, node, &stop, state->arena);
	else if (object_is(&b->object, "", "Service"))
		now = build_unknown(&stop, patch, "patches of Services are not evaluated");
	else
		now = patch_merge_apply(patch, node, &stop, state->arena);
	build_note_patch(state, b,
			 &(struct built_patch){ .at = yaml_place(p->entry),
						.path = yaml_name(p->file),
						.metadata_only = is_metadata_only(patch),
						.needs_object = !p->target });
	if (stop.verdict == BUILD_FAILS) {
		p->objects->stop = stop;
		return false;
	}
	if (now)
		change_object(p->objects, b, now);
	else if (stop.verdict == BUILD_UNKNOWN)
		b->stop = stop;
	else
		b->object.node = NULL; /* deleted */
	return true;
}

/* Applies a document of a patch to the objects that its target selects. */
static bool patch_selected(const struct patch *p, const struct yaml_node *patch)
{
	for (size_t i = 0; i < p->objects->n; i++) {
		struct built *b = &p->objects->items[i];
		struct build_stop stop = { BUILD_KNOWN, NOWHERE, NULL };

		if (!b->object.node || !build_target_selects(p->target, b, &stop))
			continue;
		if (stop.verdict != BUILD_KNOWN && b->stop.verdict == BUILD_KNOWN)
			b->stop = stop;
		if (yaml_get(p->entry, "options") && b->stop.verdict == BUILD_KNOWN)
			build_unknown(&b->stop, p->entry, "the patch has options");
		if (!patch_object(p, patch, b))
			return false;
	}
	return true;
}

/* Applies a strategic merge patch to the object that it names. */
static bool patch_named(const struct patch *p, const struct yaml_node *patch)
{
	struct object named;
	struct built *found = NULL;

	if (!object_read(patch, &named)) {
		build_mark_unknown(p->objects, patch, "the patch does not name an object");
		return true;
	}
	for (size_t i = 0; i < p->objects->n; i++) {
		struct built *b = &p->objects->items[i];

		if (!b->object.node || !build_target_is(&named, b))
			continue;
		if (found) {
			build_fail(&p->objects->stop, patch, "the patch names several objects");
			return false;
		}
		found = b;
	}
	if (found && yaml_get(p->entry, "options"))
		build_unknown(&found->stop, p->entry, "the patch has options");
	return !found || patch_object(p, patch, found);
}

/* The text of a patch as its file or its entry has it. */
static struct slice source_text(const struct patch *p)
{
	const struct yaml_node *text =
		p->entry->kind == YAML_MAP ? yaml_get(p->entry, "patch") : p->entry;

	return text && (p->entry->kind == YAML_MAP || patch_is_inline(p->entry)) ?
		       text->text :
		       yaml_bytes(p->file);
}

/* Applies all documents of a patch. False: the build fails. */
static bool apply_documents(const struct patch *p)
{
	const struct yaml_node *first = yaml_root(p->file, 0);
	size_t n = yaml_documents(p->file);

	if (first && first->kind == YAML_SEQ) {
		bool accepted = patch_json_is_accepted(source_text(p));

		if (p->target && accepted)
			return patch_selected(p, first);
		build_fail(&p->objects->stop, p->entry,
			   accepted ? "the JSON patch has no target" :
				      "a patch that begins with '[' must be JSON");
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		const struct yaml_node *root = yaml_root(p->file, i);

		if (!root)
			continue;
		if (root->kind != YAML_MAP || (p->target && n > 1)) {
			build_mark_unknown(p->objects, root, "the patch has an unknown form");
			return true;
		}
		if (!(p->target ? patch_selected(p, root) : patch_named(p, root)))
			return false;
	}
	return true;
}

/* Removes the objects that patches have deleted. */
static void drop_deleted(struct build_objects *objects)
{
	size_t n = 0;

	for (size_t i = 0; i < objects->n; i++)
		if (objects->items[i].object.node)
			objects->items[n++] = objects->items[i];
	objects->n = n;
}

/* Of a patch that was not read: what it may select is unknown. */
static void mark_selected(const struct patch *p)
{
	static const char why[] = "the patch cannot be read";

	for (size_t i = 0; i < p->objects->n; i++) {
		struct built *b = &p->objects->items[i];
		struct build_stop stop = { BUILD_KNOWN, NOWHERE, NULL };

		if (b->stop.verdict == BUILD_KNOWN &&
		    (!p->target || build_target_selects(p->target, b, &stop)))
			build_unknown(&b->stop, p->entry, why);
	}
}

/* Applies a patch that was found, or not. False: the build fails. */
static bool apply_patch(const struct patch *p)
{
	if (!build_take_steps(p->layer->state, &p->objects->stop, p->objects->n))
		build_mark_unknown(p->objects, p->entry, p->objects->stop.why);
	else if (!p->file)
		mark_selected(p);
	else if (!apply_documents(p))
		return false;
	drop_deleted(p->objects);
	return true;
}

/* The parsed text of an entry of a list; NULL: it was not read, or cannot be parsed. */
static const struct yaml_file *find_text(const struct build_layer *layer,
					 const struct patch_entry *e)
{
	const struct yaml_node *text = e->node->kind == YAML_MAP ? yaml_get(e->node, "patch") :
				       patch_is_inline(e->node)  ? e->node :
								   NULL;

	if (e->text)
		return e->text;
	if (text)
		return parse_text(layer->state, text);
	return build_find_file(
		layer,
		yaml_string(e->node->kind == YAML_MAP ? yaml_get(e->node, "path") : e->node));
}

/* Applies an entry of a list of patches. */
static bool apply_entry(const struct build_layer *layer, struct build_objects *objects,
			const struct patch_entry *e, bool stores_id)
{
	struct patch p = { .layer = layer,
			   .objects = objects,
			   .entry = e->node,
			   .target = yaml_get(e->node, "target"),
			   .file = find_text(layer, e),
			   .stores_id = stores_id };

	return apply_patch(&p);
}

/* Applies the entries of a list that was read before, as far as they may concern the objects. */
static bool apply_read_list(const struct build_layer *layer, struct build_objects *objects,
			    const struct patch_list *list, bool stores_id)
{
	struct patch_selection s = { .n = 0 };
	size_t renames = objects->renames;

	patch_list_select(list, objects->items, objects->n, &s, layer->state->arena);
	for (size_t i = 0; i < s.n; i++) {
		size_t entry = s.items[i];

		if (!apply_entry(layer, objects, &list->entries[entry], stores_id))
			return false;
		if (objects->renames == renames)
			continue;
		renames = objects->renames;
		patch_list_select(list, objects->items, objects->n, &s, layer->state->arena);
		while (s.items[i] < entry) /* others may precede it now, too late */
			i++;
	}
	return true;
}

/* Applies the entries of a list of patches; `stores_id` as in struct patch. */
static bool apply_list(const struct build_layer *layer, struct build_objects *objects,
		       const struct yaml_node *list, bool stores_id)
{
	const struct patch_list *read = patch_lists_find(layer->state->patches, list);

	if (read)
		return apply_read_list(layer, objects, read, stores_id);
	for (const struct yaml_node *c = list && list->kind == YAML_SEQ ? list->first : NULL; c;
	     c = c->next)
		if (!apply_entry(layer, objects, &(struct patch_entry){ .node = c }, stores_id))
			return false;
	return true;
}

static bool apply_patches(const struct build_layer *layer, struct build_objects *objects)
{
	return apply_list(layer, objects, yaml_get(layer->root, "patches"), true) &&
	       (!layer->extra || apply_list(layer, objects, layer->extra->patches, true));
}

static bool apply_json_patches(const struct build_layer *layer, struct build_objects *objects)
{
	return apply_list(layer, objects, yaml_get(layer->root, "patchesJson6902"), false);
}

/* The old list of strategic merge patches: each is a text or, if that is no object, a path. */
static bool apply_merge_patches(const struct build_layer *layer, struct build_objects *objects)
{
	return apply_list(layer, objects, yaml_get(layer->root, "patchesStrategicMerge"), false);
}

/* --- what is not evaluated ------------------------------------------------ */

static bool apply_replacements(const struct build_layer *layer, struct build_objects *objects)
{
	build_replace(layer, objects);
	return true;
}

/* Transformers change only the objects that are there. */
static bool apply_transformers(const struct build_layer *layer, struct build_objects *objects)
{
	const struct yaml_node *node = yaml_get(layer->root, "transformers");

	if (node && node->nchildren)
		build_mark_unknown(objects, node, "transformers may change the object");
	return true;
}

static bool apply_configs(const struct build_layer *layer, struct build_objects *objects)
{
	build_config_read(layer, objects);
	return true;
}

bool build_layer_apply(const struct build_layer *layer, struct build_objects *objects)
{
	/* api/internal/target/kusttarget_configplugin.go, configureBuiltinTransformers */
	static bool (*const steps[])(const struct build_layer *, struct build_objects *) = {
		apply_configs,      apply_merge_patches, apply_patches,      apply_namespace,
		apply_prefix,       apply_suffix,        apply_labels,       apply_annotations,
		apply_json_patches, apply_replacements,  apply_transformers,
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (!steps[i](layer, objects))
			return false;
	return true;
}
