#include "yaml/comments_internal.h"
#include "yaml/line_internal.h"

#include "base/alloc.h"

#include <string.h>

/* The comment at `at` becomes a row; returns where it ends. */
static uint32_t add_comment(struct yaml_file *file, uint32_t at)
{
	const char *p = file->bytes.ptr;
	struct comment c = { .start = at,
			     .end = yaml_line_end(file, at),
			     .own = yaml_on_own_line(file, at) };
	uint32_t end = c.end;

	if (c.end > c.start && p[c.end - 1] == '\r')
		c.end--;
	ROOM(file->comments, file->ncomments, file->comments_cap);
	file->comments[file->ncomments++] = c;
	return end;
}

/* Where the content of a leaf begins: of a block scalar, below the line of its indicator. */
static uint32_t content_of(const struct yaml_file *file, const struct yaml_node *leaf)
{
	bool block = leaf->style == YAML_LITERAL || leaf->style == YAML_FOLDED;

	return block ? yaml_line_end(file, leaf->start) : leaf->start;
}

void yaml_comments(struct yaml_file *file)
{
	const char *p = file->bytes.ptr;
	uint32_t at = file->body, i = 0;

	while (at < file->bytes.len) {
		const char *hash = memchr(p + at, '#', file->bytes.len - at);
		const struct yaml_node *leaf = NULL;

		if (!hash)
			return;
		at = (uint32_t)(hash - p);
		for (; i < file->nnodes && !leaf; i++) {
			const struct yaml_node *n = node_at(file, i);

			if ((n->kind == YAML_SCALAR || n->kind == YAML_ALIAS) && n->end > at)
				leaf = n;
		}
		i -= leaf != NULL;
		at = leaf && content_of(file, leaf) <= at ? leaf->end : add_comment(file, at);
	}
}

bool yaml_has_comment(struct yaml_file *file, uint32_t start, uint32_t end)
{
	size_t at = file->near;

	while (at && file->comments[at - 1].start >= start)
		at--;
	while (at < file->ncomments && file->comments[at].start < start)
		at++;
	file->near = at;
	return at < file->ncomments && file->comments[at].start < end;
}

bool yaml_comment_between(const struct yaml_file *f, uint32_t start, uint32_t end, bool own)
{
	for (size_t i = 0; i < f->ncomments; i++)
		if (start <= f->comments[i].start && f->comments[i].start < end &&
		    (!own || f->comments[i].own))
			return true;
	return false;
}

struct slice yaml_comment_text(const struct yaml_file *file, const struct comment *comment)
{
	return slice_sub(file->bytes, comment->start, comment->end - comment->start);
}
