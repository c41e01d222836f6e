#include "template/render.h"
#include "template/lex_internal.h"
#include "template/template_internal.h"
#include "template/type_internal.h"

#include "yaml/yaml.h"

/*
 * A rendering: the template and the value of each of its parameters; an absent one is optional and
 * left out.
 */
struct render {
	const struct template *t;
	struct slice *values;
	struct arena *arena;
};

/* Refuses the name of a value that no parameter has. */
static int unknown_value(const struct template *t, struct slice name, struct err *err)
{
	struct slice near = template_nearest_param(t, name);

	err_set(err, &CODE_template, template_place(t), "unknown parameter '%" SLICE_FMT "'",
		SLICE_ARG(name));
	return err_did_you_mean(err, near);
}

/* Puts the given values beside their parameters. */
static int bind_values(struct render *r, struct pairs given, struct err *err)
{
	for (size_t i = 0; i < given.n; i++) {
		const struct pair *pair = &given.items[i];
		const struct template_param *param = template_param(r->t, pair->key);
		struct slice *value;

		if (!param)
			return unknown_value(r->t, pair->key, err);
		value = &r->values[param - r->t->params];
		if (value->ptr && pair->value.ptr)
			return err_set(err, &CODE_template, template_place(r->t),
				       "parameter '%" SLICE_FMT "' is specified twice",
				       SLICE_ARG(pair->key));
		if (!pair->value.ptr)
			continue;
		if (template_type_check(param, pair->value, err) < 0)
			return -1;
		*value = pair->value;
	}
	return 0;
}

/* Fills in the defaults, and refuses when values are missing, naming all of them. */
static int bind_presets(struct render *r, struct err *err)
{
	AUTO_STR struct str missing = STR_INIT;

	for (size_t i = 0; i < r->t->nparams; i++) {
		const struct template_param *param = &r->t->params[i];

		if (!r->values[i].ptr)
			r->values[i] = param->preset;
		if (!r->values[i].ptr && !param->optional)
			str_addf(&missing, "%s%" SLICE_FMT, missing.len ? ", " : "",
				 SLICE_ARG(param->name));
	}
	if (!missing.len)
		return 0;
	return err_set(err, &CODE_template, template_place(r->t), "no value specified for %s",
		       missing.ptr);
}

/* The value of a declared name. */
static struct slice value_of(const struct render *r, struct slice name)
{
	return r->values[template_param(r->t, name) - r->t->params];
}

/* Does the text have a hole whose value is left out? */
static bool has_absent_hole(const struct render *r, struct slice text)
{
	struct slice rest = text, piece;

	for (enum piece kind; (kind = template_lex(&rest, &piece)) != PIECE_END;)
		if (kind == PIECE_HOLE && !value_of(r, piece).ptr)
			return true;
	return false;
}

/* Appends the text with its holes filled. */
static void expand_holes(const struct render *r, struct slice text, struct str *out)
{
	struct slice rest = text, piece;

	for (enum piece kind; (kind = template_lex(&rest, &piece)) != PIECE_END;)
		str_add(out, kind == PIECE_HOLE ? value_of(r, piece) : piece);
}

/* Is the scalar plain and nothing but one hole of a number? */
static bool is_number(const struct render *r, const struct yaml_node *scalar)
{
	struct slice rest = scalar->text, piece;

	return scalar->style == YAML_PLAIN && template_lex(&rest, &piece) == PIECE_HOLE &&
	       !rest.len && template_type_number(template_param(r->t, piece)->type);
}

/* Is the node a scalar with a value left out, or a collection of which nothing is left? */
static bool is_gone(const struct render *r, const struct yaml_node *node)
{
	if (yaml_is_line(node))
		return has_absent_hole(r, node->text);
	for (const struct yaml_node *child = node->first; child; child = child->next)
		if (!is_gone(r, child))
			return false;
	return node->first != NULL;
}

/* Sets one scalar. */
static void fill_scalar(const struct render *r, struct yaml_edits *edits,
			const struct yaml_node *scalar)
{
	AUTO_STR struct str text = STR_INIT;

	if (!template_has_holes(scalar->text))
		return;
	expand_holes(r, scalar->text, &text);
	yaml_set(edits, scalar, is_number(r, scalar) ? LIT_INT : LIT_STRING,
		 arena_copy(r->arena, str_slice(&text)));
}

/* Fills a node: its scalars are set, entries of which nothing is left are deleted. */
static void fill_node(const struct render *r, struct yaml_edits *edits,
		      const struct yaml_node *node)
{
	if (yaml_is_line(node))
		fill_scalar(r, edits, node);
	for (const struct yaml_node *child = node->first; child; child = child->next) {
		if (is_gone(r, child))
			yaml_delete(edits, child);
		else
			fill_node(r, edits, child);
	}
}

/*
 * Renders YAML: the editor changes the whole file, and the output is what follows the declarations.
 */
static int render_yaml(const struct render *r, struct str *out, struct err *err)
{
	struct slice head = slice_sub(r->t->bytes, 0, r->t->body);
	struct yaml_edits *edits = yaml_edits_new(r->t->file, r->arena);
	AUTO_STR struct str whole = STR_INIT;

	yaml_edits_fill(edits);
	for (size_t i = 0; i < yaml_documents(r->t->file); i++) {
		const struct yaml_node *root = yaml_root(r->t->file, i);

		if (root && is_gone(r, root))
			return err_set(err, &CODE_template, yaml_place(root),
				       "a document is empty without the optional values");
		if (root)
			fill_node(r, edits, root);
	}
	if (yaml_apply(edits, &whole, err) < 0)
		return -1;
	if (!slice_starts(str_slice(&whole), head))
		return err_set(err, &CODE_bug, template_place(r->t),
			       "rendering changed the declarations");
	str_add(out, slice_sub(str_slice(&whole), r->t->body, whole.len));
	return 0;
}

/* Renders plain text; lines with a value left out are left out. */
static void render_text(const struct render *r, struct str *out)
{
	struct slice rest = slice_sub(r->t->bytes, r->t->body, r->t->bytes.len), line;

	while (slice_next(&rest, '\n', &line)) {
		if (has_absent_hole(r, line))
			continue;
		expand_holes(r, line, out);
		if (rest.ptr)
			str_addc(out, '\n');
	}
}

int template_render(const struct template *t, struct pairs values, struct str *out, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_STR struct str text = STR_INIT;
	struct render r = { t, arena_array(arena, t->nparams + 1, sizeof(struct slice)), arena };

	text.max = TEMPLATE_MAX_OUTPUT;
	if (bind_values(&r, values, err) < 0 || bind_presets(&r, err) < 0)
		return -1;
	if (t->text)
		render_text(&r, &text);
	else if (render_yaml(&r, &text, err) < 0)
		return -1;
	if (str_over(&text))
		return err_set(err, &CODE_too_large, template_place(t),
			       "the rendered template is larger than %zu bytes",
			       TEMPLATE_MAX_OUTPUT);
	str_add(out, str_slice(&text));
	return 0;
}
