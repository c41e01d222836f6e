#include "git/promisor.h"

#include "base/alloc.h"
#include "git/config_internal.h"
#include "git/git_command_internal.h"
#include "git/libgit2_internal.h"
#include "git/promisor_internal.h"
#include "git/repo_internal.h"

#include <git2/sys/odb_backend.h>
#include <pthread.h>
#include <stdlib.h>

/*
 * Objects that a partial clone left out. git fetches missing ones from the promisor remote
 * (promisor-remote.c), and so does this, which libgit2 does not: the last backend of libgit2's
 * database has git fetch an object, after which libgit2 looks again. Objects that are known to be
 * needed are fetched at once.
 */
struct promisor {
	git_odb_backend backend; /* must be the first member */
	struct repo *repo;
	const struct remote_options *options;
	struct str remote;
	pthread_t thread; /* programs are run in this one only */
	struct err why;   /* of the first fetch that failed; there is no other then */
	bool failed;
	size_t ahead; /* how many commits to look ahead when the next tree is missing */
};

enum { AHEAD_FIRST = 32, AHEAD_MOST = 1024 };

/*
 * Appends the promisor remote: extensions.partialClone, else the first with remote.NAME.promisor.
 * False: the clone is complete.
 */
static bool find_remote(const struct repo *r, struct str *out)
{
	AUTO_GIT(config) git_config *config = NULL;
	git_config_iterator *it = NULL;
	git_config_entry *entry;

	if (git_repository_config_snapshot(&config, r->git) < 0)
		return false;
	if (config_text(config, "extensions.partialclone", out))
		return true;
	if (git_config_iterator_new(&it, config) < 0)
		return false;
	while (!out->len && git_config_next(&entry, it) == 0) {
		struct slice name = slice_of(entry->name);

		if (slice_starts(name, SLICE("remote.")) && slice_ends(name, SLICE(".promisor")))
			str_add(out, slice_sub(name, 7, name.len - 16));
	}
	git_config_iterator_free(it);
	return out->len > 0;
}

/*
 * Fetches objects by their names, with all trees below, without blobs that were not asked for, as
 * in git's promisor-remote.c.
 */
static int fetch_objects(struct promisor *p, const git_oid *ids, size_t n)
{
	const char *const args[] = { "-c",
				     "fetch.negotiationAlgorithm=noop",
				     "fetch",
				     "--quiet",
				     "--no-tags",
				     "--no-write-fetch-head",
				     "--no-recurse-submodules",
				     "--filter=blob:none",
				     "--stdin",
				     p->remote.ptr,
				     NULL };
	const struct remote remote = { .name = str_slice(&p->remote) };
	struct git_command command = { .args = args, .options = p->options };
	AUTO_PROCESS struct process_result result = PROCESS_RESULT_INIT;
	AUTO_STR struct str input = STR_INIT;
	char hex[41];

	if (p->failed || !pthread_equal(p->thread, pthread_self()))
		return -1;
	for (size_t i = 0; i < n; i++)
		str_addf(&input, "%s\n", git_oid_tostr(hex, sizeof(hex), &ids[i]));
	command.input = str_slice(&input);
	p->failed = git_run(p->repo, &command, &result, &p->why) < 0 ||
		    (result.exit_code &&
		     git_fail_remote(&remote, "fetch objects from", &result, &p->why) < 0);
	return p->failed ? -1 : 0;
}

/* libgit2 did not find the object. It looks again if this does not find it, either. */
static int read_promised(void **data, size_t *len, git_object_t *type, git_odb_backend *backend,
			 const git_oid *id)
{
	(void)data;
	(void)len;
	(void)type;
	(void)fetch_objects((struct promisor *)backend, id, 1);
	return GIT_ENOTFOUND;
}

/* Called when the database is freed, which may be later than the repository. */
static void free_backend(git_odb_backend *backend)
{
	struct promisor *p = (struct promisor *)backend;

	str_release(&p->remote);
	free(p);
}

int promisor_enable(struct repo *r, const struct remote_options *options, struct err *err)
{
	struct promisor *p;
	struct str name = STR_INIT;

	if (r->promisor || !find_remote(r, &name)) {
		str_release(&name);
		return 0;
	}
	p = xzalloc(sizeof(*p));
	*p = (struct promisor){ .repo = r,
				.options = options,
				.remote = name,
				.thread = pthread_self(),
				.why = ERR_INIT,
				.ahead = AHEAD_FIRST };
	(void)git_odb_init_backend(&p->backend, GIT_ODB_BACKEND_VERSION);
	p->backend.read = read_promised;
	p->backend.free = free_backend;
	if (git_odb_add_backend(r->odb, &p->backend, 0) < 0) {
		free_backend(&p->backend);
		return git_fail(err, place_of(repo_where(r)),
				"cannot fetch objects of a partial clone");
	}
	r->promisor = p;
	return 0;
}

int promisor_renew(struct repo *r, struct err *err)
{
	const struct promisor *before = r->promisor; /* freed with the retired database */

	r->promisor = NULL;
	return before ? promisor_enable(r, before->options, err) : 0;
}

/* True if the object is missing. */
static bool is_missing(const struct repo *r, const git_oid *id)
{
	return !git_odb_exists_ext(r->odb, id, GIT_ODB_LOOKUP_NO_REFRESH);
}

void promisor_fetch_blobs(struct repo *r, const git_oid *ids, size_t n)
{
	AUTO_FREE git_oid *missing = NULL;
	size_t k = 0;

	if (!r->promisor)
		return;
	missing = xrealloc_array(NULL, n + 1, sizeof(*missing));
	for (size_t i = 0; i < n; i++)
		if (is_missing(r, &ids[i]))
			missing[k++] = ids[i];
	if (k && fetch_objects(r->promisor, missing, k) == 0)
		(void)git_odb_refresh(r->odb);
}

void promisor_fetch_trees(struct repo *r, const git_oid *commit)
{
	AUTO_FREE git_oid *missing = NULL;
	git_oid at = *commit;
	size_t k = 0, ahead;

	if (!r->promisor)
		return;
	ahead = r->promisor->ahead;
	missing = xrealloc_array(NULL, ahead, sizeof(*missing));
	for (size_t i = 0; i < ahead; i++) {
		AUTO_GIT(commit) git_commit *c = NULL;

		if (git_commit_lookup(&c, r->git, &at) < 0 ||
		    (!i && !is_missing(r, git_commit_tree_id(c))))
			break;
		if (is_missing(r, git_commit_tree_id(c)))
			missing[k++] = *git_commit_tree_id(c);
		if (!git_commit_parentcount(c))
			break;
		at = *git_commit_parent_id(c, 0);
	}
	if (!k)
		return;
	r->promisor->ahead = ahead < AHEAD_MOST ? 2 * ahead : ahead;
	if (fetch_objects(r->promisor, missing, k) == 0)
		(void)git_odb_refresh(r->odb);
}

int missing_object(const struct repo *r, struct place at, const char *what, struct err *err)
{
	AUTO_STR struct str remote = STR_INIT;

	(void)git_fail(err, at, "%s", what);
	if (r->promisor && r->promisor->failed) {
		*err = r->promisor->why;
		return err_wrap(err, "%s, which is missing in this partial clone", what);
	}
	if (!find_remote(r, &remote))
		return -1;
	(void)err_set(err, &CODE_git, at, "%s: the object is missing in this partial clone", what);
	return err_remedy(err, "run git fetch --refetch --no-filter, then run the command again");
}
