#include "yaml/internal.h"

#include "base/alloc.h"
#include "base/ascii.h"

#include <string.h>

/*
 * A document that begins with "---" or a directive at the begin of a line is read the same whatever
 * stands before it, and ends what stands before it in any state but inside quotes, a flow
 * collection or half a line. That none of these is open at the end of the part is seen when the
 * part is parsed alone: then it is a whole stream, and it ends with a line end. Nothing is carried
 * from one document to the next: directives and anchors hold for one (YAML 1.1, 4.3.1 and 7.1), and
 * this reader does not resolve anchors. So the documents without a splice need no second look.
 */
struct part part_of(const struct yaml_file *file, const struct splices *s)
{
	struct part p = { 0, 0, 0, (uint32_t)file->bytes.len };
	uint32_t last = s->n ? s->items[s->n - 1].end : 0;
	size_t behind = 0;

	for (size_t i = 1; i < file->nroots && s->n; i++)
		if (file->begins[i] != NO_BEGIN && file->begins[i] <= s->items[0].start)
			p.first = i;
	if (p.first)
		p.start = file->begins[p.first];
	for (size_t i = file->nroots; i-- > p.first + 1;)
		if (file->begins[i] != NO_BEGIN && file->begins[i] > last)
			behind = i;
	if (behind)
		p.end = file->begins[behind];
	p.n = (behind ? behind : file->nroots) - p.first;
	return p;
}

/* The part of the new text that the part of the old one became. */
static struct slice part_text(const struct yaml_file *old, const struct part *part,
			      struct slice text)
{
	return slice_sub(text, part->start, text.len - (old->bytes.len - part->end) - part->start);
}

/*
 * A line of nothing but blanks with a tab, before a comment or alone: libyaml takes it behind a
 * plain value, and nowhere else.
 */
static uint32_t tab_line(const struct yaml_file *f)
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
static int unreadable(const struct yaml_file *f, struct err *err)
{
	uint32_t tab = tab_line(f);

	if (tab != UINT32_MAX) {
		*err = (struct err)ERR_INIT;
		return err_set(err, &CODE_yaml_style, yaml_place_at(f, tab),
			       "a tab in front of nothing or of a comment; replace it by blanks");
	}
	(void)err_wrap(err, "after the edit the file cannot be read");
	err->code = &CODE_yaml_check;
	return -1;
}

/* The new text of the whole file stays with its parse, which gets its regions. */
static struct yaml_file *with_own_text(struct yaml_file *now, struct str *text)
{
	now->own = text->ptr;
	*text = (struct str)STR_INIT;
	yaml_regions(now);
	return now;
}

/*
 * All but the documents that go. `*parsed` (NULL: not wanted) stays as it is when less than the
 * whole result was parsed.
 */
static int apply_edits(const struct yaml_edits *e, struct str *out, struct yaml_file **parsed,
		       struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct splices s = { .arena = arena };
	AUTO_STR struct str text = STR_INIT;
	struct yaml_file *now = NULL;
	struct part part;
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
			       "the file is encrypted by SOPS");
	part = part_of(e->file, &s);
	if (part.end < e->file->bytes.len &&
	    !slice_ends(part_text(e->file, &part, str_slice(&text)), SLICE("\n")))
		return err_set(err, &CODE_yaml_check, (struct place){ e->file->name, 0, 0 },
			       "after the edit a document ends within a line");
	if (yaml_parse_bare(&now, e->file->name, part_text(e->file, &part, str_slice(&text)), err) <
	    0) {
		return unreadable(e->file, err);
	}
	result = yaml_check(e, &s, &part, str_slice(&text), now, err);
	if (result == 0)
		str_add(out, str_slice(&text));
	if (result == 0 && parsed && yaml_bytes(now).len == text.len)
		*parsed = with_own_text(now, &text);
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
	return apply_edits(e, &text, NULL, err) < 0 ?
		       -1 :
		       yaml_drop_apply(e, str_slice(&text), out, err);
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
		bool goes = drops_byte(e, c->start);

		for (size_t i = 0; i < s.n && !goes; i++)
			goes = s.items[i].start <= c->start && c->end <= s.items[i].end;
		if (goes)
			lost.items[lost.n++] = slice_trim(
				slice_sub(e->file->bytes, c->start + 1, c->end - c->start - 1));
	}
	return lost;
}
