#include "tests/unit/yaml/trial.h"

#include "yaml/edit_internal.h"
#include "yaml/line_internal.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const trial_variant[VARIANTS] = { "as it is", "with CRLF", "with a byte order mark",
					      "behind a wide comment",
					      "without the last line end" };

struct yaml_file *trial_parse(const char *name, struct slice bytes)
{
	struct yaml_file *file = NULL;
	struct err err = ERR_INIT;

	if (yaml_parse(&file, slice_of(name), bytes, &err) < 0) {
		AUTO_STR struct str line = STR_INIT;

		err_format(&err, &line);
		cr_assert_fail("%s: %s\n%.*s", name, line.ptr,
			       (int)(bytes.len < 4000 ? bytes.len : 4000), bytes.ptr);
	}
	return file;
}

const struct yaml_node *trial_find(const struct yaml_file *file, const char *path)
{
	bool numbered = path[0] >= '0' && path[0] <= '9' && path[1] == ':';
	const struct yaml_node *n = yaml_root(file, numbered ? (size_t)(path[0] - '0') : 0);
	struct slice rest = slice_of(numbered ? path + 2 : path), piece;

	while (n && slice_next(&rest, '/', &piece)) {
		const struct yaml_node *found = NULL;
		long index = -1, i = 0;

		if (!piece.len)
			continue;
		if (n->kind == YAML_SEQ)
			(void)parse_int(piece, 0, 1000000, &index);
		for (const struct yaml_node *c = n->first; c; c = c->next, i++)
			if (n->kind == YAML_SEQ ? i == index : slice_eq(c->key->text, piece))
				found = c;
		n = found;
	}
	return n;
}

/* Writes the path of a node in front of the `at` bytes that are there. */
static size_t where(const struct yaml_node *n, char *text, size_t size)
{
	size_t at, index = 0;

	if (!n->parent)
		return 0;
	at = where(n->parent, text, size);
	for (const struct yaml_node *c = n->parent->first; c && c != n; c = c->next)
		index++;
	if (n->key)
		at += (size_t)snprintf(text + at, size - at, "/%" SLICE_FMT,
				       SLICE_ARG(slice_sub(n->key->text, 0, 40)));
	else
		at += (size_t)snprintf(text + at, size - at, "/%zu", index);
	return at < size ? at : size - 1;
}

const char *trial_where(const struct yaml_node *node)
{
	static char text[512];

	text[0] = '\0';
	(void)where(node, text, sizeof(text));
	return text;
}

