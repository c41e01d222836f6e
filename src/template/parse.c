#include "template/parse.h"
#include "template/lex_internal.h"
#include "template/template_internal.h"
#include "template/type_internal.h"

#include "base/alloc.h"
#include "base/utf8.h"
#include "yaml/yaml.h"

static const struct slice SUMMARY = SLICE_INIT("# summary ");
static const struct slice PARAM = SLICE_INIT("# param ");

/*
 * Cuts the next word of a declaration off `rest`: bare, or between double quotes. Returns an absent
 * slice when none is left, and when a quote has no end or is followed by more than a blank; then
 * `rest` is not empty.
 */
static struct slice cut_word(struct slice *rest, bool *quoted)
{
	struct slice line = slice_trim(*rest), word = SLICE_NONE;
	size_t end;

	*rest = line;
	*quoted = line.len && line.ptr[0] == '"';
	if (!line.len)
		return word;
	if (*quoted)
		line = slice_sub(line, 1, line.len);
	end = slice_find_byte(line, *quoted ? '"' : ' ');
	if (*quoted && (end == SIZE_MAX || (end + 1 < line.len && line.ptr[end + 1] != ' ')))
		return word;
	word = slice_sub(line, 0, end);
	*rest = slice_sub(line, end == SIZE_MAX ? line.len : end + 1, line.len);
	return word;
}

/* Reads the name and the type of a parameter. */
static int read_name(const struct template *t, struct template_param *p, struct slice *rest,
		     struct place at, struct err *err)
{
	struct slice type, near = SLICE_NONE;
	bool quoted;

	p->name = cut_word(rest, &quoted);
	if (quoted || !template_name_ok(p->name))
		return err_set(err, &CODE_template, at,
			       "a parameter's name must be lower-case letters, digits and '_'");
	if (template_param(t, p->name))
		return err_set(err, &CODE_template, at,
			       "parameter '%" SLICE_FMT "' is declared twice", SLICE_ARG(p->name));
	type = cut_word(rest, &quoted);
	if (!quoted && template_type_find(type, &p->type, &near))
		return 0;
	err_set(err, &CODE_template, at,
		"parameter '%" SLICE_FMT "': unknown type '%" SLICE_FMT "'", SLICE_ARG(p->name),
		SLICE_ARG(type));
	return err_did_you_mean(err, near);
}

/* Reads what follows the type: "= DEFAULT" or "optional", and the help. */
static int read_rest(struct template_param *p, struct slice *rest, struct place at, struct err *err)
{
	bool quoted;
	struct slice word = cut_word(rest, &quoted);

	if (!quoted && slice_is(word, "optional")) {
		p->optional = true;
		word = cut_word(rest, &quoted);
	} else if (!quoted && slice_is(word, "=")) {
		p->preset = cut_word(rest, &quoted);
		if (!p->preset.ptr)
			return err_set(err, &CODE_template, at,
				       "parameter '%" SLICE_FMT "': no default after '='",
				       SLICE_ARG(p->name));
		word = cut_word(rest, &quoted);
	}
	if (slice_trim(*rest).len || (word.len && !quoted))
		return err_set(err, &CODE_template, at,
			       "parameter '%" SLICE_FMT
			       "': expected = DEFAULT, 'optional' or the help in double quotes, "
			       "then the end of the line",
			       SLICE_ARG(p->name));
	p->help = word;
	return 0;
}

/* Reads a "# param" line into the list. */
static int read_param(struct template *t, struct slice rest, struct place at, struct err *err)
{
	struct template_param p = { 0 };

	if (t->nparams == TEMPLATE_MAX_PARAMS)
		return err_set(err, &CODE_template, at, "the template has more than %d parameters",
			       TEMPLATE_MAX_PARAMS);
	if (read_name(t, &p, &rest, at, err) < 0 || read_rest(&p, &rest, at, err) < 0)
		return -1;
	if (p.preset.ptr && template_type_check(&p, p.preset, err) < 0) {
		struct err why = *err;

		return err_set(err, why.code, at, "the default of parameter %s", why.reason);
	}
	t->params[t->nparams++] = p;
	return 0;
}

/* Reads one line of the declarations. */
static int read_declaration(struct template *t, struct slice line, struct place at, struct err *err)
{
	if (slice_starts(line, PARAM))
		return read_param(t, slice_sub(line, PARAM.len, line.len), at, err);
	if (!slice_starts(line, SUMMARY)) {
		err_set(err, &CODE_template, at,
			"expected another declaration, or an empty line after the last one");
		return err_remedy(err, "begin the declaration with '%s' or '%s'", PARAM.ptr,
				  SUMMARY.ptr);
	}
	if (t->summary.ptr)
		return err_set(err, &CODE_template, at, "the summary is declared twice");
	t->summary = slice_trim(slice_sub(line, SUMMARY.len, line.len));
	return 0;
}

