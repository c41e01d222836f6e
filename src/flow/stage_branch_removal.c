#include "flow/stage_branch_removal.h"

#include "base/map.h"
#include "flow/session_internal.h"
#include "flow/stage_branch.h"
#include "git/push.h"

/* The removal of all branches. */
struct branch_removal {
	const struct base_commit *base;
	struct publication *out;
	struct stage_branch *branches;
	struct published **rows; /* of each branch */
	size_t n;
	struct remote remote; /* that has them, also if it is not asked */
};

/* Is the migration of the row back on the branch that is applied? */
static bool is_back(const struct branch_removal *r, const struct published *row)
{
	return (row->committed || row->existed) && !row->refused &&
	       slice_eq(row->branch.ptr ? row->branch : r->base->branch, r->base->branch);
}

/* Does a migration use stage branches, as far as its file shows? */
static bool uses_branches(const struct branch_removal *r)
{
	for (size_t i = 0; i < r->out->n; i++) {
		const struct migration_spec *spec = &r->out->rows[i].step->m->f.spec;

		if (is_back(r, &r->out->rows[i]) &&
		    (spec->git.mode == MODE_PULL_REQUEST || spec->proposed.ptr))
			return true;
	}
	return false;
}

/* "web" of "gcpbackend/web/10". */
static struct slice migration_of(struct slice branch)
{
	struct slice rest = branch, part = SLICE_NONE;

	(void)slice_next(&rest, '/', &part);
	(void)slice_next(&rest, '/', &part);
	return part;
}

/* Finds the branches of the migrations among those that are known. */
static void find_branches(struct branch_removal *r, const struct remote_branches *known)
{
	struct map rows = MAP_INIT;

	r->branches = arena_array(r->out->arena, known->n, sizeof(*r->branches));
	r->rows = arena_array(r->out->arena, known->n, sizeof(struct published *));
	for (size_t i = 0; i < r->out->n; i++)
		if (is_back(r, &r->out->rows[i]))
			map_set(&rows, r->out->rows[i].step->m->name, i);
	for (size_t i = 0; i < known->n; i++) {
		size_t row = map_get(&rows, migration_of(known->items[i].name));

		if (row == MAP_NONE)
			continue;
		r->rows[r->n] = &r->out->rows[row];
		r->branches[r->n++] =
			(struct stage_branch){ known->items[i].name, known->items[i].tip,
					       r->out->rows[row].step->m, false };
	}
	map_release(&rows);
}

/* Lists the stage branches of the remote, fetched now if that is possible. */
static void list_branches(struct branch_removal *r)
{
	struct session *s = r->base->session;
	struct remote_branches known = { NULL, 0 };
	struct err ignored = ERR_INIT;

	if (s->options.base == BASE_FRESH && uses_branches(r))
		(void)remote_fetch_under(&r->remote, STAGE_BRANCHES, &s->remote, &ignored);
	ignored = (struct err)ERR_INIT;
	if (remote_branches(&r->remote, STAGE_BRANCHES, r->out->arena, &known, &ignored) == 0)
		find_branches(r, &known);
}

static void add_name(struct publication *out, struct slices *list, size_t most, struct slice name)
{
	if (!list->items)
		list->items = arena_array(out->arena, most, sizeof(*list->items));
	list->items[list->n++] = name;
}

/* Deletes those that are ours at the remote. */
static void delete_branches(const struct branch_removal *r, struct push *pushes, size_t n)
{
	struct session *s = r->base->session;
	struct pushes all = { .items = pushes, .n = n };
	struct err ignored = ERR_INIT;

	if (n && s->options.base == BASE_FRESH)
		(void)push_refs(&r->remote, &all, &s->remote, r->out->arena, &ignored);
}

void stage_branches_remove(const struct base_commit *base, struct publication *out)
{
	struct branch_removal r = { .base = base, .out = out, .remote = base->remote };
	struct push *pushes;
	size_t n = 0;

	if (!r.remote.name.ptr)
		r.remote = (struct remote){ .repo = base->session->repo,
					    .name = base_commit_unpushed(base) };
	if (!r.remote.name.ptr)
		return;
	list_branches(&r);
	if (!r.n)
		return;
	stage_branches_find_ours(base, r.branches, r.n);
	pushes = arena_array(out->arena, r.n, sizeof(*pushes));
	for (size_t i = 0; i < r.n; i++)
		if (r.branches[i].ours)
			pushes[n++] =
				(struct push){ .ref = arena_printf(out->arena,
								   "refs/heads/%" SLICE_FMT,
								   SLICE_ARG(r.branches[i].name))
							      .ptr,
					       .expect = &r.branches[i].tip };
	delete_branches(&r, pushes, n);
	n = 0;
	for (size_t i = 0; i < r.n; i++) {
		bool gone = r.branches[i].ours &&
			    (pushes[n].result == PUSH_DONE || pushes[n].result == PUSH_SAME);

		n += r.branches[i].ours;
		add_name(out,
			 gone               ? &r.rows[i]->removed :
			 r.branches[i].ours ? &r.rows[i]->open :
					      &r.rows[i]->abandoned,
			 r.n, r.branches[i].name);
	}
}
