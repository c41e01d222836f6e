#include "yaml/region_internal.h"
#include "yaml/comments_internal.h"
#include "yaml/line_internal.h"

#include "base/ascii.h"

/*
 * Every entry's region is computed here, once, from the inside out (yaml.h: head, entry, end,
 * stop). Rules of ownership: a comment on the entry's last line, and own-line comments below it
 * that are indented deeper than its dash or key, belong to it; own-line comments directly above in
 * the same column, without a blank line between, are its head; all others belong to no entry.
 */

/* Does the line at `start` contain only a comment? Sets its column. */
static bool line_is_comment(const struct yaml_file *file, uint32_t start, uint32_t *column)
{
	uint32_t at = yaml_skip_blanks(file, start);

	*column = at - start;
	return at < file->bytes.len && file->bytes.ptr[at] == '#';
}

/* Is `at`, the end of some content, at the begin of a line (block scalars end there)? */
static bool at_line_start(const struct yaml_file *file, uint32_t at)
{
	return at == file->body || file->bytes.ptr[at - 1] == '\n';
}

/* Where the region of a block entry in `column` whose content ends at `end` stops. */
static uint32_t stop_of(const struct yaml_file *file, uint32_t end, uint32_t column)
{
	uint32_t stop = at_line_start(file, end) ? end : yaml_next_line(file, end);

	for (uint32_t at = stop, first; at < file->bytes.len; at = yaml_next_line(file, first)) {
		first = yaml_skip_blanks(file, at);
		if (first == file->bytes.len || file->bytes.ptr[first] == '\n' ||
		    file->bytes.ptr[first] == '\r')
			continue;
		if (file->bytes.ptr[first] != '#' || first - at <= column)
			break;
		stop = yaml_next_line(file, first);
	}
	return stop;
}

/*
 * Where the own comments above the entry at `entry` begin, whose line, which it has for itself,
 * begins at `head`; not before `limit`.
 */
static uint32_t head_of(struct yaml_file *file, uint32_t entry, uint32_t head, uint32_t limit)
{
	uint32_t column = entry - head;

	while (head > limit && yaml_has_comment(file, limit, head)) {
		uint32_t above = yaml_line_start(file, head - 1), col;

		if (above < limit || !line_is_comment(file, above, &col) || col != column)
			break;
		head = above;
	}
	return head;
}

/* The begin of the entry: the dash, the "?", or the key with its properties. */
static uint32_t entry_of(const struct yaml_file *file, struct yaml_node *n, uint32_t from)
{
	uint32_t first = n->key ? n->key->outer : n->outer, at;

	if (n->parent->kind == YAML_SEQ && n->parent->style == YAML_FLOW)
		return first;
	at = yaml_skip_trivia(file, from, (uint32_t)file->bytes.len);
	if (at < file->bytes.len && file->bytes.ptr[at] == '?' &&
	    (at < first || (n->key && n->key->start == n->key->end)))
		n->flags |= YAML_EXPLICIT |
			    (n->parent->style == YAML_FLOW && n->key->start == n->key->end ?
				     YAML_UNCLEAR :
				     0u);
	else if (n->parent->kind == YAML_MAP)
		at = first;
	else if (at >= file->bytes.len || file->bytes.ptr[at] != '-')
		n->flags |= YAML_UNCLEAR;
	return at;
}

/*
 * The end of the indicator (dash, or colon behind the key) in front of the value; UNCLEAR when
 * there is none.
 */
static uint32_t indicator_end(const struct yaml_file *file, struct yaml_node *n)
{
	uint32_t at;

	if (n->parent->kind == YAML_SEQ)
		return n->parent->style == YAML_FLOW ? n->outer : n->entry + 1;
	at = n->key->end;
	if (at < file->bytes.len && file->bytes.ptr[at] != ':')
		at = yaml_skip_trivia(file, at, (uint32_t)file->bytes.len);
	if (at < n->outer &&
	    file->bytes.ptr[at] ==
		    ':') /* else it is another one's, and this value is not there at all */
		return at + 1;
	n->flags |= YAML_UNCLEAR;
	return n->key->end;
}

/*
 * The indentation of a block scalar's content, from its first line; 0 if its header specifies it or
 * the scalar is empty.
 */
static uint32_t scalar_indent(const struct yaml_file *file, const struct yaml_node *n,
			      uint32_t header)
{
	const char *p = file->bytes.ptr;

	if (n->start + 2 < header && ((p[n->start + 1] > '0' && p[n->start + 1] <= '9') ||
				      (p[n->start + 2] > '0' && p[n->start + 2] <= '9')))
		return 0;
	for (uint32_t at = header; at < n->end; at = yaml_next_line(file, at))
		if (!yaml_line_rest_blank(file, at))
			return yaml_skip_blanks(file, at) - at;
	return 0;
}

/*
 * Where a block scalar ends: libyaml includes the empty lines below, which are its content with "+"
 * only.
 */
