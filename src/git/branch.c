#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "git/commit.h"
#include "git/internal.h"

#include <stdlib.h>
#include <string.h>

/* Is this a name that git takes for a branch (git check-ref-format --branch)? */
static bool branch_name_valid(const char *name)
{
	int valid = 0;

	return git_branch_name_is_valid(&valid, name) == 0 && valid && name[0] != '-' &&
	       strcmp(name, "@") != 0;
}

/* The branch is somewhere else than expected. */
static int moved(struct repo *r, const char *name, struct err *err)
{
	return err_set(err, &CODE_moved, place_of(repo_where(r)),
		       "the branch '%s' was moved by somebody else meanwhile", name);
}

/* Refuses another name of a branch: moving it would make a branch of its own out of it. */
static int check_direct(struct repo *r, const char *name, const char *ref, struct err *err)
{
	AUTO_GIT(reference) git_reference *found = NULL;

	if (git_reference_lookup(&found, r->git, ref) < 0 ||
	    git_reference_type(found) != GIT_REFERENCE_SYMBOLIC)
		return 0;
	(void)err_set(err, &CODE_git, place_of(repo_where(r)),
		      "the branch '%s' is only another name of %s", name,
		      git_reference_symbolic_target(found));
	return err_remedy(err, "name that one");
}

/* Says why libgit2 did not move it. */
static int move_error(struct repo *r, const char *name, const char *ref, int code, struct err *err)
{
	AUTO_STR struct str lock = STR_INIT;

	if (code == GIT_EMODIFIED || code == GIT_EEXISTS || code == GIT_ENOTFOUND)
		return moved(r, name, err);
	str_addf(&lock, "%s%s.lock", git_repository_commondir(r->git), ref);
	return git_fail_lock(err, code, lock.ptr, "cannot move the branch '%s'", name);
}

/* New folders of a ref and of its log: libgit2 syncs the lowest one. */
static int sync_ref(struct repo *r, const char *ref, struct err *err)
{
	static const char *const places[] = { "", "logs/" };

	for (size_t i = 0;
	     i < sizeof(places) / sizeof(places[0]) && strchr(ref + strlen("refs/heads/"), '/');
	     i++) {
		AUTO_STR struct str path = STR_INIT, top = STR_INIT;

		str_addf(&path, "%s%s%s", git_repository_commondir(r->git), places[i], ref);
		str_addf(&top, "%s%srefs/heads", git_repository_commondir(r->git), places[i]);
		if (files_sync((const char *const[]){ path.ptr }, 1, top.ptr, err) < 0)
			return -1;
	}
	return 0;
}

int branch_check_unused(struct repo *r, const char *name, struct err *err)
{
	bool here = false;

	if (checkouts_find(r, name, &here, err) < 0)
		return -1;
	if (!here)
		return 0;
	(void)err_set(err, &CODE_checked_out, place_of(repo_where(r)),
		      "the branch '%s' is checked out", name);
	return err_remedy(err, "check out another branch: git switch BRANCH");
}

int branch_move(struct repo *r, const char *name, const struct oid *expect, const struct oid *to,
		const char *why, struct err *err)
{
	AUTO_GIT(reference) git_reference *ref = NULL;
	AUTO_GIT(signature) git_signature *who = NULL;
	AUTO_STR struct str path = STR_INIT;
	git_oid old, new;
	int code;

	if (!branch_name_valid(name))
		return err_set(err, &CODE_no_branch, place_of(repo_where(r)),
			       "'%s' is not a name for a branch", name);
	str_addf(&path, "refs/heads/%s", name);
	if (check_direct(r, name, path.ptr, err) < 0 || identity(r, false, &who, err) < 0)
		return -1;
	if (git_repository_set_ident(r->git, who->name, who->email) < 0)
		return git_fail(err, NOWHERE, "the reflog cannot be written");
	oid_to_git(to, &new);
	if (expect)
		oid_to_git(expect, &old);
	code = expect ? git_reference_create_matching(&ref, r->git, path.ptr, &new, 1, &old, why) :
			git_reference_create(&ref, r->git, path.ptr, &new, 0, why);
	return code == 0 ? sync_ref(r, path.ptr, err) : move_error(r, name, path.ptr, code, err);
}

