#include "gitops/replacement_value_internal.h"

#include "base/ascii.h"
#include "yaml/value.h"

#include <string.h>

/* --- types ---------------------------------------------------------------- */

/* What a scalar is for all readers of YAML. */
enum scalar_type { TYPE_UNSURE, TYPE_TEXT, TYPE_INTEGER, TYPE_BOOLEAN };

/* Is it a decimal integer that no program writes in another way? */
static bool is_integer(struct slice text)
{
	struct slice digits = slice_starts(text, SLICE("-")) ? slice_sub(text, 1, text.len) : text;

	for (size_t i = 0; i < digits.len; i++)
		if (!ascii_is_digit(digits.ptr[i]))
			return false;
	return digits.len && digits.len < 16 && (digits.ptr[0] != '0' || text.len == 1);
}

/* Is it a word that some readers take for another type than text? */
static bool is_word_of_yaml(struct slice text)
{
	static const char *const words[] = { "y",   "n",    "yes",  "no",      "on",
					     "off", "nan",  "null", "true",    "false",
					     "inf", ".inf", ".nan", "infinity" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (slice_eq_case(text, slice_of(words[i])))
			return true;
	return false;
}

/* May a plain scalar that begins like a number or a date be one? */
static bool is_like_number(struct slice text)
{
	if (!text.len || memchr("-+.~=<", text.ptr[0], 6))
		return true;
	if (!ascii_is_digit(text.ptr[0]))
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (ascii_is_alpha(text.ptr[i]) &&
		    !memchr("abcdefoxtz", ascii_to_lower(text.ptr[i]), 10))
			return false;
	return true;
}

/* The type of a plain scalar with this text. */
static enum scalar_type type_of_text(struct slice text)
{
	if (is_integer(text))
		return TYPE_INTEGER;
	if (slice_is(text, "true") || slice_is(text, "false"))
		return TYPE_BOOLEAN;
	if (is_word_of_yaml(text) || !text.len)
		return TYPE_UNSURE;
	for (size_t i = 0; i < text.len; i++)
		if (!ascii_is_alnum(text.ptr[i]) && !memchr("-_./*", text.ptr[i], 5))
			return TYPE_UNSURE;
	return is_like_number(text) || text.ptr[0] == '*' ? TYPE_UNSURE : TYPE_TEXT;
}

/* The type of a scalar of an object. */
static enum scalar_type type_of(const struct yaml_node *scalar)
{
	enum scalar_type by_text = type_of_text(scalar->text);

	if (scalar->flags & YAML_TAGGED)
		return TYPE_UNSURE;
	if (scalar->style != YAML_PLAIN)
		return TYPE_TEXT;
	return by_text != TYPE_UNSURE                                               ? by_text :
	       yaml_type_of(scalar) == YAML_STRING && !is_like_number(scalar->text) ? TYPE_TEXT :
										      TYPE_UNSURE;
}

/* Was the scalar created, so that its type is still that of its text? */
static bool is_created(const struct yaml_node *scalar)
{
	return !scalar->id && scalar->style == YAML_PLAIN;
}

/* A scalar of the type with the text; NULL with the reason: it would have another type. */
static const struct yaml_node *make_scalar(const struct yaml_node *near, enum scalar_type type,
					   struct slice text, struct build_stop *stop,
					   struct arena *arena)
{
	text = arena_copy(arena, text);
	if (type == TYPE_TEXT)
		return value_text(near, text.ptr ? text : SLICE(""), arena);
	if (type == TYPE_UNSURE || type_of_text(text) != type)
		return build_unknown(stop, near, "the replacement makes a value of another type");
	return value_plain(near, text, arena);
}

/* --- options -------------------------------------------------------------- */

bool replacement_options_read(const struct yaml_node *node, struct replacement_options *out)
{
	*out = (struct replacement_options){ .delimiter = SLICE_NONE };
	if (node && node->kind != YAML_MAP)
		return value_is_null(node);
	for (const struct yaml_node *c = node ? node->first : NULL; c; c = c->next) {
		if (slice_is(c->key->text, "delimiter") && yaml_string(c).ptr) {
			out->delimiter = yaml_string(c).len ? yaml_string(c) : SLICE_NONE;
		} else if (slice_is(c->key->text, "create") && type_of(c) == TYPE_BOOLEAN) {
			out->create = slice_is(c->text, "true");
		} else if (slice_is(c->key->text, "index") && type_of(c) == TYPE_INTEGER &&
			   c->text.len < 6) {
			bool minus = c->text.ptr[0] == '-';

			for (size_t i = minus; i < c->text.len; i++)
				out->index = out->index * 10 + (c->text.ptr[i] - '0');
			out->index = minus ? -out->index : out->index;
		} else {
			return false;
		}
	}
	return !node || node->kind == YAML_MAP;
}

/* Takes the text up to the next delimiter off `rest`, which is absent behind the last one. */
static struct slice next_piece(struct slice *rest, struct slice delimiter)
{
	size_t end = slice_find(*rest, delimiter);
	struct slice piece = slice_sub(*rest, 0, end == SIZE_MAX ? rest->len : end);

	*rest = end == SIZE_MAX ? SLICE_NONE : slice_sub(*rest, end + delimiter.len, rest->len);
	return piece;
}

const struct yaml_node *replacement_value_refine(const struct yaml_node *value,
						 const struct replacement_options *options,
						 struct build_stop *stop, struct arena *arena)
{
	struct slice rest = value->text, piece = SLICE_NONE;
	long at = 0;

	if (!options->delimiter.len)
		return value;
	if (value->kind != YAML_SCALAR || options->index < 0)
		return build_unknown(stop, value, "the source of the replacement cannot be split");
	for (; rest.ptr && at <= options->index; at++)
		piece = next_piece(&rest, options->delimiter);
	if (at <= options->index)
		return build_unknown(stop, value,
				     "the source of the replacement has too few parts");
	return make_scalar(value, type_of(value), piece, stop, arena);
}

/* --- targets -------------------------------------------------------------- */

/* The text with one of its parts replaced, or with one more in front or behind. */
static struct slice replace_part(struct slice text, const struct replacement_write *w,
				 struct arena *arena)
{
	AUTO_STR struct str out = STR_INIT;
	struct slice rest = text;
	long n = 0;

	if (w->options.index < 0) {
		str_add(&out, w->value->text);
		str_add(&out, w->options.delimiter);
	}
	for (; rest.ptr; n++) {
		struct slice piece = next_piece(&rest, w->options.delimiter);

		if (n)
			str_add(&out, w->options.delimiter);
		str_add(&out, n == w->options.index ? w->value->text : piece);
	}
	if (w->options.index >= n) {
		str_add(&out, w->options.delimiter);
		str_add(&out, w->value->text);
	}
	return arena_copy(arena, str_slice(&out));
}

/* A scalar without a type: that of its text, also if another text takes its place. */
static const struct yaml_node *make_untyped(const struct replacement_write *w, struct slice text,
					    struct build_stop *stop, struct arena *arena)
{
	if (type_of_text(text) == TYPE_UNSURE)
		return build_unknown(stop, w->at,
				     "the replacement creates a value of an unclear type");
	return value_plain(w->at, arena_copy(arena, text), arena);
}

const struct yaml_node *replacement_value_write(const struct yaml_node *old, void *ctx,
						struct build_stop *stop, struct arena *arena)
{
	const struct replacement_write *w = ctx;
	bool scalar = w->value->kind == YAML_SCALAR;
	struct slice text = w->value->text;

	if (scalar && type_of(w->value) == TYPE_UNSURE)
		return build_unknown(stop, w->at,
				     "the source of the replacement is a value of an unclear type");
	if (w->options.delimiter.len && (!scalar || (old && old->kind != YAML_SCALAR)))
		return build_unknown(stop, w->at, "the replacement splits what is no scalar");
	if (w->options.delimiter.len)
		text = replace_part(old ? old->text : SLICE(""), w, arena);
	if (scalar && (!old || (old->kind == YAML_SCALAR ? is_created(old) : w->untyped)))
		return make_untyped(w, text, stop, arena);
	if (!old || old->kind != YAML_SCALAR)
		return w->value;
	if (!scalar)
		return build_unknown(stop, w->at,
				     "the replacement puts a map or a list in place "
				     "of a scalar");
	return make_scalar(old, type_of(old), text, stop, arena);
}
