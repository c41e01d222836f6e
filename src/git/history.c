#include "git/history.h"

#include "base/alloc.h"
#include "base/file.h"
#include "git/commit_links_internal.h"
#include "git/commit_read_internal.h"
#include "git/tracked_files_internal.h"
#include "git/libgit2_internal.h"
#include "git/promisor_internal.h"
#include "git/rename_internal.h"
#include "git/repo_internal.h"
#include "git/shallow_internal.h"

#include <stdlib.h>
#include <string.h>

struct history_walk {
	struct repo *repo;
	const struct history_query *query;
	struct tracked_files *follow;
	struct tracked_file *files; /* as many as the query has paths */
	size_t live;
	struct tracked_file **gaps; /* files in a gap, in the order in which they end; some are
				       not any more */
	size_t first_gap, ngaps, gaps_cap;
	size_t walked;             /* commits */
	struct oid at;             /* the commit of the walk */
	struct commit_links links; /* its tree and parents */
	struct arena *arena;       /* of these */
	struct err *err;
	bool stop;
};

/* Ends a file's walk. */
static void end_file(struct history_walk *w, struct tracked_file *f)
{
	if (!f->live)
		return;
	f->live = false;
	w->live--;
	tracked_files_end(w->follow, f);
}

/* Calls the visitor, and does what it answers. */
static int visit_version(struct history_walk *w, struct tracked_file *f,
			 const struct file_version *v)
{
	int answer = w->query->visit(v, w->query->ctx, w->err);

	w->stop = w->stop || answer == HISTORY_STOP;
	if (answer != HISTORY_MORE)
		end_file(w, f);
	return answer < 0 ? -1 : 0;
}

/* Visits the version that was followed up to the commit of the walk, which wrote it. */
static int visit_current(struct history_walk *w, struct tracked_file *f)
{
	struct file_version v = { .file = f->number,
				  .commit = f->newest,
				  .since = w->at,
				  .path = f->path,
				  .mode = f->mode };
	struct place at = { f->path, 0, 0 };
	git_odb_object *object = NULL;
	git_object_t type;
	struct oid blob;
	size_t size;
	int failed;

	oid_from_git(&f->id, &blob);
	if (w->query->known)
		v.bytes = w->query->known(&blob, w->query->ctx);
	if (v.bytes.ptr)
		return visit_version(w, f, &v);
	if (git_odb_read_header(&size, &type, w->repo->odb, &f->id) < 0)
		return missing_object(w->repo, at, "cannot read an older version", w->err);
	if (size > FILE_MAX)
		return err_set(w->err, &CODE_too_large, at,
			       "an older version is larger than %zu bytes", FILE_MAX);
	if (git_odb_read(&object, w->repo->odb, &f->id) < 0)
		return git_fail(w->err, at, "cannot read an older version");
	v.bytes = (struct slice){ git_odb_object_data(object), git_odb_object_size(object) };
	failed = visit_version(w, f, &v);
	git_odb_object_free(object);
	return failed;
}

/* Begins the search for an older file of this name, which is not in this commit. */
static void begin_gap(struct history_walk *w, struct tracked_file *f, const struct oid *commit)
{
	f->gap = true;
	f->gap_end = w->walked + w->query->gap;
	f->newest = *commit;
	f->mode = 0;
	memset(&f->id, 0, sizeof(f->id));
	ROOM(w->gaps, w->ngaps, w->gaps_cap);
	w->gaps[w->ngaps++] = f;
}

/*
 * Visits the absent version in this commit, which ends the walk of the file, unless older ones are
 * wanted.
 */
static int visit_absent(struct history_walk *w, struct tracked_file *f, const struct oid *commit)
{
	struct file_version v = {
		.file = f->number, .commit = *commit, .since = *commit, .path = f->path
	};
	bool again = f->gap;
	int failed = visit_version(w, f, &v);

	if (!again && w->query->gap && f->live && !failed)
		begin_gap(w, f, commit);
	else
		end_file(w, f);
	return failed;
}

/* Ends the search for older files that has taken long enough. */
static int end_gaps(struct history_walk *w)
{
	for (; w->first_gap < w->ngaps && !w->stop; w->first_gap++) {
		struct tracked_file *f = w->gaps[w->first_gap];

		if (!f->live || !f->gap)
			continue;
		if (f->gap_end > w->walked)
			break;
		if (visit_absent(w, f, &w->at) < 0)
			return -1;
	}
	return 0;
}

