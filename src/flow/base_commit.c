#include "flow/base_commit.h"

#include "flow/session_internal.h"
#include "git/remote_head.h"
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

/*
 * The local branch that belongs to it. With BASE_LOCAL `remote` is the one that the branch is to be
 * pushed to later.
 */
static struct slice find_local(const struct session *s, const struct remote *remote,
			       struct slice branch)
{
	if (remote->name.ptr)
		return branch_following(remote, branch.ptr, s->arena);
	return repo_has_branch(s->repo, branch.ptr) ? branch : SLICE_NONE;
}

/*
 * The tip of the local branch. One that does not exist yet, as in a clone for CI, is taken from the
 * last fetch: a commit on it creates it.
 */
static int find_local_tip(struct base_commit *base, const struct remote *remote, struct err *err)
{
	struct session *s = base->session;
	const char *name = base->local.ptr ? base->local.ptr : base->branch.ptr;
	struct err ignored = ERR_INIT;

	if (!base->local.ptr && remote->name.ptr &&
	    remote_tip(remote, base->branch.ptr, &base->id, &base->fetched, &ignored) == 0)
		return 0;
	return repo_branch_tip(s->repo, name, &base->id, err);
}

int base_commit_of_branch(struct session *s, struct slice branch, struct slice remote,
			  struct base_commit *out, struct err *err)
{
	struct base_commit base = { .session = s, .branch = arena_copy(s->arena, branch) };
	struct remote found = { .name = { NULL, 0 } };
	int missing = remote_find(
		s->repo,
		&(struct remote_query){ base.branch.ptr, arena_copy(s->arena, remote).ptr },
		s->arena, &found, err);

	if (missing < 0 && s->options.base == BASE_LOCAL) {
		*err = (struct err)ERR_INIT;
		found.name = SLICE_NONE;
		missing = 1;
	}
	base.local = missing < 0 ? SLICE_NONE : find_local(s, &found, base.branch);
	if (!missing && s->options.base != BASE_LOCAL) {
		base.remote = found;
		missing = find_remote_tip(&base, err);
	} else if (!missing) {
		missing = 1;
	}
	if (missing < 0)
		return -1;
	if (missing) {
		base.remote = (struct remote){ .name = { NULL, 0 } };
		if (find_local_tip(&base, &found, err) < 0)
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
	base.branch = base.local = arena_copy(s->arena, slice_of(branch));
	if (repo_branch_tip(s->repo, branch, &base.id, err) < 0)
		return -1;
	*out = base;
	return 0;
}

/* The branch that is checked out, in the arena of the session; absent: HEAD is detached. */
static int find_checked_out(struct session *s, struct slice *branch, struct err *err)
{
	AUTO_STR struct str head = STR_INIT;

	*branch = SLICE_NONE;
	if (repo_head_branch(s->repo, &head, err) == 0) {
		*branch = arena_copy(s->arena, str_slice(&head));
		return 0;
	}
	if (err->code != &CODE_detached)
		return -1;
	*err = (struct err)ERR_INIT;
	return 0;
}

/*
 * The remote to look at as long as the branch is not known: the only one, or origin, or that of the
 * branch that is checked out. Returns 1 if there is none.
 */
static int find_any_remote(struct session *s, struct slice head, struct remote *out,
			   struct err *err)
{
	int result = remote_find(s->repo, &(struct remote_query){ NULL, NULL }, s->arena, out, err);

	if (result >= 0 || err->code != &CODE_no_remote || !head.ptr)
		return result;
	*err = (struct err)ERR_INIT;
	return remote_find(s->repo, &(struct remote_query){ .branch = head.ptr }, s->arena, out,
			   err);
}

/* The default branch of the remote, if it can be found out; absent: it cannot. */
static int find_default(struct session *s, const struct remote *remote, struct slice *branch,
			struct err *err)
{
	bool fresh = s->options.base == BASE_FRESH;

