#include "gitops/patch_merge_internal.h"

#include "yaml/value.h"

/* The state of patch_merge_apply. */
struct merging {
	struct build_stop *stop;
	struct arena *arena;
};

/* What the directive of a map says. */
enum directive { DIRECTIVE_MERGE, DIRECTIVE_REPLACE, DIRECTIVE_DELETE, DIRECTIVE_UNKNOWN };

static enum directive find_directive(const struct yaml_node *map)
{
	enum directive found = DIRECTIVE_MERGE;

	for (const struct yaml_node *c = map->first; c; c = c->next) {
		struct slice value = yaml_string(c);

		if (!slice_starts(c->key->text, SLICE("$")))
			continue;
		if (!slice_is(c->key->text, "$patch") || found != DIRECTIVE_MERGE)
			return DIRECTIVE_UNKNOWN;
		found = slice_is(value, "delete")  ? DIRECTIVE_DELETE :
			slice_is(value, "replace") ? DIRECTIVE_REPLACE :
			slice_is(value, "merge")   ? DIRECTIVE_MERGE :
						     DIRECTIVE_UNKNOWN;
	}
	return found;
}

/* Can the value be taken as it is: neither null nor a directive anywhere in it? */
static bool is_literal(const struct yaml_node *value)
{
	if (value_is_null(value))
		return false;
	for (const struct yaml_node *c = value->first; c; c = c->next)
		if ((c->key && slice_starts(c->key->text, SLICE("$"))) || !is_literal(c))
			return false;
	return true;
}

static const struct yaml_node *merge_maps(const struct merging *m, const struct yaml_node *patch,
					  const struct yaml_node *into);

/* The map with one entry of the patch merged into it; NULL with the reason: not known. */
static const struct yaml_node *merge_entry(const struct merging *m, const struct yaml_node *patch,
					   const struct yaml_node *into)
{
	const struct yaml_node *entry = value_get(into, patch->key->text), *merged = patch;

	if (value_is_null(patch))
		return entry ? value_remove(into, entry, m->arena) : into;
	if (entry && entry->kind != patch->kind)
		return build_unknown(m->stop, patch,
				     "the patch has another kind of value than the object");
	if (entry && entry->kind == YAML_MAP) {
		merged = merge_maps(m, patch, entry);
		if (!merged && m->stop->verdict == BUILD_KNOWN)
			return value_remove(into, entry, m->arena);
		return merged ? value_put(into, patch->key->text, merged, m->arena) : NULL;
	}
	if (!is_literal(patch))
		return build_unknown(m->stop, patch,
				     "the patch has null or a directive in a value that is new");
	return value_put(into, patch->key->text, merged, m->arena);
}

/* The map without "$patch". */
static const struct yaml_node *strip_directive(const struct merging *m, const struct yaml_node *map)
{
	const struct yaml_node *directive = value_get(map, SLICE("$patch"));

	map = directive ? value_remove(map, directive, m->arena) : map;
	return is_literal(map) ? map :
				 build_unknown(m->stop, map,
					       "the patch has null or a directive in a value that "
					       "is new");
}

/* NULL: the map is deleted, or with the reason not known. */
static const struct yaml_node *merge_maps(const struct merging *m, const struct yaml_node *patch,
					  const struct yaml_node *into)
{
	enum directive directive = find_directive(patch);

	if (directive == DIRECTIVE_UNKNOWN)
		return build_unknown(m->stop, patch, "the patch has an unknown directive");
	if (directive == DIRECTIVE_DELETE)
		return NULL;
	if (directive == DIRECTIVE_REPLACE)
		return strip_directive(m, patch);
	for (const struct yaml_node *c = patch->first; c && into; c = c->next)
		if (!slice_is(c->key->text, "$patch"))
			into = merge_entry(m, c, into);
	return into;
}

/* The entry of a map put into another one, or removed from it where the first has none. */
static const struct yaml_node *restore(const struct merging *m, const struct yaml_node *into,
				       const struct yaml_node *from, struct slice key)
{
	const struct yaml_node *was = value_get(from, key), *is = value_get(into, key);

	if (was == is || !into || into->kind != YAML_MAP)
		return into;
	return was ? value_put(into, key, was, m->arena) : value_remove(into, is, m->arena);
}

const struct yaml_node *patch_merge_apply(const struct yaml_node *patch,
					  const struct yaml_node *object, struct build_stop *stop,
					  struct arena *arena)
{
	const struct merging m = { stop, arena };
	const struct yaml_node *merged, *metadata;

	if (!value_is_clear(patch) || !value_is_clear(object))
		return build_unknown(stop, patch,
				     "the patch, or the object, contains an alias or a duplicate "
				     "key");
	merged = merge_maps(&m, patch, object);
	if (!merged)
		return NULL;
	metadata = yaml_get(merged, "metadata");
	if (!metadata || metadata->kind != YAML_MAP)
		return build_unknown(stop, patch, "the patch replaces the metadata");
	metadata = restore(&m, metadata, yaml_get(object, "metadata"), SLICE("name"));
	metadata = restore(&m, metadata, yaml_get(object, "metadata"), SLICE("namespace"));
	merged = value_put(merged, SLICE("metadata"), metadata, arena);
	merged = restore(&m, merged, object, SLICE("apiVersion"));
	return restore(&m, merged, object, SLICE("kind"));
}
