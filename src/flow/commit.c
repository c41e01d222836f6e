#include "flow/publish_internal.h"

#include "git/commit.h"

/* Is what hooks look at the branch that gets the commit, at the session's base? */
static int check_place(struct session *s, struct err *err)
{
	AUTO_STR struct str head = STR_INIT;
	struct err ignored = ERR_INIT;
	struct oid at;

	if (!repo_workdir(s->repo))
		return err_set(err, &CODE_hook_place, place_of(repo_where(s->repo)),
			       "a bare repository has no working tree");
	if (repo_head_branch(s->repo, &head, &ignored) < 0 ||
	    !slice_eq(str_slice(&head), s->branch))
		return err_set(err, &CODE_hook_place, place_of(repo_where(s->repo)),
			       "the branch '%" SLICE_FMT "' is not checked out here",
			       SLICE_ARG(s->branch));
	if (repo_resolve(s->repo, "HEAD", &at, &ignored) < 0 || !oid_eq(&at, &s->base))
		return err_set(err, &CODE_hook_place, place_of(repo_where(s->repo)),
			       "the working tree is not at the commit that the command builds on");
	return 0;
}

int session_commit(struct session *s, const struct oid *parent, const struct changes *changes,
		   const char *message, struct oid *out, struct err *err)
{
	AUTO_STR struct str text = STR_INIT;

	if (s->options->hooks && check_place(s, err) < 0)
		return -1;
	if (commit_write(s->repo, parent, changes->items, changes->n, message, out, err) < 0)
		return -1;
	if (!s->options->hooks)
		return 0;
	if (hooks_run(s->repo, out, changes->items, changes->n, slice_of(message),
		      s->options->hooks, &text, err) < 0)
		return -1;
	if (slice_is(str_slice(&text), message))
		return 0;
	return commit_write(s->repo, parent, changes->items, changes->n, text.ptr, out, err);
}
