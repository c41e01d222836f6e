#include "flow/diff.h"

#include "git/diff.h"

int change_diff(const struct change *c, struct str *patch, size_t *added, size_t *removed,
		struct err *err)
{
	return diff_bytes(c, patch, added, removed, err);
}
