#include "yaml/internal.h"

#include <limits.h>
#include <string.h>

/*
 * Entries of flow collections come and go with exactly one comma. A comment behind an entry on its last line is about that entry, also
 * when it stands behind the comma; own-line comments above an entry on a line of its own are its head (as in block style).
 */

/* Is the entry the last one on its line? */
static bool ends_line(const struct yaml_node *n)
{
	return !n->next || yaml_on_own_line(n->file, n->next->entry);
}

/* What must stand before `end` so that a comment there, which libyaml takes without a blank behind a comma or a quote, stays one. */
static struct slice gap_before(const struct yaml_file *f, uint32_t end)
{
	return end < f->bytes.len && f->bytes.ptr[end] == '#' ? SLICE(" ") : SLICE("");
}

/* The value that an entry ends in, if there is nothing of it to be seen: of "a:", "- f :" and "!t"; else NULL. */
static const struct yaml_node *empty_end(const struct yaml_node *entry)
{
	const struct yaml_node *leaf = entry;

	while (leaf->last && !strchr("]}", entry->file->bytes.ptr[leaf->end - 1]))
		leaf = leaf->last;
	return leaf->start == leaf->end ? leaf : NULL;
}

/* Does the entry end in the colon of a plain key? A comma or bracket right behind would be read as a part of it. */
static bool ends_in_colon(const struct yaml_node *entry)
{
	const struct yaml_node *leaf = empty_end(entry);

	return leaf && leaf->key && leaf->key->kind == YAML_SCALAR && leaf->key->style == YAML_PLAIN &&
	       entry->file->bytes.ptr[leaf->end - 1] == ':';
}

/* May what stands at `at` come right behind the entry? */
static bool may_follow(const struct yaml_node *entry, uint32_t at)
{
	return !ends_in_colon(entry) || strchr(" \t\r\n", entry->file->bytes.ptr[at]);
}

/* Does it end in a tag? A bracket right behind would be read as a part of it, a comma not. */
static bool ends_in_tag(const struct yaml_node *entry)
{
	const struct yaml_node *leaf = empty_end(entry);

	return leaf && leaf->flags & YAML_TAGGED;
}

/* Adds the new entry `text`, or copy of `near`, which will stand in front of the byte `next`, and a blank where it needs one. */
static void add_entry(struct str *out, const struct yaml_node *near, struct slice text, char next)
{
	str_add(out, text);
	if (slice_ends(text, SLICE(":")) && ends_in_colon(near) && !strchr(" \t\r\n", next))
		str_addc(out, ' ');
}

/* A new line "text" behind the line of `near`, whose comment stays behind its own comma. */
static void insert_below(const struct yaml_node *near, uint32_t note, struct slice indent, struct slice text, struct splices *out)
{
	const struct yaml_file *f = near->file;
	uint32_t comma = yaml_comma(near);
	AUTO_STR struct str all = STR_INIT;

	str_add(&all, yaml_eol(f, note));
	str_add(&all, indent);
	add_entry(&all, near, text, comma && comma < note ? ',' : '\n');
	if (comma && comma < note) {
		str_addc(&all, ',');
		splice_add(out, comma, comma + 1, SLICE(","), INT_MAX); /* nobody else may take it */
	} else {
		splice_add(out, near->end, near->end, ends_in_colon(near) ? SLICE(" ,") : SLICE(","), -1)->alone = true;
	}
	splice_add(out, note, note, str_slice(&all), -1);
}

/* Text behind `near`: on a line of its own where its neighbours have one. */
static void insert_after(const struct yaml_node *near, struct slice indent, struct slice text, struct splices *out)
{
	const struct yaml_file *f = near->file;
	bool line = yaml_on_own_line(f, near->entry) && ends_line(near);
	uint32_t note = line ? yaml_note_end(f, near->end) : 0;
	AUTO_STR struct str all = STR_INIT;

	if (note) {
		insert_below(near, note, indent, text, out);
		return;
	}
	if (ends_in_colon(near) && (line || yaml_flow_separator(near).ptr[0] == ','))
		str_addc(&all, ' ');
	if (line) {
		str_addc(&all, ',');
		str_add(&all, yaml_eol(f, near->end));
		str_add(&all, indent);
	} else {
		str_add(&all, yaml_flow_separator(near));
	}
	add_entry(&all, near, text, f->bytes.ptr[near->end]); /* a flow collection ends behind its entries */
	str_add(&all, gap_before(f, near->end));
	splice_add(out, near->end, near->end, str_slice(&all), -1);
}

void splice_flow_insert(const struct yaml_node *near, enum yaml_side side, struct slice text, struct splices *out)
{
	const struct yaml_file *f = near->file;
	uint32_t line = yaml_line_start(f, near->entry);
	struct slice indent = slice_sub(f->bytes, line, near->entry - line);
	AUTO_STR struct str all = STR_INIT;

	if (side == YAML_AFTER) {
		insert_after(near, indent, text, out);
	} else if (yaml_on_own_line(f, near->entry)) {
		str_add(&all, indent);
		add_entry(&all, near, text, ',');
		str_addc(&all, ',');
		str_add(&all, yaml_eol(f, near->entry));
		splice_add(out, near->head, near->head, str_slice(&all), 1);
	} else {
		add_entry(&all, near, text, yaml_flow_separator(near).ptr[0]);
		str_add(&all, yaml_flow_separator(near));
		splice_add(out, near->entry, near->entry, str_slice(&all), 1);
	}
}