struct branch_lock {
	struct repo *repo;
	git_transaction *tx;
	struct str ref;
};

void branch_unlock(struct branch_lock *lock)
{
	if (!lock)
		return;
	git_transaction_free(lock->tx);
	str_release(&lock->ref);
	free(lock);
}

/* Is the locked branch where it is expected? */
static int check_place(const struct branch_lock *lock, const char *name, const struct oid *expect,
		       struct err *err)
{
	struct oid now;

	if (repo_branch_tip(lock->repo, name, &now, err) < 0)
		return -1;
	return oid_eq(&now, expect) ? 0 : moved(lock->repo, name, err);
}

/*
 * How long a lock of somebody else is waited for, in ms; less than 0: for ever
 * (core.filesRefLockTimeout of git-config(1)).
 */
static long patience(struct repo *r)
{
	enum { BY_DEFAULT = 100 };
	AUTO_GIT(config) git_config *config = NULL;
	int32_t set;

	if (git_repository_config_snapshot(&config, r->git) < 0 ||
	    git_config_get_int32(&set, config, "core.filesreflocktimeout") < 0)
		return BY_DEFAULT;
	return set;
}

/* Locks the ref as git does: one that somebody has is mostly given back soon. */
static int lock_ref(struct branch_lock *lock)
{
	enum { PAUSE_MS = 10 };
	int code = git_transaction_lock_ref(lock->tx, lock->ref.ptr);
	long most = code == GIT_ELOCKED ? patience(lock->repo) : 0;

	for (long ms = 0;
	     code == GIT_ELOCKED && (most < 0 || ms < most) && clock_sleep_ms(PAUSE_MS);
	     ms += PAUSE_MS)
		code = git_transaction_lock_ref(lock->tx, lock->ref.ptr);
	return code;
}

int branch_lock(struct repo *r, const char *name, const struct oid *expect,
		struct branch_lock **out, struct err *err)
{
	struct branch_lock *lock;
	int code;

	if (!branch_name_valid(name))
		return err_set(err, &CODE_no_branch, place_of(repo_where(r)),
			       "'%s' is not a name for a branch", name);
	lock = xzalloc(sizeof(*lock));
	lock->repo = r;
	lock->ref = (struct str)STR_INIT;
	str_addf(&lock->ref, "refs/heads/%s", name);
	code = git_transaction_new(&lock->tx, r->git);
	if (code == 0)
		code = lock_ref(lock);
	if (code < 0)
		(void)move_error(r, name, lock->ref.ptr, code, err);
	if (code < 0 || check_direct(r, name, lock->ref.ptr, err) < 0 ||
	    check_place(lock, name, expect, err) < 0) {
		branch_unlock(lock);
		return -1;
	}
	*out = lock;
	return 0;
}

int branch_finish(struct branch_lock *lock, const struct oid *to, const char *why, struct err *err)
{
	AUTO_GIT(signature) git_signature *who = NULL;
	git_oid new;
	int failed = identity(lock->repo, false, &who, err);

	oid_to_git(to, &new);
	if (!failed && (git_repository_set_ident(lock->repo->git, who->name, who->email) < 0 ||
			git_transaction_set_target(lock->tx, lock->ref.ptr, &new, who, why) < 0 ||
			git_transaction_commit(lock->tx) < 0))
		failed = git_fail(err, place_of(repo_where(lock->repo)), "cannot move %s",
				  lock->ref.ptr);
	if (!failed)
		failed = sync_ref(lock->repo, lock->ref.ptr, err);
	branch_unlock(lock);
	return failed;
}
