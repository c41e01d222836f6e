#include "flow/fleet.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/parallel.h"
#include "flow/session_internal.h"
#include "git/history.h"
#include "git/tree.h"
#include "gitops/path.h"
#include "kube/selector.h"

#include <stddef.h>
#include <stdlib.h>

/*
 * The name of a migration from the path of its file: what follows the last slash, without ".yaml".
 * A part of `path`.
 */
static struct slice name_of_path(struct slice path)
{
	struct slice name = path_base(path);

	return slice_ends(name, SLICE(".yaml")) ? slice_sub(name, 0, name.len - 5) : name;
}

/* --- reading -------------------------------------------------------------- */

/* Files of the migrations directory, and what is read of them. */
struct loading {
	const struct base_commit *base;
	const struct map *names; /* that are wanted; NULL: all are */
	struct loaded {
		struct migration m;
		struct slice path, bytes;
		unsigned mode;
		struct err *why; /* NULL: it can be read */
	} * *items;
	size_t n, cap;
};

/* Is it a file of the directory that is to be read? */
static bool wants_file(struct slice path, void *ctx)
{
	const struct map *names = ((const struct loading *)ctx)->names;

	return slice_ends(path, SLICE(".yaml")) && (!names || map_has(names, name_of_path(path)));
}

/* One file of the migrations directory. */
static int take_file(const struct tree_file *file, void *ctx, struct err *err)
{
	struct loading *l = ctx;
	struct session *s = l->base->session;
	struct loaded *x = arena_alloc(s->arena, sizeof(*x));

	(void)err;
	progress_report(&s->options.progress, "migration files read", l->n + 1, 0);
	x->path = arena_copy(s->arena, file->path);
	x->bytes = arena_copy(s->arena, file->bytes);
	x->mode = file->mode;
	blobs_add(&s->blobs, &file->id, x->bytes);
	ROOM(l->items, l->n, l->cap);
	l->items[l->n++] = x;
	return 0;
}

/* Reads one of them. */
static void read_migration(void *ctx, size_t i)
{
	struct loaded *x = ((struct loading *)ctx)->items[i];
	struct err err = ERR_INIT;

	if (!x->bytes.ptr)
		(void)err_set(&err, &CODE_migration_field, (struct place){ x->path, 0, 0 },
			      "not a regular file of at most %zu bytes", MIGRATION_MAX);
	if (!x->bytes.ptr || migration_read(&x->m, x->path, x->bytes, x->mode, &err) < 0)
		x->why = err_keep(&err);
}

/* The search for an earlier version of a migration file. */
struct recovery {
	struct loaded *file;
	struct arena *arena;
	struct oid commit; /* that wrote the version */
	size_t versions;
	bool found;
};

/* Tries one version, the newest first. */
static int try_version(const struct file_version *v, void *ctx, struct err *err)
{
	enum { VERSIONS = 1000 };
	struct recovery *r = ctx;
	struct err ignored = ERR_INIT;

	(void)err;
	if (!v->bytes.ptr || v->bytes.len > MIGRATION_MAX)
		return r->versions++ < VERSIONS ? HISTORY_MORE : HISTORY_STOP;
	r->found = migration_read(&r->file->m, r->file->path, arena_copy(r->arena, v->bytes),
				  r->file->mode, &ignored) == 0;
	r->commit = v->since;
	return r->found || r->versions++ == VERSIONS ? HISTORY_STOP : HISTORY_MORE;
}

/*
 * Reads the last version of a file that can be read. Its bytes remain those of today, for edits:
 * what is wrong in them stays as it is.
 */
static void recover_file(const struct base_commit *base, struct loaded *x,
			 struct findings *recovered)
{
	struct session *s = base->session;
	struct recovery r = { .file = x, .arena = s->arena };
	struct err ignored = ERR_INIT;
	const struct history_query query = {
		.from = &base->id, .paths = &x->path, .n = 1, .visit = try_version, .ctx = &r
	};
	char commit[41];

	(void)history_each(s->repo, &query, &ignored);
	if (!r.found)
		return;
	oid_text(&r.commit, commit);
	x->m.bytes = x->bytes;
	findings_add(recovered, &CODE_migration_recovered,
		     (struct place){ x->path, x->why->line, x->why->col },
		     "%s; the version of commit %.8s is used", x->why->reason, commit);
	free(x->why);
	x->why = NULL;
}

/* Frees the rows but for the migrations. */
static void release_loading(struct loading *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->items[i]->why);
	free(l->items);
}

/*
 * Reads the files of the names, if they are directly in the directory. The names of the others are
 * set in `missing`.
 */
static int load_named(struct loading *l, const struct slices *names, struct map *missing,
		      struct err *err)
{
	const struct base_commit *base = l->base;
	struct session *s = base->session;
	struct map seen = MAP_INIT;
	int failed = 0;

