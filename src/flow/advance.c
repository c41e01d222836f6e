#include "flow/advance.h"

#include "base/clock.h"
#include "base/file.h"
#include "flow/push_urls.h"
#include "flow/session_internal.h"
#include "git/branch.h"
#include "git/commit.h"
#include "git/commit_diff.h"
#include "git/push.h"
#include "git/worktree.h"

#include <signal.h>

/* --- the local branch ----------------------------------------------------- */

/* A local branch that moves, and the working tree with it. */
struct local_move {
	struct repo *repo;
	const char *branch;
	const struct oid *from, *to;
	const struct changes *changes; /* of `to` against `from` */
	const char *reflog;
};

/* Finds what would be written to the working tree. */
static int prepare_worktree(const struct local_move *m, struct worktree_plan **out, struct err *err)
{
	return worktree_prepare(m->repo, m->branch, m->changes, out, err);
}

/*
 * Under the lock: files, index, ref. If not all files and the index can be written, those that were
 * written are restored.
 */
static int move_locked(const struct local_move *m, struct branch_lock *lock,
		       struct worktree_plan *files, struct err *err)
{
	struct err ignored = ERR_INIT;

	if (worktree_files(files, err) == 0 && worktree_index(files, err) == 0)
		return branch_finish(lock, m->to, m->reflog, err);
	(void)worktree_restore(files, &ignored);
	branch_unlock(lock);
	return -1;
}

/* Under the lock: is the working tree ready? Then all of it follows. */
static int move_prepared(const struct local_move *m, struct branch_lock *lock, struct err *err)
{
	struct worktree_plan *files = NULL;
	int result = prepare_worktree(m, &files, err);

	if (result < 0)
		branch_unlock(lock);
	else
		result = move_locked(m, lock, files, err);
	worktree_free(files);
	return result;
}

/*
 * Moves the branch, with the working tree following (git/commit.h describes the order, and why).
 * Ctrl-C waits until it is done, so that no lock is left behind.
 */
static int move_branch(const struct local_move *m, struct err *err)
{
	struct branch_lock *lock = NULL;
	sigset_t deferred, before;
	int result;

	(void)sigemptyset(&deferred);
	(void)sigaddset(&deferred, SIGINT);
	(void)sigaddset(&deferred, SIGTERM);
	(void)sigaddset(&deferred, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &deferred, &before);
	result = branch_lock(m->repo, m->branch, m->from, &lock, err);
	if (result == 0)
		result = move_prepared(m, lock, err);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return result;
}

/* The local branch moves as the whole does. */
static struct local_move local_move_of(const struct advance *a)
{
	const struct base_commit *base = a->base;

	return (struct local_move){ base->session->repo, base->local.ptr, &base->id, a->tip,
				    a->changes,          a->reflog };
}

/* The local branch that does not exist yet. */
static int make_branch(const struct advance *a, struct err *err)
{
	const struct base_commit *base = a->base;

	return branch_move(base->session->repo,
			   &(struct branch_move){ base->branch.ptr, NULL, a->tip, a->reflog }, err);
}

/* Is the local branch at the base commit, so that it can follow? */
static bool can_follow(const struct base_commit *base, bool *exists)
{
	struct oid tip;

	*exists = base_commit_local_tip(base, &tip);
	return *exists && oid_eq(&tip, &base->id);
}

/*
 * Before the push: no file that would change in the working tree may be dirty. Another reason why
 * the local branch cannot follow does not prevent the push.
 */
static int check_worktree(const struct advance *a, struct err *err)
{
	const struct local_move move = local_move_of(a);
	struct worktree_plan *files = NULL;
	int result = prepare_worktree(&move, &files, err);

	worktree_free(files);
	if (result < 0 && err->code != &CODE_dirty)
		*err = (struct err)ERR_INIT;
	return result < 0 && err->code ? -1 : 0;
}

/* After the push: the local branch, if it can. */
static void follow_remote(const struct advance *a, struct slice *behind)
{
	const struct local_move move = local_move_of(a);
	const struct base_commit *base = a->base;
	struct err err = ERR_INIT;
	bool exists, can = can_follow(base, &exists);

	if (can && move_branch(&move, &err) < 0)
		*behind = arena_copy(base->session->arena, slice_of(err.reason));
	else if (!can && exists)
		*behind = arena_printf(base->session->arena,
				       "it was not at the commit of %" SLICE_FMT "/%" SLICE_FMT
				       " before the push",
				       SLICE_ARG(base->remote.name), SLICE_ARG(base->branch));
}

/* --- the remote's branch -------------------------------------------------- */

/* A push that was interrupted may have succeeded nevertheless: asks the remote. */
static bool remote_is_at(const struct base_commit *base, const char *ref, const struct oid *tip)
{
	struct session *s = base->session;
	struct err ignored = ERR_INIT;
	struct oid there;

	return remote_ask(&base->remote, ref, &s->remote, &there, &ignored) == 0 &&
	       oid_eq(&there, tip);
}

/*
 * If pushes go to another URL than fetches come from: does that one show what was pushed? A copy is
 * given a moment to follow.
 */
