#include "yaml/yaml.h"
#include "yaml/check_internal.h"
#include "yaml/comments_internal.h"
#include "yaml/document_range_internal.h"
#include "yaml/line_internal.h"
#include "yaml/node_internal.h"
#include "yaml/parse_internal.h"
#include "yaml/region_internal.h"
#include "yaml/splice_document_internal.h"
#include "yaml/splice_edits_internal.h"

#include "base/ascii.h"

/* What the documents of the range became in the new text. */
static struct slice edited_text(const struct yaml_file *old, const struct document_range *range,
				struct slice text)
{
	return slice_sub(text, range->start,
			 text.len - (old->bytes.len - range->end) - range->start);
}

/*
 * A line of nothing but blanks with a tab, before a comment or alone: libyaml takes it behind a
 * plain value, and nowhere else.
 */
static uint32_t find_tab_line(const struct yaml_file *f)
{
	for (uint32_t line = f->body; line < f->bytes.len; line = yaml_next_line(f, line)) {
		uint32_t end = yaml_before_break(f, yaml_next_line(f, line)), at = line;
		bool tab = false;

		for (; at < end && ascii_is_blank(f->bytes.ptr[at]); at++)
			tab = tab || f->bytes.ptr[at] == '\t';
		if (tab && (at == end || f->bytes.ptr[at] == '#'))
			return line;
	}
	return UINT32_MAX;
}

/* Why the result cannot be read: by the file's fault, else by ours. */
static int explain_failure(const struct yaml_file *f, struct err *err)
{
	uint32_t tab = find_tab_line(f);

	if (tab != UINT32_MAX) {
		*err = (struct err)ERR_INIT;
		(void)err_set(err, &CODE_yaml_style, yaml_place_at(f, tab),
			      "a tab at the end of a line or before a comment");
		return err_remedy(err, "replace it with spaces");
	}
	(void)err_wrap(err, "the edited file cannot be parsed");
	err->code = &CODE_yaml_check;
	return -1;
}

/* The new text of the whole file stays with its parse, which gets its regions. */
static struct yaml_file *keep_text(struct yaml_file *now, struct str *text)
{
	now->own = text->ptr;
	*text = (struct str)STR_INIT;
	yaml_regions(now);
	return now;
}

/*
 * Applies all edits but deletions of documents. `*parsed` (NULL: not wanted) is set only if the
 * whole result was parsed.
 */
static int apply_edits(const struct yaml_edits *e, struct str *out, struct yaml_file **parsed,
		       struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct splices s = { .arena = arena };
	AUTO_STR struct str text = STR_INIT;
	struct yaml_result made = { .splices = &s };
	struct yaml_file *now = NULL;
	int result;

	if (splices_make(e, &s, err) < 0)
		return -1;
	splices_render(e->file, &s, 0, (uint32_t)e->file->bytes.len, &text);
	if (slice_eq(str_slice(&text), e->file->bytes)) {
		str_add(out, str_slice(&text));
		return 0;
	}
	if (e->file->sealed)
		return err_set(err, &CODE_yaml_sealed, (struct place){ e->file->name, 0, 0 },
			       "the file is encrypted with SOPS");
	made.range = document_range_of(e->file, &s);
	made.text = str_slice(&text);
	if (made.range.end < e->file->bytes.len &&
	    !slice_ends(edited_text(e->file, &made.range, made.text), SLICE("\n")))
		return err_set(err, &CODE_yaml_check, (struct place){ e->file->name, 0, 0 },
			       "after the edit a document ends within a line");
	if (yaml_parse_bare(&now, e->file->name, edited_text(e->file, &made.range, made.text),
			    err) < 0) {
		return explain_failure(e->file, err);
	}
	made.now = now;
	result = yaml_check(e, &made, err);
	if (result == 0)
		str_add(out, str_slice(&text));
	if (result == 0 && parsed && yaml_bytes(now).len == text.len)
		*parsed = keep_text(now, &text);
	else
		yaml_file_free(now);
	return result;
}

int yaml_apply_parsed(const struct yaml_edits *e, struct str *out, struct yaml_file **now,
		      struct err *err)
{
	*now = NULL;
	if (!e->ndrops)
		return apply_edits(e, out, now, err);
	return yaml_apply(e, out, err);
}

int yaml_apply(const struct yaml_edits *e, struct str *out, struct err *err)
{
	AUTO_STR struct str text = STR_INIT;

	if (!e->ndrops)
		return apply_edits(e, out, NULL, err);
	return apply_edits(e, &text, NULL, err) < 0 ? -1 :
						      documents_drop(e, str_slice(&text), out, err);
}

bool yaml_gives(const struct yaml_edits *e, struct slice bytes)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct splices s = { .arena = arena };
	AUTO_STR struct str text = STR_INIT;
	struct err ignored = ERR_INIT;

	if (e->ndrops)
		return yaml_apply(e, &text, &ignored) == 0 && slice_eq(str_slice(&text), bytes);
	if (splices_make(e, &s, &ignored) < 0)
		return false;
	splices_render(e->file, &s, 0, (uint32_t)e->file->bytes.len, &text);
	return slice_eq(str_slice(&text), bytes);
}

struct slices yaml_lost_comments(const struct yaml_edits *e)
{
	struct splices s = { .arena = e->arena };
	struct slices lost = { NULL, 0 };
	struct err ignored = ERR_INIT;
	bool any = e->ndrops > 0;

	for (size_t i = 0; i < e->n; i++)
		any = any || e->items[i]->kind == EDIT_DELETE || e->items[i]->kind == EDIT_REPLACE;
	if (!any || !e->file->ncomments)
		return lost;
	lost.items = arena_array(e->arena, e->file->ncomments, sizeof(struct slice));
	if (splices_make(e, &s, &ignored) < 0)
		return lost;
	for (size_t j = 0; j < e->file->ncomments; j++) {
		const struct comment *c = &e->file->comments[j];
		bool goes = documents_drop_byte(e, c->start);

		for (size_t i = 0; i < s.n && !goes; i++)
			goes = s.items[i].start <= c->start && c->end <= s.items[i].end;
		if (goes)
			lost.items[lost.n++] = slice_trim(
				slice_sub(e->file->bytes, c->start + 1, c->end - c->start - 1));
	}
	return lost;
}
