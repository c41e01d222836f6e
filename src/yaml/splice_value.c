#include "yaml/splice_value_internal.h"
#include "yaml/comments_internal.h"
#include "yaml/line_internal.h"
#include "yaml/literal_internal.h"
#include "yaml/region_internal.h"

#include <limits.h>

/*
 * A value is replaced behind the same key or dash. Block style is written on lines below the line
 * of the key, which may have a comment; everything else takes the place of the old value.
 */

/* The end of the colon or dash of an entry; of an item in flow style, which has none, its begin. */
static uint32_t behind_indicator(const struct yaml_node *n)
{
	if (n->parent->kind == YAML_SEQ)
		return n->parent->style == YAML_FLOW ? n->outer : n->entry + 1;
	return yaml_colon(n) + 1;
}

/*
 * What to delete of the old value if the new one is written below the line: the gap before it as
 * well. A comment behind the value moves up to the key or dash; this is refused if there is another
 * comment, or a tab before it.
 */
static int cut_inline(const struct yaml_node *n, uint32_t *start, struct err *err)
{
	const struct yaml_file *f = n->file;
	uint32_t behind = behind_indicator(n);
	bool below = yaml_on_own_line(f, n->outer), note = !yaml_line_rest_blank(f, n->end);

	if (yaml_comment_between(f, behind, n->outer, true) ||
	    (note && yaml_comment_between(f, behind, n->outer, false)))
		return err_set(err, &CODE_yaml_style, yaml_place(n),
			       "a comment separates the key from its value");
	if (note && n->flags & YAML_EXPLICIT && f->bytes.ptr[n->end] == '\t')
		return err_set(err, &CODE_yaml_style, yaml_place(n),
			       "a tab would follow the colon of an explicit key");
	*start = yaml_blanks_before(f, n->outer);
	if (below)
		*start = yaml_before_break(f, *start);
	return 0;
}

/*
 * A value on the line of its key or dash, or below it, that ends there: the text takes its place.
 */
static int replace_inline(const struct yaml_node *n, struct slice first, struct slice rest,
			  struct splices *out, struct err *err)
{
	const struct yaml_file *f = n->file;
	uint32_t start = n->outer, end = n->end,
		 line = yaml_before_break(f, yaml_next_line(f, n->end));
	bool lone = start == end;
	AUTO_STR struct str text = STR_INIT;

	if (lone)
		str_add(&text, first);
	else if (!first.len && cut_inline(n, &start, err) < 0)
		return -1;
	else /* a present gap stays */
		str_add(&text, start > behind_indicator(n) ? slice_trim(first) : first);
	if (end < f->bytes.len && f->bytes.ptr[end] == '#')
		str_addc(&text, ' '); /* right behind a bracket or a quote it is a comment, behind
					 other things not */
	if (yaml_line_rest_blank(f, n->end))
		str_add(&text, rest);
	else if (rest.len)
		splice_add(out, line, line, rest, INT_MIN + 1)->alone = true;
	splice_add(out, start, end, str_slice(&text), lone ? INT_MIN : INT_MAX)->alone = true;
	return 0;
}

/*
 * A block collection or block scalar: its lines are deleted, with everything that belongs to its
 * entry. libyaml accepts only the indicator of a block scalar in the column of its dash or key.
 */
static int replace_block(const struct yaml_node *n, struct slice first, struct slice rest,
			 struct splices *out, struct err *err)
{
	const struct yaml_file *f = n->file;
	uint32_t behind = behind_indicator(n), end = yaml_before_break(f, n->stop);
	bool below = n->first && yaml_on_own_line(f, n->first->entry);
	AUTO_STR struct str all = STR_INIT;

	if (below) {
		splice_add(out, yaml_before_break(f, yaml_line_start(f, n->first->head)), end, rest,
			   INT_MAX);
		splice_add(out, behind, behind, first, INT_MIN)->alone = true;
		return 0;
	}
	if (n->kind == YAML_SCALAR && first.len &&
	    yaml_on_own_line(f, n->outer)) { /* the line stays, and the column of what follows */
		if (yaml_column(f, n->outer) <= yaml_column(f, n->entry))
			return err_set(err, &CODE_yaml_style, yaml_place(n),
				       "a block scalar that is not indented cannot be replaced");
		behind = n->outer;
		first = slice_trim(first);
	}
	str_add(&all, first);
	str_add(&all, rest);
	splice_add(out, behind, end, str_slice(&all), INT_MAX);
	return 0;
}

int splice_value(const struct yaml_node *n, const struct yaml_lit *lit, struct splices *out,
		 struct err *err)
{
	AUTO_STR struct str text = STR_INIT;
	struct slice all, first;
	size_t line;

	if (!n->parent)
		return err_set(err, &CODE_yaml_style, yaml_place(n),
			       "a whole document cannot be replaced");
	if (n->parent->kind == YAML_MAP && !n->key)
		return err_set(err, &CODE_yaml_style, yaml_place(n), "a key cannot be replaced");
	if (n->flags & (YAML_ANCHORED | YAML_TAGGED))
		return err_set(err, &CODE_yaml_style, yaml_place(n),
			       "a value with an anchor or a tag cannot be replaced");
	literal_write_value(n, lit, &text);
	all = str_slice(&text);
	line = slice_find_byte(all, '\n');
	if (line != SIZE_MAX && line && all.ptr[line - 1] == '\r')
		line--;
	first = slice_sub(all, 0, line == SIZE_MAX ? all.len : line);
	if (n->style != YAML_BLOCK && n->style != YAML_LITERAL && n->style != YAML_FOLDED)
		return replace_inline(n, first, slice_sub(all, first.len, all.len), out, err);
	return replace_block(n, first, slice_sub(all, first.len, all.len), out, err);
}
