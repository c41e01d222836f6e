#include "flow/session_internal.h"

#include "base/alloc.h"
#include "base/file.h"
#include "flow/base_commit.h"
#include "kube/selector.h"
#include "template/template.h"

#include <stdlib.h>
#include <string.h>

/*
 * The commit to build on: the tip of the branch HEAD is on; with a detached HEAD, HEAD itself for
 * now. A branch that the remote does not have is read as it is here, since the migrations may say
 * another one.
 */
static int first_base(struct session *s, struct err *err)
{
	AUTO_STR struct str branch = STR_INIT;

	if (s->options->base == BASE_COMMIT) {
		s->base = *s->options->at;
		return 0;
	}
	if (repo_head_branch(s->repo, &branch, err) < 0) {
		if (err->code != &CODE_detached)
			return -1;
		*err = (struct err)ERR_INIT;
		return repo_resolve(s->repo, "HEAD", &s->base, err);
	}
	s->branch = arena_copy(s->arena, str_slice(&branch));
	if (base_find(s, (struct slice){ NULL, 0 }, err) == 0)
		return 0;
	if (err->code != &CODE_no_branch || !repo_has_branch(s->repo, s->branch.ptr))
		return -1;
	s->homeless = err_keep(err);
	*err = (struct err)ERR_INIT;
	return repo_branch_tip(s->repo, s->branch.ptr, &s->base, err);
}

