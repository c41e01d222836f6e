#include "flow/advance.h"

#include "base/file.h"
#include "flow/base_commit.h"
#include "flow/publish.h"
#include "git/commit.h"

#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

/*
 * Under the lock: files, index, ref. What was written goes back when not all files and the index
 * can be.
 */
static int move_locked(struct branch_lock *lock, struct worktree_plan *files, const struct oid *tip,
		       const char *why, struct err *err)
{
	struct err ignored = ERR_INIT;

	if (worktree_files(files, err) == 0 && worktree_index(files, err) == 0)
		return branch_finish(lock, tip, why, err);
	(void)worktree_restore(files, &ignored);
	branch_unlock(lock);
	return -1;
}

/* Under the lock: is the working tree ready? Then everything follows. */
static int move_prepared(struct session *s, struct branch_lock *lock, const struct changes *changes,
			 const struct oid *tip, const char *why, struct err *err)
{
	struct worktree_plan *files = NULL;
	int result =
		worktree_prepare(s->repo, s->branch.ptr, changes->items, changes->n, &files, err);

	if (result < 0)
		branch_unlock(lock);
	else
		result = move_locked(lock, files, tip, why, err);
	worktree_free(files);
	return result;
}

/*
 * Moves the branch to `tip`, with the working tree following (git/commit.h says in which order, and
 * why). Ctrl-C waits until it is done, so that no lock is left behind.
 */
static int move_branch(struct session *s, const struct oid *from, const struct changes *changes,
		       const struct oid *tip, const char *why, struct err *err)
{
	struct branch_lock *lock = NULL;
	sigset_t patient, before;
	int result;

	(void)sigemptyset(&patient);
	(void)sigaddset(&patient, SIGINT);
	(void)sigaddset(&patient, SIGTERM);
	(void)sigaddset(&patient, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &patient, &before);
	result = branch_lock(s->repo, s->branch.ptr, from, &lock, err);
	if (result == 0)
		result = move_prepared(s, lock, changes, tip, why, err);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return result;
}

/* Is the local branch at the base, so that it can follow? Its tip, if there is one. */
static bool can_follow(const struct session *s, bool *exists)
{
	struct oid tip;

	*exists = base_local(s, &tip);
	return *exists && oid_eq(&tip, &s->base);
}

/*
 * Before anything is pushed: no file that would change here may be dirty. Another reason not to
 * follow is none not to push.
 */
static int check_tree(struct session *s, const struct changes *changes, struct err *err)
{
	struct worktree_plan *files = NULL;
	int result =
		worktree_prepare(s->repo, s->branch.ptr, changes->items, changes->n, &files, err);

	worktree_free(files);
	if (result < 0 && err->code != &CODE_dirty)
		*err = (struct err)ERR_INIT;
	return result < 0 && err->code ? -1 : 0;
}

/* After the push: the local branch, if it can. */
static void follow(struct session *s, const struct changes *changes, const struct oid *tip,
		   const char *why, struct slice *behind)
{
	struct err err = ERR_INIT;
	bool exists, can = can_follow(s, &exists);

	if (can && move_branch(s, &s->base, changes, tip, why, &err) < 0)
		*behind = arena_copy(s->arena, slice_of(err.reason));
	else if (!can && exists)
		*behind =
			arena_printf(s->arena, "it is not where %" SLICE_FMT "/%" SLICE_FMT " was",
				     SLICE_ARG(s->remote.name), SLICE_ARG(s->branch));
}

/* A push that was cut off may have been done all the same: the remote knows. */
static bool arrived(struct session *s, const char *ref, const struct oid *tip)
{
	struct err ignored = ERR_INIT;
	struct oid there;

	return remote_ask(s->repo, &s->remote, ref, &s->options->way, &there, &ignored) == 0 &&
	       oid_eq(&there, tip);
}

