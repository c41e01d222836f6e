/*
 * internal.h - what the files of src/git share: the repository, and libgit2's errors as ours.
 * Nobody else includes it.
 */
#ifndef GCB_GIT_INTERNAL_H
#define GCB_GIT_INTERNAL_H

#include "base/arena.h"
#include "base/change.h"
#include "base/map.h"
#include "git/repo.h"

#include <git2.h>
#include <sys/stat.h>

struct repo {
	git_repository *git;
	git_odb *odb;
	struct str objects;      /* the folder that new objects go to, without a slash at its end */
	struct promise *promise; /* promise.c's, and freed with the database; NULL: what is not here
				    is nowhere */
};

/* Turns libgit2's last error into ours: "text: what libgit2 said". Always -1. */
int git_fail(struct err *err, struct place at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * The same for an object that cannot be read; in a partial clone with why git did not get it, or
 * the way to get it.
 */
int missing_object(const struct repo *r, struct place at, const char *what, struct err *err);

/*
 * promise.c: appends the remote that promised what a partial clone left out:
 * extensions.partialClone, else the first with remote.NAME.promisor. False: the clone is whole.
 */
bool promise_remote(const struct repo *r, struct str *out);

/*
 * promise.c: why an object that was left out of a partial clone could not be fetched; NULL: none
 * was refused.
 */
const struct err *promise_broken(const struct repo *r);

/*
 * promise.c: fetches those of the objects that a partial clone left out; or the trees of a commit
 * and of commits before it, more each time. In whole clones, and where it fails, nothing: who reads
 * the object then says so.
 */
void promise_blobs(struct repo *r, const git_oid *ids, size_t n);
void promise_trees(struct repo *r, const git_oid *commit);

/*
 * The same, but a lock in the way becomes `busy` with the lock file's path and how to remove it.
 * `code` is libgit2's return value.
 */
int git_fail_lock(struct err *err, int code, const char *lock, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Object names both ways. */
void oid_to_git(const struct oid *in, git_oid *out);
void oid_from_git(const git_oid *in, struct oid *out);

/* Cleanup of libgit2's objects. */
#define AUTO_GIT(kind) __attribute__((cleanup(auto_git_##kind)))
void auto_git_commit(git_commit **p);
void auto_git_tree(git_tree **p);
void auto_git_reference(git_reference **p);
void auto_git_signature(git_signature **p);
void auto_git_index(git_index **p);
void auto_git_config(git_config **p);
void auto_git_diff(git_diff **p);
void auto_git_entry(git_tree_entry **p);

/* A commit and its tree; both are freed by the caller. */
int commit_open(struct repo *r, const struct oid *id, git_commit **out, struct err *err);
int commit_tree(struct repo *r, const struct oid *id, git_tree **out, struct err *err);

/* Is this entry (NULL: no) a regular file? */
bool entry_is_file(const git_tree_entry *entry);

/* follow.c: the files that history_each follows, step by step to the parent commit. */
struct follow;
struct followed {
	struct slice path; /* its name at the commit of the walk, with a NUL */
	size_t number;     /* as the caller of history_each counts */
	git_oid id;        /* of its bytes there */
	unsigned mode;     /* at `newest` */
	struct oid newest; /* the newest commit with these bytes */
	bool live;
	git_oid older; /* what follow_step found in the parent; mode 0: nothing of this name */
	unsigned older_mode;
	struct followed *next; /* follow.c's own */
	size_t node;
};
struct follow *follow_new(struct repo *r);
void follow_free(struct follow *f);
/* Follows the file under this name, with the bytes of file->id. */
void follow_add(struct follow *f, struct followed *file, struct slice path);
/* Says which bytes a followed file has at the commit of the walk. */
void follow_at(struct follow *f, struct followed *file, const git_oid *id);
/* Follows the file no more, or under another name from the next follow_add on. */
void follow_end(struct follow *f, struct followed *file);
/*
 * Goes to the parent, which has this tree. `*changed` are the files that are not the same there,
 * borrowed until the next step.
 */
int follow_step(struct follow *f, const git_oid *tree, struct followed ***changed, size_t *n,
		struct err *err);

/*
 * rename.c: the files that a commit removed, to find one again under its older name. NULL with
 * `err` set when they cannot be had.
 */
struct renames;
struct renames *renames_of(struct repo *r, const git_tree *old_tree, const git_tree *new_tree,
			   struct err *err);
void renames_free(struct renames *s);
/*
 * The removed file that became `path` with the bytes `id`. Returns 1 and its name (valid as long as
 * `s`), bytes and mode, or 0.
 */
int renames_find(struct renames *s, struct slice path, const git_oid *id, struct slice *old,
		 git_oid *old_id, unsigned *mode);

/* hooks.c: the path of a hook; is it there, and may it be executed? */
bool hook_find(const struct repo *r, const char *name, struct str *path);

/*
 * config.c: replaces the files of a configuration by those that GIT_CONFIG_GLOBAL and its
 * companions name. Not 0: libgit2 failed.
 */
int config_follow_environment(git_config *config, git_repository *repo);
/*
 * The next value of a key in GIT_CONFIG_COUNT's list, from number `*from` on, which moves behind
 * it; NULL: no more.
 */
const char *config_from_environment(const char *key, size_t *from);
/*
 * Appends the value of a key, that of GIT_CONFIG_COUNT's list first. False: it has none, or an
 * empty one.
 */
bool config_text(git_config *config, const char *key, struct str *out);
/* Appends a path of the configuration, "~/" made the home folder. */
void config_add_path(struct slice path, struct str *out);
/* Does safe.directory name this folder? */
bool config_trusts(const char *folder);

/*
 * sign.c: appends the header with the signature of a commit's bytes, when commit.gpgSign asks for
 * one, made by gpg, gpgsm or ssh-keygen as gpg.* and user.signingKey say; `who` commits. Nothing is
 * appended when none is wanted. Errors: signing, program_missing, interrupted ...
 */
int commit_sign(struct repo *r, const git_signature *who, struct slice text, struct str *out,
		struct err *err);

/* date.c: a date as GIT_AUTHOR_DATE has it, in seconds since 1970 and minutes east of Greenwich. */
bool date_parse(const char *text, git_time_t *when, int *zone);

/*
 * identity.c: who writes a commit, as git finds it: environment, author.* or committer.*, user.*,
 * EMAIL.
 */
int identity(struct repo *r, bool author, git_signature **out, struct err *err);

/*
 * pack.c: the name of an object, by a SHA-1 several times as fast as libgit2's, which looks for
 * forged collisions. libgit2 and git do that to all that is written anyway.
 */
void object_name(git_object_t type, struct slice bytes, git_oid *out);

/* Objects that are written together, in one pack when they are many. */
struct batch;
#define BATCH_NONE SIZE_MAX
struct batch *batch_new(struct repo *r);
void batch_free(struct batch *b);
/* Adds an object and gives its name. */
void batch_add(struct batch *b, git_object_t type, struct slice bytes, git_oid *out);
/* Adds a blob of this name without a copy: the bytes outlive the batch. */
void batch_add_blob(struct batch *b, struct slice bytes, const git_oid *id);
/*
 * The same for an object that is nearly one of the batch, which has the bytes `old` and the number
 * `number` (BATCH_NONE: there is none): what differs is kept. Gives its own number.
 */
size_t batch_add_after(struct batch *b, git_object_t type, struct slice bytes, struct slice old,
		       size_t number, git_oid *out);
/* Makes all of them durable. */
int batch_write(struct batch *b, struct err *err);

/*
 * folder.c: the folders of a commit, for changing them: only those on the way to a change are read,
 * each once for many commits in a row.
 */
struct folders;
int folders_open(struct folders **out, struct repo *r, const struct oid *commit, struct err *err);
void folders_free(struct folders *w);
/*
 * Brings changes in, whose bytes outlive the batch; what is new goes into the batch, and `*tree` is
 * the name of the whole. Use it no more after an error: unsafe_path, not_a_file, git.
 */
int folders_change(struct folders *w, const struct change *changes, size_t n, struct batch *batch,
		   git_oid *tree, struct err *err);

/*
 * checkouts.c: is the branch checked out in this working tree? Refuses one that another one has, or
 * that is being rebased: checked_out.
 */
int checkouts_find(struct repo *r, const char *branch, bool *here, struct err *err);

/* worktree.c, checkout.c: one file of the working tree that follows its branch. */
struct tree_change {
	const struct change *change;
	struct slice path; /* with a NUL */
	char *full;        /* with the working tree's folder in front */
	unsigned mode;     /* 0100644 or 0100755 */
	git_oid before;    /* of the bytes of before; all zero: none */
	git_oid after;     /* of the wanted bytes; all zero: none */
	int stat_errno;    /* why its state cannot be told; 0: it can */
	struct stat st;    /* of the file when it was checked or written */
	bool plain;  /* it holds the bytes of before as they are: no filter had a part in them, and
			none will */
	bool staged; /* its index entry is the wanted one already */
	bool write;  /* it does not hold the wanted bytes yet */
	bool wrote;  /* worktree_files has been at it */
	struct err *why; /* why it could not be written; NULL: it could, or was not tried */
	bool absent;     /* left out by a sparse checkout: only its index entry follows */
};
struct worktree_plan {
	struct repo *repo;
	struct arena *arena;
	struct tree_change *items;
	size_t n;
};
/* No folder on the way to the file may be a symlink: it could lead out of the working tree. */
int worktree_check_folders(const struct worktree_plan *w, const struct tree_change *c,
			   struct err *err);
/* The index; read `again` even if it seems unchanged. */
int worktree_open_index(struct repo *r, bool again, git_index **out, struct err *err);

/*
 * path.c: is this a path that may stand in a tree? Refuses empty parts, ".", "..", ".git" in any
 * spelling, backslashes, control characters.
 */
int tree_path_check(struct slice path, struct err *err);

#endif
