#include "flow/gather.h"

#include "inventory/carried.h"
#include "inventory/inventory_subset.h"
#include "base/parallel.h"
#include "flow/hold_search.h"
#include "flow/search_paths.h"
#include "flow/session_internal.h"
#include "flow/templates.h"
#include "gitops/build_needs.h"
#include "git/commit_read.h"
#include "git/history.h"
#include "git/tree.h"
#include "plan/owners.h"

#include <stdatomic.h>

/* Evidence that is being gathered. */
struct gathering {
	struct session *session;
	const struct fleet *fleet;
	struct evidence *evidence;
	struct search_paths paths;
	size_t count;       /* files, or versions, so far: for the progress */
	atomic_bool others; /* migrations that are not selected name a host of those that are */
};

/* --- the tree ------------------------------------------------------------- */

static bool wants_name(struct slice path, void *ctx)
{
	struct gathering *g = ctx;

	progress_report(&g->session->options.progress, "files scanned", ++g->count, 0);
	return inventory_wants_path(g->evidence->inventory, path) &&
	       search_paths_have_file(&g->paths, path);
}

static bool wants_directory(struct slice path, void *ctx)
{
	const struct gathering *g = ctx;

	return search_paths_have_directory(&g->paths, path);
}

/* Is the path the one of a migration that was read? */
static bool is_read(const struct fleet *fleet, struct slice path)
{
	for (size_t i = 0; i < fleet->n; i++)
		if (slice_eq(fleet->all[i]->path, path))
			return true;
	return false;
}

/* Called by several threads: the inventory does not change meanwhile. */
static bool wants_bytes(struct slice path, struct slice bytes, void *ctx)
{
	struct gathering *g = ctx;

	if (!inventory_wants(g->evidence->inventory, path, bytes))
		return false;
	if (!fleet_has_file(g->fleet, path, bytes))
		return true;
	if (!is_read(g->fleet, path))
		atomic_store_explicit(&g->others, true, memory_order_relaxed);
	return false;
}

/* Adds one file of the tree, which may matter, to the inventory. */
static int take_file(const struct tree_file *file, void *ctx, struct err *err)
{
	const struct gathering *g = ctx;
	struct inventory *inventory = g->evidence->inventory;

	(void)err;
	if (file->bytes.ptr)
		blobs_add(&g->session->blobs, &file->id,
			  inventory_add(inventory, file->path, file->bytes, file->mode)->bytes);
	else if (file->size > MANIFEST_MAX)
		inventory_add_large(inventory, file->path, file->size);
	return 0;
}

/* Searches the tree once. */
static int search_tree(struct gathering *g, struct err *err)
{
	const struct tree_query query = { .name_wanted = wants_name,
					  .directory_wanted = wants_directory,
					  .bytes_wanted = wants_bytes,
					  .max = MANIFEST_MAX,
					  .file = take_file,
					  .ctx = g };

	return tree_search(g->session->repo, &g->fleet->base.id, &query, err);
}

/* Files that get a host of a migration only on the way to the cluster. */
struct carried_read {
	struct evidence *evidence;
	struct carried carried;
	bool named; /* only files with one of the names are wanted */
};

static int take_carried(const struct tree_file *file, void *ctx, struct err *err)
{
	const struct carried_read *r = ctx;

	(void)err;
	if (file->bytes.ptr && carried_wants(file->bytes) &&
	    (!r->named || carried_has_name(&r->carried, file->bytes)) &&
	    !fleet_has_file(r->evidence->fleet, file->path, file->bytes))
		carried_add(r->evidence->inventory, file->path, file->bytes, file->mode);
	return 0;
}

static bool is_manifest(struct slice path, void *ctx)
{
	const struct carried_read *r = ctx;

	return inventory_wants_path(r->evidence->inventory, path);
}