/* The branch at the remote. */
static int push_tip(struct session *s, const struct oid *tip, struct err *err)
{
	struct slice ref = arena_printf(s->arena, "refs/heads/%" SLICE_FMT, SLICE_ARG(s->branch));
	struct push push = { .ref = ref.ptr, .expect = &s->base, .to = tip };

	if (remote_push(s->repo, &s->remote, &push, 1, NULL, &s->options->way, s->arena, err) < 0) {
		bool gone = err->code == &CODE_interrupted || err->code == &CODE_terminated;

		if (gone || !arrived(s, ref.ptr, tip))
			return -1;
		*err = (struct err)ERR_INIT;
		return ADVANCED;
	}
	if (push.result == PUSH_RACED)
		return ADVANCE_RACED;
	if (push.result == PUSH_DONE || push.result == PUSH_SAME)
		return push.result == PUSH_DONE ? ADVANCED : ADVANCE_SAME;
	(void)err_set(err, &CODE_push_refused, NOWHERE,
		      "%" SLICE_FMT " does not take a push to '%" SLICE_FMT "': %" SLICE_FMT,
		      SLICE_ARG(s->remote.name), SLICE_ARG(s->branch), SLICE_ARG(push.why));
	return -1;
}

int branch_advance(struct session *s, const struct changes *changes, const struct oid *tip,
		   const char *why, struct slice *behind, struct err *err)
{
	bool exists;
	int result;

	if (!s->remote.name.ptr)
		return move_branch(s, &s->base, changes, tip, why, err) < 0 ? -1 : ADVANCED;
	if (can_follow(s, &exists) && check_tree(s, changes, err) < 0)
		return -1;
	result = push_tip(s, tip, err);
	if (result == ADVANCED || result == ADVANCE_SAME)
		follow(s, changes, tip, why, behind);
	return result;
}

/* Does one of the files have the wanted bytes already? For when the index cannot be looked at. */
static bool any_there(const struct session *s, const struct changes *changes)
{
	for (size_t i = 0; i < changes->n; i++) {
		AUTO_STR struct str path = STR_INIT, now = STR_INIT;
		struct slice after = changes->items[i].after;
		struct err ignored = ERR_INIT;

		str_addf(&path, "%s%" SLICE_FMT, repo_workdir(s->repo),
			 SLICE_ARG(changes->items[i].path));
		if (after.ptr && file_read(path.ptr, after.len + 1, &now, &ignored) == 0 &&
		    slice_eq(str_slice(&now), after))
			return true;
	}
	return false;
}

int session_finish(struct session *s, bool *moved, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct worktree_plan *files = NULL;
	struct err ignored = ERR_INIT;
	struct changes changes;
	struct oid tip;
	bool begun;

	*moved = false;
	if (s->options->base != BASE_FRESH || !s->remote.name.ptr || !repo_workdir(s->repo) ||
	    !base_local(s, &tip) || oid_eq(&tip, &s->base) ||
	    commits_between(s->repo, &tip, &s->base, arena, &changes, &ignored) != 0)
		return 0;
	begun = worktree_prepare(s->repo, s->branch.ptr, changes.items, changes.n, &files,
				 &ignored) == 0 &&
		worktree_begun(files);
	worktree_free(files);
	if (!begun && ignored.code == &CODE_busy && any_there(s, &changes)) {
		*err = ignored;
		return -1;
	}
	if (!begun)
		return 0;
	*moved = true;
	return move_branch(s, &tip, &changes, &s->base, "gcpbackend: finish", err);
}

int64_t push_clock(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void push_pause(int64_t since)
{
	enum { LEAST_MS = 40, MOST_MS = 10000 };
	int64_t most = 2 * (push_clock() - since);
	uint32_t random = 0;
	int64_t ms;
	struct timespec pause;

	most = most < LEAST_MS ? LEAST_MS : most > MOST_MS ? MOST_MS : most;
	(void)!getrandom(&random, sizeof(random), GRND_NONBLOCK);
	ms = (int64_t)(random % (uint32_t)most);
	pause = (struct timespec){ (time_t)(ms / 1000), (long)(ms % 1000) * 1000000 };
	(void)nanosleep(&pause, NULL);
}
