#include "git/branch.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "git/checked_out_internal.h"
#include "git/identity_internal.h"
#include "git/libgit2_internal.h"
#include "git/permission_internal.h"
#include "git/repo_internal.h"

#include <stdlib.h>
#include <string.h>

/* True if git accepts this name for a branch (git check-ref-format --branch). */
static bool is_branch_name(const char *name)
{
	int valid = 0;

	return git_branch_name_is_valid(&valid, name) == 0 && valid && name[0] != '-' &&
	       strcmp(name, "@") != 0;
}

/* The error of a name that is not one. */
static int fail_name(const struct repo *r, const char *name, struct err *err)
{
	return err_set(err, &CODE_no_branch, place_of(repo_where(r)),
		       "'%s' is not a valid branch name", name);
}

/* The error of a branch that is not where it was expected. */
static int fail_moved(struct repo *r, const char *name, struct err *err)
{
	return err_set(err, &CODE_moved, place_of(repo_where(r)),
		       "branch '%s' was moved by another process", name);
}

/* Refuses a symbolic ref: moving it would turn it into a branch of its own. */
static int check_direct(struct repo *r, const char *name, const char *ref, struct err *err)
{
	AUTO_GIT(reference) git_reference *found = NULL;

	if (git_reference_lookup(&found, r->git, ref) < 0 ||
	    git_reference_type(found) != GIT_REFERENCE_SYMBOLIC)
		return 0;
	(void)err_set(err, &CODE_git, place_of(repo_where(r)),
		      "branch '%s' is a symbolic ref to %s", name,
		      git_reference_symbolic_target(found));
	return err_remedy(err, "specify that branch");
}

/* The error of a branch that libgit2 did not lock or move. */
static int fail_move(struct repo *r, const char *name, const char *ref, int code, struct err *err)
{
	AUTO_STR struct str lock = STR_INIT;

	if (code == GIT_EMODIFIED || code == GIT_EEXISTS || code == GIT_ENOTFOUND)
		return fail_moved(r, name, err);
	str_addf(&lock, "%s%s.lock", git_repository_commondir(r->git), ref);
	return git_fail_lock(err, code, lock.ptr, "cannot move branch '%s'", name);
}

/* Lets others use the files of a ref, and the logs, as far as the configuration permits it. */
static void share_ref(struct repo *r, const char *ref)
{
	const char *common = git_repository_commondir(r->git);
	AUTO_STR struct str path = STR_INIT, top = STR_INIT;

	str_addf(&path, "%s%s", common, ref);
	str_addf(&top, "%srefs", common);
	permission_share_below(r, path.ptr, top.ptr);
	str_clear(&path);
	str_clear(&top);
	str_addf(&path, "%slogs/%s", common, ref);
	str_add(&top, slice_sub(slice_of(common), 0, strlen(common) - 1));
	permission_share_below(r, path.ptr, top.ptr);
	str_clear(&path);
	str_addf(&path, "%slogs/HEAD", git_repository_path(r->git));
	permission_share(r, path.ptr);
}

/*
 * Completes a ref that was written: permissions, and new directories of it and of its log, of which
 * libgit2 syncs the lowest one only.
 */
static int complete_ref(struct repo *r, const char *ref, struct err *err)
{
	static const char *const places[] = { "", "logs/" };

	share_ref(r, ref);
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

	if (branch_checked_out(r, name, &here, err) < 0)
		return -1;
	if (!here)
		return 0;
	(void)err_set(err, &CODE_checked_out, place_of(repo_where(r)), "branch '%s' is checked out",
		      name);
	return err_remedy(err, "check out another branch: git switch BRANCH");
}

int branch_move(struct repo *r, const struct branch_move *move, struct err *err)
{
	AUTO_GIT(reference) git_reference *ref = NULL;
	AUTO_GIT(signature) git_signature *who = NULL;
	AUTO_STR struct str path = STR_INIT;
	git_oid expect, to;
	int code;

	if (!is_branch_name(move->name))
		return fail_name(r, move->name, err);
	str_addf(&path, "refs/heads/%s", move->name);
	if (check_direct(r, move->name, path.ptr, err) < 0 ||
	    identity_signature(r, ROLE_COMMITTER, &who, err) < 0)
		return -1;
	if (git_repository_set_ident(r->git, who->name, who->email) < 0)
		return git_fail(err, NOWHERE, "cannot write the reflog");
	oid_to_git(move->to, &to);
	if (move->expect)
		oid_to_git(move->expect, &expect);
	code = move->expect ? git_reference_create_matching(&ref, r->git, path.ptr, &to, 1, &expect,
							    move->why) :
			      git_reference_create(&ref, r->git, path.ptr, &to, 0, move->why);
	return code == 0 ? complete_ref(r, path.ptr, err) :
			   fail_move(r, move->name, path.ptr, code, err);
}