int session_open(struct session **out, const struct session_options *options, struct err *err)
{
	struct session *s = xzalloc(sizeof(*s));

	s->options = options;
	s->arena = s->broken.arena = arena_new();
	s->migrations_dir = options->migrations_dir ? options->migrations_dir : MIGRATION_DIR;
	s->templates_dir = options->templates_dir;
	for (size_t i = 0; i < options->only.n; i++)
		map_set(&s->only, options->only.items[i], i);
	if (path_check(slice_of(s->migrations_dir), NOWHERE, "--migrations", err) < 0 ||
	    repo_open(&s->repo, options->repo, err) < 0 ||
	    (options->base != BASE_LOCAL &&
	     remote_keep_promises(s->repo, &options->way, err) < 0) ||
	    first_base(s, err) < 0 || session_load(s, err) < 0) {
		session_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

void session_close(struct session *s)
{
	if (!s)
		return;
	session_unload(s);
	free(s->homeless);
	baselines_free(s->baselines);
	partition_free(s->parts);
	template_free(s->message);
	environment_index_free(s->reach);
	inventory_free(s->inventory);
	bounds_release(&s->bounds);
	map_release(&s->blobs);
	map_release(&s->only);
	free(s->blob_bytes);
	repo_close(s->repo);
	arena_free(s->arena);
	free(s);
}

void session_auto_(struct session **s)
{
	session_close(*s);
}

/* An object's name as a key. */
static struct slice blob_key(const struct oid *blob)
{
	return (struct slice){ (const char *)blob->id, sizeof(blob->id) };
}

void session_know(struct session *s, const struct oid *blob, struct slice bytes)
{
	map_set(&s->blobs, arena_copy(s->arena, blob_key(blob)), s->nblobs);
	ROOM(s->blob_bytes, s->nblobs, s->blobs_cap);
	s->blob_bytes[s->nblobs++] = bytes;
}

struct slice session_known(const struct session *s, const struct oid *blob)
{
	size_t at = map_get(&s->blobs, blob_key(blob));

	return at == MAP_NONE ? (struct slice){ 0 } : s->blob_bytes[at];
}

bool session_has_migration(const struct session *s, struct slice path, struct slice bytes)
{
	struct slice folder = slice_of(s->migrations_dir);

	return slice_starts(path, folder) && path.len > folder.len && path.ptr[folder.len] == '/' &&
	       slice_ends(path, SLICE(".yaml")) &&
	       slice_find(bytes, SLICE(MIGRATION_API)) != SIZE_MAX;
}

/* The migration of this name, or NULL. */
static const struct migration *find(const struct session *s, struct slice name)
{
	for (size_t i = 0; i < s->n; i++)
		if (slice_eq(s->all[i]->name, name))
			return s->all[i];
	return NULL;
}

/* The migration file's path in the working tree, in the arena. */
static struct slice worktree_path(const struct session *s, struct slice path)
{
	return arena_printf(s->arena, "%s%" SLICE_FMT, repo_workdir(s->repo), SLICE_ARG(path));
}

/* Why a named migration is not there. */
static int not_there(struct session *s, struct slice name, struct err *err)
{
	struct slice path = arena_printf(s->arena, "%s/%" SLICE_FMT ".yaml", s->migrations_dir,
					 SLICE_ARG(name)),
		     near;
	struct slice *names;
	AUTO_STR struct str local = STR_INIT;
	struct err ignored = ERR_INIT;
	struct oid tip;

	map_release(&s->only); /* all of them, to find the nearest */
	if (session_load(s, err) < 0)
		return -1;
	names = arena_array(s->arena, s->n, sizeof(*names));
	for (size_t i = 0; i < s->broken.n; i++)
		if (slice_eq(session_name_of(s->broken.items[i].at.path), name))
			return err_from_finding(err, &s->broken.items[i]);
	for (size_t i = 0; i < s->n; i++)
		names[i] = s->all[i]->name;
	near = slice_nearest(name, names, s->n);
	(void)err_set(err, &CODE_no_migration, NOWHERE,
		      "there is no migration '%" SLICE_FMT "' in %s on the branch '%" SLICE_FMT "'",
		      SLICE_ARG(name), s->migrations_dir, SLICE_ARG(s->branch));
	if (repo_workdir(s->repo) && path_check(path, NOWHERE, "", &(struct err)ERR_INIT) == 0 &&
	    file_exists(worktree_path(s, path).ptr))
		return err_remedy(
			err, "%" SLICE_FMT " is there but not committed: git add and commit it",
			SLICE_ARG(path));
	if (s->remote.name.ptr && base_local(s, &tip) &&
	    tree_read(s->repo, &tip, path.ptr, MIGRATION_MAX, &local, NULL, &ignored) == 0)
		return err_remedy(err, "the local branch has it: git push, or say --offline");
	if (near.ptr)
		return err_remedy(err, "did you mean '%" SLICE_FMT "'?", SLICE_ARG(near));
	return err_remedy(err, "migrate status lists those there are, migrate init makes one");
}

/* Adds one if it is not there yet. */
static void add(struct selected *out, const struct migration *m)
{
	for (size_t i = 0; i < out->n; i++)
		if (out->items[i] == m)
			return;
	out->items[out->n++] = m;
}

/* Names, selector or all. */
static int pick(struct session *s, const struct selection *want, struct selected *out,
		struct err *err)
{
	*out = (struct selected){ arena_array(s->arena, s->n + want->names.n, sizeof(*out->items)),
				  0 };
	if (want->selector.ptr && selector_check(want->selector, err) < 0)
		return -1;
	if (want->names.n && (want->selector.ptr || want->all))
		return err_set(err, &CODE_usage, NOWHERE,
			       "names cannot be combined with -l or --all");
	if (!want->names.n && !want->selector.ptr && !want->all)
		return err_set(err, &CODE_nothing_selected, NOWHERE, "no migration is named");
	for (size_t i = 0; i < want->names.n; i++) {
		const struct migration *m = find(s, want->names.items[i]);

		if (!m)
			return not_there(s, want->names.items[i], err);
		add(out, m);
	}
	for (size_t i = 0; i < s->n && !want->names.n; i++)
		if (want->all || selector_matches(want->selector, s->all[i]->f.metadata.labels))
			out->items[out->n++] = s->all[i];
	return 0;
}

/*
 * One of the fields of spec.git that the selected migrations must agree on; absent when they say
 * none.
 */
static int agreed(const struct selected *list, const char *what, size_t offset, struct slice *out,
		  struct err *err)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct slice *said =
			(const void *)((const char *)&list->items[i]->f.spec.git + offset);

		if (!said->len)
			continue;
		if (out->ptr && !slice_eq(*out, *said))
			return err_set(err, &CODE_usage, NOWHERE,
				       "the migrations are on different %s: '%" SLICE_FMT
				       "' and '%" SLICE_FMT "'",
				       what, SLICE_ARG(*out), SLICE_ARG(*said));
		*out = *said;
	}
	return 0;
}

