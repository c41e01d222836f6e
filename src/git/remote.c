#include "git/remote.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/redact.h"
#include "git/config_internal.h"
#include "git/git_command_internal.h"
#include "git/libgit2_internal.h"
#include "git/remote_internal.h"
#include "git/repo_internal.h"
#include "git/shallow_internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* --- which one ------------------------------------------------------------ */

/* Extracts the name from "remote.NAME.url". False: it is another key. */
static bool parse_key(struct slice key, struct slice *name)
{
	if (!slice_starts(key, SLICE("remote.")) || !slice_ends(key, SLICE(".url")))
		return false;
	*name = slice_sub(key, 7, key.len - 7 - 4);
	return name->len > 0;
}

/* Lists the names of all remotes, in `arena`. */
static int list_remotes(git_config *config, struct arena *arena, struct slices *out,
			struct err *err)
{
	git_config_iterator *it = NULL;
	git_config_entry *entry;
	size_t n = 0;

	*out = (struct slices){ NULL, 0 };
	for (int pass = 0; pass < 2; pass++) {
		if (git_config_iterator_new(&it, config) < 0)
			return git_fail(err, NOWHERE, "cannot read git's configuration");
		while (git_config_next(&entry, it) == 0) {
			struct slice name;

			if (!parse_key(slice_of(entry->name), &name))
				continue;
			n++;
			if (pass && !slices_have(*out, name))
				out->items[out->n++] = arena_copy(arena, name);
		}
		git_config_iterator_free(it);
		if (!pass)
			out->items = arena_array(arena, n, sizeof(*out->items));
	}
	return 0;
}

/* True if the name can be passed to git as an argument. */
static bool is_safe_name(struct slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if ((unsigned char)name.ptr[i] <= ' ' || strchr(":~^?*[\\\x7f", name.ptr[i]))
			return false;
	return name.len && name.ptr[0] != '-' && slice_find(name, SLICE("..")) == SIZE_MAX;
}

int remote_check_branch(const char *branch, struct err *err)
{
	AUTO_STR struct str ref = STR_INIT;
	int valid = 0;

	str_addf(&ref, "refs/heads/%s", branch);
	if (is_safe_name(slice_of(branch)) && git_reference_name_is_valid(&valid, ref.ptr) == 0 &&
	    valid)
		return 0;
	return err_set(err, &CODE_no_branch, NOWHERE, "'%s' is not a valid branch name", branch);
}

/* The URL of the remote for messages, in `arena`. */
static struct slice display_url(git_config *config, struct slice name, const char *key,
				struct arena *arena)
{
	AUTO_STR struct str full = STR_INIT, value = STR_INIT, shown = STR_INIT;

	str_addf(&full, "remote.%" SLICE_FMT ".%s", SLICE_ARG(name), key);
	if (!config_text(config, full.ptr, &value))
		return SLICE_NONE;
	redact_address(&shown, str_slice(&value));
	return arena_copy(arena, str_slice(&shown));
}

/* Chooses the specified remote, or that of the branch; absent: none. */
static struct slice choose_remote(git_config *config, const struct remote_query *query,
				  const struct slices *names, struct arena *arena)
{
	AUTO_STR struct str key = STR_INIT, value = STR_INIT;

	if (query->name)
		return slice_of(query->name);
	str_addf(&key, "branch.%s.remote", query->branch ? query->branch : "");
	if (query->branch && config_text(config, key.ptr, &value))
		return slice_is(str_slice(&value), ".") ? SLICE_NONE :
							  arena_copy(arena, str_slice(&value));
	if (!names->n)
		return SLICE_NONE;
	return names->n == 1 ? names->items[0] : SLICE("origin");
}

int remote_find(struct repo *r, const struct remote_query *query, struct arena *arena,
		struct remote *out, struct err *err)
{
	AUTO_GIT(config) git_config *config = NULL;
	AUTO_STR struct str list = STR_INIT, shown = STR_INIT;
	struct slices names;
	struct slice chosen;

	if (git_repository_config_snapshot(&config, r->git) < 0)
		return git_fail(err, place_of(repo_where(r)), "cannot read git's configuration");
	if (list_remotes(config, arena, &names, err) < 0)
		return -1;
	chosen = choose_remote(config, query, &names, arena);
	if (!chosen.ptr)
		return 1;
	*out = (struct remote){ .repo = r,
				.name = arena_copy(arena, chosen),
				.url = display_url(config, chosen, "url", arena) };
	if (out->url.ptr && is_safe_name(chosen))
		return 0;
	for (size_t i = 0; i < names.n; i++) {
		str_adds(&list, i ? ", " : "");
		redact_address(&list, names.items[i]);
	}
	redact_address(&shown, chosen); /* a URL is a valid name for git */
	(void)err_set(err, &CODE_no_remote, place_of(repo_where(r)), "remote '%s' does not exist",
		      shown.ptr);
	return list.len ? err_remedy(err, "use one of the configured remotes: %s", list.ptr) : -1;
}