struct branch_lock {
	struct repo *repo;
	git_transaction *tx;
	git_signature *who; /* of the reflog entry */
	struct str ref;
};

void branch_unlock(struct branch_lock *lock)
{
	if (!lock)
		return;
	git_transaction_free(lock->tx);
	git_signature_free(lock->who);
	str_release(&lock->ref);
	free(lock);
}

/* Refuses a locked branch that is not where it was expected. */
static int check_tip(const struct branch_lock *lock, const char *name, const struct oid *expect,
		     struct err *err)
{
	struct oid now;

	if (repo_branch_tip(lock->repo, name, &now, err) < 0)
		return -1;
	return oid_eq(&now, expect) ? 0 : fail_moved(lock->repo, name, err);
}

/*
 * How long to wait for the lock of another process, in ms; less than 0: forever
 * (core.filesRefLockTimeout of git-config(1)).
 */
static long lock_timeout(struct repo *r)
{
	enum { BY_DEFAULT = 100 };
	AUTO_GIT(config) git_config *config = NULL;
	int32_t set;

	if (git_repository_config_snapshot(&config, r->git) < 0 ||
	    git_config_get_int32(&set, config, "core.filesreflocktimeout") < 0)
		return BY_DEFAULT;
	return set;
}

/* Locks the ref as git does: a lock that is held is usually released soon. */
static int lock_ref(struct branch_lock *lock)
{
	enum { PAUSE_MS = 10 };
	int code = git_transaction_lock_ref(lock->tx, lock->ref.ptr);
	long most = code == GIT_ELOCKED ? lock_timeout(lock->repo) : 0;

	for (long ms = 0;
	     code == GIT_ELOCKED && (most < 0 || ms < most) && clock_sleep_ms(PAUSE_MS);
	     ms += PAUSE_MS)
		code = git_transaction_lock_ref(lock->tx, lock->ref.ptr);
	return code;
}

/* Locks the ref and checks it. The identity for the reflog comes first: it may start git. */
static int take_lock(struct branch_lock *lock, const char *name, const struct oid *expect,
		     struct err *err)
{
	int code;

	if (identity_signature(lock->repo, ROLE_COMMITTER, &lock->who, err) < 0)
		return -1;
	code = git_transaction_new(&lock->tx, lock->repo->git);
	if (code == 0)
		code = lock_ref(lock);
	if (code < 0)
		return fail_move(lock->repo, name, lock->ref.ptr, code, err);
	if (check_direct(lock->repo, name, lock->ref.ptr, err) < 0)
		return -1;
	return check_tip(lock, name, expect, err);
}

int branch_lock(struct repo *r, const char *name, const struct oid *expect,
		struct branch_lock **out, struct err *err)
{
	struct branch_lock *lock;

	if (!is_branch_name(name))
		return fail_name(r, name, err);
	lock = xzalloc(sizeof(*lock));
	lock->repo = r;
	lock->ref = (struct str)STR_INIT;
	str_addf(&lock->ref, "refs/heads/%s", name);
	if (take_lock(lock, name, expect, err) < 0) {
		branch_unlock(lock);
		return -1;
	}
	*out = lock;
	return 0;
}

int branch_finish(struct branch_lock *lock, const struct oid *to, const char *why, struct err *err)
{
	const git_signature *who = lock->who;
	int failed = 0;
	git_oid id;

	oid_to_git(to, &id);
	if (git_repository_set_ident(lock->repo->git, who->name, who->email) < 0 ||
	    git_transaction_set_target(lock->tx, lock->ref.ptr, &id, who, why) < 0 ||
	    git_transaction_commit(lock->tx) < 0)
		failed = git_fail(err, place_of(repo_where(lock->repo)), "cannot move %s",
				  lock->ref.ptr);
	if (!failed)
		failed = complete_ref(lock->repo, lock->ref.ptr, err);
	branch_unlock(lock);
	return failed;
}