static uint32_t scalar_end(const struct yaml_file *file, const struct yaml_node *n)
{
	const char *p = file->bytes.ptr;
	uint32_t header = yaml_next_line(file, n->start), end = n->end,
		 indent = scalar_indent(file, n, header);

	for (uint32_t at = n->start; at < header && !ascii_is_blank(p[at]) && p[at] != '\n'; at++)
		if (p[at] == '+')
			return end;
	while (end > header && p[end - 1] == '\n') {
		uint32_t line = yaml_line_start(file, end - 1);

		if (!yaml_line_rest_blank(file, line) ||
		    yaml_skip_blanks(file, line) - line > indent)
			break;
		end = line;
	}
	return end;
}

static void regions_of(struct yaml_file *file, struct yaml_node *parent);

/* The entry `n`: `from` is where the one before ends, `limit` where head comments may begin. */
static void region_of(struct yaml_file *file, struct yaml_node *n, uint32_t from, uint32_t limit)
{
	bool flow = n->parent->style == YAML_FLOW, own;
	uint32_t value, line;

	if (n->key && n->key->kind != YAML_SCALAR)
		regions_of(file, (struct yaml_node *)(uintptr_t)n->key);
	n->entry = entry_of(file, n, from);
	line = yaml_blanks_before(file, n->entry);
	own = at_line_start(file, line);
	if (!flow && !own)
		n->flags |= YAML_OPENS;
	n->head = own ? head_of(file, n->entry, line, limit) : n->entry;
	value = indicator_end(file, n);
	regions_of(file, n);
	if (n->kind == YAML_SCALAR && n->start == n->end &&
	    !(n->flags & (YAML_ANCHORED | YAML_TAGGED)))
		n->outer = n->start = n->end = value;
	if (n->style == YAML_LITERAL || n->style == YAML_FOLDED)
		n->end = scalar_end(file, n);
	n->stop = flow ? n->end :
			 stop_of(file, n->end, own ? n->entry - line : yaml_column(file, n->entry));
}

/* All entries of a collection, and where a block collection really ends. */
static void regions_of(struct yaml_file *file, struct yaml_node *parent)
{
	bool flow = parent->style == YAML_FLOW;
	uint32_t from = parent->start + (flow && !(parent->flags & YAML_PAIR));
	uint32_t limit = parent->parent ? parent->entry : file->body;

	if (parent->kind != YAML_MAP && parent->kind != YAML_SEQ)
		return;
	for (struct yaml_node *n = (struct yaml_node *)(uintptr_t)parent->first; n;
	     n = (struct yaml_node *)(uintptr_t)n->next) {
		region_of(file, n, from, limit);
		from = n->end;
		if (flow) {
			from = yaml_skip_trivia(file, from, (uint32_t)file->bytes.len);
			from += from < file->bytes.len && file->bytes.ptr[from] == ',';
		}
		limit = n->stop;
	}
	if (!flow || parent->flags & YAML_PAIR)
		parent->end = parent->last ? parent->last->end : parent->start;
}

void yaml_regions(struct yaml_file *file)
{
	for (size_t i = 0; i < file->nroots; i++)
		if (file->roots[i])
			regions_of(file, (struct yaml_node *)(uintptr_t)file->roots[i]);
}

struct slice yaml_dash_gap(const struct yaml_node *item)
{
	uint32_t first = item->entry + 1, at = first;
	struct slice b = item->file->bytes;

	while (at < b.len && ascii_is_blank(b.ptr[at]))
		at++;
	if (at == item->outer && at > first)
		return slice_sub(b, first, at - first);
	return SLICE_NONE;
}

struct slice yaml_flow_separator(const struct yaml_node *entry)
{
	const struct yaml_node *left = entry->next ? entry : entry->prev,
			       *right = left ? left->next : NULL;
	struct slice between;
	bool comma = false;

	if (!right)
		return SLICE(", ");
	between = slice_sub(entry->file->bytes, left->end, right->entry - left->end);
	for (size_t i = 0; i < between.len; i++) {
		if (between.ptr[i] == ',')
			comma = true;
		else if (!ascii_is_blank(between.ptr[i]))
			return SLICE(", ");
	}
	return comma ? between : SLICE(", ");
}

uint32_t yaml_colon(const struct yaml_node *entry)
{
	return yaml_skip_trivia(entry->file, entry->key->end, (uint32_t)entry->file->bytes.len);
}

uint32_t yaml_comma(const struct yaml_node *entry)
{
	const struct yaml_file *f = entry->file;
	uint32_t at = yaml_skip_trivia(f, entry->end, (uint32_t)f->bytes.len);

	return at < f->bytes.len && f->bytes.ptr[at] == ',' ? at : 0;
}

uint32_t yaml_note_end(const struct yaml_file *file, uint32_t at)
{
	uint32_t end = yaml_line_end(file, at), comma;

	if (end > at && file->bytes.ptr[end - 1] == '\r')
		end--;
	comma = yaml_skip_blanks(file, at);
	at = comma < end && file->bytes.ptr[comma] == ',' ? yaml_skip_blanks(file, comma + 1) :
							    comma;
	if (at < end)
		return file->bytes.ptr[at] == '#' ? end : 0;
	return at > comma + 1 ? end : 0;
}