#define HOLDS(condition)                                                                           \
	cr_assert((condition), "%s: not %s at %s", name, #condition, trial_where(n))

/* What holds of an entry. */
static void entry_invariants(const struct yaml_node *n, const char *name)
{
	bool block = n->parent->style == YAML_BLOCK;
	uint32_t first = n->key ? n->key->outer : n->outer;

	HOLDS(n->head <= n->entry);
	HOLDS(n->entry <= first || n->flags & YAML_UNCLEAR);
	HOLDS(n->stop >= n->end);
	HOLDS(n->stop <= n->file->bytes.len);
	HOLDS(block || n->stop == n->end);
	HOLDS(!n->prev || n->prev->end <= n->entry);
	HOLDS(!n->prev || n->prev->stop <= n->head);
	HOLDS(n->start >= n->parent->start && n->end <= n->parent->end);
	HOLDS(!block || !n->parent->parent || n->stop <= n->parent->stop || !n->parent->entry);
	HOLDS(!block || n->flags & YAML_OPENS || n->head == yaml_line_start(n->file, n->head));
	HOLDS(!block || yaml_at_bare_end(n->file, n->stop) ||
	      n->file->bytes.ptr[n->stop - 1] == '\n');
}

void trial_invariants(const struct yaml_file *file, const char *name)
{
	for (uint32_t i = 0; i < file->nnodes; i++) {
		const struct yaml_node *n = node_at(file, i);
		bool is_key = true;

		HOLDS(n->id == i + 1);
		HOLDS(n->outer <= n->start && n->start <= n->end && n->end <= file->bytes.len);
		HOLDS(n->outer >= file->body);
		for (const struct yaml_node *c = n->parent ? n->parent->first : NULL; c;
		     c = c->next)
			is_key = is_key && c != n;
		if (n->parent && !is_key)
			entry_invariants(n, name);
	}
	for (size_t i = 0; i < file->ncomments; i++)
		cr_assert_eq(file->bytes.ptr[file->comments[i].start], '#', "%s: comment %zu", name,
			     i);
}

void trial_plan(struct yaml_edits *e, const struct trial_op *ops, size_t n)
{
	for (size_t i = 0; i < n && ops[i].kind != OP_NONE; i++) {
		const struct trial_op *op = &ops[i];
		bool whole = *op->at && op->at[strlen(op->at) - 1] == '/';
		const struct yaml_node *at = trial_find(e->file, op->at);
		const struct yaml_node *parent = whole ? at :
						 at    ? at->parent :
							 NULL,
				       *near = whole ? NULL : at;
		struct yaml_edits *nested;

		cr_assert_not_null(at, "nothing at '%s'", op->at);
		switch (op->kind) {
		case OP_SET:
			yaml_set(e, at, op->value, slice_of(op->text));
			break;
		case OP_PUT:
			yaml_put(e, parent, near, op->side, op->lit);
			break;
		case OP_ADD:
			yaml_add(e, parent, near, op->side, op->lit);
			break;
		case OP_REPLACE:
			yaml_replace(e, at, op->lit);
			break;
		case OP_DELETE:
			yaml_delete(e, at);
			break;
		default:
			nested = yaml_copy(e, at, op->side, slice_of(op->text));
			if (op->nested)
				trial_plan(nested, op->nested, TRIAL_OPS);
		}
	}
}

bool trial_disguise(struct slice text, enum variant v, struct str *out)
{
	bool first_line = slice_starts(text, SLICE("\xef\xbb\xbf"));

	if (v == VARIANT_CRLF &&
	    (slice_find_byte(text, '\r') != SIZE_MAX || slice_find_byte(text, '\n') == SIZE_MAX))
		return false;
	if (v == VARIANT_BARE &&
	    (!slice_ends(text, SLICE("\n")) || slice_ends(text, SLICE("\n\n")) || text.len < 2))
		return false;
	if ((v == VARIANT_BOM || v == VARIANT_WIDE) && first_line)
		return false;
	if (v == VARIANT_BOM)
		str_adds(out, "\xef\xbb\xbf");
	if (v == VARIANT_WIDE)
		str_adds(out, "# \xc3\xa9 \xed\x95\x9c \xf0\x9f\x98\x80 \xd7\xa9 a\xcc\x81\n\n");
	if (v == VARIANT_BARE)
		text.len -= slice_ends(text, SLICE("\r\n")) ? 2 : 1;
	for (size_t i = 0; i < text.len; i++) {
		if (v == VARIANT_CRLF && text.ptr[i] == '\n')
			str_addc(out, '\r');
		str_addc(out, text.ptr[i]);
	}
	return true;
}

/*
 * One row in one guise, its file parsed: is what came out right? Else the test fails, and says why.
 */
static bool run_parsed(const struct trial *row, enum variant v, const struct yaml_file *file,
		       struct slice expected)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_STR struct str out = STR_INIT, line = STR_INIT;
	struct yaml_edits *e = yaml_edits_new(file, arena);
	struct err err = ERR_INIT;
	bool good;

	str_adds(&out, "before");
	trial_plan(e, row->ops, TRIAL_OPS);
	if (yaml_apply(e, &out, &err) < 0)
		err_format(&err, &line);
	if (row->code) {
		uint32_t at = row->line + (v == VARIANT_WIDE && row->line ? 2 : 0);

		good = err.code == row->code && err.line == at && err.col == row->col &&
		       slice_is(str_slice(&out), "before");
		cr_expect(good, "%s, %s: expected %s at %u:%u, but it is '%s'\n%s", row->name,
			  trial_variant[v], row->code->id, at, row->col, line.ptr, out.ptr);
		return good;
	}
	good = !line.len && slice_eq(slice_sub(str_slice(&out), 6, out.len), expected);
	cr_expect(good, "%s, %s: expected\n%.*s--- but it is '%s'\n%s---", row->name,
		  trial_variant[v], (int)expected.len, expected.ptr, line.ptr, out.ptr + 6);
	return good;
}

/* One row in one guise, if it can have it. */
static bool run(const struct trial *row, enum variant v)
{
	AUTO_STR struct str in = STR_INIT, expected = STR_INIT;
	struct yaml_file *file;
	bool good;

	if (v && (row->flags & AS_IS || (v == VARIANT_BARE && row->flags & ENDED)))
		return true;
	if (!trial_disguise(slice_of(row->in), v, &in) ||
	    (row->out && !trial_disguise(slice_of(row->out), v, &expected)))
		return true;
	file = trial_parse(row->name, str_slice(&in));
	good = run_parsed(row, v, file, str_slice(&expected));
	yaml_file_free(file);
	return good;
}

void trial_run(const struct trial *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (int v = 0; v < VARIANTS; v++)
			if (!run(&rows[i], (enum variant)v))
				break;
}
