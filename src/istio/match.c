#include "istio/match.h"

struct slice match_method(const struct yaml_node *block, bool *odd)
{
	const struct yaml_node *method = yaml_get(block, "method");
	struct slice exact = yaml_string(yaml_get(method, "exact"));

	*odd = false;
	if (!method)
		return SLICE_NONE;
	if (exact.len && method->nchildren == 1)
		return exact;
	*odd = true;
	return SLICE("");
}

/* Is the node there, and not null? */
static bool is_set(const struct yaml_node *node)
{
	return node && !(node->kind == YAML_SCALAR && yaml_type_of(node) == YAML_NULL);
}

/* Is it the uri of all requests? Without a kind of match, too. */
static bool takes_all_paths(const struct yaml_node *uri)
{
	return !is_set(uri) || (uri->kind == YAML_MAP && !uri->nchildren) ||
	       slice_is(yaml_string(yaml_get(uri, "prefix")), "/") ||
	       slice_is(yaml_string(yaml_get(uri, "regex")), ".*");
}

/* Does a proxy that gets the block take every request by it? */
static bool block_is_catch_all(const struct yaml_node *block)
{
	static const char *const single[] = { "method", "authority", "scheme" };
	static const char *const maps[] = { "headers", "withoutHeaders", "queryParams" };

	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++)
		if (is_set(yaml_get(block, single[i])))
			return false;
	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		const struct yaml_node *map = yaml_get(block, maps[i]);

		if (map && map->nchildren)
			return false;
	}
	return takes_all_paths(yaml_get(block, "uri"));
}

/* The value of a field that chooses where a block is used; NULL: it is used everywhere. */
static const struct yaml_node *chooser(const struct yaml_node *block, const char *key)
{
	const struct yaml_node *node = yaml_get(block, key);

	if (!is_set(node) || (node->kind != YAML_SCALAR && !node->nchildren))
		return NULL;
	return node;
}

bool match_takes_all(const struct yaml_node *block, bool any_gateway)
{
	return block && block->kind == YAML_MAP && block_is_catch_all(block) &&
	       !chooser(block, "port") && !chooser(block, "sourceNamespace") &&
	       !chooser(block, "sourceLabels") && (any_gateway || !chooser(block, "gateways"));
}

/* Is every item of a list in the other one? */
static bool has_items(const struct yaml_node *list, const struct yaml_node *of)
{
	for (const struct yaml_node *c = of->first; c; c = c->next) {
		bool found = false;

		for (const struct yaml_node *d = list->first; d && !found; d = d->next)
			found = slice_eq(c->text, d->text) &&
				(!c->key || (d->key && slice_eq(c->key->text, d->key->text)));
		if (!found)
			return false;
	}
	return true;
}

/* Does the field choose the same in both blocks, or nothing in the earlier one? */
static bool same_choice(const struct yaml_node *earlier, const struct yaml_node *later,
			const char *key)
{
	const struct yaml_node *a = chooser(earlier, key), *b = chooser(later, key);

	return !a || (b && slice_eq(a->text, b->text));
}

/* Has the list all gateways of a VirtualService? Without any, it is for the mesh. */
static bool has_gateways(const struct yaml_node *list, const struct yaml_node *all)
{
	if (all && all->nchildren)
		return has_items(list, all);
	for (const struct yaml_node *c = list->first; c; c = c->next)
		if (slice_is(c->text, "mesh"))
			return true;
	return false;
}

/* Is the earlier block for the ports and the sources of the later one? */
static bool covers_sources(const struct yaml_node *earlier, const struct yaml_node *later)
{
	const struct yaml_node *labels = chooser(earlier, "sourceLabels"),
			       *wanted = chooser(later, "sourceLabels");

	if (!same_choice(earlier, later, "port"))
		return false;
	if (chooser(earlier, "gateways")) /* sources do not count beside gateways */
		return true;
	if (chooser(later, "gateways"))
		return !labels && !chooser(earlier, "sourceNamespace");
	return same_choice(earlier, later, "sourceNamespace") &&
	       (!labels || (wanted && has_items(wanted, labels)));
}

/* Is the earlier block used wherever the later one is? NULL: a route without a match. */
static bool covers(const struct yaml_node *earlier, const struct yaml_node *later,
		   const struct yaml_node *gateways)
{
	const struct yaml_node *a = chooser(earlier, "gateways"), *b = chooser(later, "gateways");

	if (a && !(b ? has_items(a, b) : has_gateways(a, gateways)))
		return false;
	return covers_sources(earlier, later);
}

bool match_hides_block(const struct yaml_node *earlier, const struct yaml_node *block)
{
	return earlier->kind == YAML_MAP && block_is_catch_all(earlier) &&
	       covers_sources(earlier, block);
}

bool match_hides(const struct yaml_node *earlier, const struct yaml_node *block,
		 const struct yaml_node *gateways)
{
	if (!earlier || !earlier->nchildren)
		return true;
	for (const struct yaml_node *c = earlier->first; c; c = c->next)
		if (c->kind == YAML_MAP && block_is_catch_all(c) && covers(c, block, gateways))
			return true;
	return false;
}

bool match_is_sorted_last(const struct yaml_node *match)
{
	if (!match || !match->nchildren)
		return true;
	for (const struct yaml_node *c = match->first; c; c = c->next)
		if (c->kind == YAML_MAP && block_is_catch_all(c))
			return true;
	return false;
}
