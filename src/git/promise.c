#include "git/remote_internal.h"

#include "base/alloc.h"

#include <git2/sys/odb_backend.h>
#include <pthread.h>
#include <stdlib.h>

/*
 * Objects that a partial clone left out. git fetches what it misses from the remote that promised
 * it (promisor-remote.c), and so does this: the last backend of libgit2's database asks git for one
 * object, after which libgit2 looks again. What is known to be wanted is asked for at once.
 */
struct promise {
	git_odb_backend backend; /* the first member, as libgit2 has it */
	struct repo *repo;
	const struct remote_options *way;
	struct str remote;
	pthread_t thread; /* programs are run in this one only */
	struct err why;   /* of the first fetch that failed; no other is tried then */
	bool failed;
	size_t ahead; /* commits to look ahead when the next tree is missing */
};

enum { AHEAD_FIRST = 32, AHEAD_MOST = 1024 };

bool promise_remote(const struct repo *r, struct str *out)
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
 * Fetches objects by their names, with all trees below, without blobs that were not asked for; as
 * promisor-remote.c has it.
 */
static int fetch_objects(struct promise *p, const git_oid *ids, size_t n)
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
	AUTO_PROCESS struct process_result result = PROCESS_RESULT_INIT;
	AUTO_STR struct str input = STR_INIT;
	char hex[41];

	if (p->failed || !pthread_equal(p->thread, pthread_self()))
		return -1;
	for (size_t i = 0; i < n; i++)
		str_addf(&input, "%s\n", git_oid_tostr(hex, sizeof(hex), &ids[i]));
	p->failed =
		git_feed(p->repo, p->way, args, str_slice(&input), &result, &p->why) < 0 ||
		(result.exit_code && git_said(&remote, "fetch objects from", &result, &p->why) < 0);
	return p->failed ? -1 : 0;
}

/* libgit2 has not found the object. It looks again when it hears that it is not here either. */
static int read_promised(void **data, size_t *len, git_object_t *type, git_odb_backend *backend,
			 const git_oid *id)
{
	(void)data;
	(void)len;
	(void)type;
	(void)fetch_objects((struct promise *)backend, id, 1);
	return GIT_ENOTFOUND;
}

/* It goes with the database, which may live longer than the repository. */
static void backend_free(git_odb_backend *backend)
{
	struct promise *p = (struct promise *)backend;

	str_release(&p->remote);
	free(p);
}

int remote_keep_promises(struct repo *r, const struct remote_options *way, struct err *err)
{
	struct promise *p;
	struct str name = STR_INIT;

	if (r->promise || !promise_remote(r, &name)) {
		str_release(&name);
		return 0;
	}
	p = xzalloc(sizeof(*p));
	*p = (struct promise){ .repo = r,
			       .way = way,
			       .remote = name,
			       .thread = pthread_self(),
			       .why = ERR_INIT,
			       .ahead = AHEAD_FIRST };
	(void)git_odb_init_backend(&p->backend, GIT_ODB_BACKEND_VERSION);
	p->backend.read = read_promised;
	p->backend.free = backend_free;
	if (git_odb_add_backend(r->odb, &p->backend, 0) < 0) {
		backend_free(&p->backend);
		return git_fail(err, place_of(repo_where(r)),
				"cannot ask for the objects of a partial clone");
	}
	r->promise = p;
	return 0;
}

const struct err *promise_broken(const struct repo *r)
{
	return r->promise && r->promise->failed ? &r->promise->why : NULL;
}

/* Is it not here? */
static bool is_missing(const struct repo *r, const git_oid *id)
{
	return !git_odb_exists_ext(r->odb, id, GIT_ODB_LOOKUP_NO_REFRESH);
}

void promise_blobs(struct repo *r, const git_oid *ids, size_t n)
{
	AUTO_FREE git_oid *missing = NULL;
	size_t k = 0;

	if (!r->promise)
		return;
	missing = xrealloc_array(NULL, n + 1, sizeof(*missing));
	for (size_t i = 0; i < n; i++)
		if (is_missing(r, &ids[i]))
			missing[k++] = ids[i];
	if (k && fetch_objects(r->promise, missing, k) == 0)
		(void)git_odb_refresh(r->odb);
}

void promise_trees(struct repo *r, const git_oid *commit)
{
	AUTO_FREE git_oid *missing = NULL;
	git_oid at = *commit;
	size_t k = 0, ahead;

	if (!r->promise)
		return;
	ahead = r->promise->ahead;
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
	r->promise->ahead = ahead < AHEAD_MOST ? 2 * ahead : ahead;
	if (fetch_objects(r->promise, missing, k) == 0)
		(void)git_odb_refresh(r->odb);
}
