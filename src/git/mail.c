#include "git/mail.h"

#include "git/internal.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* --- head and message ----------------------------------------------------- */

/* May the byte stand in an encoded word as it is (RFC 2047, 5: what is safe in a name, too)? */
static bool plain_in_word(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("!*+-/", c));
}

/* Is all of it printable ASCII? */
static bool is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < ' ' || (unsigned char)s.ptr[i] > '~')
			return false;
	return slice_find(s, SLICE("=?")) == SIZE_MAX;
}

/*
 * A text of a head line: as it is, or as encoded words of whole characters, 75 bytes each at most
 * (RFC 2047, 2).
 */
static void add_encoded(struct str *out, struct slice s)
{
	enum {
		WORD_MOST = 75,
		SHELL = sizeof("=?UTF-8?q?"
			       "?=") -
			1,
		CHARACTER = 3 * 4
	};
	size_t used = 0;

	if (is_ascii(s)) {
		str_add(out, s);
		return;
	}
	str_adds(out, "=?UTF-8?q?");
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		bool begins = (c & 0xc0) != 0x80;

		if (begins && used + CHARACTER + SHELL > WORD_MOST) {
			str_adds(out, "?=\n =?UTF-8?q?");
			used = 0;
		}
		if (plain_in_word(c))
			str_addc(out, (char)c);
		else
			str_addf(out, "=%02X", c);
		used += plain_in_word(c) ? 1 : 3;
	}
	str_adds(out, "?=");
}

/* The author's name; one with signs that mean something in an address is quoted. */
static void add_name(struct str *out, struct slice name)
{
	bool quoted = false;

	for (size_t i = 0; i < name.len; i++)
		quoted = quoted || strchr("()<>[]:;@\\,.\"", name.ptr[i]) != NULL;
	if (!quoted || !is_ascii(name)) {
		add_encoded(out, name);
		return;
	}
	str_addc(out, '"');
	for (size_t i = 0; i < name.len; i++) {
		if (strchr("\"\\", name.ptr[i]))
			str_addc(out, '\\');
		str_addc(out, name.ptr[i]);
	}
	str_addc(out, '"');
}

/* "Fri, 2 Jan 2026 03:04:05 +0000", in the author's zone. */
static void add_date(struct str *out, const git_time *when)
{
	static const char days[] = "SunMonTueWedThuFriSat",
			  months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t local = (time_t)when->time + (time_t)when->offset * 60;
	int offset = when->offset < 0 ? -when->offset : when->offset;
	struct tm tm;

	if (!gmtime_r(&local, &tm))
		tm = (struct tm){ .tm_mday = 1, .tm_year = 70, .tm_wday = 4 };
	str_addf(out, "%.3s, %d %.3s %d %02d:%02d:%02d %c%02d%02d",
		 days + 3 * (ptrdiff_t)tm.tm_wday, tm.tm_mday, months + 3 * (ptrdiff_t)tm.tm_mon,
		 tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec, when->offset < 0 ? '-' : '+',
		 offset / 60, offset % 60);
}

/* The next line of a text without its end; the text goes on behind it. */
static struct slice next_line(struct slice *text)
{
	size_t end = slice_find_byte(*text, '\n');
	struct slice line = slice_sub(*text, 0, end < text->len ? end : text->len);

	*text = slice_sub(*text, end < text->len ? end + 1 : text->len, text->len);
	return line;
}

/*
 * Would git take this line of the message for something else: a mail, the patch, a head line of its
 * own?
 */
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

/* Subject and body. */
static void add_message(struct str *out, const struct mail *m)
{
	struct slice text = slice_trim(slice_of(m->message));
	AUTO_STR struct str subject = STR_INIT;
	bool first = true;

	for (struct slice line = next_line(&text); line.len; line = next_line(&text))
		str_addf(&subject, "%s%" SLICE_FMT, subject.len ? " " : "", SLICE_ARG(line));
	str_adds(out, "Subject: [PATCH");
	if (m->total > 1)
		str_addf(out, " %zu/%zu", m->number, m->total);
	str_adds(out, "] ");
	add_encoded(out, str_slice(&subject));
	str_adds(out, "\nMIME-Version: 1.0\nContent-Type: text/plain; "
		      "charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\n");
	for (; text.len; first = false) {
		struct slice line = next_line(&text);

		str_addf(out, "%s%" SLICE_FMT "\n", misleads(line, first) ? " " : "",
			 SLICE_ARG(line));
	}
}

/* --- the patch ------------------------------------------------------------ */

/* A path behind "a/" or "b/", quoted as git does with core.quotePath. */
static void add_path(struct str *out, const char *prefix, struct slice path)
{
	static const char short_ones[] = "\a\b\t\n\v\f\r\"\\", letters[] = "abtnvfr\"\\";
	bool quoted = false;

	for (size_t i = 0; i < path.len; i++) {
		unsigned char c = (unsigned char)path.ptr[i];

		quoted = quoted || c < ' ' || c > '~' || c == '"' || c == '\\';
	}
	str_addf(out, "%s%s", quoted ? "\"" : "", prefix);
	for (size_t i = 0; i < path.len; i++) {
		unsigned char c = (unsigned char)path.ptr[i];
		const char *at = c ? strchr(short_ones, c) : NULL;

		if (at)
			str_addf(out, "\\%c", letters[at - short_ones]);
		else if (c < ' ' || c > '~')
			str_addf(out, "\\%03o", c);
		else
			str_addc(out, (char)c);
	}
	str_adds(out, quoted ? "\"" : "");
}

