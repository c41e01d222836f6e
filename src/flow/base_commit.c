#include "flow/base_commit.h"

#include "flow/session_internal.h"
#include "git/tree.h"
#include "migration/migration.h"

/* The remote's tip: fetched now, or as last fetched. Returns 1 if it was never fetched. */
static int find_remote_tip(struct base_commit *base, struct err *err)
{
	struct session *s = base->session;
	const char *branch = base->branch.ptr;

	if (s->options.base != BASE_FETCHED &&
	    remote_fetch(&base->remote, branch, &s->remote, &base->id, err) < 0)
		return -1;
	return remote_tip(&base->remote, branch, &base->id, &base->fetched, err);
}

int base_commit_of_branch(struct session *s, struct slice branch, struct slice remote,
			  struct base_commit *out, struct err *err)
{
	struct base_commit base = { .session = s, .branch = arena_copy(s->arena, branch) };
	int missing = 1;

	if (s->options.base != BASE_LOCAL)
		missing = remote_find(
			s->repo,
			&(struct remote_query){ base.branch.ptr, arena_copy(s->arena, remote).ptr },
			s->arena, &base.remote, err);
	if (!missing)
		missing = find_remote_tip(&base, err);
	if (missing < 0)
		return -1;
	if (missing) {
		base.remote = (struct remote){ .name = { NULL, 0 } };
		if (repo_branch_tip(s->repo, base.branch.ptr, &base.id, err) < 0)
			return -1;
	}
	*out = base;
	return 0;
}

/* The local branch, since the remote does not have it. */
static int take_local_branch(struct session *s, const char *branch, struct base_commit *out,
			     struct err *err)
{
	struct base_commit base = { .session = s };
	struct err *reason = arena_alloc(s->arena, sizeof(*reason));

	if (err->code != &CODE_no_branch || !repo_has_branch(s->repo, branch))
		return -1;
	*reason = *err;
	*err = (struct err)ERR_INIT;
	base.unpublished = reason;
	base.branch = arena_copy(s->arena, slice_of(branch));
	if (repo_branch_tip(s->repo, branch, &base.id, err) < 0)
		return -1;
	*out = base;
	return 0;
}

int base_commit_of_head(struct session *s, struct base_commit *out, struct err *err)
{
	AUTO_STR struct str branch = STR_INIT;
	struct base_commit detached = { .session = s };

	if (repo_head_branch(s->repo, &branch, err) < 0) {
		if (err->code != &CODE_detached)
			return -1;
		*err = (struct err)ERR_INIT;
		if (repo_resolve(s->repo, "HEAD", &detached.id, err) < 0)
			return -1;
		*out = detached;
		return 0;
	}
	if (base_commit_of_branch(s, str_slice(&branch), SLICE_NONE, out, err) == 0)
		return 0;
	return take_local_branch(s, branch.ptr, out, err);
}

bool base_commit_local_tip(const struct base_commit *base, struct oid *tip)
{
	struct repo *repo = base->session->repo;
	struct err ignored = ERR_INIT;

	return repo_has_branch(repo, base->branch.ptr) &&
	       repo_branch_tip(repo, base->branch.ptr, tip, &ignored) == 0;
}

bool base_commit_is_cached(const struct base_commit *base)
{
	return base->session->options.base == BASE_FETCHED && base->remote.name.ptr;
}

struct slice base_commit_unpushed(const struct base_commit *base)
{
	struct session *s = base->session;
	struct err ignored = ERR_INIT;
	struct remote remote;

	if (s->options.base != BASE_LOCAL || !base->branch.ptr ||
	    remote_find(s->repo, &(struct remote_query){ .branch = base->branch.ptr }, s->arena,
			&remote, &ignored) != 0)
		return SLICE_NONE;
	return remote.name;
}

/* "3 hours": in the largest unit of which there is at least one. */
static void add_duration(long long seconds, struct str *out)
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

struct slice base_commit_text(const struct base_commit *base, long long now)
{
	AUTO_STR struct str text = STR_INIT;

	if (base->remote.name.ptr)
		str_addf(&text, "%" SLICE_FMT "/", SLICE_ARG(base->remote.name));
	str_add(&text, base->branch);
	if (base->remote.name.ptr && base->fetched) {
		str_adds(&text, ", fetched ");
		add_duration(now - base->fetched, &text);
		str_adds(&text, " ago");
	}
	return arena_copy(base->session->arena, str_slice(&text));
}

int base_commit_has_file(const struct base_commit *base, struct slice path, bool *has,
			 struct err *err)
{
	AUTO_STR struct str ignored = STR_INIT;
	int missing = tree_read(base->session->repo,
				&(struct commit_path){ &base->id, path.ptr, MIGRATION_MAX },
				&ignored, NULL, err);

	*has = missing == 0;
	return missing < 0 ? -1 : 0;
}