	*branch = remote_head(remote, !fresh, s->arena);
	if (!branch->ptr && fresh && remote_ask_head(remote, &s->remote, s->arena, branch, err) < 0)
		return -1;
	if (!branch->ptr)
		*branch = remote_only_branch(remote, STAGE_BRANCHES, s->arena);
	return 0;
}

/* The remote's branch, or the local one if the remote does not have it. */
static int take_branch(struct session *s, struct slice branch, struct base_commit *out,
		       struct err *err)
{
	if (base_commit_of_branch(s, branch, SLICE_NONE, out, err) == 0)
		return 0;
	return take_local_branch(s, branch.ptr, out, err);
}

/* The default branch has another name at the remote than this clone has recorded: the new one. */
static int take_renamed(struct session *s, const struct remote *remote, struct slice old,
			struct base_commit *out, struct err *err)
{
	struct err first = *err;
	struct slice branch;

	if (err->code != &CODE_no_branch || s->options.base != BASE_FRESH)
		return -1;
	*err = (struct err)ERR_INIT;
	if (remote_ask_head(remote, &s->remote, s->arena, &branch, err) < 0)
		return -1;
	if (branch.ptr && !slice_eq(branch, old))
		return base_commit_of_branch(s, branch, SLICE_NONE, out, err);
	*err = first;
	return -1;
}

/* What to read in a repository without a remote, or whose default branch is not known. */
static int take_checked_out(struct session *s, const struct remote *remote, struct slice head,
			    struct base_commit *out, struct err *err)
{
	struct base_commit detached = { .session = s };
	struct upstream up = { SLICE_NONE, SLICE_NONE };

	if (!head.ptr)
		head = repo_only_branch(s->repo, STAGE_BRANCHES, s->arena);
	else if (remote)
		up = branch_upstream(s->repo, head.ptr, s->arena);
	if (up.branch.ptr && slice_eq(up.remote, remote->name))
		return take_branch(s, up.branch, out, err);
	if (head.ptr)
		return take_branch(s, head, out, err);
	if (repo_resolve(s->repo, "HEAD", &detached.id, err) < 0)
		return -1;
	*out = detached;
	return 0;
}

int base_commit_default(struct session *s, struct base_commit *out, struct err *err)
{
	struct remote remote;
	struct slice head, branch = SLICE_NONE;
	int missing;

	if (s->options.branch)
		return base_commit_of_branch(s, slice_of(s->options.branch), SLICE_NONE, out, err);
	if (find_checked_out(s, &head, err) < 0)
		return -1;
	missing = find_any_remote(s, head, &remote, err);
	if (missing < 0 || (!missing && find_default(s, &remote, &branch, err) < 0))
		return -1;
	if (!branch.ptr)
		return take_checked_out(s, missing ? NULL : &remote, head, out, err);
	if (base_commit_of_branch(s, branch, SLICE_NONE, out, err) == 0)
		return 0;
	return take_renamed(s, &remote, branch, out, err);
}

struct slice base_commit_other_checkout(const struct base_commit *base)
{
	struct session *s = base->session;
	AUTO_STR struct str head = STR_INIT;
	struct err ignored = ERR_INIT;

	if (!repo_workdir(s->repo) || !base->branch.ptr ||
	    repo_head_branch(s->repo, &head, &ignored) < 0 ||
	    slice_eq(str_slice(&head), base->local))
		return SLICE_NONE;
	return arena_copy(s->arena, str_slice(&head));
}

bool base_commit_local_tip(const struct base_commit *base, struct oid *tip)
{
	struct repo *repo = base->session->repo;
	struct err ignored = ERR_INIT;

	return base->local.ptr && repo_branch_tip(repo, base->local.ptr, tip, &ignored) == 0;
}

bool base_commit_remote_has(const struct base_commit *base, struct slice branch)
{
	struct err ignored = ERR_INIT;
	struct oid tip;

	return base->remote.name.ptr &&
	       remote_tip(&base->remote, arena_copy(base->session->arena, branch).ptr, &tip, NULL,
			  &ignored) == 0;
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