	for (size_t i = 0; i < names->n && !failed; i++) {
		struct slice name = names->items[i];
		struct slice path = arena_printf(s->arena, "%s/%" SLICE_FMT ".yaml",
						 s->migrations_dir, SLICE_ARG(name));
		struct tree_file file;
		int absent = 1;

		if (map_has(&seen, name))
			continue;
		map_set(&seen, name, i);
		if (migration_name_ok(name))
			absent = tree_find(
				s->repo,
				&(struct commit_path){ &base->id, path.ptr, MIGRATION_MAX },
				s->arena, &file, err);
		failed = absent < 0 || (!absent && take_file(&file, l, err) < 0);
		if (absent > 0)
			map_set(missing, name, i);
	}
	map_release(&seen);
	return failed ? -1 : 0;
}

/*
 * Reads the files: all, or those of the names; these are searched for in subdirectories if they are
 * not directly in the directory.
 */
static int load_files(struct loading *l, const struct slices *names, struct err *err)
{
	struct session *s = l->base->session;
	struct map missing = MAP_INIT;
	int result = 0;

	l->names = names->n ? &missing : NULL;
	if (names->n)
		result = load_named(l, names, &missing, err);
	if (!result && (!l->names || missing.n))
		result = tree_search(s->repo, &l->base->id,
				     &(struct tree_query){ .under = s->migrations_dir,
							   .name_wanted = wants_file,
							   .max = MIGRATION_MAX,
							   .file = take_file,
							   .ctx = l },
				     err);
	map_release(&missing);
	return result;
}

/*
 * The files of a commit; `names`: only those of these names, empty: all. Files that cannot be read
 * are findings; `recover`: their last version that can be read is used. Errors: git.
 */
static int read_fleet(const struct base_commit *base, const struct slices *names, bool recover,
		      struct fleet *out, struct err *err)
{
	struct loading l = { .base = base };
	int result;

	*out = (struct fleet){ .base = *base, .named = names->n > 0 };
	out->broken.arena = base->session->arena;
	out->recovered.arena = base->session->arena;
	result = load_files(&l, names, err);
	parallel_each(l.n, read_migration, &l);
	for (size_t i = 0; i < l.n && recover; i++)
		if (l.items[i]->why)
			recover_file(base, l.items[i], &out->recovered);
	out->all = xrealloc_array(NULL, l.n, sizeof(*out->all));
	for (size_t i = 0; i < l.n; i++)
		if (!l.items[i]->why)
			out->all[out->n++] = &l.items[i]->m;
		else
			findings_add_err(&out->broken, l.items[i]->why);
	release_loading(&l);
	progress_report(&base->session->options.progress, NULL, 0, 0);
	return result;
}

void fleet_release(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->n; i++)
		migration_release(fleet->all[i]);
	free(fleet->all);
	*fleet = (struct fleet){ .n = 0 };
}

struct slices fleet_broken_names(const struct fleet *fleet)
{
	struct arena *arena = fleet->base.session->arena;
	struct slices names = { arena_array(arena, fleet->broken.n, sizeof(struct slice)), 0 };

	for (size_t i = 0; i < fleet->broken.n; i++)
		names.items[names.n++] = name_of_path(fleet->broken.items[i].at.path);
	return names;
}

bool fleet_has_file(const struct fleet *fleet, struct slice path, struct slice bytes)
{
	struct slice dir = slice_of(fleet->base.session->migrations_dir);

	return slice_starts(path, dir) && path.len > dir.len && path.ptr[dir.len] == '/' &&
	       slice_ends(path, SLICE(".yaml")) &&
	       slice_find(bytes, SLICE(MIGRATION_API)) != SIZE_MAX;
}

/* --- selecting ------------------------------------------------------------ */

/* The migration of this name, or NULL. */
static const struct migration *find_migration(const struct fleet *fleet, struct slice name)
{
	for (size_t i = 0; i < fleet->n; i++)
		if (slice_eq(fleet->all[i]->name, name))
			return fleet->all[i];
	return NULL;
}

/* The path of a migration file in the working tree. */
static struct slice worktree_path(const struct session *s, struct slice path)
{
	return arena_printf(s->arena, "%s%" SLICE_FMT, repo_workdir(s->repo), SLICE_ARG(path));
}

