#include "git/libgit2_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* libgit2's last message; never empty. */
static const char *last_message(void)
{
	const git_error *e = git_error_last();

	return e && e->message && e->message[0] ? e->message : "unknown error";
}

int git_fail(struct err *err, struct place at, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_set(err, &CODE_git, at, "%s: %s", text, last_message());
}

int git_fail_lock(struct err *err, int code, const char *lock, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (code != GIT_ELOCKED)
		return err_set(err, &CODE_git, NOWHERE, "%s: %s", text, last_message());
	(void)err_set(err, &CODE_busy, NOWHERE, "%s: another process holds the lock %s", text,
		      lock);
	return err_remedy(
		err, "run the command again; if no git process is running, remove that file first");
}

void oid_to_git(const struct oid *in, git_oid *out)
{
	memcpy(out->id, in->id, sizeof(in->id));
}

void oid_from_git(const git_oid *in, struct oid *out)
{
	memcpy(out->id, in->id, sizeof(out->id));
}

void auto_git_commit(git_commit **p)
{
	git_commit_free(*p);
}

void auto_git_tree(git_tree **p)
{
	git_tree_free(*p);
}

void auto_git_reference(git_reference **p)
{
	git_reference_free(*p);
}

void auto_git_signature(git_signature **p)
{
	git_signature_free(*p);
}

void auto_git_index(git_index **p)
{
	git_index_free(*p);
}

void auto_git_config(git_config **p)
{
	git_config_free(*p);
}

void auto_git_diff(git_diff **p)
{
	git_diff_free(*p);
}

void auto_git_entry(git_tree_entry **p)
{
	git_tree_entry_free(*p);
}
