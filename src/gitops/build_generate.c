#include "gitops/build_generate_internal.h"

#include "base/ascii.h"
#include "yaml/value.h"

/* Puts a text into a map. */
static const struct yaml_node *put_text(const struct yaml_node *map, struct slice key,
					struct slice text, struct arena *arena)
{
	return value_put(map, key, value_text(map, text, arena), arena);
}

/* The value of a literal without the quotes around it. */
static struct slice strip_quotes(struct slice text)
{
	bool quoted = text.len > 1 && text.ptr[0] == text.ptr[text.len - 1] &&
		      (text.ptr[0] == '"' || text.ptr[0] == '\'');

	return quoted ? slice_sub(text, 1, text.len - 2) : text;
}

/* The data with one more value; NULL: it is not evaluated. */
static const struct yaml_node *add_value(const struct yaml_node *data, struct slice text,
					 bool literal, struct arena *arena)
{
	size_t equals = slice_find_byte(text, '=');
	struct slice value = slice_sub(text, equals + 1, text.len);

	if (equals == SIZE_MAX || !equals || value_get(data, slice_sub(text, 0, equals)))
		return NULL;
	return put_text(data, slice_sub(text, 0, equals), literal ? strip_quotes(value) : value,
			arena);
}

/* The data with the values of a file with lines; NULL: not all of it is evaluated. */
static const struct yaml_node *add_lines(const struct build_layer *layer,
					 const struct yaml_node *data, struct slice name)
{
	const struct yaml_file *file = build_find_file(layer, name);
	struct slice rest = file ? yaml_bytes(file) : SLICE_NONE, line;

	if (!file || slice_find_byte(rest, '\r') != SIZE_MAX)
		return NULL;
	while (data && slice_next(&rest, '\n', &line)) {
		while (line.len && ascii_is_blank(line.ptr[0]))
			line = slice_sub(line, 1, line.len);
		if (line.len && line.ptr[0] != '#')
			data = add_value(data, line, false, layer->state->arena);
	}
	return data;
}

/* The data of a ConfigMap; NULL: not all of it is evaluated. */
static const struct yaml_node *read_data(const struct build_layer *layer,
					 const struct yaml_node *entry)
{
	struct arena *arena = layer->state->arena;
	const struct yaml_node *literals = yaml_get(entry, "literals"),
			       *envs = yaml_get(entry, "envs"),
			       *data = value_empty_map(entry, arena);

	if ((literals && literals->kind != YAML_SEQ) || (envs && envs->kind != YAML_SEQ))
		return NULL;
	for (const struct yaml_node *c = envs ? envs->first : NULL; c && data; c = c->next)
		data = add_lines(layer, data, yaml_string(c));
	for (const struct yaml_node *c = literals ? literals->first : NULL; c && data; c = c->next)
		data = add_value(data, yaml_string(c), true, arena);
	return data;
}

/* Are the fields of the entry those that are evaluated? */
static bool is_plain(const struct yaml_node *entry)
{
	static const char *const known[] = { "name", "namespace", "literals",
					     "envs", "options",   "behavior" };

	if (entry->kind != YAML_MAP)
		return false;
	for (const struct yaml_node *c = entry->first; c; c = c->next) {
		size_t i = 0, n = sizeof(known) / sizeof(known[0]);

		while (i < n && !slice_is(c->key->text, known[i]))
			i++;
		if (i == n)
			return false;
	}
	return true;
}

/* Adds the ConfigMap of an entry. */
static void generate_one(const struct build_layer *layer, struct build_objects *objects,
			 const struct yaml_node *entry)
{
	struct arena *arena = layer->state->arena;
	struct slice name = yaml_string(yaml_get(entry, "name")),
		     ns = yaml_string(yaml_get(entry, "namespace"));
	const struct yaml_node *metadata = value_empty_map(entry, arena), *data, *node;
	struct built built = { .path = yaml_name(entry->file), .as_written = true };

	data = is_plain(entry) ? read_data(layer, entry) : NULL;
	node = put_text(value_empty_map(entry, arena), SLICE("apiVersion"), SLICE("v1"), arena);
	node = put_text(node, SLICE("kind"), SLICE("ConfigMap"), arena);
	metadata = put_text(metadata, SLICE("name"), name, arena);
	if (ns.len)
		metadata = put_text(metadata, SLICE("namespace"), ns, arena);
	node = value_put(node, SLICE("metadata"), metadata, arena);
	if (data)
		node = value_put(node, SLICE("data"), data, arena);
	else
		build_unknown(&built.stop, entry, "the values of the ConfigMap are not evaluated");
	if (!name.len || !object_read(node, &built.object))
		return;
	built.origin = arena_alloc(arena, sizeof(*built.origin));
	*(struct object *)(uintptr_t)built.origin = built.object;
	build_append(layer->state, objects, &built);
}

/* Makes ConfigMaps unknown that a generator may change. */
static void mark_changed(struct build_objects *objects, const struct yaml_node *entry)
{
	for (size_t i = 0; i < objects->n; i++) {
		struct built *b = &objects->items[i];

		if (object_is(&b->object, "", "ConfigMap") && b->stop.verdict == BUILD_KNOWN)
			build_unknown(&b->stop, entry, "a generator may change the ConfigMap");
	}
}

void build_generate(const struct build_layer *layer, struct build_objects *objects)
{
	const struct yaml_node *list = yaml_get(layer->root, "configMapGenerator");

	for (const struct yaml_node *c = list && list->kind == YAML_SEQ ? list->first : NULL; c;
	     c = c->next) {
		struct slice behavior = yaml_string(yaml_get(c, "behavior"));

		if (!behavior.len || slice_is(behavior, "create"))
			generate_one(layer, objects, c);
		else
			mark_changed(objects, c);
	}
}
