#include "tests/properties/property.h"

#include "tests/properties/ops.h"
#include "yaml/line_internal.h"
#include "yaml/region_internal.h"
#include "yaml/types_internal.h"

#include <string.h>

/* Says why and fails; `why` keeps the first reason. */
#define FAIL(...) (str_addf(why, __VA_ARGS__), false)

/* --- reading -------------------------------------------------------------- */

/* A refusal must say what, where and why. */
static bool refusal_is_fit(const struct err *err, struct str *why)
{
	if (!err->code || !slice_starts(slice_of(err->code->id), SLICE("GCB2")) || !err->reason[0])
		return FAIL("P12: a refusal without a code or a reason: %s", err->reason);
	if (err->code == &CODE_yaml_check || err->code == &CODE_bug)
		return FAIL("P2: the editor's own check failed: %s", err->reason);
	return true;
}

/* Nothing but blanks, line ends, comments, and these indicators? */
static bool only_trivia(struct slice gap, const char *indicators)
{
	for (size_t i = 0; i < gap.len; i++) {
		if (gap.ptr[i] == '#')
			while (i < gap.len && gap.ptr[i] != '\n')
				i++;
		if (i < gap.len && !strchr(" \t\r\n", gap.ptr[i]) &&
		    !strchr(indicators, gap.ptr[i]))
			return false;
	}
	return true;
}

/* Is what lies between the leaves nothing that has a meaning of its own? */
static bool tiles(const struct yaml_file *f, struct str *why)
{
	uint32_t at = f->body;

	for (uint32_t i = 0; i < f->nnodes; i++) {
		const struct yaml_node *n = node_at(f, i);
		struct slice gap = slice_sub(f->bytes, at, n->outer > at ? n->outer - at : 0);

		if (n->kind == YAML_MAP || n->kind == YAML_SEQ || n->end == n->outer)
			continue;
		if (n->outer < at)
			return FAIL("P7: a value at %u begins before the one before it ends",
				    n->outer);
		if (slice_find_byte(gap, '%') == SIZE_MAX &&
		    slice_find_byte(gap, '!') == SIZE_MAX &&
		    slice_find_byte(gap, '&') == SIZE_MAX && !only_trivia(gap, "-?:,[]{}."))
			return FAIL("P7: bytes %u to %u belong to nothing", at, n->outer);
		at = n->end;
	}
	return true;
}

/* The order of the spans of an entry. */
static bool entry_is_fit(const struct yaml_node *n, struct str *why)
{
	bool block = n->parent->style == YAML_BLOCK, unclear = n->flags & YAML_UNCLEAR;
	const struct yaml_node *p = n->prev;

	if (n->head > n->entry || n->stop < n->end || n->stop > n->file->bytes.len ||
	    (!block && n->stop != n->end))
		return FAIL("P7: the region of the entry at %u", n->entry);
	if (p && !unclear && (p->end > n->entry || p->stop > n->head))
		return FAIL("P7: the entry at %u begins in the one before", n->entry);
	if (n->start < n->parent->start || n->end > n->parent->end)
		return FAIL("P7: the entry at %u is not in its collection", n->entry);
	return true;
}

/* Do place and spans agree? */
static bool nodes_are_fit(const struct yaml_file *f, struct str *why)
{
	for (uint32_t i = 0; i < f->nnodes; i++) {
		const struct yaml_node *n = node_at(f, i);

		if (n->id != i + 1 || n->outer > n->start || n->start > n->end ||
		    n->end > f->bytes.len)
			return FAIL("P7: the spans of node %u", i);
		for (const struct yaml_node *c = n->first; c; c = c->next)
			if (c->parent != n || !entry_is_fit(c, why))
				return FAIL(" (a child of %u)", i);
	}
	for (size_t i = 0; i < f->ncomments; i++)
		if (f->bytes.ptr[f->comments[i].start] != '#')
			return FAIL("P7: comment %zu does not begin with #", i);
	return tiles(f, why);
}

