#include "git/remote_head.h"

#include "git/config_internal.h"
#include "git/git_command_internal.h"
#include "git/libgit2_internal.h"
#include "git/remote_internal.h"
#include "git/repo_internal.h"

#include <string.h>

/* --- the default branch --------------------------------------------------- */

/* Appends "refs/remotes/REMOTE/", and returns its length. */
static size_t add_prefix(const struct remote *remote, struct str *out)
{
	str_addf(out, "refs/remotes/%" SLICE_FMT "/", SLICE_ARG(remote->name));
	return out->len;
}

/* Appends the name of refs/remotes/REMOTE/HEAD. */
static void add_head(const struct remote *remote, struct str *out)
{
	(void)add_prefix(remote, out);
	str_adds(out, "HEAD");
}

struct slice remote_head(const struct remote *remote, bool fetched, struct arena *arena)
{
	AUTO_GIT(reference) git_reference *head = NULL;
	AUTO_STR struct str ref = STR_INIT, prefix = STR_INIT;
	size_t len = add_prefix(remote, &prefix);
	struct slice target;
	git_oid id;

	add_head(remote, &ref);
	if (git_reference_lookup(&head, remote->repo->git, ref.ptr) < 0 ||
	    !git_reference_symbolic_target(head))
		return SLICE_NONE;
	target = slice_of(git_reference_symbolic_target(head));
	if (!slice_starts(target, str_slice(&prefix)) ||
	    (fetched && git_reference_name_to_id(&id, remote->repo->git, target.ptr) < 0))
		return SLICE_NONE;
	return arena_copy(arena, slice_sub(target, len, target.len));
}

/* Finds "ref: refs/heads/BRANCH<tab>HEAD" in the output of git ls-remote --symref. */
static struct slice find_symref(struct slice output, struct arena *arena)
{
	const struct slice before = SLICE("ref: refs/heads/"), after = SLICE("\tHEAD");
	struct slice line;

	while (slice_next(&output, '\n', &line))
		if (slice_starts(line, before) && slice_ends(line, after))
			return arena_copy(arena, slice_sub(line, before.len,
							   line.len - before.len - after.len));
	return SLICE_NONE;
}

/* Points refs/remotes/REMOTE/HEAD to the branch. It is only for later runs: errors do not matter.
 */
static void record_head(const struct remote *remote, struct slice branch)
{
	AUTO_GIT(config) git_config *config = NULL;
	AUTO_STR struct str ref = STR_INIT, target = STR_INIT, key = STR_INIT, value = STR_INIT;
	git_reference *made = NULL;
	git_repository *git = remote->repo->git;

	str_addf(&key, "remote.%" SLICE_FMT ".followremotehead", SLICE_ARG(remote->name));
	if (git_repository_config_snapshot(&config, git) < 0 ||
	    (config_text(config, key.ptr, &value) && slice_is(str_slice(&value), "never")))
		return;
	add_head(remote, &ref);
	(void)add_prefix(remote, &target);
	str_add(&target, branch);
	if (git_reference_symbolic_create(&made, git, ref.ptr, target.ptr, 1, NULL) == 0)
		git_reference_free(made);
}

int remote_ask_head(const struct remote *remote, const struct remote_options *options,
		    struct arena *arena, struct slice *branch, struct err *err)
{
	AUTO_PROCESS struct process_result result = PROCESS_RESULT_INIT;
	const char *const args[] = { "ls-remote",      "--quiet", "--symref",
				     remote->name.ptr, "HEAD",    NULL };
	const struct git_command command = { .args = args, .options = options };
	struct err ignored = ERR_INIT;

	*branch = SLICE_NONE;
	if (git_run(remote->repo, &command, &result, err) < 0)
		return err_wrap(err, "cannot fetch from %" SLICE_FMT, SLICE_ARG(remote->name));
	if (result.exit_code)
		return git_fail_remote(remote, "fetch from", &result, err);
	*branch = find_symref(str_slice(&result.out), arena);
	if (branch->ptr && remote_check_branch(branch->ptr, &ignored) < 0)
		*branch = SLICE_NONE;
	if (branch->ptr)
		record_head(remote, *branch);
	return 0;
}

