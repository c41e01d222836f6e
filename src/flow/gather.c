#include "flow/session.h"

#include "base/parallel.h"
#include "flow/host_references.h"
#include "flow/templates.h"
#include "git/history.h"

/* --- the tree ------------------------------------------------------------- */

static bool wants_name(struct slice path, void *ctx)
{
	struct session *s = ctx;

	progress_tell(&s->options->progress, "files looked at", ++s->looked, 0);
	return inventory_wants_path(s->inventory, path) && bounds_have_file(&s->bounds, path);
}

static bool wants_folder(struct slice path, void *ctx)
{
	const struct session *s = ctx;

	return bounds_have_folder(&s->bounds, path);
}

/* Asked by several threads: the inventory does not change meanwhile. */
static bool wants_bytes(struct slice path, struct slice bytes, void *ctx)
{
	const struct session *s = ctx;

	return !session_has_migration(s, path, bytes) && inventory_wants(s->inventory, path, bytes);
}

/* One file of the tree, which may matter, into the inventory. */
static int take_file(const struct tree_file *file, void *ctx, struct err *err)
{
	struct session *s = ctx;

	(void)err;
	if (file->bytes.ptr)
		session_know(
			s, &file->id,
			inventory_add(s->inventory, file->path, file->bytes, file->mode)->bytes);
	else if (file->size > MANIFEST_MAX)
		inventory_add_large(s->inventory, file->path, file->size);
	return 0;
}

void session_read_environments(struct session *s)
{
	s->here = (struct repository_id){ repo_remote_urls(s->repo, s->arena), s->branch };
	s->reach = environments_read(s->inventory, &s->here,
				     arena_printf(s->arena, "%s/x.yaml", s->migrations_dir));
}

/* Goes over the tree once. */
static int walk_tree(struct session *s, struct err *err)
{
	const struct tree_query query = { .name_wanted = wants_name,
					  .folder_wanted = wants_folder,
					  .bytes_wanted = wants_bytes,
					  .max = MANIFEST_MAX };

	return tree_search(s->repo, &s->base, &query, take_file, s, err);
}

int session_survey(struct session *s, const struct migration *m, struct err *err)
{
	s->inventory = inventory_new();
	inventory_watch(s->inventory, m);
	inventory_want_environments(s->inventory);
	do {
		if (walk_tree(s, err) < 0)
			return -1;
		inventory_parse(s->inventory, parallel_each);
	} while (!inventory_complete(s->inventory));
	inventory_set_whole(s->inventory, true);
	session_read_environments(s);
	return 0;
}

/*
 * Reads the files that matter to the selected migrations; a second time when hosts turned up that
 * other files may share.
 */
static int read_tree(struct session *s, struct err *err)
{
	inventory_want_environments(s->inventory);
	if (walk_tree(s, err) < 0)
		return -1;
	inventory_look(s->inventory, parallel_each);
	inventory_set_whole(s->inventory, true);
	progress_tell(&s->options->progress, "manifests looked at", s->looked, 0);
	s->parts = partition_new(s->inventory, s->selected.items, s->selected.n);
	partition_learn(s->parts, parallel_each);
	if (partition_ask(s->parts)) {
		if (walk_tree(s, err) < 0)
			return -1;
		inventory_look(s->inventory, parallel_each);
	}
	session_read_environments(s);
	return 0;
}

/* --- the history ---------------------------------------------------------- */

/* The commit of the last version: of many files it is the same. */
struct maker {
	struct session *s;
	struct arena *arena;
	struct commit_info info;
	char commit[41];
};

/* Who made a version. */
static int find_maker(struct maker *m, const struct oid *commit, struct err *err)
{
	if (m->arena && oid_eq(&m->info.id, commit))
		return 0;
	arena_free(m->arena);
	m->arena = arena_new();
	oid_text(commit, m->commit);
	return repo_commit_info(m->s->repo, commit, m->arena, &m->info, err);
}

/* Today's bytes are there already. */
static struct slice known_bytes(const struct oid *blob, void *ctx)
{
	return session_known(((const struct maker *)ctx)->s, blob);
}