static int check_pushed(const struct base_commit *base, const char *ref, const struct oid *tip,
			struct err *err)
{
	enum { TRIES = 4, PAUSE_MS = 500 };
	struct push_urls urls;
	char commit[41];

	if (!push_urls_differ(base, &urls))
		return 0;
	for (int try = 1; try <= TRIES; try++) {
		if (remote_is_at(base, ref, tip))
			return 0;
		if (try < TRIES)
			(void)clock_sleep_ms(PAUSE_MS);
	}
	oid_text(tip, commit);
	return err_set(err, &CODE_push_elsewhere, NOWHERE,
		       "%.8s was pushed to '%" SLICE_FMT "' at %" SLICE_FMT ", but %" SLICE_FMT
		       " does not have it",
		       commit, SLICE_ARG(base->branch), SLICE_ARG(urls.push),
		       SLICE_ARG(urls.fetch));
}

/* The branch at the remote. */
static int push_tip(const struct advance *a, struct err *err)
{
	const struct base_commit *base = a->base;
	const struct oid *tip = a->tip;
	struct session *s = base->session;
	struct slice ref =
		arena_printf(s->arena, "refs/heads/%" SLICE_FMT, SLICE_ARG(base->branch));
	struct push push = { .ref = ref.ptr, .expect = &base->id, .to = tip };

	if (push_refs(&base->remote, &(struct pushes){ .items = &push, .n = 1 }, &s->remote,
		      s->arena, err) < 0) {
		bool ended = err->code == &CODE_interrupted || err->code == &CODE_terminated;

		if (ended || !remote_is_at(base, ref.ptr, tip))
			return -1;
		*err = (struct err)ERR_INIT;
		return ADVANCE_DONE;
	}
	if (push.result == PUSH_RACED && a->rejection)
		*a->rejection = (struct rejection){ push.why, push.lock };
	if (push.result == PUSH_RACED)
		return ADVANCE_RACED;
	if (push.result == PUSH_DONE || push.result == PUSH_SAME)
		return check_pushed(base, ref.ptr, tip, err) < 0 ? -1 :
		       push.result == PUSH_DONE                  ? ADVANCE_DONE :
								   ADVANCE_SAME;
	return err_set(err, &CODE_push_refused, NOWHERE,
		       "%" SLICE_FMT " rejected the push to '%" SLICE_FMT "': %" SLICE_FMT,
		       SLICE_ARG(base->remote.name), SLICE_ARG(base->branch), SLICE_ARG(push.why));
}

int advance_branch(const struct advance *a, struct slice *behind, struct err *err)
{
	const struct local_move move = local_move_of(a);
	bool exists;
	int result;

	if (!a->base->remote.name.ptr)
		return (a->base->local.ptr ? move_branch(&move, err) : make_branch(a, err)) < 0 ?
			       -1 :
			       ADVANCE_DONE;
	if (can_follow(a->base, &exists) && check_worktree(a, err) < 0)
		return -1;
	result = push_tip(a, err);
	if (result == ADVANCE_DONE || result == ADVANCE_SAME)
		follow_remote(a, behind);
	return result;
}

/* --- a command that was killed -------------------------------------------- */

/* Does one of the files already have the wanted bytes? For when the index cannot be read. */
static bool any_is_written(const struct local_move *m)
{
	for (size_t i = 0; i < m->changes->n; i++) {
		const struct change *change = &m->changes->items[i];
		AUTO_STR struct str path = STR_INIT, now = STR_INIT;
		struct err ignored = ERR_INIT;

		str_addf(&path, "%s%" SLICE_FMT, repo_workdir(m->repo), SLICE_ARG(change->path));
		if (change->after.ptr &&
		    file_read(path.ptr, change->after.len + 1, &now, &ignored) == 0 &&
		    slice_eq(str_slice(&now), change->after))
			return true;
	}
	return false;
}

/* Was the move begun, and not finished? Returns 1 or 0; -1 if that cannot be determined. */
static int was_begun(const struct local_move *m, struct err *err)
{
	struct worktree_plan *files = NULL;
	struct err why = ERR_INIT;
	bool begun = prepare_worktree(m, &files, &why) == 0 && worktree_begun(files);

	worktree_free(files);
	if (begun || why.code != &CODE_busy || !any_is_written(m))
		return begun;
	*err = why;
	return -1;
}

int advance_interrupted(const struct base_commit *base, bool *moved, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	const struct session *s = base->session;
	struct err ignored = ERR_INIT;
	struct changes changes;
	struct oid tip;
	const struct local_move move = { s->repo,   base->local.ptr, &tip,
					 &base->id, &changes,        "gcpbackend: finish" };
	int begun;

	*moved = false;
	if (s->options.base != BASE_FRESH || !base->remote.name.ptr || !repo_workdir(s->repo) ||
	    !base_commit_local_tip(base, &tip) || oid_eq(&tip, &base->id) ||
	    commit_diff(s->repo, &(struct commit_range){ &tip, &base->id }, arena, &changes,
			&ignored) != 0)
		return 0;
	begun = was_begun(&move, err);
	if (begun <= 0)
		return begun;
	*moved = true;
	return move_branch(&move, err);
}
