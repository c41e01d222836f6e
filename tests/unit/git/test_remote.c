/*
 * Remotes: found as git finds them; fetched from and pushed to by git, judged by git.
 */
#include "git/push.h"

#include "base/alloc.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(remote, .init = scratch_enter, .fini = scratch_leave);

static const struct remote_options way = { .timeout_ms = 20000 };

/* A repository with one commit in "here", and a bare clone of it, its remote. */
static void new_pair(void)
{
	cr_assert_eq(mkdir("here", 0755), 0);
	cr_assert_eq(chdir("here"), 0);
	new_repo();
	put("a.yaml", "a: 1\n");
	commit_all("first");
	git("clone", "-q", "--bare", ".", "../there.git", NULL);
	git("remote", "add", "origin", "../there.git", NULL);
}

/* A new commit on a branch of the remote, made by another clone. */
static struct oid commit_there(const char *branch)
{
	AUTO_STR struct str ref = STR_INIT;
	char *id = git_output("-C", "../there.git", "commit-tree", "-p", "main", "-m", branch,
			      "main^{tree}", NULL);
	struct oid out;

	str_addf(&ref, "refs/heads/%s", branch);
	git("-C", "../there.git", "update-ref", ref.ptr, id, NULL);
	git("fetch", "-q", "../there.git", ref.ptr, NULL);
	out = oid_at(id);
	free(id);
	return out;
}

/* What remote_find finds: the name, "-" for none, or the error's code. */
static const char *found(const char *branch, const char *name)
{
	static char text[64];
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_REPO struct repo *r = open_here();
	struct err err = ERR_INIT;
	struct remote remote;
	int result = remote_find(r, &(struct remote_query){ branch, name }, arena, &remote, &err);

	(void)snprintf(text, sizeof(text), "%s",
		       result < 0 ? err.code->id :
		       result     ? "-" :
				    remote.name.ptr);
	return text;
}

Test(remote, is_found)
{
	new_repo();
	cr_expect_str_eq(found("main", NULL), "-");
	git("remote", "add", "up.stream", "https://u:p@host/x.git", NULL);
	cr_expect_str_eq(found("main", NULL), "up.stream");
	git("remote", "add", "origin", "../there.git", NULL);
	cr_expect_str_eq(found("main", NULL), "origin");
	cr_expect_str_eq(found("main", "up.stream"), "up.stream");
	git("config", "branch.main.remote", "up.stream", NULL);
	cr_expect_str_eq(found("main", NULL), "up.stream");
	cr_expect_str_eq(found("other", NULL), "origin");
	git("config", "branch.main.remote", ".", NULL);
	cr_expect_str_eq(found("main", NULL), "-");
	cr_expect_str_eq(found("main", "missing"), CODE_no_remote.id);
	cr_expect_str_eq(found("main", "--upload-pack=x"), CODE_no_remote.id);
	cr_expect_str_eq(found("main", "https://host/x.git"), CODE_no_remote.id);
	git("config", "remote.-x.url", "y", NULL);
	cr_expect_str_eq(found("main", "-x"), CODE_no_remote.id);
}

/* Opens the repository and finds the remote. */
#define WITH_REMOTE                                                                                \
	AUTO_ARENA struct arena *arena = arena_new();                                              \
	AUTO_REPO struct repo *r = open_here();                                                    \
	struct err err = ERR_INIT;                                                                 \
	struct remote remote;                                                                      \
	cr_assert_eq(remote_find(r, &(struct remote_query){ "main", NULL }, arena, &remote, &err), \
		     0, "%s", err.reason)

Test(remote, is_fetched)
{
	struct oid tip, there;

	new_pair();
	WITH_REMOTE;
	cr_expect_eq(remote_tip(&remote, "main", &tip, NULL, &err), 1);
	cr_assert_eq(remote_fetch(&remote, "main", &way, &tip, &err), 0, "%s", err.reason);
	there = oid_at("main");
	cr_expect(oid_eq(&tip, &there));
	there = commit_there("main");
	cr_assert_eq(remote_fetch(&remote, "main", &way, &tip, &err), 0, "%s", err.reason);
	cr_expect(oid_eq(&tip, &there));
	cr_expect_eq(remote_tip(&remote, "main", &tip, NULL, &err), 0);
	cr_expect(oid_eq(&tip, &there));
}

Test(remote, fetch_refusals)
{
	static const char *const names[] = {
		"-x", "--upload-pack=x", "a..b", "x:y", "+x", "", "a b", "x\n", "refs/*"
	};
	struct oid tip;

	new_pair();
	WITH_REMOTE;
	cr_expect_eq(remote_fetch(&remote, "topic", &way, &tip, &err), -1);
	expect_err(err, no_branch, "origin has no branch 'topic'");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		err = (struct err)ERR_INIT;
		cr_expect_eq(remote_fetch(&remote, names[i], &way, &tip, &err), -1, "%s", names[i]);
		cr_expect_eq(err.code, &CODE_no_branch, "%s: %s", names[i], err.reason);
	}
	git("remote", "set-url", "origin", "../nowhere.git", NULL);
	err = (struct err)ERR_INIT;
	cr_expect_eq(remote_fetch(&remote, "main", &way, &tip, &err), -1);
	expect_err(err, remote_unreachable, "does not appear to be a git repository");
}

/* Pushes one ref and gives what became of it. */
static enum push_result push_one(const struct remote *remote, const struct oid *expect,
				 const struct oid *to, struct arena *arena)
{
	struct push push = { .ref = "refs/heads/main", .expect = expect, .to = to };
	struct err err = ERR_INIT;

	cr_assert_eq(
		push_refs(remote, &(struct pushes){ &push, 1, { NULL, 0 } }, &way, arena, &err), 0,
		"%s", err.reason);
	return push.result;
}