struct slice remote_push_url(const struct remote *remote, struct arena *arena,
			     struct slice *fetched)
{
	struct slice pushed = SLICE_NONE;
	git_remote *found = NULL;

	if (git_remote_lookup(&found, remote->repo->git, remote->name.ptr) < 0)
		return SLICE_NONE;
	if (git_remote_pushurl(found) && git_remote_url(found) &&
	    strcmp(git_remote_pushurl(found), git_remote_url(found)) != 0) {
		*fetched = arena_copy(arena, slice_of(git_remote_url(found)));
		pushed = arena_copy(arena, slice_of(git_remote_pushurl(found)));
	}
	git_remote_free(found);
	return pushed;
}

/* --- what is known of it -------------------------------------------------- */

/* When FETCH_HEAD was written, as by every fetch; 0: not known. */
static long long read_fetch_time(const struct repo *r)
{
	AUTO_STR struct str path = STR_INIT;
	struct stat st;

	str_addf(&path, "%sFETCH_HEAD", git_repository_path(r->git));
	return stat(path.ptr, &st) == 0 ? (long long)st.st_mtime : 0;
}

/* Appends "refs/remotes/REMOTE/BRANCH". */
static void add_tracking(const struct remote *remote, const char *branch, struct str *out)
{
	str_addf(out, "refs/remotes/%" SLICE_FMT "/%s", SLICE_ARG(remote->name), branch);
}

int remote_tip(const struct remote *remote, const char *branch, struct oid *tip, long long *when,
	       struct err *err)
{
	struct repo *r = remote->repo;
	AUTO_STR struct str ref = STR_INIT;
	git_oid id;
	int code;

	if (remote_check_branch(branch, err) < 0)
		return -1;
	add_tracking(remote, branch, &ref);
	code = git_reference_name_to_id(&id, r->git, ref.ptr);
	if (code == GIT_ENOTFOUND)
		return 1;
	if (code < 0)
		return git_fail(err, place_of(repo_where(r)), "cannot read %s", ref.ptr);
	oid_from_git(&id, tip);
	if (when)
		*when = read_fetch_time(r);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct remote_branch *x = a, *y = b;

	return slice_cmp(x->name, y->name);
}

int remote_branches(const struct remote *remote, const char *under, struct arena *arena,
		    struct remote_branches *out, struct err *err)
{
	AUTO_FREE struct remote_branch *rows = NULL;
	AUTO_STR struct str glob = STR_INIT;
	git_reference_iterator *it = NULL;
	struct repo *r = remote->repo;
	size_t n = 0, cap = 0, prefix;
	const char *name;
	int code;

	add_tracking(remote, under, &glob);
	prefix = glob.len - strlen(under);
	str_adds(&glob, "/*");
	code = git_reference_iterator_glob_new(&it, r->git, glob.ptr);
	while (code == 0 && (code = git_reference_next_name(&name, it)) == 0) {
		git_oid id;

		if (git_reference_name_to_id(&id, r->git, name) < 0)
			continue; /* deleted in the meantime */
		ROOM(rows, n, cap);
		rows[n] = (struct remote_branch){ .name = arena_copy(arena,
								     slice_of(name + prefix)) };
		oid_from_git(&id, &rows[n++].tip);
	}
	git_reference_iterator_free(it);
	if (code != GIT_ITEROVER)
		return git_fail(err, place_of(repo_where(r)), "cannot list branches of the remote");
	*out = (struct remote_branches){ arena_array(arena, n, sizeof(*out->items)), n };
	if (n) {
		qsort(rows, n, sizeof(*rows), by_name);
		memcpy(out->items, rows, n * sizeof(*rows));
	}
	return 0;
}

bool remote_is_shallow(struct repo *r)
{
	return git_repository_is_shallow(r->git) > 0;
}

/* --- fetching ------------------------------------------------------------- */

/* True if another process held the lock of a ref: the same command can then succeed. */
static bool was_locked(const struct process_result *result)
{
	return slice_find(str_slice(&result->err), SLICE("cannot lock ref")) != SIZE_MAX ||
	       slice_find(str_slice(&result->err), SLICE("unable to update local ref")) !=
		       SIZE_MAX ||
	       slice_find(str_slice(&result->err), SLICE("shallow.lock")) != SIZE_MAX;
}

/* Runs a fetch; again if another fetch in this clone was in the way. */
static int run_fetch(const struct remote *remote, const char *const *args,
		     const struct remote_options *options, struct err *err)
{
	enum { TRIES = 8 };
	const struct git_command command = { .args = args, .options = options };
	struct repo *r = remote->repo;

	for (int try = 1;; try++) {
		AUTO_PROCESS struct process_result result = PROCESS_RESULT_INIT;

		if (git_run(r, &command, &result, err) < 0)
			return err_wrap(err, "cannot fetch from %" SLICE_FMT,
					SLICE_ARG(remote->name));
		if (result.exit_code == 0)
			return git_odb_refresh(r->odb) < 0 ?
				       git_fail(err, NOWHERE, "cannot read what was fetched") :
				       shallow_follow(r, err);
		if (try == TRIES || !was_locked(&result))
			return git_fail_remote(remote, "fetch from", &result, err);
		(void)clock_sleep_ms(20 * (int64_t)try);
	}
}