/* Reads the files of a list. */
static void read_carried_files(struct carried_read *r, const struct slices *files)
{
	const struct base_commit *base = &r->evidence->fleet->base;
	struct err ignored = ERR_INIT;

	for (size_t i = 0; i < files->n; i++) {
		AUTO_ARENA struct arena *arena = arena_new();
		const struct commit_path at = { &base->id, files->items[i].ptr, MANIFEST_MAX };
		struct tree_file file;

		if (tree_find(base->session->repo, &at, arena, &file, &ignored) == 0)
			(void)take_carried(&file, r, &ignored);
	}
}

/* Reads all these files. */
static void read_carried(struct evidence *e)
{
	const struct base_commit *base = &e->fleet->base;
	struct arena *arena = base->session->arena;
	struct carried_read r = { .evidence = e };
	struct err ignored = ERR_INIT;

	r.carried = carried_files(e->inventory, e->environments, arena);
	read_carried_files(&r, &r.carried.files);
	for (size_t i = 0; i < r.carried.directories.n; i++) {
		const struct tree_query query = {
			.under = arena_copy(arena, r.carried.directories.items[i]).ptr,
			.name_wanted = is_manifest,
			.max = MANIFEST_MAX,
			.file = take_carried,
			.ctx = &r
		};

		(void)tree_search(base->session->repo, &base->id, &query, &ignored);
	}
	r.named = true;
	read_carried_files(&r, &r.carried.named);
	carried_release(&r.carried);
}

/*
 * Reads the files with patches that decide what environments make of the manifests. Files that
 * cannot be read are missing then, and what they change is not known.
 */
static void read_patches(struct evidence *e)
{
	struct session *s = e->fleet->base.session;
	size_t n, ncarried;
	struct source *const *sources = inventory_sources(e->inventory, &n);
	struct source *const *carried = carried_sources(e->inventory, &ncarried);
	struct slices paths = { arena_array(s->arena, n + ncarried, sizeof(struct slice)), 0 };

	for (size_t i = 0; i < n; i++)
		if (!sources[i]->common)
			paths.items[paths.n++] = sources[i]->path;
	for (size_t i = 0; i < ncarried; i++)
		paths.items[paths.n++] = carried[i]->path;
	paths = build_needs(e->environments, paths, s->arena);
	for (size_t i = 0; i < paths.n; i++) {
		const struct commit_path at = { &e->fleet->base.id, paths.items[i].ptr,
						MANIFEST_MAX };
		struct tree_file file;
		struct err ignored = ERR_INIT;

		if (inventory_find(e->inventory, paths.items[i]) ||
		    tree_find(s->repo, &at, s->arena, &file, &ignored) != 0 || !file.bytes.ptr)
			continue;
		if (carried_wants(file.bytes))
			carried_add(e->inventory, file.path, file.bytes, file.mode);
		else
			inventory_add_parsed(e->inventory, file.path, file.bytes, file.mode);
	}
}

void gather_environments(struct evidence *evidence)
{
	const struct base_commit *base = &evidence->fleet->base;
	struct session *s = base->session;
	struct repository_id *id = arena_alloc(s->arena, sizeof(*id));

	*id = (struct repository_id){ repo_remote_urls(s->repo, s->arena), base->branch };
	evidence->environments = environments_read(
		evidence->inventory, id, arena_printf(s->arena, "%s/x.yaml", s->migrations_dir));
	read_carried(evidence);
	read_patches(evidence);
}

/*
 * Reads the files that matter to the selected migrations; a second time if hosts turned up that
 * other files may share.
 */
static int read_tree(struct gathering *g, struct err *err)
{
	struct evidence *e = g->evidence;

	inventory_want_environments(e->inventory);
	if (search_tree(g, err) < 0)
		return -1;
	inventory_scan(e->inventory, parallel_each);
	inventory_set_whole(e->inventory, true);
	progress_report(&g->session->options.progress, "manifests scanned", g->count, 0);
	e->partition = partition_new(e->inventory, g->fleet->selected.items, g->fleet->selected.n);
	partition_read_manifests(e->partition, parallel_each);
	if (partition_add_related(e->partition)) {
		if (search_tree(g, err) < 0)
			return -1;
		inventory_scan(e->inventory, parallel_each);
	}
	gather_environments(e);
	return 0;
}

