#include "yaml/splice_flow_internal.h"
#include "yaml/comments_internal.h"
#include "yaml/line_internal.h"
#include "yaml/region_internal.h"

#include <limits.h>
#include <string.h>

/*
 * Entries of flow collections are inserted and deleted with exactly one comma. A comment behind an
 * entry on its last line belongs to that entry, also behind the comma; own-line comments above an
 * entry on a line of its own are its head (as in block style).
 *
 * This is exact for entries in their usual form; beside others nothing is inserted or deleted
 * (is_usual).
 */

/*
 * Does the entry end in a visible value that is more than an indicator? Behind nothing, as in "a:",
 * "[a: ]" and "!t", and behind a plain "-", a comma or a bracket has another meaning.
 */
static bool ends_in_value(const struct yaml_node *entry)
{
	const struct yaml_node *leaf = entry;

	while (leaf->last && !strchr("]}", entry->file->bytes.ptr[leaf->end - 1]))
		leaf = leaf->last;
	return leaf->end - leaf->start > 1 ||
	       (leaf->end > leaf->start &&
		(leaf->style != YAML_PLAIN || !strchr("-?:", leaf->text.ptr[0])));
}

/* Does the entry have a simple key, and a value? */
static bool is_usual(const struct yaml_node *entry)
{
	const struct yaml_node *pair = entry->flags & YAML_PAIR ? entry->first : entry;

	return !(pair->flags & YAML_EXPLICIT) && (!pair->key || pair->key->kind == YAML_SCALAR) &&
	       ends_in_value(entry);
}

/* Refuses to insert or delete if the entry, or one beside it, is not in the usual form. */
static int check_entry(const struct yaml_node *entry, struct err *err)
{
	const struct yaml_node *beside[] = { entry->prev, entry, entry->next };

	for (size_t i = 0; i < 3; i++)
		if (beside[i] && !is_usual(beside[i]))
			return err_set(err, &CODE_yaml_style, yaml_place(beside[i]), "%s",
				       "nothing can be added or deleted beside an entry in flow "
				       "style without a plain key or a value");
	return 0;
}

/*
 * Refuses to delete an entry whose comma is on another line: comments there may belong to any
 * entry.
 */
static int check_comma(const struct yaml_node *entry, struct err *err)
{
	uint32_t comma = yaml_comma(entry);

	if (!comma || yaml_blanks_before(entry->file, comma) == entry->end)
		return 0;
	return err_set(err, &CODE_yaml_style, yaml_place(entry),
		       "an entry whose comma is on another line cannot be deleted");
}

/* Is the entry the last one on its line? */
static bool ends_line(const struct yaml_node *n)
{
	return !n->next || yaml_on_own_line(n->file, n->next->entry);
}

/*
 * What must precede `end` so that a comment there stays one: libyaml accepts a comment directly
 * behind a comma or a quote only.
 */
static struct slice gap_before(const struct yaml_file *f, uint32_t end)
{
	return end < f->bytes.len && f->bytes.ptr[end] == '#' ? SLICE(" ") : SLICE("");
}

/* A new line "text" behind the line of `near`, whose comment stays behind its own comma. */
static void insert_below(const struct yaml_node *near, uint32_t note, struct slice indent,
			 struct slice text, struct splices *out)
{
	const struct yaml_file *f = near->file;
	uint32_t comma = yaml_comma(near);
	AUTO_STR struct str all = STR_INIT;

	str_add(&all, yaml_eol(f, note));
	str_add(&all, indent);
	str_add(&all, text);
	if (comma && comma < note) {
		splice_add(out, comma, comma + 1, SLICE(","),
			   INT_MAX); /* so that no other edit uses it */
		str_addc(&all, ',');
	} else {
		splice_add(out, near->end, near->end, SLICE(","), -1)->alone = true;
	}
	splice_add(out, note, note, str_slice(&all), -1);
}

/* Text behind `near`: on a line of its own where its neighbours have one. */
static void insert_after(const struct yaml_node *near, struct slice indent, struct slice text,
			 struct splices *out)
{
	const struct yaml_file *f = near->file;
	bool line = yaml_on_own_line(f, near->entry) && ends_line(near);
	uint32_t note = line ? yaml_note_end(f, near->end) : 0;
	AUTO_STR struct str all = STR_INIT;

	if (note) {
		insert_below(near, note, indent, text, out);
		return;
	}
	if (line) {
		str_addc(&all, ',');
		str_add(&all, yaml_eol(f, near->end));
		str_add(&all, indent);
	} else {
		str_add(&all, yaml_flow_separator(near));
	}
	str_add(&all, text);
	str_add(&all, gap_before(f, near->end));
	splice_add(out, near->end, near->end, str_slice(&all), -1);
}