/* The lines "--- a/PATH" and "+++ b/PATH"; git puts a tab behind a path with blanks. */
static void add_side(struct str *out, const char *mark, const char *prefix, struct slice path,
		     bool there)
{
	str_addf(out, "%s ", mark);
	if (there)
		add_path(out, prefix, path);
	else
		str_adds(out, "/dev/null");
	str_adds(out, there && slice_find_byte(path, ' ') < path.len ? "\t\n" : "\n");
}

/* The name of a file's bytes; of none, zeros. */
static void add_object(struct str *out, struct slice bytes)
{
	git_oid id = { .id = { 0 } };
	char text[GIT_OID_HEXSZ + 1];

	if (bytes.ptr)
		object_name(GIT_OBJECT_BLOB, bytes, &id);
	str_adds(out, git_oid_tostr(text, sizeof(text), &id));
}

/* What stands in front of a file's hunks. */
static void add_file_head(struct str *out, const struct change *c, bool hunks)
{
	str_adds(out, "diff --git ");
	add_path(out, "a/", c->path);
	str_addc(out, ' ');
	add_path(out, "b/", c->path);
	if (!c->before.ptr)
		str_addf(out, "\nnew file mode %06o", c->mode);
	if (!c->after.ptr)
		str_addf(out, "\ndeleted file mode %06o", c->mode);
	str_adds(out, "\nindex ");
	add_object(out, c->before);
	str_adds(out, "..");
	add_object(out, c->after);
	if (c->before.ptr && c->after.ptr)
		str_addf(out, " %06o", c->mode);
	str_addc(out, '\n');
	if (!hunks)
		return;
	add_side(out, "---", "a/", c->path, c->before.ptr != NULL);
	add_side(out, "+++", "b/", c->path, c->after.ptr != NULL);
}

/* A line of a hunk, or its head. */
static int on_line(const git_diff_delta *delta, const git_diff_hunk *hunk,
		   const git_diff_line *line, void *payload)
{
	struct str *out = payload;

	(void)delta;
	(void)hunk;
	if (line->origin == GIT_DIFF_LINE_FILE_HDR)
		return 0;
	if (line->origin == GIT_DIFF_LINE_CONTEXT || line->origin == GIT_DIFF_LINE_ADDITION ||
	    line->origin == GIT_DIFF_LINE_DELETION)
		str_addc(out, line->origin);
	str_add(out, (struct slice){ line->content, line->content_len });
	return 0;
}

/* The hunks of one file, and how many lines they add and remove. */
static int add_hunks(struct str *out, const struct change *c, size_t *added, size_t *removed,
		     struct err *err)
{
	git_diff_options options = GIT_DIFF_OPTIONS_INIT;
	git_patch *p = NULL;
	size_t context;
	int failed;

	options.flags = GIT_DIFF_FORCE_TEXT;
	failed = git_patch_from_buffers(&p, c->before.ptr ? c->before.ptr : "", c->before.len, "a",
					c->after.ptr ? c->after.ptr : "", c->after.len, "a",
					&options);
	if (!failed)
		failed = git_patch_line_stats(&context, added, removed, p);
	if (!failed)
		failed = git_patch_print(p, on_line, out);
	git_patch_free(p);
	return failed ? git_fail(err, (struct place){ c->path, 0, 0 },
				 "the difference cannot be made") :
			0;
}

/* One line of the diffstat. */
static void add_stat(struct str *out, const struct change *c, size_t added, size_t removed)
{
	enum { GRAPH = 40 };
	size_t all = added + removed, most = all > GRAPH ? GRAPH : all,
	       plus = all ? added * most / all : 0;

	str_addc(out, ' ');
	add_path(out, "", c->path);
	str_addf(out, " | %zu ", all);
	for (size_t i = 0; i < most; i++)
		str_addc(out, i < plus ? '+' : '-');
	str_addc(out, '\n');
}

/* Diffstat and patch of all files. */
static int add_changes(struct str *out, const struct mail *m, struct err *err)
{
	AUTO_STR struct str patch = STR_INIT, modes = STR_INIT;
	size_t all_added = 0, all_removed = 0;

	for (size_t i = 0; i < m->n; i++) {
		const struct change *c = &m->changes[i];
		AUTO_STR struct str hunks = STR_INIT;
		size_t added, removed;

		if (add_hunks(&hunks, c, &added, &removed, err) < 0)
			return -1;
		add_file_head(&patch, c, hunks.len > 0);
		str_add(&patch, str_slice(&hunks));
		add_stat(out, c, added, removed);
		all_added += added;
		all_removed += removed;
		if (c->before.ptr && c->after.ptr)
			continue;
		str_addf(&modes, " %s mode %06o ", c->before.ptr ? "delete" : "create", c->mode);
		add_path(&modes, "", c->path);
		str_addc(&modes, '\n');
	}
	str_addf(out, " %zu file%s changed, %zu insertion%s(+), %zu deletion%s(-)\n", m->n,
		 m->n == 1 ? "" : "s", all_added, all_added == 1 ? "" : "s", all_removed,
		 all_removed == 1 ? "" : "s");
	str_addf(out, "%s\n%s", modes.ptr, patch.ptr);
	return 0;
}

int mail_write(struct repo *r, const struct mail *m, struct str *out, struct err *err)
{
	AUTO_GIT(signature) git_signature *author = NULL;

	if (identity(r, true, &author, err) < 0)
		return -1;
	/*
	 * the date is the one by which file(1) and git tell such files; the commit does not exist
	 */
	str_adds(out,
		 "From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\nFrom: ");
	add_name(out, slice_of(author->name));
	str_addf(out, " <%s>\nDate: ", author->email);
	add_date(out, &author->when);
	str_addc(out, '\n');
	add_message(out, m);
	str_adds(out, "---\n");
	if (add_changes(out, m, err) < 0)
		return -1;
	str_adds(out, "-- \nkubectl-gcpbackend\n\n");
	return 0;
}
