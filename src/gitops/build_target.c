#include "gitops/build_target_internal.h"

#include "base/alloc.h"
#include "base/ascii.h"
#include "kube/selector.h"

#include <regex.h>
#include <string.h>

struct slice build_namespace(struct slice ns)
{
	return ns.len ? ns : SLICE("default");
}

/* --- patterns ------------------------------------------------------------- */

enum match { MATCH_NO, MATCH_YES, MATCH_UNKNOWN };

bool build_target_is_literal(struct slice pattern)
{
	for (size_t i = 0; i < pattern.len; i++)
		if (!ascii_is_alnum(pattern.ptr[i]) && pattern.ptr[i] != '-' &&
		    pattern.ptr[i] != '_' && pattern.ptr[i] != '/')
			return false;
	return true;
}

/* Do Go and POSIX read the pattern alike, and is it harmless? */
static bool is_portable(struct slice pattern)
{
	if (pattern.len > 200)
		return false;
	for (size_t i = 0; i < pattern.len; i++) {
		char c = pattern.ptr[i], next = i + 1 < pattern.len ? pattern.ptr[i + 1] : 0;

		if (c == '\\' && next && !ascii_is_alnum(next)) {
			i++;
			continue;
		}
		if ((c == '*' || c == '+' || c == '?') &&
		    (next == '*' || next == '+' || next == '?'))
			return false;
		if ((c == '(' || c == '|') && (next == '?' || next == '*' || next == '+'))
			return false;
		if (!ascii_is_alnum(c) && !memchr("-_./*+?()|^$", c, 12))
			return false;
	}
	return true;
}

/* Compares a text with an anchored pattern. */
static enum match match_pattern(struct slice pattern, struct slice text)
{
	AUTO_STR struct str source = STR_INIT, subject = STR_INIT;
	regex_t compiled;
	int result;

	if (build_target_is_literal(pattern))
		return slice_eq(pattern, text) ? MATCH_YES : MATCH_NO;
	if (!is_portable(pattern) || slice_find_byte(text, '\0') != SIZE_MAX)
		return MATCH_UNKNOWN;
	str_addf(&source, "^(%" SLICE_FMT ")$", SLICE_ARG(pattern));
	str_add(&subject, text);
	if (regcomp(&compiled, source.ptr, REG_EXTENDED | REG_NOSUB))
		return MATCH_UNKNOWN;
	result = regexec(&compiled, subject.len ? subject.ptr : "", 0, NULL, 0);
	regfree(&compiled);
	return result ? MATCH_NO : MATCH_YES;
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
	first = match_pattern(pattern, one);
	return first == MATCH_NO ? match_pattern(pattern, other) : first;
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
	if (selector_check(text, &ignored) < 0)
		return MATCH_UNKNOWN;
	items = xrealloc_array(NULL, (map ? map->nchildren : 0) + 1, sizeof(*items));
	for (const struct yaml_node *c = map ? map->first : NULL; c; c = c->next)
		items[labels.n++] = (struct pair){ c->key->text, c->text };
	labels.items = items;
	return selector_matches(text, labels) ? MATCH_YES : MATCH_NO;
}

bool build_target_selects(const struct yaml_node *selector, const struct built *b,
			  struct build_stop *stop)
{
	const struct object *o = &b->object;
	struct slice ns = build_namespace(o->ns);
	struct built_id first = b->nids ? b->ids[0] : (struct built_id){ o->name, ns };
	const enum match matches[] = {
		match_field(selector, "group", o->group, o->group),
		match_field(selector, "version", o->version, o->version),
		match_field(selector, "kind", o->kind, o->kind),
		match_field(selector, "name", first.name, o->name),
		match_field(selector, "namespace", first.ns, ns),
		match_labels(selector, "labelSelector", yaml_get(o->metadata, "labels")),
		match_labels(selector, "annotationSelector", yaml_get(o->metadata, "annotations")),
	};
	bool unknown = false;

	for (size_t i = 0; i < sizeof(matches) / sizeof(matches[0]); i++) {
		if (matches[i] == MATCH_NO)
			return false;
		unknown = unknown || matches[i] == MATCH_UNKNOWN;
	}
	if (unknown)
		build_unknown(stop, selector, "it is not known which objects the pattern selects");
	return true;
}

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
