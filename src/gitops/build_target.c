#include "gitops/build_target_internal.h"

#include "base/alloc.h"
#include "gitops/pattern_internal.h"
#include "kube/selector.h"

struct slice build_namespace(struct slice ns)
{
	return ns.len ? ns : SLICE("default");
}

/* Compares a field of the selector with one of two texts; an absent field matches. */
static enum match match_field(const struct yaml_node *selector, const char *key, struct slice one,
			      struct slice other)
{
	struct slice pattern = yaml_string(yaml_get(selector, key));
	enum match first;

	if (!pattern.len)
		return yaml_get(selector, key) && yaml_get(selector, key)->text.len ?
			       MATCH_UNKNOWN :
			       MATCH_YES;
	first = pattern_match(pattern, one);
	return first == MATCH_NO ? pattern_match(pattern, other) : first;
}

/* --- labels --------------------------------------------------------------- */

/* Compares a label selector with a map of the metadata. */
static enum match match_labels(const struct yaml_node *selector, const char *key,
			       const struct yaml_node *map)
{
	struct slice text = yaml_string(yaml_get(selector, key));
	AUTO_FREE struct pair *items = NULL;
	struct pairs labels = { NULL, 0 };
	struct err ignored = ERR_INIT;

	if (!text.len)
		return MATCH_YES;
	if (selector_check(text, &ignored) < 0 || (map && map->kind != YAML_MAP))
		return MATCH_UNKNOWN;
	items = xrealloc_array(NULL, (map ? map->nchildren : 0) + 1, sizeof(*items));
	for (const struct yaml_node *c = map ? map->first : NULL; c; c = c->next)
		items[labels.n++] = (struct pair){ c->key->text, c->text };
	labels.items = items;
	return selector_matches(text, labels) ? MATCH_YES : MATCH_NO;
}

/* Compares an object with the fields of a selector besides the name. */
static enum match match_others(const struct yaml_node *selector, const struct object *o,
			       struct slice first_ns)
{
	const enum match matches[] = {
		match_field(selector, "group", o->group, o->group),
		match_field(selector, "version", o->version, o->version),
		match_field(selector, "kind", o->kind, o->kind),
		match_field(selector, "namespace", first_ns, build_namespace(o->ns)),
		match_labels(selector, "labelSelector", yaml_get(o->metadata, "labels")),
		match_labels(selector, "annotationSelector", yaml_get(o->metadata, "annotations")),
	};
	enum match all = MATCH_YES;

	for (size_t i = 0; i < sizeof(matches) / sizeof(matches[0]); i++) {
		if (matches[i] == MATCH_NO)
			return MATCH_NO;
		all = matches[i] == MATCH_UNKNOWN ? MATCH_UNKNOWN : all;
	}
	return all;
}

bool build_target_selects(const struct yaml_node *selector, const struct built *b,
			  struct build_stop *stop)
{
	const struct object *o = &b->object;
	struct built_id first =
		b->nids ? b->ids[0] : (struct built_id){ o->name, build_namespace(o->ns) };
	enum match name = match_field(selector, "name", first.name, o->name), others;

	if (name == MATCH_NO) /* as of most objects */
		return false;
	others = match_others(selector, o, first.ns);
	if (others == MATCH_NO)
		return false;
	if (name == MATCH_UNKNOWN || others == MATCH_UNKNOWN)
		build_unknown(stop, selector, "it is not known which objects the pattern selects");
	return true;
}

/* --- replacements --------------------------------------------------------- */

/* Is the field of the selector absent, or the text? */
static bool is_field(const struct yaml_node *selector, const char *key, struct slice text)
{
	const struct yaml_node *field = yaml_get(selector, key);

	return !field || !field->text.len || slice_eq(field->text, text);
}

/* Does the selector have this name and namespace? */
static bool is_id(const struct yaml_node *selector, struct slice name, struct slice ns)
{
	const struct yaml_node *field = yaml_get(selector, "namespace");

	return is_field(selector, "name", name) &&
	       (!field || !field->text.len ||
		slice_eq(build_namespace(field->text), build_namespace(ns)));
}

/* How many of the names of an object a selector has. */
static size_t count_ids(const struct yaml_node *selector, const struct built *b)
{
	size_t n = is_id(selector, b->object.name, b->object.ns);

	for (size_t i = 0; i < b->nids; i++)
		n += is_id(selector, b->ids[i].name, b->ids[i].ns);
	return n;
}