/* The error of a name that none of all migrations has. */
static int set_no_migration(const struct fleet *all, struct slice name, struct err *err)
{
	struct session *s = all->base.session;
	struct slice path = arena_printf(s->arena, "%s/%" SLICE_FMT ".yaml", s->migrations_dir,
					 SLICE_ARG(name)),
		     other = base_commit_other_checkout(&all->base), near;
	struct slice *names = arena_array(s->arena, all->n, sizeof(*names));
	AUTO_STR struct str local = STR_INIT;
	struct err ignored = ERR_INIT;
	struct oid tip;

	for (size_t i = 0; i < all->broken.n; i++)
		if (slice_eq(name_of_path(all->broken.items[i].at.path), name))
			return err_from_finding(err, &all->broken.items[i]);
	for (size_t i = 0; i < all->n; i++)
		names[i] = all->all[i]->name;
	near = slice_nearest(name, names, all->n);
	(void)err_set(err, &CODE_no_migration, NOWHERE,
		      "migration '%" SLICE_FMT "' not found in %s on branch '%" SLICE_FMT "'",
		      SLICE_ARG(name), s->migrations_dir, SLICE_ARG(all->base.branch));
	if (other.ptr && repo_branch_tip(s->repo, other.ptr, &tip, &ignored) == 0 &&
	    tree_read(s->repo, &(struct commit_path){ &tip, path.ptr, MIGRATION_MAX }, &local, NULL,
		      &ignored) == 0)
		return err_remedy(err,
				  "merge branch '%" SLICE_FMT
				  "', which contains it, or use --branch %" SLICE_FMT,
				  SLICE_ARG(other), SLICE_ARG(other));
	if (repo_workdir(s->repo) && path_check(path, NOWHERE, "", &ignored) == 0 &&
	    file_exists(worktree_path(s, path).ptr))
		return err_remedy(err,
				  "commit %" SLICE_FMT ", which exists in the working tree only",
				  SLICE_ARG(path));
	if (all->base.remote.name.ptr && base_commit_local_tip(&all->base, &tip) &&
	    tree_read(s->repo, &(struct commit_path){ &tip, path.ptr, MIGRATION_MAX }, &local, NULL,
		      &ignored) == 0)
		return err_remedy(err,
				  "push the local branch, which contains it, or use --offline");
	if (near.ptr)
		return err_did_you_mean(err, near);
	return err_remedy(
		err, "list the migrations with migrate status, or create one with migrate init");
}

/* Refuses a name that no migration has; all files are read to find the nearest name. */
static int refuse_name(const struct fleet *fleet, struct slice name, struct err *err)
{
	const struct slices all = { NULL, 0 };
	AUTO_FLEET struct fleet whole = { .n = 0 };

	if (!fleet->named)
		return set_no_migration(fleet, name, err);
	return read_fleet(&fleet->base, &all, false, &whole, err) < 0 ?
		       -1 :
		       set_no_migration(&whole, name, err);
}

/* Adds a migration unless it was added before. */
static void select_migration(struct selected *list, const struct migration *m)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i] == m)
			return;
	list->items[list->n++] = m;
}

/* By names, selector or all. */
static int select_migrations(struct fleet *fleet, const struct selection *want, struct err *err)
{
	struct selected list = { arena_array(fleet->base.session->arena, fleet->n + want->names.n,
					     sizeof(*list.items)),
				 0 };

	if (want->selector.ptr && selector_check(want->selector, err) < 0)
		return -1;
	if (want->names.n && (want->selector.ptr || want->all))
		return err_set(err, &CODE_usage, NOWHERE,
			       "names cannot be combined with -l or --all");
	if (!want->names.n && !want->selector.ptr && !want->all)
		return err_set(err, &CODE_nothing_selected, NOWHERE, "no migration selected");
	for (size_t i = 0; i < want->names.n; i++) {
		const struct migration *m = find_migration(fleet, want->names.items[i]);

		if (!m)
			return refuse_name(fleet, want->names.items[i], err);
		select_migration(&list, m);
	}
	for (size_t i = 0; i < fleet->n && !want->names.n; i++)
		if (want->all || selector_matches(want->selector, fleet->all[i]->f.metadata.labels))
			list.items[list.n++] = fleet->all[i];
	fleet->selected = list;
	return 0;
}

/* Reads the files of a commit and selects. `want` NULL: all files, none is selected. */
static int open_fleet(const struct base_commit *base, const struct selection *want,
		      struct fleet *out, struct err *err)
{
	const struct slices all = { NULL, 0 };
	struct fleet fleet;

	if (read_fleet(base, want && !want->read_all ? &want->names : &all, want && want->recover,
		       &fleet, err) < 0 ||
	    (want && select_migrations(&fleet, want, err) < 0)) {
		fleet_release(&fleet);
		return -1;
	}
	*out = fleet;
	return 0;
}

/*
 * One of the fields of spec.git, on which the selected migrations must agree; absent if none of
 * them sets it.
 */
static int find_agreed(const struct selected *list, const char *what, size_t offset,
		       struct slice *out, struct err *err)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct slice *value =
			(const void *)((const char *)&list->items[i]->f.spec.git + offset);

		if (!value->len)
			continue;
		if (out->ptr && !slice_eq(*out, *value))
			return err_set(err, &CODE_usage, NOWHERE,
				       "the selected migrations use different %s: '%" SLICE_FMT
				       "' and '%" SLICE_FMT "'",
				       what, SLICE_ARG(*out), SLICE_ARG(*value));
		*out = *value;
	}
	return 0;
}

