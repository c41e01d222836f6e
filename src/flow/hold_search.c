#include "flow/hold_search.h"

#include "base/map.h"
#include "flow/session_internal.h"
#include "git/commit_diff.h"
#include "git/commit_read.h"
#include "git/history_graph.h"
#include "git/tree.h"
#include "inventory/host_tokens.h"
#include "inventory/inventory.h"
#include "plan/stage_history.h"

#include <stdlib.h>
#include <string.h>

/* How many commits beside the line are read at most. */
enum { SIDE_COMMITS = 20000 };

/* A path that matters to a migration: a name of one of its files, or where routes came from. */
struct hold_path {
	struct slice path;
	size_t file;               /* SIZE_MAX: none of its files */
	const struct migration *m; /* of which it is then */
};

struct hold_search {
	const struct fleet *fleet;
	const struct walked_history *walked;
	struct baselines *baselines;
	struct arena *arena;
	struct hold_path *paths;
	size_t n, cap;
	struct err *err;
};

void walked_history_add(struct walked_history *walked, struct slice path, size_t file,
			struct arena *arena)
{
	struct slice key = arena_printf(arena, "%zu:%" SLICE_FMT, file, SLICE_ARG(path));

	if (!map_add(&walked->known, key))
		return;
	ARENA_ROOM(arena, walked->names, walked->n, walked->cap);
	walked->names[walked->n++] = (struct file_name){ arena_copy(arena, path), file };
}

void walked_history_release(struct walked_history *walked)
{
	history_line_release(&walked->line);
	map_release(&walked->known);
}

/* --- the other sides of merges -------------------------------------------- */

/* A change and the merge that brought it, as a key. */
static struct slice change_key(const struct hold_search *q, const struct history_graph *graph,
			       const struct graph_change *change)
{
	char from[41], to[41];

	oid_text(&change->from, from);
	oid_text(&change->to, to);
	return arena_printf(q->arena, "%zu:%zu:%s:%s", graph->commits[change->commit].entry,
			    change->path, from, to);
}

/*
 * Doubts the files with a change that only a side of a merge has, or only the merge. A merge that
 * did the same as a commit of its side stands for it: the walk has seen the merge.
 */
static void doubt_changes(const struct hold_search *q, const struct history_graph *graph)
{
	struct map keys[2] = { MAP_INIT, MAP_INIT }; /* of the line; of the sides */

	for (size_t i = 0; i < graph->nchanges; i++)
		(void)map_add(&keys[graph->changes[i].commit >= graph->nline],
			      change_key(q, graph, &graph->changes[i]));
	for (size_t i = 0; i < graph->nchanges; i++) {
		const struct graph_change *c = &graph->changes[i];

		if (!map_has(&keys[c->commit < graph->nline], change_key(q, graph, c)))
			baselines_doubt_file(q->baselines, q->walked->names[c->path].file);
	}
	map_release(&keys[0]);
	map_release(&keys[1]);
}

/* The error that the clone does not contain all commits. */
static int refuse_shallow(const struct hold_search *q)
{
	return err_set(q->err, &CODE_shallow, NOWHERE,
		       "the clone is shallow and does not contain all required commits");
}

/* Finds the files that were changed on the other sides of merges. */
static int search_sides(const struct hold_search *q)
{
	struct slice *paths = arena_array(q->arena, q->walked->n, sizeof(*paths));
	const struct graph_query query = { &q->walked->line, paths, q->walked->n, false,
					   SIDE_COMMITS };
	struct history_graph graph;
	int failed;

	for (size_t i = 0; i < q->walked->n; i++)
		paths[i] = q->walked->names[i].path;
	failed = history_graph_read(q->fleet->base.session->repo, &query, &graph, q->err);
	if (!failed && graph.cut && remote_is_shallow(q->fleet->base.session->repo))
		failed = refuse_shallow(q);
	if (!failed)
		doubt_changes(q, &graph);
	for (size_t i = 0; !failed && graph.cut && i < q->walked->n; i++)
		baselines_doubt_file(q->baselines, q->walked->names[i].file);
	history_graph_release(&graph);
	return failed;
}

/* --- where routes came from ------------------------------------------------ */

static void add_path(struct hold_search *q, const struct hold_path *path)
{
	ARENA_ROOM(q->arena, q->paths, q->n, q->cap);
	q->paths[q->n++] = *path;
}