struct slice remote_only_branch(const struct remote *remote, const char *except,
				struct arena *arena)
{
	AUTO_STR struct str glob = STR_INIT;
	git_reference_iterator *it = NULL;
	size_t prefix = add_prefix(remote, &glob), n = 0;
	struct slice found = SLICE_NONE, below = arena_printf(arena, "%s/", except);
	const char *name;

	str_addc(&glob, '*');
	if (git_reference_iterator_glob_new(&it, remote->repo->git, glob.ptr) < 0)
		return SLICE_NONE;
	while (n < 2 && git_reference_next_name(&name, it) == 0) {
		struct slice branch = slice_of(name + prefix);

		if (slice_is(branch, "HEAD") || slice_starts(branch, below))
			continue;
		found = arena_copy(arena, branch);
		n++;
	}
	git_reference_iterator_free(it);
	return n == 1 ? found : SLICE_NONE;
}

/* --- local branches ------------------------------------------------------- */

/* The branch of "refs/heads/BRANCH", or of just "BRANCH". */
static struct slice branch_of_ref(struct slice ref)
{
	const struct slice heads = SLICE("refs/heads/");

	return slice_starts(ref, heads) ? slice_sub(ref, heads.len, ref.len) : ref;
}

struct upstream branch_upstream(struct repo *r, const char *name, struct arena *arena)
{
	AUTO_GIT(config) git_config *config = NULL;
	AUTO_STR struct str key = STR_INIT, remote = STR_INIT, merge = STR_INIT;
	struct upstream none = { SLICE_NONE, SLICE_NONE };

	if (git_repository_config_snapshot(&config, r->git) < 0)
		return none;
	str_addf(&key, "branch.%s.remote", name);
	if (!config_text(config, key.ptr, &remote) || slice_is(str_slice(&remote), "."))
		return none;
	str_clear(&key);
	str_addf(&key, "branch.%s.merge", name);
	if (!config_text(config, key.ptr, &merge))
		return none;
	return (struct upstream){ arena_copy(arena, str_slice(&remote)),
				  arena_copy(arena, branch_of_ref(str_slice(&merge))) };
}

/* Does the local branch follow this branch of the remote? */
static bool follows(const struct remote *remote, const char *local, const char *branch,
		    struct arena *arena)
{
	struct upstream up = branch_upstream(remote->repo, local, arena);

	return up.branch.ptr && slice_eq(up.remote, remote->name) && slice_is(up.branch, branch);
}

/* The first local branch in the configuration that follows the branch; absent: none. */
static struct slice find_follower(const struct remote *remote, const char *branch,
				  struct arena *arena)
{
	AUTO_GIT(config) git_config *config = NULL;
	git_config_iterator *it = NULL;
	struct slice found = SLICE_NONE;
	git_config_entry *entry;

	if (git_repository_config_snapshot(&config, remote->repo->git) < 0 ||
	    git_config_iterator_new(&it, config) < 0)
		return found;
	while (!found.ptr && git_config_next(&entry, it) == 0) {
		struct slice key = slice_of(entry->name), name;

		if (!slice_starts(key, SLICE("branch.")) || !slice_ends(key, SLICE(".merge")) ||
		    key.len < 14 || !slice_is(branch_of_ref(slice_of(entry->value)), branch))
			continue;
		name = arena_copy(arena, slice_sub(key, 7, key.len - 7 - 6));
		if (repo_has_branch(remote->repo, name.ptr) &&
		    follows(remote, name.ptr, branch, arena))
			found = name;
	}
	git_config_iterator_free(it);
	return found;
}

struct slice branch_following(const struct remote *remote, const char *branch, struct arena *arena)
{
	AUTO_STR struct str head = STR_INIT;
	struct err ignored = ERR_INIT;

	if (repo_head_branch(remote->repo, &head, &ignored) == 0 &&
	    follows(remote, head.ptr, branch, arena))
		return arena_copy(arena, str_slice(&head));
	if (repo_has_branch(remote->repo, branch) &&
	    (!branch_upstream(remote->repo, branch, arena).branch.ptr ||
	     follows(remote, branch, branch, arena)))
		return arena_copy(arena, slice_of(branch));
	return find_follower(remote, branch, arena);
}
