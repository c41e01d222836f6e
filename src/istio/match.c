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

bool match_takes_all(const struct yaml_node *block, bool any_gateway)
{
	const struct yaml_node *uri = yaml_get(block, "uri");
	struct slice regex = yaml_string(yaml_get(uri, "regex"));

	if (!uri)
		return false;
	for (const struct yaml_node *c = block->first; c; c = c->next)
		if (!slice_is(c->key->text, "uri") && !slice_is(c->key->text, "name") &&
		    !(any_gateway && slice_is(c->key->text, "gateways")))
			return false;
	return slice_is(yaml_string(yaml_get(uri, "prefix")), "/") || slice_is(regex, ".*") ||
	       slice_is(regex, "*");
}

/* Does Envoy get nothing of the block that restricts the requests? */
static bool block_is_sorted_last(const struct yaml_node *block)
{
	static const char *const ignored[] = { "uri",           "name",         "port",
					       "gateways",      "sourceLabels", "sourceNamespace",
					       "ignoreUriCase", "statPrefix" };
	const struct yaml_node *uri = yaml_get(block, "uri");

	for (const struct yaml_node *c = block->first; c; c = c->next) {
		bool known = false;

		for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
			known = known || slice_is(c->key->text, ignored[i]);
		if (!known && (c->kind == YAML_SCALAR || c->nchildren))
			return false;
	}
	return !uri || slice_is(yaml_string(yaml_get(uri, "prefix")), "/") ||
	       slice_is(yaml_string(yaml_get(uri, "regex")), ".*");
}

bool match_is_sorted_last(const struct yaml_node *match)
{
	if (!match || !match->nchildren)
		return true;
	for (const struct yaml_node *c = match->first; c; c = c->next)
		if (c->kind == YAML_MAP && block_is_sorted_last(c))
			return true;
	return false;
}
