#include "git/history.h"

#include "base/alloc.h"
#include "base/file.h"
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
	struct oid at; /* the commit of the walk */
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

/* Visits the absent version in this commit, which ends the walk of the file. */
static int visit_absent(struct history_walk *w, struct tracked_file *f, const struct oid *commit)
{
	struct file_version v = {
		.file = f->number, .commit = *commit, .since = *commit, .path = f->path
	};
	int failed = visit_version(w, f, &v);

	end_file(w, f);
	return failed;
}

/* Continues with the version in the parent, which may have another name. */
static int continue_file(struct history_walk *w, struct tracked_file *f, const struct oid *parent)
{
	if (!git_oid_equal(&f->older, &f->id)) {
		if (visit_current(w, f) < 0)
			return -1;
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

/*
 * True if the history of a shallow clone ends at this commit: it is listed, or libgit2 reports no
 * parents although the commit has some, because it was listed.
 */
static bool is_cut_off(const struct history_walk *w, const git_commit *commit)
{
	struct slice list = str_slice(&w->repo->shallow);
	char hex[41];

	oid_text(&w->at, hex);
	return (list.len && slice_find(list, slice_of(hex)) != SIZE_MAX) ||
	       (!git_commit_parentcount(commit) && commit_parents(commit));
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

		if (f->live && visit_current(w, f) < 0)
			return -1;
		if (cut && f->live && !w->stop)
			return err_set(w->err, &CODE_shallow, (struct place){ f->path, 0, 0 },
				       "the clone is shallow and does not contain the required "
				       "older versions of this file");
		if (f->live && !w->stop && visit_absent(w, f, &w->at) < 0)
			return -1;
	}
	w->stop = true;
	return 0;
}

/* Goes to the parent commit. */
static int step_back(struct history_walk *w)
{
	AUTO_GIT(commit) git_commit *commit = NULL, *parent = NULL;
	AUTO_GIT(tree) git_tree *tree = NULL, *parent_tree = NULL;
	struct parent_step step;
	bool cut;

	if (commit_open(w->repo, &w->at, &commit, w->err) < 0)
		return -1;
	cut = is_cut_off(w, commit);
	if (cut || !git_commit_parentcount(commit))
		return end_walk(w, cut);
	promisor_fetch_trees(w->repo, git_commit_parent_id(commit, 0));
	oid_from_git(git_commit_parent_id(commit, 0), &step.id);
	if (commit_open(w->repo, &step.id, &parent, w->err) < 0 ||
	    tracked_files_step(w->follow, git_commit_tree_id(parent), &step.changed, &step.n,
			       w->err) < 0)
		return -1;
	if (step.n) {
		if (git_commit_tree(&tree, commit) < 0 || git_commit_tree(&parent_tree, parent) < 0)
			return missing_object(w->repo, place_of(repo_where(w->repo)),
					      "cannot read an older tree", w->err);
		if (continue_files(w, &step, tree, parent_tree) < 0)
			return -1;
	}
	w->at = step.id;
	return 0;
}

/* Finds the files in the first commit; those that do not exist have the absent version only. */
static int start_walk(struct history_walk *w)
{
	AUTO_GIT(tree) git_tree *tree = NULL;
	struct tracked_file **found;
	size_t n;

	if (commit_tree(w->repo, &w->at, &tree, w->err) < 0)
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
	if (tracked_files_step(w->follow, git_tree_id(tree), &found, &n, w->err) < 0)
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

int history_each(struct repo *r, const struct history_query *query, struct err *err)
{
	AUTO_FREE struct tracked_file *files = xrealloc_array(NULL, query->n + 1, sizeof(*files));
	struct history_walk w = {
		.repo = r, .query = query, .files = files, .at = *query->from, .err = err
	};
	int failed;

	w.follow = tracked_files_new(r);
	failed = shallow_follow(r, err) < 0 || start_walk(&w) < 0;
	while (!failed && w.live && !w.stop)
		failed = step_back(&w) < 0;
	tracked_files_free(w.follow);
	return failed ? -1 : 0;
}