/* Continues with the version in the parent, which may have another name. */
static int continue_file(struct history_walk *w, struct tracked_file *f, const struct oid *parent)
{
	if (!git_oid_equal(&f->older, &f->id)) {
		if (!f->gap && visit_current(w, f) < 0)
			return -1;
		f->gap = false;
		f->mode = f->older_mode;
		f->newest = *parent;
	}
	git_oid_cpy(&f->id, &f->older);
	return 0;
}

/* The parent has no file of this name: finds its earlier name, or ends its walk. */
static int continue_renamed(struct history_walk *w, struct tracked_file *f, struct renames *renames,
			    const struct oid *parent)
{
	struct removed_file from;

	if (renames_find(renames, f->path, &f->id, &from)) {
		git_oid_cpy(&f->older, &from.id);
		f->older_mode = from.mode;
		if (continue_file(w, f, parent) < 0)
			return -1;
		if (!f->live)
			return 0;
		tracked_files_end(w->follow, f);
		tracked_files_add(w->follow, f, from.path);
		return 0;
	}
	if (visit_current(w, f) < 0)
		return -1;
	return f->live && !w->stop ? visit_absent(w, f, parent) : 0;
}

/* In a partial clone: fetches the versions of these files that will be visited, at once. */
static void fetch_versions(struct history_walk *w, struct tracked_file *const *files, size_t n)
{
	AUTO_FREE git_oid *ids = NULL;
	size_t k = 0;

	if (!w->repo->promisor)
		return;
	ids = xrealloc_array(NULL, n + 1, sizeof(*ids));
	for (size_t i = 0; i < n; i++) {
		struct oid blob;

		if (files[i]->gap)
			continue;
		oid_from_git(&files[i]->id, &blob);
		if (!w->query->known || !w->query->known(&blob, w->query->ctx).ptr)
			git_oid_cpy(&ids[k++], &files[i]->id);
	}
	promisor_fetch_blobs(w->repo, ids, k);
}

/* The parent commit, and the files that differ in it. */
struct parent_step {
	struct oid id;
	struct tracked_file **changed;
	size_t n;
};

/*
 * Continues the files that differ in the parent. The removed files of the commit are searched when
 * the first file needs them.
 */
static int continue_files(struct history_walk *w, const struct parent_step *step,
			  const git_tree *tree, const git_tree *parent_tree)
{
	struct tracked_file **changed = step->changed;
	struct renames *renames = NULL;
	int failed = 0;

	fetch_versions(w, changed, step->n);
	for (size_t i = 0; i < step->n && !failed && !w->stop; i++) {
		if (changed[i]->older_mode) {
			failed = continue_file(w, changed[i], &step->id);
			continue;
		}
		if (!renames)
			renames = renames_new(w->repo, parent_tree, tree, w->err);
		failed = renames ? continue_renamed(w, changed[i], renames, &step->id) : -1;
	}
	renames_free(renames);
	return failed;
}

/* True if the history of a shallow clone ends at this commit. */
static bool is_cut_off(const struct history_walk *w)
{
	struct slice list = str_slice(&w->repo->shallow);
	char hex[41];

	oid_text(&w->at, hex);
	return list.len && slice_find(list, slice_of(hex)) != SIZE_MAX;
}

/* The first commit: every remaining file begins here, unless only the clone ends here. */
static int end_walk(struct history_walk *w, bool cut)
{
	AUTO_FREE struct tracked_file **left = xrealloc_array(NULL, w->query->n + 1, sizeof(*left));
	size_t n = 0;

	for (size_t i = 0; i < w->query->n; i++)
		if (w->files[i].live)
			left[n++] = &w->files[i];
	fetch_versions(w, left, n);
	for (size_t i = 0; i < w->query->n && !w->stop; i++) {
		struct tracked_file *f = &w->files[i];

		if (f->live && !f->gap && visit_current(w, f) < 0)
			return -1;
		if (cut && f->live && !f->gap && !w->stop)
			return err_set(w->err, &CODE_shallow, (struct place){ f->path, 0, 0 },
				       "the clone is shallow and does not contain the required "
				       "older versions of this file");
		if (f->live && !w->stop && visit_absent(w, f, &w->at) < 0)
			return -1;
		if (f->live && !w->stop && visit_absent(w, f, &w->at) < 0)
			return -1; /* there is nothing to search */
	}
	w->stop = true;
	return 0;
}