/* Is a string, once it is written, read as the same string, alone, in block and in flow? */
static bool writes_back(struct slice text, bool flow, struct str *why)
{
	AUTO_STR struct str bytes = STR_INIT;
	struct yaml_file *file = NULL;
	struct err err = ERR_INIT;
	const struct yaml_node *n;
	bool same;

	str_adds(&bytes, flow ? "[a, " : "k: ");
	yaml_write_string(&bytes, text, flow);
	str_adds(&bytes, flow ? ", b]\n" : "\n");
	if (yaml_parse(&file, SLICE("written"), str_slice(&bytes), &err) < 0)
		return FAIL("a value cannot be read again: %s: %s", err.reason, bytes.ptr);
	n = flow ? yaml_root(file, 0)->first->next : yaml_get(yaml_root(file, 0), "k");
	same = n && n->kind == YAML_SCALAR && slice_eq(n->text, text) &&
	       yaml_type_of(n) == YAML_STRING;
	yaml_file_free(file);
	return same ? true : FAIL("a value is not read as it was written: %s", bytes.ptr);
}

static bool values_write_back(const struct yaml_file *f, struct str *why)
{
	for (uint32_t i = 0; i < f->nnodes && i < 64; i++) {
		const struct yaml_node *n = node_at(f, i);

		if (n->kind == YAML_SCALAR && n->text.len < 4096 &&
		    (!writes_back(n->text, false, why) || !writes_back(n->text, true, why)))
			return false;
	}
	return true;
}

/* Written without an edit. */
static bool stays(const struct yaml_file *f, struct str *why)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_STR struct str out = STR_INIT;
	struct err err = ERR_INIT;

	if (yaml_apply(yaml_edits_new(f, arena), &out, &err) < 0 ||
	    !slice_eq(str_slice(&out), f->bytes))
		return FAIL("P1: without an edit the bytes are not the same");
	return true;
}

bool property_parse(struct slice bytes, struct tally *tally, struct str *why)
{
	struct yaml_file *file = NULL;
	struct err err = ERR_INIT;
	bool fit;

	if (yaml_parse(&file, SLICE("file"), bytes, &err) < 0) {
		tally->unreadable++;
		return refusal_is_fit(&err, why);
	}
	tally->parsed++;
	fit = stays(file, why) && nodes_are_fit(file, why) && values_write_back(file, why);
	yaml_file_free(file);
	return fit;
}

/* --- edits ---------------------------------------------------------------- */

/* Applies the ops to the bytes: 0, or -1 with the refusal. */
static int apply(struct slice bytes, const struct ops *ops, struct str *out, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct yaml_file *file = NULL;
	struct yaml_edits *e;
	int result;

	if (yaml_parse(&file, SLICE("file"), bytes, err) < 0)
		return -1;
	e = yaml_edits_new(file, arena);
	ops_plan(ops, e);
	result = yaml_apply(e, out, err);
	yaml_file_free(file);
	return result;
}

/*
 * What the ops are about: from the first line to behind the last one that they may change. The last
 * entry that is deleted takes its collection along.
 */
static void extent(const struct yaml_file *f, const struct ops *ops, uint32_t *from, uint32_t *to)
{
	*from = (uint32_t)f->bytes.len;
	*to = 0;
	for (size_t i = 0; i < ops->n; i++) {
		const struct yaml_node *n = node_at(f, ops->items[i].id - 1), *p = n->parent;
		bool key = p && p->parent && p->parent->kind == YAML_MAP && !p->key,
		     whole = ops->items[i].kind == OP_DELETE && p;
		uint32_t begin = !p                   ? n->outer :
				 !whole || !p->parent ? n->head :
				 key                  ? p->outer :
							p->entry;
		uint32_t end = !p                   ? n->end :
			       !whole || !p->parent ? n->stop :
			       key                  ? p->end :
						      p->stop;

		if (n->prev && n->prev->end < begin)
			begin = n->prev->end; /* its comma, its line end */
		if (n->next && n->next->entry > end)
			end = n->next->entry;
		if (p && p->style == YAML_FLOW && yaml_comma(n) >= end)
			end = yaml_comma(n) + 1; /* it may stand on a line further down */
		begin = yaml_line_start(f, yaml_before_break(f, yaml_line_start(f, begin)));
		end = yaml_next_line(f, end);
		*from = begin < *from ? begin : *from;
		*to = end > *to ? end : *to;
	}
}

/* Are the bytes before and behind that the same? */
static bool rest_is_same(const struct yaml_file *f, const struct ops *ops, struct slice out,
			 struct str *why)
{
	uint32_t from, to;
	size_t tail;

