#include "yaml/splice_document_internal.h"
#include "yaml/check_internal.h"
#include "yaml/comments_internal.h"
#include "yaml/parse_internal.h"

/*
 * Whole documents are deleted after the other edits: from the line of their "---" or directives up
 * to that of the next document. What stays is bytes of the file, so only the seams can be wrong:
 * the result is parsed and compared with the documents that stay.
 */

/* Where the document begins; the end of the file behind the last one. */
static uint32_t begin_of(const struct yaml_file *f, size_t document)
{
	if (document == f->nroots)
		return (uint32_t)f->bytes.len;
	return document ? f->begins[document] : f->body;
}

bool documents_drop_byte(const struct yaml_edits *e, uint32_t at)
{
	for (size_t i = 0; e->ndrops && i < e->file->nroots; i++)
		if (e->drops[i] && begin_of(e->file, i) <= at && at < begin_of(e->file, i + 1))
			return true;
	return false;
}

/* Refuses if the borders of a document are not clear, or no document would stay. */
static int check_drops(const struct yaml_edits *e, const struct yaml_file *f, struct err *err)
{
	struct place whole = { f->name, 0, 0 };

	if (f->sealed)
		return err_set(err, &CODE_yaml_sealed, whole, "the file is encrypted with SOPS");
	if (e->ndrops == f->nroots)
		return err_set(err, &CODE_yaml_style, whole,
			       "deleting this would leave an empty file");
	for (size_t i = 0; i < f->nroots; i++)
		if (e->drops[i] && (begin_of(f, i) == NO_BEGIN || begin_of(f, i + 1) == NO_BEGIN))
			return err_set(
				err, &CODE_yaml_style,
				f->roots[i] ? yaml_place(f->roots[i]) : whole,
				"the document has no '---' before it or before the next document");
	return 0;
}

/* Are the documents that stay, and the comments of them, what the result has? */
static bool same_kept(const struct yaml_edits *e, const struct yaml_file *before,
		      const struct yaml_file *after)
{
	size_t n = 0, out = 0;

	for (size_t i = 0; i < before->nroots; i++)
		if (!e->drops[i] &&
		    (n == after->nroots || !yaml_same_tree(before->roots[i], after->roots[n++])))
			return false;
	for (size_t i = 0; i < before->ncomments; i++) {
		const struct comment *c = &before->comments[i];
		const struct yaml_edits here = { .file = before,
						 .drops = e->drops,
						 .ndrops = e->ndrops };

		if (documents_drop_byte(&here, c->start))
			continue;
		if (out == after->ncomments ||
		    !slice_eq(yaml_comment_text(before, c),
			      yaml_comment_text(after, &after->comments[out++])))
			return false;
	}
	return n == after->nroots && out == after->ncomments;
}

int documents_drop(const struct yaml_edits *e, struct slice text, struct str *out, struct err *err)
{
	struct yaml_file *before = NULL, *after = NULL;
	AUTO_STR struct str kept = STR_INIT;
	int result = -1;

	if (yaml_parse_bare(&before, e->file->name, text, err) < 0)
		return -1;
	if (check_drops(e, before, err) == 0) {
		str_add(&kept, slice_sub(text, 0, before->body));
		for (size_t i = 0; i < before->nroots; i++)
			if (!e->drops[i])
				str_add(&kept,
					slice_sub(text, begin_of(before, i),
						  begin_of(before, i + 1) - begin_of(before, i)));
		result = yaml_parse_bare(&after, e->file->name, str_slice(&kept), err);
		if (result < 0)
			err->code = &CODE_yaml_check;
		else if (!same_kept(e, before, after))
			result = err_set(
				err, &CODE_yaml_check, (struct place){ e->file->name, 0, 0 },
				"without the document the file does not have the intended values");
	}
	if (result == 0)
		str_add(out, str_slice(&kept));
	yaml_file_free(after);
	yaml_file_free(before);
	return result;
}