int splice_flow_insert(const struct yaml_node *near, enum yaml_side side, struct slice text,
		       struct splices *out, struct err *err)
{
	const struct yaml_file *f = near->file;
	uint32_t line = yaml_line_start(f, near->entry);
	struct slice indent = slice_sub(f->bytes, line, near->entry - line);
	AUTO_STR struct str all = STR_INIT;

	if (check_entry(near, err) < 0)
		return -1;
	if (side == YAML_AFTER) {
		insert_after(near, indent, text, out);
	} else if (yaml_on_own_line(f, near->entry)) {
		str_add(&all, indent);
		str_add(&all, text);
		str_addc(&all, ',');
		str_add(&all, yaml_eol(f, near->entry));
		splice_add(out, near->head, near->head, str_slice(&all), 1);
	} else {
		str_add(&all, text);
		str_add(&all, yaml_flow_separator(near));
		splice_add(out, near->entry, near->entry, str_slice(&all), 1);
	}
	return 0;
}

/*
 * Is the entry the last one of a line that other entries begin? Then the line keeps its end, and a
 * comment, which may be about the whole line.
 */
static bool ends_shared_line(const struct yaml_edits *e, const struct yaml_node *n)
{
	const struct yaml_file *f = n->file;

	if (!n->prev || edits_delete(e, n->prev) || edits_insert(e, n, YAML_BEFORE) ||
	    yaml_on_own_line(f, n->entry))
		return false;
	return !yaml_comment_between(f, n->prev->end, n->entry, false);
}

/* Deletes an entry with others behind it, up to the next one. */
static void delete_before_next(const struct yaml_edits *e, const struct yaml_node *n,
			       struct splices *out)
{
	const struct yaml_file *f = n->file;
	uint32_t comma = yaml_comma(n), end = n->next->entry;
	bool next_line = yaml_on_own_line(f, end);

	if (next_line && yaml_on_own_line(f, n->entry)) {
		splice_add(out, n->head, yaml_next_line(f, comma), SLICE(""), INT_MAX);
		return;
	}
	if (next_line && ends_shared_line(e, n)) {
		splice_add(out, n->prev->end, n->end, SLICE(""), INT_MAX);
		return;
	}
	if (next_line &&
	    yaml_comment_between(f, n->end, end, true)) { /* they are about the next one */
		uint32_t note = yaml_note_end(f, n->end);

		end = note > comma ? note : comma + 1;
	}
	splice_add(out, n->entry, end, SLICE(""), INT_MAX);
}

/* Deletes `n` and all behind it; `prev` becomes the last one. */
static int delete_tail(const struct yaml_edits *e, const struct yaml_node *n, struct splices *out,
		       struct err *err)
{
	const struct yaml_file *f = n->file;
	const struct yaml_node *last = n->parent->last, *prev = n->prev;
	uint32_t comma = yaml_comma(prev), trailing = yaml_comma(last);
	uint32_t end = trailing ? trailing + 1 : last->end, note = yaml_note_end(f, end), start;
	bool line = yaml_on_own_line(f, n->entry);

	if ((!line && !yaml_comment_between(f, prev->end, last->end, false)) ||
	    (!note && !yaml_note_end(f, prev->end) &&
	     !yaml_comment_between(f, prev->end, n->entry, false))) {
		splice_add(out, prev->end, last->end, gap_before(f, last->end), INT_MAX);
		return 0;
	}
	if (edits_insert(e, n, YAML_BEFORE))
		return err_set(err, &CODE_yaml_overlap, yaml_place(n),
			       "two edits of the same place");
	start = line ? n->head : yaml_blanks_before(f, n->entry);
	end = note ? note : end;
	if (line && yaml_line_rest_blank(f, end))
		end = yaml_next_line(f, end);
	if (!trailing)
		splice_add(out, comma, comma + 1, gap_before(f, comma + 1), INT_MAX);
	splice_add(out, start, end, SLICE(""), INT_MAX);
	return 0;
}

int splice_flow_delete(const struct yaml_edits *e, const struct yaml_node *n, struct splices *out,
		       struct err *err)
{
	if (check_entry(n, err) < 0 || check_comma(n, err) < 0)
		return -1;
	if (edits_staying(e, n, true))
		delete_before_next(e, n, out);
	else if (n->prev ==
		 edits_staying(
			 e, n,
			 false)) /* one change for all of the tail, made for the first of them */
		return delete_tail(e, n, out, err);
	return 0;
}
