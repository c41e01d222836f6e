/*
 * commit.h - changes become commits. Nothing is moved.
 *
 * Calling order of a commit on a branch:
 *
 *	commits_write      writes objects only; can be repeated
 *	branch_lock        compares: from here on no other process moves the branch
 *	worktree_prepare   refuses if a file that would change is dirty; finds what to write
 *	worktree_files     writes the files of the working tree, each by rename
 *	worktree_index     writes their index entries
 *	branch_finish      swaps: the ref, with a reflog entry
 *
 * The ref comes last. If the process is killed before it, the working tree contains, and the index
 * stages, exactly what was wanted: `git status` shows it, and the next run takes it as clean and
 * completes the update. The other way round, a kill after the ref would leave an index, or files,
 * of the previous commit, and the user's next commit would silently revert the stage. The lock is
 * Git's own (refs/heads/NAME.lock), so two processes never write the same files, and a process that
 * loses has not written any.
 */
#ifndef GCB_GIT_COMMIT_H
#define GCB_GIT_COMMIT_H

#include "base/change.h"
#include "git/repo.h"

/*
 * A series of commits, each on top of the previous one, written together. `commits_new` starts on
 * `parent`; freed with commits_free, NULL is fine. Error: git.
 */
struct commits;
int commits_new(struct commits **out, struct repo *r, const struct oid *parent, struct err *err);
void commits_free(struct commits *c);

/*
 * Adds a commit with these changes, whose bytes must outlive `c`, and sets `*out` to its name;
 * nothing is written yet. Only trees on the way to a changed file are rebuilt. Author and committer
 * are those of `git var`, and the same for all commits of a repository that stays open. `message`
 * is used unchanged, with one line feed at its end. The commit is signed if commit.gpgSign is set,
 * by the user's programs. After an error `c` can only be freed: identity, signing, unsafe_path
 * (empty names, ".", "..", ".git" in any spelling, absolute), not_a_file, git.
 */
int commits_add(struct commits *c, const struct changes *changes, const char *message,
		struct oid *out, struct err *err);

/*
 * Writes all objects, as one pack if there are many. Everything is durable when 0 is returned.
 * Error: git.
 */
int commits_write(struct commits *c, struct err *err);

/* A commit to be written. */
struct commit_draft {
	const struct oid *parent;
	const struct changes *changes;
	const char *message;
};

/* All three for a single commit. */
int commit_write(struct repo *r, const struct commit_draft *draft, struct oid *out,
		 struct err *err);

/*
 * The name of the tree that a commit with these changes would have; nothing is written. Errors:
 * unsafe_path, not_a_file, git.
 */
int commit_tree_with(struct repo *r, const struct oid *parent, const struct changes *changes,
		     struct oid *tree, struct err *err);

#endif