/* Is the session's branch checked out in this working tree? */
static bool checked_out(const struct session *s)
{
	AUTO_STR struct str head = STR_INIT;
	struct err ignored = ERR_INIT;

	return repo_workdir(s->repo) && repo_head_branch(s->repo, &head, &ignored) == 0 &&
	       slice_eq(str_slice(&head), s->branch);
}

/* The bytes that the changes give a file; absent: none of them is about it. */
static struct slice planned_bytes(const struct changes *planned, struct slice path)
{
	for (size_t i = 0; planned && i < planned->n; i++)
		if (slice_eq(planned->items[i].path, path))
			return planned->items[i].after;
	return (struct slice){ NULL, 0 };
}

/*
 * Is the migration file in the working tree the one of the branch there, or what is planned? Asked
 * only where that branch is checked out. It may be older than the remote's, which counts.
 */
static int check_clean(const struct session *s, const struct migration *m,
		       const struct changes *planned, struct err *err)
{
	AUTO_STR struct str text = STR_INIT, committed = STR_INIT;
	struct err ignored = ERR_INIT;
	struct slice path = worktree_path(s, m->path), wanted;
	struct oid tip;

	if (!file_exists(path.ptr) || file_read(path.ptr, MIGRATION_MAX, &text, &ignored) < 0 ||
	    slice_eq(str_slice(&text), m->bytes))
		return 0;
	wanted = planned_bytes(planned, m->path);
	if (wanted.ptr && slice_eq(str_slice(&text), wanted))
		return 0;
	if (s->remote.name.ptr && base_local(s, &tip) &&
	    tree_read(s->repo, &tip, m->path.ptr, MIGRATION_MAX, &committed, NULL, &ignored) == 0 &&
	    slice_eq(str_slice(&text), str_slice(&committed)))
		return 0;
	return err_set(err, &CODE_migration_dirty, (struct place){ m->path, 0, 0 },
		       "the migration file has changes that are not committed");
}

/*
 * Goes to the branch, or the remote, that the migrations say, if it is another one; then everything
 * is read again.
 */
static int settle(struct session *s, const struct selection *want, struct selected *out,
		  struct err *err)
{
	struct slice branch = { NULL, 0 }, remote = { NULL, 0 };
	bool same;

	if (agreed(out, "branches", offsetof(struct migration_git, branch), &branch, err) < 0 ||
	    agreed(out, "remotes", offsetof(struct migration_git, remote), &remote, err) < 0)
		return -1;
	same = (!branch.ptr || slice_eq(branch, s->branch)) &&
	       (!remote.ptr || s->options->base == BASE_LOCAL || slice_eq(remote, s->remote.name));
	if (same && s->homeless && out->n) {
		*err = *s->homeless;
		return -1;
	}
	if (same)
		return 0;
	s->branch = branch.ptr ? arena_copy(s->arena, branch) : s->branch;
	remote = remote.ptr ? arena_copy(s->arena, remote) : remote;
	if (s->branch.ptr && (base_find(s, remote, err) < 0 || session_load(s, err) < 0 ||
			      pick(s, want, out, err) < 0))
		return -1;
	return 0;
}

int session_select(struct session *s, const struct selection *want, struct selected *out,
		   struct err *err)
{
	if (pick(s, want, out, err) < 0)
		return -1;
	s->selected = *out;
	if (s->options->base == BASE_COMMIT)
		return 0;
	if (settle(s, want, out, err) < 0)
		return -1;
	s->selected = *out;
	if (!s->branch.ptr && out->n)
		return err_set(err, &CODE_detached,
			       (struct place){ slice_of(repo_where(s->repo)), 0, 0 },
			       "HEAD is not on a branch");
	return want->check_later ? 0 : session_check_clean(s, NULL, err);
}

int session_check_clean(const struct session *s, const struct changes *planned, struct err *err)
{
	bool checked = checked_out(s);

	for (size_t i = 0; i < s->selected.n && checked; i++)
		if (check_clean(s, s->selected.items[i], planned, err) < 0)
			return -1;
	return 0;
}
