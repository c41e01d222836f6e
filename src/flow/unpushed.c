#include "flow/unpushed.h"

#include "flow/session_internal.h"
#include "git/commit_diff.h"
#include "git/commit_read.h"

/* Is the name that of a manifest? */
static bool is_manifest(struct slice path)
{
	return slice_ends(path, SLICE(".yaml")) || slice_ends(path, SLICE(".yml")) ||
	       slice_ends(path, SLICE(".json"));
}

/* Is the file that of a selected migration, or one that such a migration may change? */
static bool belongs(const struct fleet *fleet, struct slice path)
{
	for (size_t i = 0; i < fleet->selected.n; i++) {
		const struct migration *m = fleet->selected.items[i];

		if (slice_eq(path, m->path) || (is_manifest(path) && migration_covers(m, path)))
			return true;
	}
	return false;
}

/* Lists the changed files that belong to the selected migrations. */
static void list_files(const struct fleet *fleet, const struct changes *changes,
		       struct unpushed *out)
{
	enum { COMPARISONS = 1000000 };

	out->more = fleet->selected.n && changes->n > COMPARISONS / fleet->selected.n;
	for (size_t i = 0; i < changes->n && !out->more; i++) {
		if (!belongs(fleet, changes->items[i].path))
			continue;
		if (out->files.n == UNPUSHED_MOST)
			out->more = true;
		else
			out->files.items[out->files.n++] = changes->items[i].path;
	}
}

bool unpushed_find(const struct fleet *fleet, struct unpushed *out)
{
	const struct base_commit *base = &fleet->base;
	struct session *s = base->session;
	struct err ignored = ERR_INIT;
	struct changes changes;
	struct oid tip, fork;

	if (!base->remote.name.ptr || !fleet->selected.n || !base_commit_local_tip(base, &tip) ||
	    oid_eq(&tip, &base->id) || commit_fork(s->repo, &tip, &base->id, &fork) != 0 ||
	    oid_eq(&fork, &tip))
		return false;
	*out = (struct unpushed){ .branch = base->local };
	out->commits = commit_count(s->repo, &tip, &fork);
	out->files.items = arena_array(s->arena, UNPUSHED_MOST, sizeof(struct slice));
	if (commit_diff(s->repo, &(struct commit_range){ &fork, &tip }, s->arena, &changes,
			&ignored) == 0)
		list_files(fleet, &changes, out);
	else
		out->more = true;
	return out->files.n || out->more;
}