/* One version of a file into the past. */
static int take_version(const struct version *v, void *ctx, struct err *err)
{
	struct maker *m = ctx;
	struct session *s = m->s;
	enum baselines_answer answer;

	progress_tell(&s->options->progress, "versions of manifests read", ++s->looked, 0);
	if (find_maker(m, &v->since, err) < 0)
		return -1;
	answer = baselines_version(s->baselines, v->file, v->bytes, slice_of(m->commit),
				   m->info.author);
	return answer == BASELINES_MORE      ? HISTORY_MORE :
	       answer == BASELINES_FILE_DONE ? HISTORY_ENOUGH :
					       HISTORY_STOP;
}

/* Walks the history of the manifests of all selected migrations. */
static int walk_history(struct session *s, struct err *err)
{
	struct maker maker = { .s = s };
	struct slices paths;
	int failed;

	partition_tell(s->parts, s->baselines);
	paths = baselines_paths(s->baselines);
	if (!paths.n)
		return 0;
	s->looked = 0;
	failed = history_each(s->repo, &s->base, paths.items, paths.n, known_bytes, take_version,
			      &maker, err) < 0;
	arena_free(maker.arena);
	return failed ? -1 : 0;
}

/*
 * The same; where a shallow clone ends too soon, and the remote may be asked, it is deepened first.
 */
static int walk_whole_history(struct session *s, struct err *err)
{
	int result = walk_history(s, err);

	if (result == 0 || err->code != &CODE_shallow || s->options->base != BASE_FRESH ||
	    !s->remote.name.ptr)
		return result;
	*err = (struct err)ERR_INIT;
	if (remote_deepen(s->repo, &s->remote, s->branch.ptr, 0, &s->options->way, err) < 0)
		return -1;
	baselines_free(s->baselines);
	s->baselines = baselines_new();
	return walk_history(s, err);
}

int session_read(struct session *s, struct err *err)
{
	if (s->inventory)
		return 0;
	s->inventory = inventory_new();
	s->baselines = baselines_new();
	for (size_t i = 0; i < s->selected.n; i++)
		inventory_watch(s->inventory, s->selected.items[i]);
	if (s->options->bounded)
		bounds_make(&s->bounds, s->selected.items, s->selected.n);
	return read_tree(s, err) < 0 ? -1 : walk_whole_history(s, err);
}

/* Only that there was something before is needed. */
static void forget_before(struct changes *changes)
{
	for (size_t i = 0; i < changes->n; i++)
		if (changes->items[i].before.ptr)
			changes->items[i].before = SLICE("");
}

void session_forget(struct session *s, struct plan *plan)
{
	baselines_free(s->baselines);
	partition_free(s->parts);
	s->baselines = NULL;
	s->parts = NULL;
	if (repo_workdir(s->repo))
		return;
	forget_before(&plan->changes);
	for (size_t i = 0; i < plan->n; i++)
		forget_before(&plan->steps[i].changes);
	environment_index_free(s->reach);
	inventory_free(s->inventory);
	s->reach = NULL;
	s->inventory = NULL;
}

int session_plan(struct session *s, const struct intent *intents, size_t n, struct plan *out,
		 struct err *err)
{
	struct plan_inputs in = { .inventory = NULL };
	struct host_reference *references = NULL;
	struct slice name;

	if (templates_get(s->templates_dir, SLICE("virtualservice"), s->arena, &name,
			  &in.vs_template, err) < 0)
		return -1;
	if (session_read(s, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (intents[i].direction == GO_DELETE_ENTRY &&
		    session_host_references(s, intents[i].m, &references, &in.nreferences, err) < 0)
			return -1;
	in.references = references;
	in.inventory = s->inventory;
	in.parts = s->parts;
	in.baselines = s->baselines;
	in.reach = s->reach;
	in.each = parallel_each;
	in.each_part = parallel_parts;
	in.progress = &s->options->progress;
	plan_make(out, &in, intents, n);
	progress_tell(&s->options->progress, NULL, 0, 0);
	return 0;
}