/* Makes the error of a branch that the remote does not have more exact. */
static int fail_fetch(const struct remote *remote, const char *branch, struct err *err)
{
	if (err->code != &CODE_no_branch)
		return -1;
	(void)err_set(err, &CODE_no_branch, NOWHERE, "%" SLICE_FMT " has no branch '%s'",
		      SLICE_ARG(remote->name), branch);
	return err_remedy(err, "run git push -u %" SLICE_FMT " %s, or use --offline",
			  SLICE_ARG(remote->name), branch);
}

int remote_fetch(const struct remote *remote, const char *branch,
		 const struct remote_options *options, struct oid *tip, struct err *err)
{
	AUTO_STR struct str spec = STR_INIT;
	const char *args[] = {
		"fetch",          "--quiet", "--refmap=", "--no-tags", "--no-recurse-submodules",
		remote->name.ptr, NULL,      NULL
	};
	int missing;

	if (remote_check_branch(branch, err) < 0)
		return -1;
	str_addf(&spec, "+refs/heads/%s:", branch);
	add_tracking(remote, branch, &spec);
	args[6] = spec.ptr;
	if (run_fetch(remote, args, options, err) < 0)
		return fail_fetch(remote, branch, err);
	missing = remote_tip(remote, branch, tip, NULL, err);
	return missing > 0 ?
		       err_set(err, &CODE_remote, NOWHERE,
			       "git fetched branch '%s', but its ref does not exist", branch) :
		       missing;
}

int remote_fetch_under(const struct remote *remote, const char *under,
		       const struct remote_options *options, struct err *err)
{
	AUTO_STR struct str spec = STR_INIT;
	const char *args[] = {
		"fetch",   "--quiet",        "--refmap=", "--no-tags", "--no-recurse-submodules",
		"--prune", remote->name.ptr, NULL,        NULL
	};

	if (remote_check_branch(under, err) < 0)
		return -1;
	str_addf(&spec, "+refs/heads/%s/*:", under);
	add_tracking(remote, under, &spec);
	str_adds(&spec, "/*");
	args[7] = spec.ptr;
	return run_fetch(remote, args, options, err);
}

int remote_deepen(const struct remote *remote, const char *branch, unsigned commits,
		  const struct remote_options *options, struct err *err)
{
	AUTO_STR struct str spec = STR_INIT, depth = STR_INIT;
	const char *args[] = {
		"fetch", "--quiet",        "--refmap=", "--no-tags", "--no-recurse-submodules",
		NULL,    remote->name.ptr, NULL,        NULL
	};

	if (remote_check_branch(branch, err) < 0)
		return -1;
	if (!remote_is_shallow(remote->repo))
		return 0;
	if (commits)
		str_addf(&depth, "--deepen=%u", commits);
	else
		str_adds(&depth, "--unshallow");
	str_addf(&spec, "+refs/heads/%s:", branch);
	add_tracking(remote, branch, &spec);
	args[5] = depth.ptr;
	args[7] = spec.ptr;
	return run_fetch(remote, args, options, err);
}

/* Finds a ref in the output of git ls-remote: lines of 40 digits, a tab and the name. */
static bool find_ref(struct slice output, struct slice name, struct oid *tip)
{
	struct slice line;
	git_oid id;

	while (slice_next(&output, '\n', &line))
		if (line.len == 41 + name.len && slice_eq(slice_sub(line, 41, name.len), name) &&
		    git_oid_fromstrn(&id, line.ptr, 40) == 0) {
			oid_from_git(&id, tip);
			return true;
		}
	return false;
}

int remote_ask(const struct remote *remote, const char *ref, const struct remote_options *options,
	       struct oid *tip, struct err *err)
{
	AUTO_PROCESS struct process_result result = PROCESS_RESULT_INIT;
	const char *const args[] = { "ls-remote", "--quiet", remote->name.ptr, ref, NULL };
	const struct git_command command = { .args = args, .options = options };

	if (!slice_starts(slice_of(ref), SLICE("refs/heads/")) ||
	    remote_check_branch(ref + strlen("refs/heads/"), err) < 0)
		return err_set(err, &CODE_no_branch, NOWHERE, "'%s' is not a branch", ref);
	if (git_run(remote->repo, &command, &result, err) < 0)
		return err_wrap(err, "cannot list refs of %" SLICE_FMT, SLICE_ARG(remote->name));
	if (result.exit_code)
		return git_fail_remote(remote, "list refs of", &result, err);
	return find_ref(str_slice(&result.out), slice_of(ref), tip) ? 0 : 1;
}
