#include "git/format_patch.h"

#include "git/identity_internal.h"
#include "git/libgit2_internal.h"

#include <string.h>
#include <time.h>

/*
 * The diffs are libgit2's. git_email_create_from_diff() would make the rest as well, but version
 * 1.5 writes zones like -0230 as "-02-30", does not quote the author's name, and crashes on the
 * removal of an empty file with a blank in its name; git am has to understand all of them.
 */

/* Appends a text of a header as it is, but for what git am would take for an encoded word. */
static void add_text(struct str *out, struct slice text)
{
	size_t at;

	while ((at = slice_find(text, SLICE("=?"))) != SIZE_MAX) {
		str_add(out, slice_sub(text, 0, at));
		str_adds(out, "=?UTF-8?q?=3D=3F?=");
		text = slice_sub(text, at + 2, text.len);
	}
	str_add(out, text);
}

/* Appends the author's name, quoted if a character has a meaning in an address (RFC 5322). */
static void add_name(struct str *out, struct slice name)
{
	AUTO_STR struct str quoted = STR_INIT;
	bool special = false;

	for (size_t i = 0; i < name.len; i++) {
		special = special || strchr("()<>[]:;@\\,.\"", name.ptr[i]);
		if (name.ptr[i] == '"' || name.ptr[i] == '\\')
			str_addc(&quoted, '\\');
		str_addc(&quoted, name.ptr[i]);
	}
	str_adds(out, special ? "\"" : "");
	add_text(out, str_slice(&quoted));
	str_adds(out, special ? "\"" : "");
}

/* Appends "Fri, 2 Jan 2026 03:04:05 +0000", in the author's time zone. */
static void add_date(struct str *out, const git_time *when)
{
	time_t local = (time_t)when->time + (time_t)when->offset * 60;
	struct tm tm = { 0 };
	char text[64];

	(void)gmtime_r(&local, &tm);
	tm.tm_gmtoff = when->offset * 60;
	(void)strftime(text, sizeof(text), "%a, ", &tm);
	str_addf(out, "%s%d", text, tm.tm_mday);
	(void)strftime(text, sizeof(text), " %b %Y %H:%M:%S %z", &tm);
	str_adds(out, text);
}

/* True if git am would take this line of the message for a patch, or for a header of its own. */
static bool misleads(struct slice line, bool first)
{
	static const char *const always[] = { "From ", ">From", "diff -", "Index: ", "---" };
	static const char *const at_first[] = { "From:", "Date:", "Subject:", "[PATCH]" };

	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		if (slice_starts(line, slice_of(always[i])))
			return true;
	for (size_t i = 0; i < sizeof(at_first) / sizeof(at_first[0]) && first; i++)
		if (slice_starts(line, slice_of(at_first[i])))
			return true;
	return false;
}

/* Appends the headers. The date of "From" is the one by which git recognizes patches. */
static void add_head(struct str *out, const git_signature *author)
{
	str_adds(out, "From 0000000000000000000000000000000000000000 "
		      "Mon Sep 17 00:00:00 2001\nFrom: ");
	add_name(out, slice_of(author->name));
	str_addf(out, " <%s>\nDate: ", author->email);
	add_date(out, &author->when);
}

/* Appends subject and body. */
static void add_message(struct str *out, const struct commit_patch *p)
{
	struct slice text = slice_trim(slice_of(p->message)), line = SLICE_NONE;

	str_adds(out, "\nSubject: [PATCH");
	if (p->total > 1)
		str_addf(out, " %zu/%zu", p->number, p->total);
	str_addc(out, ']');
	while (slice_next(&text, '\n', &line) && line.len) {
		str_addc(out, ' ');
		add_text(out, line);
	}
	str_adds(out, "\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
		      "Content-Transfer-Encoding: 8bit\n\n");
	for (bool first = true; slice_next(&text, '\n', &line); first = false)
		str_addf(out, "%s%" SLICE_FMT "\n", misleads(line, first) ? " " : "",
			 SLICE_ARG(line));
	str_adds(out, "---\n");
}

