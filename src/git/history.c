#include "git/history.h"

#include "base/alloc.h"
#include "base/file.h"
#include "git/internal.h"

#include <stdlib.h>
#include <string.h>

struct walk {
	struct repo *repo;
	struct follow *follow;
	struct followed *files;
	size_t n, live;
	struct oid at;      /* the commit of the walk */
	struct str shallow; /* the file that lists where history is cut off; empty: nowhere */
	struct slice (*known)(const struct oid *blob, void *ctx);
	int (*visit)(const struct version *v, void *ctx, struct err *err);
	void *ctx;
	struct err *err;
	bool stop;
};

/* Ends a file's walk. */
static void end_file(struct walk *w, struct followed *f)
{
	if (!f->live)
		return;
	f->live = false;
	w->live--;
	follow_end(w->follow, f);
}

/* Visits, and does as the visitor says. */
static int visit(struct walk *w, struct followed *f, const struct version *v)
{
	int answer = w->visit(v, w->ctx, w->err);

	w->stop = w->stop || answer == HISTORY_STOP;
	if (answer != HISTORY_MORE)
		end_file(w, f);
	return answer < 0 ? -1 : 0;
}

/* Tells of the version that was followed up to the commit of the walk, which made it. */
static int tell(struct walk *w, struct followed *f)
{
	struct version v = { .file = f->number,
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
	if (w->known)
		v.bytes = w->known(&blob, w->ctx);
	if (v.bytes.ptr)
		return visit(w, f, &v);
	if (git_odb_read_header(&size, &type, w->repo->odb, &f->id) < 0)
		return missing_object(w->repo, at, "cannot read an older version", w->err);
	if (size > FILE_MAX)
		return err_set(w->err, &CODE_too_large, at,
			       "an older version is larger than %zu bytes", FILE_MAX);
	if (git_odb_read(&object, w->repo->odb, &f->id) < 0)
		return git_fail(w->err, at, "cannot read an older version");
	v.bytes = (struct slice){ git_odb_object_data(object), git_odb_object_size(object) };
	failed = visit(w, f, &v);
	git_odb_object_free(object);
	return failed;
}

/* Tells that the file is not there in this commit, which ends its walk. */
static int tell_absent(struct walk *w, struct followed *f, const struct oid *commit)
{
	struct version v = {
		.file = f->number, .commit = *commit, .since = *commit, .path = f->path
	};
	int failed = visit(w, f, &v);

	end_file(w, f);
	return failed;
}

/* The file has another version in the parent, or other bytes under another name. */
static int goes_on(struct walk *w, struct followed *f, const struct oid *parent)
{
	if (!git_oid_equal(&f->older, &f->id)) {
		if (tell(w, f) < 0)
			return -1;
		f->mode = f->older_mode;
		f->newest = *parent;
	}
	git_oid_cpy(&f->id, &f->older);
	return 0;
}

/* The parent has no file of this name: it had another name there, or it begins here. */
static int vanishes(struct walk *w, struct followed *f, struct renames *renames,
		    const struct oid *parent)
{
	struct slice old;
	int found = renames_find(renames, f->path, &f->id, &old, &f->older, &f->older_mode);

	if (found) {
		if (goes_on(w, f, parent) < 0)
			return -1;
		if (!f->live)
			return 0;
		follow_end(w->follow, f);
		follow_add(w->follow, f, old);
		return 0;
	}
	if (tell(w, f) < 0)
		return -1;
	return f->live && !w->stop ? tell_absent(w, f, parent) : 0;
}

/* Fetches at once, in a partial clone, the versions that these files have to tell of. */
static void promise_versions(struct walk *w, struct followed *const *files, size_t n)
{
	AUTO_FREE git_oid *ids = NULL;
	size_t k = 0;

	if (!w->repo->promise)
		return;
	ids = xrealloc_array(NULL, n + 1, sizeof(*ids));
	for (size_t i = 0; i < n; i++) {
		struct oid blob;

		oid_from_git(&files[i]->id, &blob);
		if (!w->known || !w->known(&blob, w->ctx).ptr)
			git_oid_cpy(&ids[k++], &files[i]->id);
	}
	promise_blobs(w->repo, ids, k);
}

/*
 * The files that differ in the parent. The removed files of the commit are looked for when one of
 * them needs it.
 */
static int differ(struct walk *w, struct followed **changed, size_t n, const git_tree *tree,
		  const git_tree *parent_tree, const struct oid *parent)
{
	struct renames *renames = NULL;
	int failed = 0;

	promise_versions(w, changed, n);
	for (size_t i = 0; i < n && !failed && !w->stop; i++) {
		if (changed[i]->older_mode) {
			failed = goes_on(w, changed[i], parent);
			continue;
		}
		if (!renames)
			renames = renames_of(w->repo, parent_tree, tree, w->err);
		failed = renames ? vanishes(w, changed[i], renames, parent) : -1;
	}
	renames_free(renames);
	return failed;
}

/* Is history cut off behind this commit? */
static bool cut_off(const struct walk *w)
{
	char hex[41];

	oid_text(&w->at, hex);
	return w->shallow.len && slice_find(str_slice(&w->shallow), slice_of(hex)) != SIZE_MAX;
}

/*
 * The last commit there is: every file that is left begins here, unless it is only the end of what
 * was cloned.
 */
static int at_end(struct walk *w)
{
	AUTO_FREE struct followed **left = xrealloc_array(NULL, w->n + 1, sizeof(*left));
	bool cut = cut_off(w);
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++)
		if (w->files[i].live)
			left[n++] = &w->files[i];
	promise_versions(w, left, n);
	for (size_t i = 0; i < w->n && !w->stop; i++) {
		struct followed *f = &w->files[i];

		if (f->live && tell(w, f) < 0)
			return -1;
		if (cut && f->live && !w->stop)
			return err_set(
				w->err, &CODE_shallow, (struct place){ f->path, 0, 0 },
				"the clone is shallow, and older versions of this file are needed");
		if (f->live && !w->stop && tell_absent(w, f, &w->at) < 0)
			return -1;
	}
	w->stop = true;
	return 0;
}