	extent(f, ops, &from, &to);
	tail = f->bytes.len - to;
	if (out.len < from || out.len < tail ||
	    !slice_eq(slice_sub(out, 0, from), slice_sub(f->bytes, 0, from)))
		return FAIL("P3: bytes before %u changed", from);
	if (!slice_eq(slice_sub(out, out.len - tail, tail), slice_sub(f->bytes, to, tail)))
		return FAIL("P3: bytes behind %u changed", to);
	return true;
}

/* Does the result say what it should? */
static bool says(const struct yaml_file *f, const struct ops *ops, const struct yaml_file *now,
		 struct str *why)
{
	AUTO_STR struct str wanted = STR_INIT, got = STR_INIT;
	size_t same = 0;

	canon_write(f, ops, &wanted);
	canon_write(now, NULL, &got);
	if (slice_eq(str_slice(&wanted), str_slice(&got)))
		return true;
	while (wanted.ptr[same] == got.ptr[same])
		same++;
	same -= same < 60 ? same : 60;
	return FAIL("P2: it should say ...%.200s\n--- but says ...%.200s\n", wanted.ptr + same,
		    got.ptr + same);
}

/* Lines of the text. */
static size_t lines(struct slice text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += text.ptr[i] == '\n';
	return n;
}

/* Are all ops of this kind? */
static bool only(const struct ops *ops, enum op_kind kind)
{
	for (size_t i = 0; i < ops->n; i++)
		if (ops->items[i].kind != kind)
			return false;
	return true;
}

/*
 * Values that were set: no line more or less, set again no change, and one after the other the
 * same.
 */
static bool sets_are_fit(const struct yaml_file *f, const struct ops *ops, struct slice out,
			 struct str *why)
{
	AUTO_STR struct str now = STR_INIT, again = STR_INIT;
	struct err err = ERR_INIT;

	if (lines(f->bytes) != lines(out))
		return FAIL("P10: %zu lines became %zu", lines(f->bytes), lines(out));
	if (apply(out, ops, &again, &err) < 0 || !slice_eq(str_slice(&again), out))
		return FAIL("P5: set again is a change: %s", again.ptr);
	str_add(&now, f->bytes);
	for (size_t i = ops->n; i--;) { /* backwards: the order does not matter */
		struct ops one = { .items = { ops->items[i] }, .n = 1 };
		AUTO_STR struct str next = STR_INIT;

		if (apply(str_slice(&now), &one, &next, &err) < 0)
			return FAIL("P6: one alone is refused: %s", err.reason);
		now.len = 0;
		str_add(&now, str_slice(&next));
	}
	return slice_eq(str_slice(&now), out) ? true :
						FAIL("P6: one after the other gives\n%s", now.ptr);
}

/*
 * The node of the result that the op brought, found by its place among its siblings; NULL: it
 * cannot be told.
 */
static const struct yaml_node *brought(const struct yaml_file *f, const struct op *op,
				       const struct yaml_file *now)
{
	const struct yaml_node *near = node_at(f, op->id - 1), *parent, *n;
	size_t at = op->side == YAML_AFTER;

	if (op->inside || near->parent->id > now->nnodes)
		return NULL;
	for (const struct yaml_node *c = near->prev; c; c = c->prev)
		at++;
	parent = node_at(now, near->parent->id - 1);
	for (n = parent->first; n && at; n = n->next)
		at--;
	return n;
}

/* A single new entry can be deleted, and then the bytes are as before; or that is refused. */
static bool goes_away(const struct yaml_file *f, const struct op *op, const struct yaml_file *now,
		      struct str *why)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_STR struct str back = STR_INIT;
	const struct yaml_node *n = brought(f, op, now);
	struct yaml_edits *e = yaml_edits_new(now, arena);
	struct err err = ERR_INIT;

	if (!n)
		return true;
	yaml_delete(e, n);
	if (yaml_apply(e, &back, &err) < 0)
		return refusal_is_fit(&err, why);
	return slice_eq(str_slice(&back), f->bytes) ?
		       true :
		       FAIL("P4: deleted again it is\n%s---", back.ptr);
}

