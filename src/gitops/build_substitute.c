#include "gitops/build_substitute_internal.h"

#include "base/ascii.h"
#include "yaml/value.h"

/* The variables of a Kustomization. */
struct variables {
	const struct yaml_node *values; /* spec.postBuild.substitute */
	bool more;                      /* others come from the cluster (substituteFrom) */
	struct build_stop *stop;
	struct arena *arena;
};

/* The length of a variable's name at the beginning of the text. */
static size_t name_length(struct slice text)
{
	size_t n = 0;

	while (n < text.len && (ascii_is_alpha(text.ptr[n]) || text.ptr[n] == '_' ||
				(n && ascii_is_digit(text.ptr[n]))))
		n++;
	return n;
}

/* Appends the value of the expression between "${" and "}". False: not known. */
static bool add_value(const struct variables *v, struct slice expression, struct str *out)
{
	size_t n = name_length(expression);
	const struct yaml_node *value = value_get(v->values, slice_sub(expression, 0, n));
	struct slice rest = slice_sub(expression, n, expression.len);
	bool fallback = slice_starts(rest, SLICE(":=")) || slice_starts(rest, SLICE(":-"));

	if (!n || (rest.len && !fallback) || slice_find_byte(rest, '$') != SIZE_MAX)
		return false;
	if (value && value->text.len) {
		str_add(out, value->text);
		return true;
	}
	if (!fallback || (v->more && !value) || rest.len < 3)
		return false;
	str_add(out, slice_sub(rest, 2, rest.len));
	return true;
}

/* Appends the text with its variables filled in. False: not known. */
static bool fill_text(const struct variables *v, struct slice text, struct str *out)
{
	while (text.len) {
		size_t at = slice_find_byte(text, '$'), end;

		str_add(out, slice_sub(text, 0, at == SIZE_MAX ? text.len : at));
		if (at == SIZE_MAX)
			return true;
		text = slice_sub(text, at, text.len);
		if (slice_starts(text, SLICE("$$"))) {
			str_addc(out, '$');
			text = slice_sub(text, 2, text.len);
			continue;
		}
		if (!slice_starts(text, SLICE("${"))) {
			str_addc(out, '$');
			text = slice_sub(text, 1, text.len);
			continue;
		}
		end = slice_find_byte(text, '}');
		if (end == SIZE_MAX || !add_value(v, slice_sub(text, 2, end - 2), out))
			return false;
		text = slice_sub(text, end + 1, text.len);
	}
	return true;
}

/* Is the text written without quotes? */
static bool is_unquoted(struct slice text)
{
	AUTO_STR struct str out = STR_INIT;

	yaml_write_string(&out, text, false);
	return slice_eq(str_slice(&out), text);
}

/*
 * The scalar with its variables filled in. They are filled into the text that kustomize prints, in
 * which a string without quotes may become a number.
 */
static const struct yaml_node *fill_scalar(const struct variables *v,
					   const struct yaml_node *scalar)
{
	AUTO_STR struct str filled = STR_INIT;
	const struct yaml_node *plain;
	struct slice text;

	if (slice_find_byte(scalar->text, '$') == SIZE_MAX)
		return scalar;
	if (!fill_text(v, scalar->text, &filled))
		return build_unknown(v->stop, scalar,
				     "the value of a variable is not known in the repository");
	text = arena_copy(v->arena, str_slice(&filled));
	plain = value_plain(scalar, text, v->arena);
	if (is_unquoted(scalar->text) && text.len &&
	    (is_unquoted(text) || yaml_type_of(plain) != YAML_STRING))
		return plain;
	if (!is_unquoted(scalar->text) && slice_find_byte(text, '\'') == SIZE_MAX &&
	    slice_find_byte(text, '"') == SIZE_MAX && slice_find_byte(text, '\\') == SIZE_MAX)
		return value_text(scalar, text, v->arena);
	return build_unknown(v->stop, scalar, "a variable may change the type of its text");
}

/* The value with all variables below it filled in; NULL with the reason: not known. */
static const struct yaml_node *fill_value(const struct variables *v, const struct yaml_node *value)
{
	const struct yaml_node *filled = value;
	size_t i = 0;

	if (value->kind == YAML_SCALAR)
		return fill_scalar(v, value);
	for (const struct yaml_node *c = value->first; c; c = c->next, i++) {
		const struct yaml_node *now = fill_value(v, c);

		if (!now)
			return NULL;
		if (c->key && slice_find(c->key->text, SLICE("${")) != SIZE_MAX)
			return build_unknown(v->stop, c, "a key contains a variable");
		if (now != c)
			filled = c->key ? value_put(filled, c->key->text, now, v->arena) :
					  value_replace(filled, i, now, v->arena);
	}
	return filled;
}

/* Is the substitution switched off for the object? */
static bool is_disabled(const struct object *o)
{
	static const char key[] = "kustomize.toolkit.fluxcd.io/substitute";
	const struct yaml_node *label = yaml_path(o->metadata, "labels", key, NULL),
			       *annotation = yaml_path(o->metadata, "annotations", key, NULL);

	return (label && slice_is(label->text, "disabled")) ||
	       (annotation && slice_is(annotation->text, "disabled"));
}

void build_substitute(struct build_state *state, const struct yaml_node *spec, struct built *b)
{
	const struct yaml_node *post = yaml_get(spec, "postBuild"),
			       *from = yaml_get(post, "substituteFrom"), *node;
	struct build_stop stop = { BUILD_KNOWN, NOWHERE, NULL };
	const struct variables v = { yaml_get(post, "substitute"), from && from->nchildren, &stop,
				     state->arena };
	struct slice name = b->object.name, ns = b->object.ns;

	if ((!v.more && (!v.values || !v.values->nchildren)) || is_disabled(&b->object) ||
	    b->stop.verdict != BUILD_KNOWN)
		return;
	node = value_is_clear(b->object.node) ?
		       fill_value(&v, b->object.node) :
		       build_unknown(&stop, b->object.node, "the object has aliases or merge keys");
	if (!node) {
		b->stop = stop;
		return;
	}
	if (node == b->object.node || !object_read(node, &b->object))
		return;
	b->object.name = name;
	b->object.ns = ns;
	b->as_written = false;
}
