#include "flow/commit.h"

#include "flow/session_internal.h"
#include "git/commit.h"

/* Hooks look at the working tree: is it at the base commit, on the branch that gets the commit? */
static int check_hook_place(const struct base_commit *base, struct err *err)
{
	struct repo *repo = base->session->repo;
	struct place at = place_of(repo_where(repo));
	AUTO_STR struct str head = STR_INIT;
	struct err ignored = ERR_INIT;
	struct oid id;

	if (!repo_workdir(repo))
		return err_set(err, &CODE_hook_place, at, "a bare repository has no working tree");
	if (repo_head_branch(repo, &head, &ignored) < 0 || !slice_eq(str_slice(&head), base->local))
		return err_set(err, &CODE_hook_place, at,
			       "branch '%" SLICE_FMT "' is not checked out",
			       SLICE_ARG(base->branch));
	if (repo_resolve(repo, "HEAD", &id, &ignored) < 0 || !oid_eq(&id, &base->id))
		return err_set(err, &CODE_hook_place, at,
			       "the working tree is not at the commit that the command builds on");
	return 0;
}

int commit_make(const struct base_commit *base, const struct new_commit *commit, struct oid *out,
		struct err *err)
{
	const struct session *s = base->session;
	const struct changes *changes = commit->changes;
	AUTO_STR struct str message = STR_INIT;

	if (s->options.hooks && check_hook_place(base, err) < 0)
		return -1;
	struct commit_draft draft = { commit->parent, changes, commit->message };

	if (commit_write(s->repo, &draft, out, err) < 0)
		return -1;
	if (!s->options.hooks)
		return 0;
	if (hooks_run(s->repo, &(struct hooks_commit){ out, changes, slice_of(commit->message) },
		      &s->hooks, &message, err) < 0)
		return -1;
	if (slice_is(str_slice(&message), commit->message))
		return 0;
	draft.message = message.ptr;
	return commit_write(s->repo, &draft, out, err);
}

struct slices commit_skipped_hooks(const struct session *s)
{
	struct slices all = hooks_of_commits(s->repo, s->arena), out = { all.items, 0 };

	for (size_t i = 0; i < all.n; i++)
		if (!s->options.hooks || !hooks_runs(all.items[i]))
			out.items[out.n++] = all.items[i];
	return out;
}
