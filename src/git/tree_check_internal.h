/*
 * tree_check_internal.h - checks the entries of a tree, as git fsck does, while they are read.
 *
 * A tree that git would not write can be read in several ways: of two entries with one name, each
 * reader takes another one. Every tree on the way to what is read or changed is checked.
 */
#ifndef GCB_GIT_TREE_CHECK_INTERNAL_H
#define GCB_GIT_TREE_CHECK_INTERNAL_H

#include "git/repo.h"

#include <git2.h>

/* The check of one tree; zero-initialized, freed with tree_check_release. */
struct tree_check {
	struct slice last; /* the entry before this one; absent: none */
	bool last_is_tree;
	struct slice *files; /* earlier entries, each a prefix of the next one: a directory of the
				same name may still follow */
	size_t n, cap;
};

/*
 * Checks the next entry. Its name must live as long as the tree is checked. Returns what is wrong
 * with it, or NULL. Modes that git reads with at most a warning (0100664, 0100600) are fine.
 */
const char *tree_check_entry(struct tree_check *c, struct slice name, unsigned mode);
void tree_check_release(struct tree_check *c);

/*
 * Sets the error of an entry of the tree of a directory ("" for the root): bad_tree. Always -1.
 */
int tree_check_fail(struct slice directory, struct slice name, const char *why, struct err *err);

/* Checks all entries of the tree of a directory. Errors: bad_tree. */
int tree_check_all(const git_tree *tree, struct slice directory, struct err *err);

#endif