/* Is there a comment between two offsets; with `own`, one on a line of its own? */
static bool comment_between(const struct yaml_file *f, uint32_t start, uint32_t end, bool own)
{
	for (size_t i = 0; i < f->ncomments; i++)
		if (start <= f->comments[i].start && f->comments[i].start < end && (!own || f->comments[i].own))
			return true;
	return false;
}

/* Is the entry the last one of a line that others begin, ? Then the line keeps its end, and a comment, which may be about all of it. */
static bool ends_shared_line(const struct yaml_edits *e, const struct yaml_node *n)
{
	const struct yaml_file *f = n->file;
	uint32_t comma = yaml_comma(n);

	if (!n->prev || edits_delete(e, n->prev) || edits_insert(e, n, YAML_BEFORE) || yaml_on_own_line(f, n->entry) ||
	    !may_follow(n->prev, n->end))
		return false;
	return yaml_blanks_before(f, comma) == n->end && !comment_between(f, n->prev->end, n->entry, false);
}

/* Does the entry's own comma stand on a line further down, so that the one in front of the entry goes with it? */
static bool has_comma_below(const struct yaml_edits *e, const struct yaml_node *n)
{
	const struct yaml_file *f = n->file;

	return n->prev && !edits_delete(e, n->prev) && !edits_insert(e, n, YAML_BEFORE) && may_follow(n->prev, n->end) &&
	       !yaml_is_sign(n->prev) && !comment_between(f, n->prev->end, n->entry, false) &&
	       yaml_line_start(f, yaml_comma(n)) != yaml_line_start(f, n->end);
}

/* Deletes an entry with others behind it, up to the next one. */
static void delete_before_next(const struct yaml_edits *e, const struct yaml_node *n, struct splices *out)
{
	const struct yaml_file *f = n->file;
	uint32_t comma = yaml_comma(n), end = n->next->entry;
	bool next_line = yaml_on_own_line(f, end);

	if (has_comma_below(e, n)) {
		splice_add(out, n->prev->end, n->end, SLICE(""), INT_MAX);
		return;
	}
	if (next_line && yaml_on_own_line(f, n->entry)) {
		splice_add(out, n->head, yaml_next_line(f, comma), SLICE(""), INT_MAX);
		return;
	}
	if (next_line && ends_shared_line(e, n)) {
		splice_add(out, n->prev->end, n->end, SLICE(""), INT_MAX);
		return;
	}
	if (next_line && comment_between(f, n->end, end, true)) { /* they are about the next one */
		uint32_t note = yaml_note_end(f, n->end);

		end = note > comma ? note : comma + 1;
	}
	splice_add(out, n->entry, end, SLICE(""), INT_MAX);
}

bool yaml_is_sign(const struct yaml_node *n)
{
	return n->kind == YAML_SCALAR && n->style == YAML_PLAIN && n->text.len == 1 && strchr("-?:", n->text.ptr[0]);
}

/* Deletes `n` and all behind it; `prev` becomes the last one. */
static int delete_tail(const struct yaml_edits *e, const struct yaml_node *n, struct splices *out, struct err *err)
{
	const struct yaml_file *f = n->file;
	const struct yaml_node *last = n->parent->last, *prev = n->prev;
	uint32_t comma = yaml_comma(prev), trailing = yaml_comma(last);
	uint32_t end = trailing ? trailing + 1 : last->end, note = yaml_note_end(f, end), start;
	bool line = yaml_on_own_line(f, n->entry);

	if (yaml_is_sign(prev))
		return err_set(err, &CODE_yaml_style, yaml_place(prev), "without the comma behind it this would be read as a sign");
	if ((!line && !comment_between(f, prev->end, last->end, false)) ||
	    (!note && !yaml_note_end(f, prev->end) && !comment_between(f, prev->end, n->entry, false))) {
		bool apart = !may_follow(prev, last->end) || (ends_in_tag(prev) && strchr("]}", f->bytes.ptr[last->end]));
		bool blank = yaml_blanks_before(f, prev->end + 1) <= prev->end;

		splice_add(out, prev->end + (apart && blank), last->end, apart && !blank ? SLICE(" ") : gap_before(f, last->end),
			   INT_MAX);
		return 0;
	}
	if (edits_insert(e, n, YAML_BEFORE))
		return err_set(err, &CODE_yaml_overlap, yaml_place(n), "two changes of the same place");
	start = line ? n->head : yaml_blanks_before(f, n->entry);
	end = note ? note : end;
	if (line && yaml_line_rest_blank(f, end))
		end = yaml_next_line(f, end);
	if (!trailing) {
		bool gap = ends_in_colon(prev) && comma == prev->end + 1 && yaml_blanks_before(f, comma) < comma &&
			   strchr(" \t\r\n", f->bytes.ptr[comma + 1]);

		splice_add(out, comma - gap, comma + 1, gap_before(f, comma + 1), INT_MAX);
	}
	splice_add(out, start, end, SLICE(""), INT_MAX);
	return 0;
}

int splice_flow_delete(const struct yaml_edits *e, const struct yaml_node *n, struct splices *out, struct err *err)
{
	if (edits_staying(e, n, true))
		delete_before_next(e, n, out);
	else if (n->prev == edits_staying(e, n, false)) /* one change for all of the tail, made for the first of them */
		return delete_tail(e, n, out, err);
	return 0;
}
