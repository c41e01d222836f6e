#include "yaml/splice_copy_internal.h"
#include "yaml/comments_internal.h"
#include "yaml/line_internal.h"
#include "yaml/splice_block_internal.h"
#include "yaml/splice_flow_internal.h"

#include "base/ascii.h"

#include <limits.h>

/*
 * A copy of a list item is the item's text with splices of its own: the nested intentions, and all
 * comments taken out.
 */

/* Is the span inside one of the splices? */
static bool is_covered(const struct splices *s, uint32_t start, uint32_t end)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->items[i].start <= start && end <= s->items[i].end)
			return true;
	return false;
}

/* Deletes the comments of the item: they stay with the original only. */
static void drop_comments(const struct yaml_node *item, struct splices *out)
{
	const struct yaml_file *f = item->file;

	for (size_t i = 0; i < f->ncomments; i++) {
		const struct comment *c = &f->comments[i];
		uint32_t start, end;

		if (c->start < item->entry || c->start >= item->stop ||
		    is_covered(out, c->start, c->end))
			continue;
		start = c->own ? yaml_before_break(f, yaml_line_start(f, c->start)) :
				 yaml_blanks_before(f, c->start);
		end = c->end;
		splice_add(out, start, end, SLICE(""), INT_MAX);
	}
}

/* Length of `text` without its last line, if that is blank. */
static size_t without_blank_line(struct slice text)
{
	size_t len = text.len;

	while (len && ascii_is_blank(text.ptr[len - 1]))
		len--;
	return len && text.ptr[len - 1] == '\n' ? len : text.len;
}

/* The last node of an item that stays in its copy. */
static const struct yaml_node *last_staying(const struct yaml_edits *nested,
					    const struct yaml_node *item)
{
	for (const struct yaml_node *c = item->last; c;) {
		if (edits_delete(nested, c)) {
			c = c->prev;
			continue;
		}
		item = c;
		c = c->last;
	}
	return item;
}

/*
 * Blanks in front of the content of a block scalar. With a number in its header they are not known,
 * and none is taken; an empty one has none.
 */
static uint32_t indent_of(const struct yaml_node *scalar)
{
	struct slice b = scalar->file->bytes;
	uint32_t at = scalar->start, width = 0;

	for (; at < scalar->end && b.ptr[at] != '\n'; at++)
		if (b.ptr[at] >= '1' && b.ptr[at] <= '9')
			return 0;
	for (at++; at < scalar->end && (b.ptr[at] == ' ' || b.ptr[at] == '\n' || b.ptr[at] == '\r');
	     at++)
		width = b.ptr[at] == ' ' ? width + 1 : 0;
	return width;
}

/*
 * Cuts empty lines and the last line end off the text of a copy; a block scalar at the end keeps
 * its content.
 */
static void trim_copy(const struct yaml_node *item, const struct yaml_edits *nested,
		      struct str *text)
{
	const struct yaml_file *f = item->file;
	const struct yaml_node *last = last_staying(nested, item);
	char chomping = last->text.len || splice_chomping(last) == '+' ?
				splice_chomping(last) :
				0; /* nothing of an empty one is content */
	bool ended = item->stop > item->end &&
		     !yaml_line_rest_blank(f, yaml_line_start(f, item->end - 1));
	uint32_t narrow = chomping && chomping != '+' ? indent_of(last) : 0;
	struct slice all = str_slice(text);

	do {
		all.len -= slice_ends(all, SLICE("\r\n")) ? 2 : slice_ends(all, SLICE("\n"));
		if (!chomping || ended || all.len - without_blank_line(all) <= narrow)
			all.len = without_blank_line(all);
	} while (chomping != '+' && slice_ends(all, SLICE("\n")));
	text->len = all.len;
	text->ptr[all.len] = '\0';
}

/* The comments in a copy: its own and those of copies in it. */
static struct slices copy_comments(const struct edit *edit, const struct splices *inner,
				   struct arena *arena)
{
	struct slices all = { NULL, 0 };
	size_t n = 1;