/*
 * Does the doubt count? Not if the migration file did not exist before the commit. Adds the
 * manifests of the migration that the commit changed or removed.
 */
static bool add_origins(struct hold_search *q, const struct baseline_doubt *doubt)
{
	struct repo *repo = q->fleet->base.session->repo;
	struct commit_path home = { NULL, doubt->m->path.ptr, 0 };
	struct tree_file file;
	struct slice from = host_needle(doubt->m->move.from), to = host_needle(doubt->m->move.to);
	struct changes changes = { NULL, 0 };
	struct err ignored = ERR_INIT;
	struct commit_info info;
	struct oid commit;

	if (!oid_parse(doubt->commit.ptr, &commit) ||
	    commit_read_info(repo, &commit, q->arena, &info, &ignored) < 0)
		return true;
	home.commit = &info.parent;
	if (!info.parents || tree_find(repo, &home, q->arena, &file, &ignored) > 0)
		return false;
	if (commit_diff(repo, &(struct commit_range){ &info.parent, &commit }, q->arena, &changes,
			&ignored) != 0)
		return true;
	for (size_t i = 0; i < changes.n; i++) {
		const struct change *c = &changes.items[i];

		if (c->before.ptr && migration_covers(doubt->m, c->path) &&
		    (slice_find(c->before, from) != SIZE_MAX ||
		     slice_find(c->before, to) != SIZE_MAX))
			add_path(q, &(struct hold_path){ c->path, SIZE_MAX, doubt->m });
	}
	return true;
}

/* --- judging a migration --------------------------------------------------- */

/* A migration while its commits are judged. */
struct hold_case {
	struct hold_search *search;
	const struct migration *m;
	const struct history_graph *graph;
	struct stage_state **states;
	struct arena *arena;
	bool *mine; /* the paths of the migration, by number */
};

/* True if the path belongs to the migration. */
static bool is_mine(const struct hold_search *q, const struct hold_path *path,
		    const struct migration *m)
{
	return path->file == SIZE_MAX ? path->m == m : baselines_is_of(q->baselines, path->file, m);
}

/* Reads the migration file at a commit. */
static void read_migration(const struct hold_case *c, struct slice bytes, struct stage_state *out)
{
	struct yaml_file *file = NULL;
	struct err ignored = ERR_INIT;
	struct slice hold;

	out->exists = true;
	if (yaml_parse(&file, c->m->path, bytes, &ignored) < 0)
		return;
	hold = yaml_string(yaml_path(yaml_root(file, 0), "spec", "hold", NULL));
	out->hold = hold.len ? arena_copy(c->arena, hold) : SLICE_NONE;
	yaml_file_free(file);
}

/* Reads the state of the migration at a commit of the graph. */
static const struct stage_state *read_state(size_t commit, void *ctx)
{
	const struct hold_case *c = ctx;
	const struct hold_search *q = c->search;
	struct stage_state *out;

	if (c->states[commit])
		return c->states[commit];
	c->states[commit] = out = arena_alloc(c->arena, sizeof(*out));
	for (size_t i = 0; i < q->n; i++) {
		AUTO_STR struct str bytes = STR_INIT;
		struct err ignored = ERR_INIT;
		const struct commit_path at = { &c->graph->commits[commit].id, q->paths[i].path.ptr,
						MANIFEST_MAX };

		if (!c->mine[i] ||
		    tree_read(q->fleet->base.session->repo, &at, &bytes, NULL, &ignored) != 0)
			continue;
		if (slice_eq(q->paths[i].path, c->m->path))
			read_migration(c, str_slice(&bytes), out);
		else
			route_levels_add(&out->levels, q->paths[i].path, str_slice(&bytes),
					 &c->m->move, c->arena);
	}
	return out;
}

/* Author and id of a commit of the graph. */
static void describe_commit(const struct hold_case *c, size_t commit, struct slice *by,
			    struct slice *in)
{
	struct session *s = c->search->fleet->base.session;
	struct commit_info info = { .author = SLICE("unknown author") };
	struct err ignored = ERR_INIT;
	char hex[41];

	if (commit >= c->graph->n)
		return;
	(void)commit_read_info(s->repo, &c->graph->commits[commit].id, s->arena, &info, &ignored);
	oid_text(&c->graph->commits[commit].id, hex);
	*by = info.author;
	*in = arena_copy(s->arena, slice_of(hex));
}