/*
 * Opens the branch, or the remote, that the selected migrations specify, if it is another one; then
 * everything is read again.
 */
static int follow_migrations(struct fleet *fleet, const struct selection *want, struct err *err)
{
	struct slice branch = SLICE_NONE, remote = { NULL, 0 };
	const struct base_commit *base = &fleet->base;
	struct session *s = base->session;
	struct base_commit other;
	struct fleet moved;
	bool same;

	if (find_agreed(&fleet->selected, "branches", offsetof(struct migration_git, branch),
			&branch, err) < 0 ||
	    find_agreed(&fleet->selected, "remotes", offsetof(struct migration_git, remote),
			&remote, err) < 0)
		return -1;
	if (s->options.branch)
		branch = base->branch;
	same = (!branch.ptr || slice_eq(branch, base->branch)) &&
	       (!remote.ptr || s->options.base == BASE_LOCAL ||
		slice_eq(remote, base->remote.name));
	if (same && base->unpublished && fleet->selected.n) {
		*err = *base->unpublished;
		return -1;
	}
	branch = branch.ptr ? branch : base->branch;
	if (same || !branch.ptr)
		return 0;
	if (base_commit_of_branch(s, branch, remote, &other, err) < 0 ||
	    open_fleet(&other, want, &moved, err) < 0)
		return -1;
	fleet_release(fleet);
	*fleet = moved;
	return 0;
}

/* --- the working tree ----------------------------------------------------- */

/* Is the branch of the commit checked out in this working tree? */
static bool is_checked_out(const struct base_commit *base)
{
	struct repo *repo = base->session->repo;
	AUTO_STR struct str head = STR_INIT;
	struct err ignored = ERR_INIT;

	return repo_workdir(repo) && repo_head_branch(repo, &head, &ignored) == 0 &&
	       slice_eq(str_slice(&head), base->local);
}

/* The bytes that the changes give a file; absent: none of them changes it. */
static struct slice planned_bytes(const struct changes *planned, struct slice path)
{
	for (size_t i = 0; planned && i < planned->n; i++)
		if (slice_eq(planned->items[i].path, path))
			return planned->items[i].after;
	return SLICE_NONE;
}

/*
 * Is the migration file in the working tree the one of the local branch, or what is planned? The
 * local branch may be older than the remote's, which is the one that is read.
 */
static int check_clean(const struct base_commit *base, const struct migration *m,
		       const struct changes *planned, struct err *err)
{
	const struct session *s = base->session;
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
	if (base->remote.name.ptr && base_commit_local_tip(base, &tip) &&
	    tree_read(s->repo, &(struct commit_path){ &tip, m->path.ptr, MIGRATION_MAX },
		      &committed, NULL, &ignored) == 0 &&
	    slice_eq(str_slice(&text), str_slice(&committed)))
		return 0;
	return err_set(err, &CODE_migration_dirty, (struct place){ m->path, 0, 0 },
		       "the migration file has uncommitted changes");
}

int fleet_check_clean(const struct fleet *fleet, const struct changes *planned, struct err *err)
{
	bool checked_out = is_checked_out(&fleet->base);

	for (size_t i = 0; i < fleet->selected.n && checked_out; i++)
		if (check_clean(&fleet->base, fleet->selected.items[i], planned, err) < 0)
			return -1;
	return 0;
}

/* --- opening -------------------------------------------------------------- */

/* Goes where the selected migrations are, and checks that a command can work there. */
static int settle(struct fleet *fleet, const struct selection *want, struct err *err)
{
	if (follow_migrations(fleet, want, err) < 0)
		return -1;
	if (!fleet->base.branch.ptr && fleet->selected.n)
		return err_set(err, &CODE_detached, place_of(session_where(fleet->base.session)),
			       "HEAD is not on a branch");
	return want->check_later ? 0 : fleet_check_clean(fleet, NULL, err);
}

int fleet_open(struct session *s, const struct selection *selection, struct fleet *out,
	       struct err *err)
{
	struct base_commit base;
	struct fleet fleet;

	if (base_commit_default(s, &base, err) < 0 || open_fleet(&base, selection, &fleet, err) < 0)
		return -1;
	if (selection && settle(&fleet, selection, err) < 0) {
		fleet_release(&fleet);
		return -1;
	}
	*out = fleet;
	return 0;
}

int fleet_open_at(struct session *s, const struct oid *commit, const struct selection *selection,
		  struct fleet *out, struct err *err)
{
	const struct base_commit base = { .session = s, .id = *commit };

	return open_fleet(&base, selection, out, err);
}