/* Makes the empty evidence of a fleet. Released with evidence_release. */
static int begin_evidence(struct evidence *e, struct err *err)
{
	struct session *s = e->fleet->base.session;
	struct template_text template;

	if (templates_get(s->options.templates_dir, SLICE("virtualservice"), s->arena, &template,
			  err) < 0)
		return -1;
	e->vs_template = template.bytes;
	e->inventory = inventory_new();
	e->baselines = baselines_new();
	return 0;
}

/*
 * For how many commits before a file was added an older one of its name is searched: the file may
 * have been deleted for a while. It must not take noticeable time for a new file.
 */
enum { HISTORY_GAP = 1000 };

/* --- the history ---------------------------------------------------------- */

/* The author of the last version: many files have the same. */
struct version_author {
	struct gathering *gathering;
	struct walked_history *walked;
	struct arena *arena;
	struct commit_info info;
	char commit[41];
};

/* Reads who made a version. */
static int find_author(struct version_author *a, const struct oid *commit, struct err *err)
{
	if (a->arena && oid_eq(&a->info.id, commit))
		return 0;
	arena_free(a->arena);
	a->arena = arena_new();
	oid_text(commit, a->commit);
	return commit_read_info(a->gathering->session->repo, commit, a->arena, &a->info, err);
}

/* The bytes of blobs that the tree has were read already. */
static struct slice known_bytes(const struct oid *blob, void *ctx)
{
	const struct version_author *a = ctx;

	return blobs_find(&a->gathering->session->blobs, blob);
}

/* Adds one version of a file to the baselines. */
static int take_version(const struct file_version *v, void *ctx, struct err *err)
{
	struct version_author *a = ctx;
	struct gathering *g = a->gathering;
	enum baselines_answer answer;

	progress_report(&g->session->options.progress, "versions of manifests read", ++g->count, 0);
	if (find_author(a, &v->since, err) < 0)
		return -1;
	walked_history_add(a->walked, v->path, v->file, g->session->arena);
	answer =
		baselines_add_version(g->evidence->baselines, v->file, v->bytes,
				      &(struct version_commit){ slice_of(a->commit), a->info.author,
								a->info.parents > 1 });
	return answer == BASELINES_MORE      ? HISTORY_MORE :
	       answer == BASELINES_FILE_DONE ? HISTORY_ENOUGH :
					       HISTORY_STOP;
}

/* Walks the history of the manifests of all selected migrations. */
static int walk_history(struct gathering *g, struct err *err)
{
	struct baselines *baselines = g->evidence->baselines;
	struct walked_history walked = { .n = 0 };
	struct version_author author = { .gathering = g, .walked = &walked };
	struct slices paths;
	int failed;

	partition_want_baselines(g->evidence->partition, baselines);
	paths = baselines_paths(baselines);
	if (!paths.n)
		return 0;
	g->count = 0;
	for (size_t i = 0; i < paths.n; i++)
		walked_history_add(&walked, paths.items[i], i, g->session->arena);
	failed = history_each(g->session->repo,
			      &(struct history_query){ &g->fleet->base.id, paths.items, paths.n,
						       known_bytes, take_version, &author,
						       HISTORY_GAP, &walked.line },
			      err) < 0;
	arena_free(author.arena);
	failed = failed || hold_search(g->fleet, &walked, baselines, err) < 0;
	walked_history_release(&walked);
	return failed ? -1 : 0;
}

/* The same; a shallow clone that ends too early is deepened first, if the session fetches. */
static int walk_whole_history(struct gathering *g, struct err *err)
{
	struct session *s = g->session;
	const struct base_commit *base = &g->fleet->base;
	int result = walk_history(g, err);

	if (result == 0 || err->code != &CODE_shallow || s->options.base != BASE_FRESH ||
	    !base->remote.name.ptr)
		return result;
	*err = (struct err)ERR_INIT;
	if (remote_deepen(&base->remote, base->branch.ptr, 0, &s->remote, err) < 0)
		return -1;
	baselines_free(g->evidence->baselines);
	g->evidence->baselines = baselines_new();
	return walk_history(g, err);
}