/* Sets the hold of the migration in the baselines. */
static void set_hold(const struct hold_case *c, const struct stage_verdict *verdict)
{
	static const char *const did[] = {
		[HOLD_LOWERED] = "lowered the weight",
		[HOLD_UNCLEAR] = "changed routes and weights together (the stage before and after "
				 "cannot be compared)",
		[HOLD_LOST] = "wrote a hold, which a merge or a new migration file dropped,"
	};
	struct hold_sign sign = { .kind = verdict->kind };
	struct hold_breach breach = { .by = { NULL, 0 } };
	struct slice ignored;

	sign.did = slice_of(did[verdict->kind]);
	describe_commit(c, verdict->commit, &sign.by, &sign.in);
	describe_commit(c, verdict->breach, &breach.by, &breach.in);
	describe_commit(c, verdict->held_since, &ignored, &breach.since);
	if (!sign.kind && c->graph->cut) {
		sign.kind = HOLD_UNCLEAR;
		sign.did = SLICE("merges brought more commits than can be examined, and one of "
				 "them may have lowered the weight");
	}
	baselines_set_hold(c->search->baselines, c->m, &sign, &breach);
}

/* Judges a migration. */
static void judge_migration(struct hold_search *q, const struct migration *m,
			    const struct history_graph *graph)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct stage_commit *commits = arena_array(arena, graph->n, sizeof(*commits));
	struct hold_case c = { q,     m,
			       graph, arena_array(arena, graph->n, sizeof(*c.states)),
			       arena, arena_array(arena, q->n, sizeof(*c.mine)) };
	const struct stage_history history = { commits, graph->n, read_state, &c };
	struct stage_verdict verdict;
	struct map paths = MAP_INIT;

	for (size_t i = 0; i < q->n; i++)
		c.mine[i] = is_mine(q, &q->paths[i], m) && map_add(&paths, q->paths[i].path);
	map_release(&paths);
	for (size_t i = 0; i < graph->n; i++)
		commits[i] = (struct stage_commit){ graph->commits[i].parents,
						    graph->commits[i].nparents, false };
	for (size_t i = 0; i < graph->nchanges; i++)
		if (c.mine[graph->changes[i].path])
			commits[graph->changes[i].commit].changed = true;
	verdict = stage_history_judge(&history);
	set_hold(&c, &verdict);
}

/* Adds the paths of the migrations in question; returns these. */
static const struct migration **list_cases(struct hold_search *q, size_t *n)
{
	size_t ndoubts;
	const struct baseline_doubt *doubts = baselines_doubts(q->baselines, &ndoubts);
	const struct migration **list = arena_array(q->arena, ndoubts, sizeof(*list));
	struct map seen = MAP_INIT;

	*n = 0;
	for (size_t i = 0; i < ndoubts; i++) {
		if (doubts[i].commit.ptr && !add_origins(q, &doubts[i]))
			continue;
		if (map_add(&seen, doubts[i].m->path))
			list[(*n)++] = doubts[i].m;
	}
	map_release(&seen);
	for (size_t i = 0; i < q->walked->n; i++)
		add_path(q, &(struct hold_path){ q->walked->names[i].path, q->walked->names[i].file,
						 NULL });
	return list;
}

/* Reads the graph with all changes, and judges the migrations in question. */
static int judge_cases(struct hold_search *q)
{
	size_t ncases;
	const struct migration **cases = list_cases(q, &ncases);
	struct slice *paths = arena_array(q->arena, q->n, sizeof(*paths));
	const struct graph_query query = { &q->walked->line, paths, q->n, true, SIDE_COMMITS };
	struct history_graph graph;
	int failed;

	if (!ncases)
		return 0;
	for (size_t i = 0; i < q->n; i++)
		paths[i] = q->paths[i].path;
	failed = history_graph_read(q->fleet->base.session->repo, &query, &graph, q->err);
	for (size_t i = 0; i < ncases && !failed; i++)
		judge_migration(q, cases[i], &graph);
	history_graph_release(&graph);
	return failed;
}

int hold_search(const struct fleet *fleet, const struct walked_history *walked,
		struct baselines *baselines, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct hold_search q = {
		.fleet = fleet, .walked = walked, .baselines = baselines, .arena = arena, .err = err
	};

	if (walked->line.nmerges && search_sides(&q) < 0)
		return -1;
	return judge_cases(&q);
}
