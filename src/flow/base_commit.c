#include "flow/base_commit.h"

#include <string.h>

/* The remote's tip: fetched now, or as it was fetched last. Returns 1 when it never was. */
static int remote_base(struct session *s, struct err *err)
{
	if (s->options->base == BASE_FETCHED)
		return remote_tip(s->repo, &s->remote, s->branch.ptr, &s->base, &s->fetched, err);
	if (remote_fetch(s->repo, &s->remote, s->branch.ptr, &s->options->way, &s->base, err) < 0)
		return -1;
	return remote_tip(s->repo, &s->remote, s->branch.ptr, &s->base, &s->fetched, err);
}

int base_find(struct session *s, struct slice remote, struct err *err)
{
	int missing = 1;

	s->remote = (struct remote){ .name = { NULL, 0 } };
	if (s->options->base != BASE_LOCAL) {
		missing =
			remote_find(s->repo, s->branch.ptr, remote.ptr, s->arena, &s->remote, err);
		if (missing == 0)
			missing = remote_base(s, err);
	}
	if (missing == 0)
		return 0;
	s->remote.name = (struct slice){ NULL, 0 };
	if (missing < 0)
		return -1;
	return repo_branch_tip(s->repo, s->branch.ptr, &s->base, err);
}

bool base_local(const struct session *s, struct oid *tip)
{
	struct err ignored = ERR_INIT;

	return repo_has_branch(s->repo, s->branch.ptr) &&
	       repo_branch_tip(s->repo, s->branch.ptr, tip, &ignored) == 0;
}

struct slice base_unpushed(struct session *s)
{
	struct err ignored = ERR_INIT;
	struct remote remote;

	if (s->options->base != BASE_LOCAL || !s->branch.ptr ||
	    remote_find(s->repo, s->branch.ptr, NULL, s->arena, &remote, &ignored) != 0)
		return (struct slice){ NULL, 0 };
	return remote.name;
}

/* "3 hours": the largest unit that there is at least one of. */
static void ago(long long seconds, struct str *out)
{
	static const struct {
		long long seconds;
		const char *name;
	} units[] = { { 86400, "day" }, { 3600, "hour" }, { 60, "minute" }, { 1, "second" } };
	size_t i = 0;

	while (i < 3 && seconds < units[i].seconds)
		i++;
	seconds = seconds < 0 ? 0 : seconds / units[i].seconds;
	str_addf(out, "%lld %s%s", seconds, units[i].name, seconds == 1 ? "" : "s");
}

struct slice base_text(const struct session *s, long long now)
{
	AUTO_STR struct str text = STR_INIT;

	if (s->remote.name.ptr)
		str_addf(&text, "%" SLICE_FMT "/", SLICE_ARG(s->remote.name));
	str_add(&text, s->branch);
	if (s->remote.name.ptr && s->fetched) {
		str_adds(&text, ", fetched ");
		ago(now - s->fetched, &text);
		str_adds(&text, " ago");
	}
	return arena_copy(s->arena, str_slice(&text));
}