/* Adds the commit to the line. */
static void record_line(struct history_walk *w)
{
	struct history_line *line = w->query->line;

	w->walked++;
	if (!line)
		return;
	ROOM(line->commits, line->n, line->cap);
	line->commits[line->n++] = w->at;
	if (w->links.n < 2)
		return;
	ROOM(line->merges, line->nmerges, line->merges_cap);
	line->merges[line->nmerges++] =
		(struct line_merge){ line->n - 1, line->nothers, w->links.n - 1, false };
	for (size_t i = 1; i < w->links.n; i++) {
		ROOM(line->others, line->nothers, line->others_cap);
		oid_from_git(&w->links.parents[i], &line->others[line->nothers++]);
	}
}

/* Records that the commit, if it is a merge, has changed a file. */
static void record_change(const struct history_walk *w)
{
	const struct history_line *line = w->query->line;

	if (line && line->nmerges && line->merges[line->nmerges - 1].at == line->n - 1)
		line->merges[line->nmerges - 1].changed = true;
}

/* Reads tree and parents of a commit. */
static int read_links(struct history_walk *w, const struct oid *id, struct commit_links *out)
{
	AUTO_GIT(commit) git_commit *commit = NULL;
	git_oid git;

	oid_to_git(id, &git);
	if (commit_links_read(w->repo, &git, w->arena, out))
		return 0;
	if (commit_open(w->repo, id, &commit, w->err) < 0) /* for the error */
		return -1;
	return git_fail(w->err, place_of(repo_where(w->repo)), "cannot read a commit");
}

/* Continues the files that the commit changed; `older` is its first parent. */
static int compare_trees(struct history_walk *w, const struct parent_step *step,
			 const struct commit_links *older)
{
	AUTO_GIT(tree) git_tree *tree = NULL, *parent_tree = NULL;

	record_change(w);
	if (git_tree_lookup(&tree, w->repo->git, &w->links.tree) < 0 ||
	    git_tree_lookup(&parent_tree, w->repo->git, &older->tree) < 0)
		return missing_object(w->repo, place_of(repo_where(w->repo)),
				      "cannot read an older tree", w->err);
	return continue_files(w, step, tree, parent_tree);
}

/* Goes to the parent commit. */
static int step_back(struct history_walk *w)
{
	struct commit_links older;
	struct parent_step step;
	bool cut;

	record_line(w);
	cut = is_cut_off(w);
	if (cut || !w->links.n)
		return end_walk(w, cut);
	promisor_fetch_trees(w->repo, &w->links.parents[0]);
	oid_from_git(&w->links.parents[0], &step.id);
	if (read_links(w, &step.id, &older) < 0 ||
	    tracked_files_step(w->follow, &older.tree, &step.changed, &step.n, w->err) < 0)
		return -1;
	if (step.n && compare_trees(w, &step, &older) < 0)
		return -1;
	w->at = step.id;
	w->links = older;
	return end_gaps(w);
}

/* Finds the files in the first commit; those that do not exist have the absent version only. */
static int start_walk(struct history_walk *w)
{
	struct tracked_file **found;
	size_t n;

	if (read_links(w, &w->at, &w->links) < 0)
		return -1;
	w->live = w->query->n;
	for (size_t i = 0; i < w->query->n; i++) {
		w->files[i] = (struct tracked_file){ .number = i, .newest = w->at, .live = true };
		tracked_files_add(w->follow, &w->files[i], w->query->paths[i]);
	}
	/*
	 * Each directory is read once: as a step from an empty commit, in which every file that
	 * exists differs.
	 */
	if (tracked_files_step(w->follow, &w->links.tree, &found, &n, w->err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		found[i]->mode = found[i]->older_mode;
		git_oid_cpy(&found[i]->id, &found[i]->older);
	}
	for (size_t i = 0; i < w->query->n && !w->stop; i++)
		if (!w->files[i].mode && visit_absent(w, &w->files[i], &w->at) < 0)
			return -1;
	return 0;
}

void history_line_release(struct history_line *line)
{
	free(line->commits);
	free(line->merges);
	free(line->others);
	*line = (struct history_line){ .n = 0 };
}

int history_each(struct repo *r, const struct history_query *query, struct err *err)
{
	AUTO_FREE struct tracked_file *files = xrealloc_array(NULL, query->n + 1, sizeof(*files));
	struct history_walk w = {
		.repo = r, .query = query, .files = files, .at = *query->from, .err = err
	};
	int failed;

	w.arena = arena_new();
	w.follow = tracked_files_new(r);
	failed = shallow_follow(r, err) < 0 || start_walk(&w) < 0;
	while (!failed && w.live && !w.stop)
		failed = step_back(&w) < 0;
	tracked_files_free(w.follow);
	free(w.gaps);
	arena_free(w.arena);
	return failed ? -1 : 0;
}
