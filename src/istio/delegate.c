#include "istio/delegate.h"

/* A condition of a match: at most one of the three has a text. */
struct condition {
	bool exists;
	struct slice exact, prefix, regex;
};

static struct condition condition_of(const struct yaml_node *node)
{
	return (struct condition){ node != NULL, yaml_string(yaml_get(node, "exact")),
				   yaml_string(yaml_get(node, "prefix")),
				   yaml_string(yaml_get(node, "regex")) };
}

/* Does the delegate's condition accept something that the root's does not? */
static bool conditions_conflict(struct condition root, struct condition leaf)
{
	if (!root.exists || !leaf.exists)
		return false;
	if (root.regex.len && (leaf.regex.len || leaf.prefix.len || leaf.exact.len))
		return true;
	if (leaf.regex.len && (root.prefix.len || root.exact.len))
		return true;
	if (root.exact.len)
		return leaf.prefix.len || !slice_eq(leaf.exact, root.exact);
	if (root.prefix.len && (leaf.prefix.len || leaf.exact.len))
		return !slice_starts(leaf.prefix.len ? leaf.prefix : leaf.exact, root.prefix);
	return true;
}

static bool fields_conflict(const struct yaml_node *root, const struct yaml_node *leaf,
			    const char *key)
{
	return conditions_conflict(condition_of(yaml_get(root, key)),
				   condition_of(yaml_get(leaf, key)));
}

/* The first value of the map under the key. */
static const struct yaml_node *first_value(const struct yaml_node *block, const char *key)
{
	const struct yaml_node *map = yaml_get(block, key);

	return map && map->kind == YAML_MAP ? map->first : NULL;
}

/* Conditions by name, such as headers: does one of the delegate's conflict with the root's? */
static bool maps_conflict(const struct yaml_node *root, const struct yaml_node *leaf,
			  const char *key)
{
	for (const struct yaml_node *c = first_value(leaf, key); c; c = c->next)
		for (const struct yaml_node *d = first_value(root, key); d; d = d->next)
			if (slice_eq(c->key->text, d->key->text) &&
			    conditions_conflict(condition_of(d), condition_of(c)))
				return true;
	return false;
}

/* Labels by name: does one have another value? */
static bool labels_conflict(const struct yaml_node *root, const struct yaml_node *leaf)
{
	for (const struct yaml_node *c = first_value(leaf, "sourceLabels"); c; c = c->next)
		for (const struct yaml_node *d = first_value(root, "sourceLabels"); d; d = d->next)
			if (slice_eq(c->key->text, d->key->text) && !slice_eq(c->text, d->text))
				return true;
	return false;
}

/* Does the delegate's list name a gateway that the root's does not? */
static bool gateways_conflict(const struct yaml_node *root, const struct yaml_node *leaf)
{
	const struct yaml_node *a = yaml_get(root, "gateways"), *b = yaml_get(leaf, "gateways");

	for (const struct yaml_node *c = a && a->first && b ? b->first : NULL; c; c = c->next) {
		bool found = false;

		for (const struct yaml_node *d = a->first; d && !found; d = d->next)
			found = slice_eq(yaml_string(c), yaml_string(d));
		if (!found)
			return true;
	}
	return false;
}

/* Is the text of a field the same, or absent in both? */
static bool same_text(const struct yaml_node *a, const struct yaml_node *b, const char *key,
		      const char *absent)
{
	const struct yaml_node *x = yaml_get(a, key), *y = yaml_get(b, key);

	return slice_eq(x ? x->text : slice_of(absent), y ? y->text : slice_of(absent));
}

/* Do the blocks conflict, whatever method the delegate's requires? */
static bool blocks_conflict(const struct yaml_node *root, const struct yaml_node *leaf)
{
	bool both_ports = yaml_get(root, "port") && yaml_get(leaf, "port");

	return fields_conflict(root, leaf, "uri") || fields_conflict(root, leaf, "scheme") ||
	       fields_conflict(root, leaf, "authority") || maps_conflict(root, leaf, "headers") ||
	       maps_conflict(root, leaf, "withoutHeaders") ||
	       maps_conflict(root, leaf, "queryParams") ||
	       !same_text(root, leaf, "ignoreUriCase", "false") ||
	       (both_ports && !same_text(root, leaf, "port", "")) ||
	       (yaml_get(root, "sourceNamespace") &&
		!same_text(root, leaf, "sourceNamespace", "")) ||
	       labels_conflict(root, leaf) || gateways_conflict(root, leaf);
}

bool delegate_accepts(const struct yaml_node *root_match, const struct yaml_node *block,
		      struct slice method)
{
	const struct condition wanted = { .exists = true, .exact = method };

	for (const struct yaml_node *c = root_match ? root_match->first : NULL; c; c = c->next)
		if (!conditions_conflict(condition_of(yaml_get(c, "method")), wanted) &&
		    !blocks_conflict(c, block))
			return true;
	return !root_match || !root_match->nchildren;
}