/*
 * Appends the diff of one file. libgit2 knows no mode of bytes, and writes 100644: as the mode of a
 * new or deleted file, or behind the ids. The first line contains the path only.
 */
static void add_diff(struct str *out, struct slice diff, unsigned mode)
{
	size_t line = slice_find(diff, SLICE("\n")), at;

	if (mode != 0100755 || line == SIZE_MAX) {
		str_add(out, diff);
		return;
	}
	at = slice_find(slice_sub(diff, line, diff.len), SLICE(" 100644\n"));
	at = at == SIZE_MAX ? diff.len : line + at;
	str_add(out, slice_sub(diff, 0, at));
	if (at < diff.len)
		str_adds(out, " 100755\n");
	str_add(out, slice_sub(diff, at + strlen(" 100755\n"), diff.len));
}

/* How many lines a change adds and removes. */
struct line_counts {
	size_t added, removed;
};

/* Appends the diff of a change, and counts its lines. */
static int add_change(struct str *out, const struct change *c, struct line_counts *lines,
		      struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	git_diff_options options = GIT_DIFF_OPTIONS_INIT;
	const char *path = arena_copy(arena, c->path).ptr;
	git_patch *patch = NULL;
	git_buf diff = { 0 };
	size_t context;
	int failed;

	options.flags = GIT_DIFF_FORCE_TEXT;
	options.id_abbrev = GIT_OID_HEXSZ;
	failed = git_patch_from_buffers(&patch, c->before.ptr, c->before.len,
					c->before.ptr ? path : NULL, c->after.ptr, c->after.len,
					c->after.ptr ? path : NULL, &options);
	if (!failed)
		failed = git_patch_line_stats(&context, &lines->added, &lines->removed, patch);
	if (!failed)
		failed = git_patch_to_buf(&diff, patch);
	if (!failed)
		add_diff(out, (struct slice){ diff.ptr, diff.size }, c->mode);
	git_buf_dispose(&diff);
	git_patch_free(patch);
	return failed ? git_fail(err, (struct place){ c->path, 0, 0 }, "cannot create the diff") :
			0;
}

/* Appends one line of the diffstat. */
static void add_stat(struct str *out, const struct change *c, const struct line_counts *lines)
{
	enum { GRAPH = 40 };
	size_t all = lines->added + lines->removed, most = all > GRAPH ? GRAPH : all;
	size_t plus = all ? lines->added * most / all : 0;

	str_addc(out, ' ');
	str_add_visible(out, c->path, false);
	str_addf(out, " | %zu ", all);
	for (size_t i = 0; i < most; i++)
		str_addc(out, i < plus ? '+' : '-');
	str_addc(out, '\n');
}

/* Appends diffstat and diffs of all changes. */
static int add_changes(struct str *out, const struct changes *changes, struct err *err)
{
	AUTO_STR struct str diffs = STR_INIT;
	struct line_counts all = { 0, 0 };

	for (size_t i = 0; i < changes->n; i++) {
		struct line_counts lines = { 0, 0 };

		if (add_change(&diffs, &changes->items[i], &lines, err) < 0)
			return -1;
		add_stat(out, &changes->items[i], &lines);
		all.added += lines.added;
		all.removed += lines.removed;
	}
	str_addf(out, " %zu file%s changed, %zu insertion%s(+), %zu deletion%s(-)\n\n", changes->n,
		 changes->n == 1 ? "" : "s", all.added, all.added == 1 ? "" : "s", all.removed,
		 all.removed == 1 ? "" : "s");
	str_add(out, str_slice(&diffs));
	return 0;
}

int format_patch(struct repo *r, const struct commit_patch *patch, struct str *out, struct err *err)
{
	AUTO_GIT(signature) git_signature *author = NULL;

	if (identity_signature(r, ROLE_AUTHOR, &author, err) < 0)
		return -1;
	add_head(out, author);
	add_message(out, patch);
	if (add_changes(out, patch->changes, err) < 0)
		return -1;
	str_adds(out, "-- \nkubectl-gcpbackend\n\n");
	return 0;
}
