#include "git/oid.h"

#include "git/libgit2_internal.h"

#include <string.h>

bool oid_eq(const struct oid *a, const struct oid *b)
{
	return memcmp(a->id, b->id, sizeof(a->id)) == 0;
}

void oid_text(const struct oid *id, char out[41])
{
	git_oid git;

	oid_to_git(id, &git);
	(void)git_oid_tostr(out, 41, &git);
}

bool oid_parse(const char *text, struct oid *out)
{
	git_oid git;

	if (git_oid_fromstr(&git, text) < 0)
		return false;
	oid_from_git(&git, out);
	return true;
}