/* Reads the declarations, if the file begins with any, and finds where the body begins. */
static int read_declarations(struct template *t, struct err *err)
{
	struct slice rest = t->bytes, line;
	struct place at = { t->name, 1, 1 };

	t->params = arena_array(t->arena, TEMPLATE_MAX_PARAMS, sizeof(*t->params));
	if (!slice_starts(rest, PARAM) && !slice_starts(rest, SUMMARY))
		return 0;
	for (; slice_next(&rest, '\n', &line); at.line++) {
		if (!slice_trim(line).len) {
			t->body = rest.ptr ? (size_t)(rest.ptr - t->bytes.ptr) : t->bytes.len;
			return 0;
		}
		if (read_declaration(t, line, at, err) < 0)
			return -1;
	}
	return err_set(err, &CODE_template, at, "the template is empty after the declarations");
}

/* Line and column of the byte at `offset`. */
static struct place place_at(const struct template *t, size_t offset)
{
	struct place at = { t->name, 1, 0 };
	size_t line = 0;

	for (size_t i = 0; i < offset; i++)
		if (t->bytes.ptr[i] == '\n') {
			at.line++;
			line = i + 1;
		}
	at.col = (uint32_t)utf8_count(slice_sub(t->bytes, line, offset - line)) + 1;
	return at;
}

/* Refuses a name that is not declared. */
static int check_name(const struct template *t, struct slice name, struct place at, struct err *err)
{
	struct slice near = template_nearest_param(t, name);

	if (template_param(t, name))
		return 0;
	err_set(err, &CODE_template, at, "'%" SLICE_FMT "' is not declared", SLICE_ARG(name));
	if (near.len)
		return err_did_you_mean(err, near);
	return err_remedy(
		err, "declare it with '# param %" SLICE_FMT " TYPE', or write $${ for a literal ${",
		SLICE_ARG(name));
}

/* Checks the holes of a text that will be filled. */
static int check_holes(const struct template *t, struct slice text, struct place at,
		       struct err *err)
{
	struct slice rest = text, piece;

	for (enum piece kind; (kind = template_lex(&rest, &piece)) != PIECE_END;) {
		if (kind == PIECE_BAD) {
			err_set(err, &CODE_template, at, "'${' does not begin a ${name}");
			return err_remedy(err, "write $${ for a literal ${");
		}
		if (kind == PIECE_HOLE && check_name(t, piece, at, err) < 0)
			return -1;
	}
	return 0;
}

/* Refuses the holes of declared names in bytes that will not be filled. */
static int check_gap(const struct template *t, size_t from, size_t to, struct err *err)
{
	struct slice rest = slice_sub(t->bytes, from, to > from ? to - from : 0), piece;

	for (enum piece kind; (kind = template_lex(&rest, &piece)) != PIECE_END;) {
		size_t offset = (size_t)(piece.ptr - t->bytes.ptr);

		if (kind != PIECE_HOLE || !template_param(t, piece))
			continue;
		err_set(err, &CODE_template, place_at(t, offset - 2),
			"${%" SLICE_FMT "} is not allowed here", SLICE_ARG(piece));
		return err_remedy(err, "use it in a plain or quoted value on one line, not in a "
				       "key, comment or block");
	}
	return 0;
}

/*
 * Checks a YAML node and the bytes between it and what was checked before it, which ends at
 * `*done`.
 */
static int check_node(const struct template *t, const struct yaml_node *node, size_t *done,
		      struct err *err)
{
	if (yaml_is_line(node)) {
		if (check_gap(t, *done, node->start, err) < 0)
			return -1;
		if (node->end > *done)
			*done = node->end;
		return check_holes(t, node->text, yaml_place(node), err);
	}
	for (const struct yaml_node *child = node->first; child; child = child->next)
		if (check_node(t, child, done, err) < 0)
			return -1;
	return 0;
}

/*
 * Parses the body of a YAML template, as part of the whole file so that positions are the file's,
 * and checks its holes.
 */
static int read_yaml(struct template *t, struct err *err)
{
	size_t done = t->body;

	if (yaml_parse(&t->file, t->name, t->bytes, err) < 0)
		return -1;
	for (size_t i = 0; i < yaml_documents(t->file); i++) {
		const struct yaml_node *root = yaml_root(t->file, i);

		if (root && check_node(t, root, &done, err) < 0)
			return -1;
	}
	return check_gap(t, done, t->bytes.len, err);
}

/* Checks the holes of a plain text line by line, so that positions are exact to the line. */
static int read_text(const struct template *t, struct err *err)
{
	struct slice rest = slice_sub(t->bytes, t->body, t->bytes.len), line;

	while (slice_next(&rest, '\n', &line))
		if (check_holes(t, line, place_at(t, (size_t)(line.ptr - t->bytes.ptr)), err) < 0)
			return -1;
	return 0;
}

int template_parse(struct template **out, struct slice name, struct slice bytes, struct err *err)
{
	AUTO_TEMPLATE struct template *t = xzalloc(sizeof(*t));

	t->name = name;
	t->bytes = bytes;
	t->text = slice_ends(name, SLICE(".txt"));
	t->arena = arena_new();
	if (bytes.len > TEMPLATE_MAX_BYTES)
		return err_set(err, &CODE_too_large, template_place(t),
			       "the template is larger than %zu bytes", TEMPLATE_MAX_BYTES);
	if (read_declarations(t, err) < 0 || (t->text ? read_text(t, err) : read_yaml(t, err)) < 0)
		return -1;
	*out = TAKE(t);
	return 0;
}
