/*
 * libgit2_internal.h - libgit2's errors, object names and objects in terms of this program.
 */
#ifndef GCB_GIT_LIBGIT2_INTERNAL_H
#define GCB_GIT_LIBGIT2_INTERNAL_H

#include "base/err.h"
#include "git/oid.h"

#include <git2.h>

/* Sets the error "text: libgit2's last message". Always -1. */
int git_fail(struct err *err, struct place at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * The same for an operation that takes a lock; `code` is what libgit2 returned. If the lock is
 * held, the error is `busy` with the path of the lock file and how to remove it.
 */
int git_fail_lock(struct err *err, int code, const char *lock, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Conversion of object names. */
void oid_to_git(const struct oid *in, git_oid *out);
void oid_from_git(const git_oid *in, struct oid *out);

/* Frees an object of libgit2 when the variable goes out of scope. */
#define AUTO_GIT(kind) __attribute__((cleanup(auto_git_##kind)))
void auto_git_commit(git_commit **p);
void auto_git_tree(git_tree **p);
void auto_git_reference(git_reference **p);
void auto_git_signature(git_signature **p);
void auto_git_index(git_index **p);
void auto_git_config(git_config **p);
void auto_git_diff(git_diff **p);
void auto_git_entry(git_tree_entry **p);

#endif
