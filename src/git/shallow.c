#include "git/shallow_internal.h"

#include "git/promisor_internal.h"
#include "git/repo_internal.h"

int shallow_follow(struct repo *r, struct err *err)
{
	AUTO_STR struct str now = STR_INIT;

	if (repo_read_shallow(r, &now, err) < 0)
		return -1;
	if (slice_eq(str_slice(&now), str_slice(&r->shallow)))
		return 0;
	return repo_open_again(r, err) < 0 ? -1 : promisor_renew(r, err);
}
