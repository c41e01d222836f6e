#include "git/tree_path_internal.h"

#include "base/ascii.h"
#include "base/utf8.h"

#include <string.h>

/*
 * Which names may be in a tree, as in git's verify_path (read-cache.c, with is_hfs_dotgit and
 * is_ntfs_dotgit): a name that some file system takes for ".git" would let a commit write into the
 * repository itself.
 */

/* Characters that HFS+ ignores when it compares names. */
static bool hfs_ignores(uint32_t c)
{
	return (c >= 0x200c && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x206a && c <= 0x206f) || c == 0xfeff;
}

/* True if the name is ".git" for HFS+, which folds case and ignores some characters. */
static bool is_hfs_dot_git(struct slice name)
{
	char folded[5];
	size_t n = 0;

	for (size_t i = 0; i < name.len;) {
		uint32_t c = 0;
		size_t len = utf8_decode(slice_sub(name, i, 4), &c);

		if (!len)
			break; /* HFS+ refuses invalid UTF-8; for git the name ends there */
		i += len;
		if (hfs_ignores(c))
			continue;
		if (c > 0x7f || n == 4)
			return false;
		folded[n++] = ascii_to_lower((char)c);
	}
	return n == 4 && !memcmp(folded, ".git", 4);
}

/*
 * True if the name is ".git" or its short form "git~1" for NTFS, which ignores blanks and dots at
 * the end and everything after a colon, and separates directories by backslashes.
 */
static bool is_ntfs_dot_git(struct slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] == ':' || name.ptr[i] == '\\')
			name.len = i;
	while (name.len && (name.ptr[name.len - 1] == ' ' || name.ptr[name.len - 1] == '.'))
		name.len--;
	return slice_eq_case(name, SLICE(".git")) || slice_eq_case(name, SLICE("git~1"));
}

bool tree_name_is_dot_git(struct slice name)
{
	struct slice rest = name, part;

	if (is_hfs_dot_git(name))
		return true;
	while (slice_next(&rest, '\\', &part))
		if (is_ntfs_dot_git(part))
			return true;
	return false;
}

/* True if the name may be a part of a path. */
static bool is_valid_name(struct slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if ((unsigned char)name.ptr[i] < 0x20 || name.ptr[i] == 0x7f || name.ptr[i] == '\\')
			return false;
	return name.len && !slice_is(name, ".") && !slice_is(name, "..") &&
	       !tree_name_is_dot_git(name);
}

int tree_path_check(struct slice path, struct err *err)
{
	struct slice rest = path, name;

	while (slice_next(&rest, '/', &name))
		if (!is_valid_name(name))
			return err_set(err, &CODE_unsafe_path, (struct place){ path, 0, 0 },
				       "the path cannot be committed");
	return path.len ? 0 :
			  err_set(err, &CODE_unsafe_path, NOWHERE,
				  "an empty path cannot be committed");
}
