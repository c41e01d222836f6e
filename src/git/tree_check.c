#include "git/tree_check_internal.h"

#include "base/alloc.h"
#include "git/tree_path_internal.h"

#include <stdlib.h>
#include <string.h>

void tree_check_release(struct tree_check *c)
{
	free(c->files);
}

/* True if the name may be one that git refuses: most names are decided by their first byte. */
static bool may_be_dot_git(struct slice name)
{
	unsigned char first = (unsigned char)name.ptr[0];

	return first == '.' || first == 'g' || first == 'G' || first > 0x7f ||
	       memchr(name.ptr, '\\', name.len);
}

/* What is wrong with the name itself, or NULL. */
static const char *check_name(struct slice name)
{
	if (!name.len)
		return "it has an entry without a name";
	if (memchr(name.ptr, '/', name.len))
		return "the name of an entry contains a slash";
	if (!may_be_dot_git(name))
		return NULL;
	if (slice_is(name, ".") || slice_is(name, ".."))
		return "an entry has the name of a directory link";
	return tree_name_is_dot_git(name) ? "an entry has the name of a Git directory" : NULL;
}

/* True for the types that git knows. */
static bool is_known_mode(unsigned mode)
{
	switch (mode & ~07777U) {
	case GIT_FILEMODE_TREE:
	case GIT_FILEMODE_LINK:
	case GIT_FILEMODE_COMMIT:
	case 0100000:
		return true;
	default:
		return false;
	}
}

/* Compares in git's order of a tree: a directory as if its name ended in "/". */
static int compare_to_last(const struct tree_check *c, struct slice name, bool is_tree)
{
	size_t common = c->last.len < name.len ? c->last.len : name.len;
	int order = memcmp(c->last.ptr, name.ptr, common);
	unsigned char x = c->last.len > common ? (unsigned char)c->last.ptr[common] :
			  c->last_is_tree      ? '/' :
						 0;
	unsigned char y = name.len > common ? (unsigned char)name.ptr[common] : is_tree ? '/' : 0;

	return order ? order : (x > y) - (x < y);
}

/*
 * True if a file before this directory has its name. Between them sort names that continue with a
 * character below the slash, such as "web" and "web.yaml" before the directory "web".
 */
static bool is_file_already(struct tree_check *c, struct slice name, bool is_tree)
{
	while (c->n && !slice_starts(name, c->files[c->n - 1]))
		c->n--;
	return is_tree && c->n && slice_eq(c->files[c->n - 1], name);
}

const char *tree_check_entry(struct tree_check *c, struct slice name, unsigned mode)
{
	bool is_tree = (mode & 0170000) == GIT_FILEMODE_TREE;
	const char *bad = check_name(name);

	if (bad)
		return bad;
	if (!is_known_mode(mode))
		return "the mode of an entry is not valid";
	if (c->last.ptr && slice_eq(c->last, name))
		return "it has two entries of one name";
	if (c->last.ptr && compare_to_last(c, name, is_tree) > 0)
		return "its entries are not sorted";
	if (is_file_already(c, name, is_tree))
		return "it has two entries of one name";
	if (!is_tree) {
		ROOM(c->files, c->n, c->cap);
		c->files[c->n++] = name;
	}
	c->last = name;
	c->last_is_tree = is_tree;
	return NULL;
}

int tree_check_fail(struct slice directory, struct slice name, const char *why, struct err *err)
{
	struct place at = { directory.len ? directory : SLICE("."), 0, 0 };

	return err_set(err, &CODE_bad_tree, at,
		       "the directory is not valid in the commit: %s%s%" SLICE_FMT "%s", why,
		       name.len ? ": '" : "", SLICE_ARG(name), name.len ? "'" : "");
}

int tree_check_all(const git_tree *tree, struct slice directory, struct err *err)
{
	size_t n = git_tree_entrycount(tree);
	struct tree_check check = { .n = 0 };
	const char *bad = NULL;

	for (size_t i = 0; i < n && !bad; i++) {
		const git_tree_entry *e = git_tree_entry_byindex(tree, i);
		struct slice name = slice_of(git_tree_entry_name(e));

		bad = tree_check_entry(&check, name, (unsigned)git_tree_entry_filemode_raw(e));
		if (bad)
			(void)tree_check_fail(directory, name, bad, err);
	}
	tree_check_release(&check);
	return bad ? -1 : 0;
}