	for (size_t i = 0; i < inner->n; i++)
		n += inner->items[i].comments.n;
	all.items = arena_array(arena, n, sizeof(*all.items));
	if (edit->text.ptr && edit->at->parent->style != YAML_FLOW)
		all.items[all.n++] = arena_printf(arena, "# %" SLICE_FMT, SLICE_ARG(edit->text));
	for (size_t i = 0; i < inner->n; i++)
		for (size_t j = 0; j < inner->items[i].comments.n; j++)
			all.items[all.n++] = inner->items[i].comments.items[j];
	return all;
}

/*
 * Does a comment line end a block scalar with "+"? Without it, empty lines below would become
 * content.
 */
static bool needs_comments(const struct yaml_node *item)
{
	const struct yaml_file *f = item->file;

	for (uint32_t i = item->id; i <= f->nnodes && node_at(f, i - 1)->start <= item->end; i++) {
		const struct yaml_node *n = node_at(f, i - 1);

		if (n->kind != YAML_SCALAR || splice_chomping(n) != '+')
			continue;
		for (size_t j = 0; j < f->ncomments; j++)
			if (f->comments[j].own &&
			    yaml_line_start(f, f->comments[j].start) == n->end)
				return true;
	}
	return false;
}

/*
 * Would the copy end the file with a block scalar that needs a line end which the file does not
 * have?
 */
static bool ends_bare(const struct edit *edit)
{
	const struct yaml_node *last = last_staying(edit->nested, edit->at);
	char chomping = splice_chomping(last);

	return edit->side == YAML_AFTER && yaml_at_bare_end(edit->at->file, edit->at->stop) &&
	       chomping && chomping != '-' && last->text.len;
}

/*
 * Would lines of blanks below a comment, which is not copied, become content of the block scalar
 * that the copy ends in?
 */
static bool feeds_copy(const struct edit *edit)
{
	const struct yaml_node *last = last_staying(edit->nested, edit->at);
	char chomping = splice_chomping(last);

	return edit->side == YAML_AFTER && chomping && edit->at->stop > last->end &&
	       splice_blank_lines_at(last->file, edit->at->stop, chomping != '+');
}

int splice_copy_check(const struct edit *edit, struct err *err)
{
	const struct yaml_node *item = edit->at;

	if (needs_comments(item) || feeds_copy(edit))
		return err_set(err, &CODE_yaml_style, yaml_place(item),
			       "a block scalar above a comment and blank lines cannot be copied");
	if (splice_bare_scalar(item) || ends_bare(edit))
		return err_set(
			err, &CODE_yaml_style, yaml_place(item), "%s",
			"a block scalar at the end of a file without a line end cannot be copied");
	return 0;
}

int splice_copy(const struct edit *edit, struct splices *inner, struct splices *out,
		struct err *err)
{
	const struct yaml_node *item = edit->at;
	bool flow = item->parent->style == YAML_FLOW;
	AUTO_STR struct str text = STR_INIT, all = STR_INIT;

	drop_comments(item, inner);
	if (splices_sort(inner, edit->nested, err) < 0)
		return -1;
	splices_render(item->file, inner, item->entry, flow ? item->end : item->stop, &text);
	if (!flow)
		trim_copy(item, edit->nested, &text);
	if (!flow && edit->text.ptr) {
		str_addf(&all, "# %" SLICE_FMT, SLICE_ARG(edit->text));
		str_add(&all, yaml_eol(item->file, item->entry));
		str_fill(&all, ' ', yaml_column(item->file, item->entry));
	}
	str_add(&all, str_slice(&text));
	if (flow)
		return splice_flow_insert(item, edit->side, str_slice(&all), out, err);
	splice_block_insert(item, edit->side, str_slice(&all), out)->comments =
		copy_comments(edit, inner, out->arena);
	return 0;
}