/* One commit back. */
static int step(struct walk *w)
{
	AUTO_GIT(commit) git_commit *commit = NULL, *parent = NULL;
	AUTO_GIT(tree) git_tree *tree = NULL, *parent_tree = NULL;
	struct followed **changed;
	struct oid before;
	size_t n;

	if (commit_open(w->repo, &w->at, &commit, w->err) < 0)
		return -1;
	if (!git_commit_parentcount(commit) || cut_off(w))
		return at_end(w);
	promise_trees(w->repo, git_commit_parent_id(commit, 0));
	oid_from_git(git_commit_parent_id(commit, 0), &before);
	if (commit_open(w->repo, &before, &parent, w->err) < 0 ||
	    follow_step(w->follow, git_commit_tree_id(parent), &changed, &n, w->err) < 0)
		return -1;
	if (n) {
		if (git_commit_tree(&tree, commit) < 0 || git_commit_tree(&parent_tree, parent) < 0)
			return missing_object(w->repo, place_of(repo_where(w->repo)),
					      "cannot read an older tree", w->err);
		if (differ(w, changed, n, tree, parent_tree, &before) < 0)
			return -1;
	}
	w->at = before;
	return 0;
}

/* Looks the files up in the first commit; one that is not there has only its absence to tell. */
static int start(struct walk *w, const struct slice *paths)
{
	AUTO_GIT(tree) git_tree *tree = NULL;
	struct followed **found;
	size_t n;

	if (commit_tree(w->repo, &w->at, &tree, w->err) < 0)
		return -1;
	w->live = w->n;
	for (size_t i = 0; i < w->n; i++) {
		w->files[i] = (struct followed){ .number = i, .newest = w->at, .live = true };
		follow_add(w->follow, &w->files[i], paths[i]);
	}
	/*
	 * Each folder is read once: as a step from a commit that has nothing, in which every file
	 * that is there differs.
	 */
	if (follow_step(w->follow, git_tree_id(tree), &found, &n, w->err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		found[i]->mode = found[i]->older_mode;
		git_oid_cpy(&found[i]->id, &found[i]->older);
	}
	for (size_t i = 0; i < w->n && !w->stop; i++)
		if (!w->files[i].mode && tell_absent(w, &w->files[i], &w->at) < 0)
			return -1;
	return 0;
}

/* Reads the list of commits whose parents are not there, if the clone is shallow. */
static int read_shallow(struct walk *w)
{
	AUTO_STR struct str path = STR_INIT;

	str_addf(&path, "%sshallow", git_repository_commondir(w->repo->git));
	return file_exists(path.ptr) ? file_read(path.ptr, FILE_MAX, &w->shallow, w->err) : 0;
}

int history_each(struct repo *r, const struct oid *from, const struct slice *paths, size_t n,
		 struct slice (*known)(const struct oid *blob, void *ctx),
		 int (*visit_version)(const struct version *v, void *ctx, struct err *err),
		 void *ctx, struct err *err)
{
	AUTO_FREE struct followed *files = xrealloc_array(NULL, n + 1, sizeof(*files));
	struct walk w = { .repo = r,
			  .files = files,
			  .n = n,
			  .at = *from,
			  .shallow = STR_INIT,
			  .known = known,
			  .ctx = ctx,
			  .err = err };
	int failed;

	w.visit = visit_version;
	w.follow = follow_new(r);
	failed = read_shallow(&w) < 0 || start(&w, paths) < 0;
	while (!failed && w.live && !w.stop)
		failed = step(&w) < 0;
	follow_free(w.follow);
	str_release(&w.shallow);
	return failed ? -1 : 0;
}
