#include "yaml/splice_block_internal.h"
#include "yaml/line_internal.h"

#include "base/ascii.h"

#include <limits.h>
#include <string.h>

/*
 * Lines are inserted and deleted with the line end in front of them, not with their own: so a last
 * line without one needs no rule.
 */

/*
 * Depth in the tree. It orders insertions at one place, instead of the column: the dashes of a list
 * may be in a column before its key.
 */
static int tree_depth(const struct yaml_node *n)
{
	int depth = 0;

	for (; n->parent; n = n->parent)
		depth++;
	return depth;
}

struct splice *splice_block_insert(const struct yaml_node *near, enum yaml_side side,
				   struct slice text, struct splices *out)
{
	const struct yaml_file *f = near->file;
	uint32_t column = yaml_column(f, near->entry),
		 at = yaml_before_break(f, side == YAML_AFTER ? near->stop : near->head);
	bool opens = side == YAML_BEFORE && near->flags & YAML_OPENS,
	     first = side == YAML_BEFORE && near->head == f->body;
	struct slice eol = yaml_eol(f, opens ? near->entry : at);
	AUTO_STR struct str lines = STR_INIT;

	if (!opens && !first)
		str_add(&lines, eol);
	if (!opens)
		str_fill(&lines, ' ', column);
	str_add(&lines, text);
	if (opens || first)
		str_add(&lines, eol);
	if (opens) {
		str_fill(&lines, ' ', column);
		at = near->entry;
	}
	return splice_add(out, at, at, str_slice(&lines),
			  side == YAML_AFTER ? -tree_depth(near) : tree_depth(near));
}

char splice_chomping(const struct yaml_node *n)
{
	struct slice b = n->file->bytes;

	while (n->last)
		n = n->last;
	if (n->key && n->start == n->end) /* "? |" without a value */
		n = n->key;
	if (n->style != YAML_LITERAL && n->style != YAML_FOLDED)
		return 0;
	for (uint32_t at = n->start; at < n->end && !strchr(" \t\r\n#", b.ptr[at]); at++)
		if (b.ptr[at] == '-' || b.ptr[at] == '+')
			return b.ptr[at];
	return ' ';
}

bool splice_bare_scalar(const struct yaml_node *n)
{
	return yaml_at_bare_end(n->file, n->end) && splice_chomping(n) && splice_chomping(n) != '-';
}

bool splice_blank_lines_at(const struct yaml_file *f, uint32_t at, bool wide)
{
	for (; at < f->bytes.len && yaml_line_rest_blank(f, at); at = yaml_next_line(f, at))
		if (!wide || ascii_is_blank(f->bytes.ptr[at]))
			return true;
	return false;
}

/* Deletion of the entry on its parent's dash line: the next one is pulled up. */
static int delete_opening(const struct yaml_edits *e, const struct yaml_node *n,
			  struct splices *out, struct err *err)
{
	const struct yaml_node *next = edits_staying(e, n, true);
	const struct yaml_file *f = n->file;

	if (n->prev || next != n->next)
		return splice_refuse_style(
			n,
			"an entry on the line of another one cannot be deleted together with its "
			"neighbour",
			err);
	for (size_t i = 0; i < f->ncomments && !e->within; i++)
		if (n->stop <= f->comments[i].start && f->comments[i].start < next->entry)
			return splice_refuse_style(
				n,
				"deleting this entry would delete the comment above the next one",
				err);
	splice_add(out, n->entry, next->entry, SLICE(""), INT_MAX);
	return 0;
}

/*
 * Lines go with the line end in front of them. Do these, from `n` and the neighbours that go with
 * it, go with their own? So it is where the one in front is missing, differs, or is the content of
 * a block scalar that becomes the end of the file.
 */
static bool own_line_ends(const struct yaml_edits *e, const struct yaml_node *n)
{
	const struct yaml_node *last = n;
	const struct yaml_file *f = n->file;

	while (n->prev && edits_delete(e, n->prev))
		n = n->prev;
	while (last->next && edits_delete(e, last->next))
		last = last->next;
	if (n->head == f->body)
		return true;
	if (yaml_at_bare_end(f, last->stop))
		return n->prev && n->prev->end == n->head && splice_chomping(n->prev) &&
		       splice_chomping(n->prev) != '-';
	return n->head - yaml_before_break(f, n->head) !=
	       last->stop - yaml_before_break(f, last->stop);
}

/* Are there only blank lines between the begins of two lines? */
static bool only_blank_lines(const struct yaml_file *f, uint32_t from, uint32_t to)
{
	while (from < to && yaml_line_rest_blank(f, from))
		from = yaml_next_line(f, from);
	return from >= to;
}

/*
 * Would what the deletion brings below a block scalar become its content? With "+" empty lines do,
 * and with any indicator lines of blanks that are wider than its indentation.
 */
static bool feeds_scalar(const struct yaml_edits *e, const struct yaml_node *n)
{
	char chomping = n->prev ? splice_chomping(n->prev) : 0;
	bool feeds = e->within && chomping == '+';

	if (!chomping || !only_blank_lines(n->file, n->prev->end, n->head))
		return false;
	for (bool goes = true; goes && !feeds; n = n->next) {
		feeds = splice_blank_lines_at(n->file, n->stop, chomping != '+');
		goes = n->next && edits_delete(e, n->next);
	}
	return feeds;
}

int splice_block_delete(const struct yaml_edits *e, const struct yaml_node *n, struct splices *out,
			struct err *err)
{
	if (n->flags & YAML_OPENS)
		return delete_opening(e, n, out, err);
	if (feeds_scalar(e, n))
		return splice_refuse_style(
			n, "deleting this would change the block scalar above it", err);
	if (!own_line_ends(e, n))
		splice_add(out, yaml_before_break(n->file, n->head),
			   yaml_before_break(n->file, n->stop), SLICE(""), INT_MAX);
	else if (!edits_insert(e, n, YAML_AFTER))
		splice_add(out, n->head, n->stop, SLICE(""), INT_MAX);
	else
		return splice_refuse_overlap(n, err);
	return 0;
}