/* A single value set back. */
static bool goes_back(const struct yaml_file *f, const struct op *op, const struct yaml_file *now,
		      struct str *why)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_STR struct str back = STR_INIT, written = STR_INIT;
	const struct yaml_node *old = node_at(f, op->id - 1), *n = node_at(now, op->id - 1);
	enum yaml_type type = yaml_type_of(old);
	enum yaml_lit_kind kind = type == YAML_INT  ? LIT_INT :
				  type == YAML_BOOL ? LIT_BOOL :
						      LIT_STRING;
	struct yaml_edits *e = yaml_edits_new(now, arena);
	struct err err = ERR_INIT;

	if (op->lit.kind != kind || old->start == old->end || old->style != n->style ||
	    type == YAML_FLOAT || type == YAML_NULL)
		return true;
	yaml_write_like(old, kind, old->text, &written);
	if (!slice_eq(str_slice(&written), slice_sub(f->bytes, old->start, old->end - old->start)))
		return true; /* it was written in an unusual way */
	yaml_set(e, n, kind, old->text);
	if (yaml_apply(e, &back, &err) < 0)
		return refusal_is_fit(&err, why);
	return slice_eq(str_slice(&back), f->bytes) ? true :
						      FAIL("P4: set back it is\n%s---", back.ptr);
}

/* What undoes a single op. */
static bool inverse(const struct yaml_file *f, const struct ops *ops, const struct yaml_file *now,
		    struct str *why)
{
	const struct op *op = &ops->items[0];

	if (ops->n != 1 || op->kind == OP_DELETE || op->kind == OP_REPLACE)
		return true;
	return op->kind == OP_SET ? goes_back(f, op, now, why) : goes_away(f, op, now, why);
}

/*
 * The text in another guise: 0 with CRLF, 1 with a byte order mark, 2 behind a comment with wide
 * characters.
 */
static void disguise(struct slice text, int guise, struct str *out)
{
	str_adds(out, guise == 1 ? "\xef\xbb\xbf" :
		      guise == 2 ? "# \xc3\xa9 \xf0\x9f\x9a\x80\n\n" :
				   "");
	for (size_t i = 0; i < text.len; i++) {
		if (guise == 0 && text.ptr[i] == '\n')
			str_addc(out, '\r');
		str_addc(out, text.ptr[i]);
	}
}

/* The same edit of the same file in a guise gives the same result in that guise. */
static bool guises(const struct yaml_file *f, const struct ops *ops, struct slice result,
		   struct str *why)
{
	for (int guise = 0; guise < 3; guise++) {
		AUTO_STR struct str before = STR_INIT, wanted = STR_INIT, got = STR_INIT;
		struct err err = ERR_INIT;

		if (f->body || (guise != 1 && slice_find_byte(f->bytes, '\r') != SIZE_MAX) ||
		    lines(f->bytes) == 0)
			continue;
		disguise(f->bytes, guise, &before);
		disguise(result, guise, &wanted);
		if (apply(str_slice(&before), ops, &got, &err) < 0)
			return FAIL("P8: in guise %d it is refused: %s", guise, err.reason);
		if (!slice_eq(str_slice(&got), str_slice(&wanted)))
			return FAIL("P8: in guise %d it is\n%s---", guise, got.ptr);
	}
	return true;
}

/* Everything about a result. */
static bool result_is_fit(const struct yaml_file *f, const struct ops *ops, struct slice out,
			  struct str *why)
{
	struct yaml_file *now = NULL;
	struct err err = ERR_INIT;
	bool fit;

	if (yaml_parse(&now, SLICE("result"), out, &err) < 0)
		return FAIL("P2: the result cannot be read: %s", err.reason);
	fit = says(f, ops, now, why) && rest_is_same(f, ops, out, why) && nodes_are_fit(now, why) &&
	      (!only(ops, OP_SET) || sets_are_fit(f, ops, out, why)) && inverse(f, ops, now, why) &&
	      guises(f, ops, out, why);
	yaml_file_free(now);
	return fit;
}

bool property_edit(struct slice bytes, struct slice script, struct tally *tally, struct str *out,
		   struct str *why)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct yaml_file *file = NULL;
	struct err err = ERR_INIT;
	struct ops ops;
	bool fit;

	if (yaml_parse(&file, SLICE("file"), bytes, &err) < 0)
		return true;
	ops_draw(file, script, arena, &ops);
	if (apply(bytes, &ops, out, &err) < 0) {
		tally->refused++;
		fit = refusal_is_fit(&err, why) &&
		      (!out->len || FAIL("P12: refused, but something came out"));
	} else {
		tally->edited++;
		fit = result_is_fit(file, &ops, str_slice(out), why);
	}
	if (!fit) {
		str_adds(why, "\nedits: ");
		ops_describe(&ops, file, why);
	}
	yaml_file_free(file);
	return fit;
}