Test(remote, is_pushed_to_by_compare_and_swap)
{
	struct oid first, second, theirs;

	new_pair();
	first = oid_at("main");
	put("a.yaml", "a: 2\n");
	commit_all("second");
	second = oid_at("main");
	WITH_REMOTE;
	cr_expect_eq(push_one(&remote, NULL, &second, arena), PUSH_RACED, "it exists");
	cr_expect_eq(push_one(&remote, &second, &first, arena), PUSH_SAME);
	cr_expect_eq(push_one(&remote, &first, &second, arena), PUSH_DONE);
	cr_expect_eq(push_one(&remote, &first, &second, arena), PUSH_SAME);
	theirs = commit_there("main");
	cr_expect_eq(push_one(&remote, &first, &second, arena), PUSH_RACED);
	cr_expect_eq(push_one(&remote, &theirs, &second, arena), PUSH_DONE,
		     "what is expected may be replaced");
	cr_expect_eq(push_one(&remote, &second, NULL, arena), PUSH_REFUSED,
		     "it is the current branch there");
	git("-C", "../there.git", "config", "receive.denyDeleteCurrent", "ignore", NULL);
	cr_expect_eq(push_one(&remote, &first, NULL, arena), PUSH_RACED);
	cr_expect_eq(push_one(&remote, &second, NULL, arena), PUSH_DONE);
	cr_expect_neq(git_code("-C", "../there.git", "rev-parse", "-q", "--verify", "main", NULL),
		      0);
}

Test(remote, says_why_it_was_refused)
{
	struct oid first, second;
	struct push push = { .ref = "refs/heads/main", .expect = &first, .to = &second };

	new_pair();
	first = oid_at("main");
	commit_all("second");
	put("../there.git/hooks/pre-receive", "#!/bin/sh\necho no >&2\nexit 1\n");
	cr_assert_eq(chmod("../there.git/hooks/pre-receive", 0755), 0);
	put("a.yaml", "a: 3\n");
	commit_all("third");
	second = oid_at("main");
	WITH_REMOTE;
	cr_assert_eq(
		push_refs(&remote, &(struct pushes){ &push, 1, { NULL, 0 } }, &way, arena, &err),
		0);
	cr_expect_eq(push.result, PUSH_REFUSED);
	cr_expect(slice_is(push.why, "pre-receive hook declined"));
}

Test(remote, branches_below_a_directory)
{
	struct remote_branches rows;
	struct oid tip;

	new_pair();
	(void)commit_there("gcpbackend/web/25");
	(void)commit_there("gcpbackend/web/10");
	(void)commit_there("other");
	WITH_REMOTE;
	cr_assert_eq(remote_fetch_under(&remote, "gcpbackend", &way, &err), 0, "%s", err.reason);
	cr_assert_eq(remote_branches(&remote, "gcpbackend", arena, &rows, &err), 0);
	cr_assert_eq(rows.n, 2);
	cr_expect(slice_is(rows.items[0].name, "gcpbackend/web/10") &&
		  slice_is(rows.items[1].name, "gcpbackend/web/25"));
	git("-C", "../there.git", "branch", "-D", "gcpbackend/web/10", NULL);
	cr_assert_eq(remote_fetch_under(&remote, "gcpbackend", &way, &err), 0);
	cr_assert_eq(remote_branches(&remote, "gcpbackend", arena, &rows, &err), 0);
	cr_expect_eq(rows.n, 1);
	cr_expect_eq(remote_tip(&remote, "other", &tip, NULL, &err), 1,
		     "other branches are left alone");
}

Test(remote, is_asked)
{
	struct oid tip, there;

	new_pair();
	WITH_REMOTE;
	there = commit_there("main");
	cr_expect_eq(remote_ask(&remote, "refs/heads/main", &way, &tip, &err), 0, "%s", err.reason);
	cr_expect(oid_eq(&tip, &there));
	cr_expect_eq(remote_ask(&remote, "refs/heads/topic", &way, &tip, &err), 1);
	cr_expect_eq(remote_ask(&remote, "HEAD", &way, &tip, &err), -1);
}

Test(remote, shallow_clones_are_deepened)
{
	struct oid tip;

	new_pair();
	(void)commit_there("main");
	cr_assert_eq(chdir(".."), 0);
	git("clone", "-q", "--depth=1", "--no-local", "there.git", "thin", NULL);
	cr_assert_eq(chdir("thin"), 0);
	WITH_REMOTE;
	cr_expect(remote_is_shallow(r));
	cr_assert_eq(remote_deepen(&remote, "main", 0, &way, &err), 0, "%s", err.reason);
	cr_expect_not(remote_is_shallow(r));
	expect_git("2", "rev-list", "--count", "origin/main");
	cr_expect_eq(remote_deepen(&remote, "main", 0, &way, &err), 0, "nothing to do");
	cr_expect_eq(remote_fetch(&remote, "main", &way, &tip, &err), 0);
}

Test(remote, needs_git)
{
	AUTO_FREE char *path = strdup(getenv("PATH"));
	struct oid tip;

	new_pair();
	WITH_REMOTE;
	cr_assert_eq(setenv("PATH", scratch_directory(), 1), 0);
	cr_expect_eq(remote_fetch(&remote, "main", &way, &tip, &err), -1);
	expect_err(err, program_missing, "git");
	cr_assert_eq(setenv("PATH", path, 1), 0);
}