/*
 * Finds which migrations move which routes. Where only some were read, all are if another one names
 * a host of theirs.
 */
static void find_owners(struct gathering *g)
{
	struct evidence *e = g->evidence;
	const struct fleet *fleet = g->fleet;
	struct err ignored = ERR_INIT;

	if (fleet->named && !g->others)
		return;
	if (fleet->named && fleet_open_at(g->session, &fleet->base.id, NULL, &e->all, &ignored) < 0)
		return;
	fleet = fleet->named ? &e->all : fleet;
	e->owners = owners_new(fleet->all, fleet->n);
}

int gather_around(const struct fleet *fleet, const struct migration *m, struct evidence *out,
		  struct err *err)
{
	struct session *s = fleet->base.session;
	struct evidence evidence = { .fleet = fleet };
	struct gathering g = { .session = s, .fleet = fleet, .evidence = &evidence };

	if (begin_evidence(&evidence, err) < 0)
		return -1;
	inventory_watch(evidence.inventory, m);
	inventory_want_environments(evidence.inventory);
	do {
		if (search_tree(&g, err) < 0) {
			evidence_release(&evidence);
			return -1;
		}
		inventory_parse(evidence.inventory, parallel_each);
	} while (!inventory_complete(evidence.inventory));
	inventory_set_whole(evidence.inventory, true);
	gather_environments(&evidence);
	find_owners(&g);
	*out = evidence;
	return 0;
}

int gather_evidence(const struct fleet *fleet, struct evidence *out, struct err *err)
{
	struct evidence evidence = { .fleet = fleet };
	struct session *s = fleet->base.session;
	struct gathering g = { .session = s, .fleet = fleet, .evidence = &evidence };
	int failed;

	if (begin_evidence(&evidence, err) < 0)
		return -1;
	for (size_t i = 0; i < fleet->selected.n; i++)
		inventory_watch(evidence.inventory, fleet->selected.items[i]);
	if (s->options.within_search)
		search_paths_make(&g.paths, fleet->selected.items, fleet->selected.n,
				  slice_of(s->migrations_dir));
	failed = read_tree(&g, err) < 0 || walk_whole_history(&g, err) < 0;
	search_paths_release(&g.paths);
	if (failed) {
		evidence_release(&evidence);
		return -1;
	}
	find_owners(&g);
	*out = evidence;
	return 0;
}

/* --- the end -------------------------------------------------------------- */

/* Of the bytes before, only whether there are any matters from now on. */
static void drop_bytes_before(struct changes *changes)
{
	for (size_t i = 0; i < changes->n; i++)
		if (changes->items[i].before.ptr)
			changes->items[i].before = SLICE("");
}

/* Frees files and environments. The blobs of the session refer to bytes of the files. */
static void release_files(struct evidence *evidence)
{
	if (evidence->inventory)
		blobs_release(&evidence->fleet->base.session->blobs);
	environment_index_free(evidence->environments);
	inventory_free(evidence->inventory);
	evidence->environments = NULL;
	evidence->inventory = NULL;
}

/* Frees what the history and the partition hold. */
static void release_planning(struct evidence *evidence)
{
	baselines_free(evidence->baselines);
	partition_free(evidence->partition);
	evidence->baselines = NULL;
	evidence->partition = NULL;
	owners_free(evidence->owners);
	evidence->owners = NULL;
	fleet_release(&evidence->all);
}

void evidence_trim(struct evidence *evidence, struct plan *plan)
{
	release_planning(evidence);
	if (repo_workdir(evidence->fleet->base.session->repo))
		return;
	drop_bytes_before(&plan->changes);
	for (size_t i = 0; i < plan->n; i++)
		drop_bytes_before(&plan->steps[i].changes);
	release_files(evidence);
}

void evidence_release(struct evidence *evidence)
{
	release_planning(evidence);
	release_files(evidence);
}