/* Is the kind the one of the selector? */
static bool is_chosen_kind(const struct yaml_node *selector, const struct object *o)
{
	return is_field(selector, "group", o->group) && is_field(selector, "version", o->version) &&
	       is_field(selector, "kind", o->kind);
}

bool build_target_chooses(const struct yaml_node *selector, const struct built *b,
			  struct build_stop *stop)
{
	const struct object *o = &b->object;
	const enum match matches[] = {
		match_labels(selector, "labelSelector", yaml_get(o->metadata, "labels")),
		match_labels(selector, "annotationSelector", yaml_get(o->metadata, "annotations")),
	};

	if (!is_chosen_kind(selector, o) || !count_ids(selector, b) || matches[0] == MATCH_NO ||
	    matches[1] == MATCH_NO)
		return false;
	if (matches[0] == MATCH_UNKNOWN || matches[1] == MATCH_UNKNOWN)
		build_unknown(stop, selector, "it is not known which objects the pattern selects");
	return true;
}

/* Does the field of the selector, as a pattern, match the text? An absent field does. */
static enum match match_text(const struct yaml_node *selector, const char *key, struct slice text)
{
	const struct yaml_node *field = yaml_get(selector, key);

	return !field || !field->text.len ? MATCH_YES : pattern_match(field->text, text);
}

/* The lesser of two answers, where "no" is the least and "yes" the greatest. */
static enum match both(enum match a, enum match b)
{
	if (a == MATCH_NO || b == MATCH_NO)
		return MATCH_NO;
	return a == MATCH_UNKNOWN || b == MATCH_UNKNOWN ? MATCH_UNKNOWN : MATCH_YES;
}

/* Does the selector, as patterns, match a name that the object has or had? */
static enum match match_patterns(const struct yaml_node *selector, const struct built *b)
{
	enum match kind = both(match_text(selector, "group", b->object.group),
			       both(match_text(selector, "version", b->object.version),
				    match_text(selector, "kind", b->object.kind)));
	enum match best = both(
		match_text(selector, "name", b->object.name),
		match_text(selector, "namespace", b->object.ns.ptr ? b->object.ns : SLICE("")));

	for (size_t i = 0; i < b->nids && best != MATCH_YES; i++) {
		enum match one = both(match_text(selector, "name", b->ids[i].name),
				      match_text(selector, "namespace", b->ids[i].ns));

		best = one == MATCH_NO ? best : one;
	}
	return both(kind, best);
}

bool build_target_replaces(const struct yaml_node *selector, const struct built *b,
			   struct build_stop *stop)
{
	bool exact = is_chosen_kind(selector, &b->object) && count_ids(selector, b);
	enum match pattern = match_patterns(selector, b);

	if (pattern == (exact ? MATCH_YES : MATCH_NO))
		return exact && build_target_chooses(selector, b, stop);
	build_unknown(stop, selector,
		      "versions of kustomize differ in which objects the replacement selects");
	return true;
}

bool build_target_rejects(const struct yaml_node *selector, const struct built *b,
			  struct build_stop *stop)
{
	size_t n = is_chosen_kind(selector, &b->object) ? count_ids(selector, b) : 0;

	if (n && n <= b->nids)
		build_unknown(stop, selector,
			      "versions of kustomize differ in what the replacement rejects");
	return build_target_replaces(selector, b, stop);
}

bool build_target_has_labels(const struct yaml_node *selector)
{
	return yaml_get(selector, "labelSelector") || yaml_get(selector, "annotationSelector");
}

/* --- patches -------------------------------------------------------------- */

/* Have two objects the same kind and version? */
static bool is_same_kind(const struct object *a, const struct object *b)
{
	return slice_eq(a->kind, b->kind) && slice_eq(a->group, b->group) &&
	       slice_eq(a->version, b->version);
}

bool build_is_same(const struct object *a, const struct object *b)
{
	return is_same_kind(a, b) && slice_eq(a->name, b->name) &&
	       slice_eq(build_namespace(a->ns), build_namespace(b->ns));
}

bool build_target_is(const struct object *patch, const struct built *b)
{
	struct slice ns = build_namespace(patch->ns);

	if (!is_same_kind(patch, &b->object))
		return false;
	for (size_t i = 0; i < b->nids; i++)
		if (slice_eq(patch->name, b->ids[i].name) && slice_eq(ns, b->ids[i].ns))
			return true;
	return build_is_same(patch, &b->object);
}
