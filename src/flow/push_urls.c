#include "flow/push_urls.h"

#include "base/redact.h"
#include "flow/session_internal.h"
#include "gitops/repository_id.h"

/* The URL without secrets. */
static struct slice display(struct slice url, struct arena *arena)
{
	AUTO_STR struct str shown = STR_INIT;

	redact_address(&shown, url);
	return arena_copy(arena, str_slice(&shown));
}

bool push_urls_differ(const struct base_commit *base, struct push_urls *out)
{
	struct arena *arena = base->session->arena;
	struct slice fetch = SLICE_NONE, push = remote_push_url(&base->remote, arena, &fetch);

	if (!push.ptr || repository_url_same(push, fetch))
		return false;
	*out = (struct push_urls){ display(push, arena), display(fetch, arena) };
	return true;
}
