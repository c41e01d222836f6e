#include "flow/stage_branch.h"

#include "flow/plan_intents.h"
#include "flow/session_internal.h"
#include "git/commit.h"
#include "git/commit_read.h"
#include "git/tree.h"

#include <string.h>

struct slice stage_branch_name(const struct migration *m, struct stage stage, struct arena *arena)
{
	char to[8];

	stage_name(stage, to);
	return arena_printf(arena, STAGE_BRANCHES "/%" SLICE_FMT "/%s", SLICE_ARG(m->name), to);
}

bool stage_branch_find(const struct base_commit *base, struct slice name, struct stage_branch *out)
{
	struct repo *repo = base->session->repo;
	struct err ignored = ERR_INIT;

	out->name = name;
	if (base->remote.name.ptr)
		return remote_tip(&base->remote, name.ptr, &out->tip, NULL, &ignored) == 0;
	return repo_has_branch(repo, name.ptr) &&
	       repo_branch_tip(repo, name.ptr, &out->tip, &ignored) == 0;
}

bool stage_branch_of_step(const struct base_commit *base, const struct step *step,
			  struct slice *name)
{
	struct stage_branch branch;

	*name = stage_branch_name(step->m, step->to, base->session->arena);
	return stage_branch_find(base, *name, &branch);
}

/*
 * Can the tip be ours? Ours is one commit on one of the base commit's branch. What is built on
 * anything else, or brings other commits along, is not, whatever its tree is.
 */
static bool may_be_ours(const struct base_commit *base, const struct commit_info *tip)
{
	return tip->parents == 1 &&
	       commit_is_ancestor(base->session->repo, &tip->parent, &base->id);
}

/* Does the commit contain the file as it is before the change? Returns 1, 0, or -1. */
static int has_before(struct repo *repo, const struct oid *commit, const struct change *change,
		      struct arena *arena, struct err *err)
{
	AUTO_STR struct str bytes = STR_INIT;
	int missing = tree_read(
		repo,
		&(struct commit_path){ commit, arena_copy(arena, change->path).ptr, MANIFEST_MAX },
		&bytes, NULL, err);

	if (missing < 0)
		return -1;
	return (missing > 0) == !change->before.ptr && slice_eq(str_slice(&bytes), change->before);
}

int stage_branch_is_step(const struct base_commit *base, const struct stage_branch *branch,
			 const struct step *step, bool *is, struct err *err)
{
	struct repo *repo = base->session->repo;
	AUTO_ARENA struct arena *arena = arena_new();
	const struct changes *changes = &step->changes;
	struct commit_info tip;
	struct oid tree;

	*is = false;
	if (commit_read_info(repo, &branch->tip, arena, &tip, err) < 0)
		return -1;
	if (!may_be_ours(base, &tip))
		return 0;
	for (size_t i = 0; i < changes->n; i++) {
		int has = has_before(repo, &tip.parent, &changes->items[i], arena, err);

		if (has <= 0)
			return has;
	}
	if (commit_tree_with(repo, &tip.parent, changes, &tree, err) < 0)
		return -1;
	*is = oid_eq(&tip.tree, &tree);
	return 0;
}

/* --- which are ours ------------------------------------------------------- */

/*
 * The hold in a migration's file at a commit, in the arena of the session; absent: none. False: the
 * file cannot be read.
 */
static bool read_hold(struct session *s, const struct oid *commit, const struct migration *m,
		      struct slice *hold)
{
	AUTO_STR struct str bytes = STR_INIT;
	struct err ignored = ERR_INIT;
	struct migration there;

	if (tree_read(s->repo, &(struct commit_path){ commit, m->path.ptr, MIGRATION_MAX }, &bytes,
		      NULL, &ignored) != 0 ||
	    migration_read(&there, m->path, str_slice(&bytes), 0100644, &ignored) < 0)
		return false;
	*hold = arena_copy(s->arena, there.f.spec.hold);
	migration_release(&there);
	return true;
}

/* The intent that the branch was made with, as far as it can be told. `m`: at its parent. */
static bool guess_intent(struct session *s, const struct stage_branch *branch,
			 const struct migration *m, struct intent *out)
{
	size_t prefix = strlen(STAGE_BRANCHES "/") + m->name.len + 1;
	struct slice hold, name = slice_sub(branch->name, prefix, branch->name.len);

	*out = (struct intent){ .m = m,
				.direction = GO_UP,
				.resume = m->f.spec.hold.ptr != NULL,
				.options = { .own_branch = true } };
	if (!stage_parse(name, &out->to) || !read_hold(s, &branch->tip, m, &hold))
		return false;
	if (out->to.kind == STAGE_DONE)
		out->direction = GO_FINALIZE;
	else if (hold.ptr)
		out->direction = GO_DOWN;
	if (hold.ptr && !m->f.spec.hold.ptr)
		out->hold = hold;
	return true;
}

/* Branches that were made of one commit, at most one a migration. */
struct siblings {
	struct oid parent;
	struct stage_branch **branches;
	struct oid *trees; /* of their tips */
	size_t n;
};

/* Does a step at the parent make the tree? */
static bool makes_tree(struct repo *repo, const struct oid *parent, const struct step *step,
		       const struct oid *tree)
{
	struct err ignored = ERR_INIT;
	struct oid made;

	return !step->refused && step->changes.n &&
	       commit_tree_with(repo, parent, &step->changes, &made, &ignored) == 0 &&
	       oid_eq(&made, tree);
}

/* Plans all of them on the parent, and compares the trees. */
static void compare_trees(const struct siblings *g, const struct evidence *evidence)
{
	const struct fleet *fleet = evidence->fleet;
	struct session *s = fleet->base.session;
	struct intent *intents = arena_array(s->arena, g->n, sizeof(*intents));
	size_t *of = arena_array(s->arena, g->n, sizeof(*of)), n = 0; /* of: an intent's branch */
	struct err ignored = ERR_INIT;
	struct plan plan;

	for (size_t i = 0; i < g->n; i++)
		if (guess_intent(s, g->branches[i], fleet->selected.items[i], &intents[n]))
			of[n++] = i;
	if (plan_intents(evidence, intents, n, &plan, &ignored) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		g->branches[of[i]]->ours =
			makes_tree(s->repo, &g->parent, &plan.steps[i], &g->trees[of[i]]);
	plan_release(&plan);
}

/* The same, with a session of its own at the parent. */
static void compare_at_parent(const struct session *s, const struct siblings *g)
{
	AUTO_SESSION struct session *there = NULL;
	AUTO_FLEET struct fleet fleet = { .n = 0 };
	AUTO_EVIDENCE struct evidence evidence = { .fleet = NULL };
	struct slices names = { arena_array(s->arena, g->n, sizeof(struct slice)), g->n };
	const struct selection selection = { .names = names };
	struct session_options options = s->options;
	struct err ignored = ERR_INIT;

	for (size_t i = 0; i < g->n; i++)
		names.items[i] = g->branches[i]->m->name;
	options.base = BASE_FETCHED; /* objects that a partial clone lacks are fetched */
	if (session_open(&there, &options, &ignored) == 0 &&
	    fleet_open_at(there, &g->parent, &selection, &fleet, &ignored) == 0 &&
	    gather_evidence(&fleet, &evidence, &ignored) == 0)
		compare_trees(g, &evidence);
}

/* What is known of the branches while it is found out which are ours. */
struct candidates {
	struct stage_branch *branches;
	struct commit_info *tips;
	bool *judged;
	size_t n;
};

/* The first branch that is not judged yet, and all others of its parent, one a migration. */
static void collect_siblings(struct candidates *c, struct siblings *g)
{
	struct map names = MAP_INIT;

	for (size_t i = 0; i < c->n; i++) {
		struct slice name = c->branches[i].m->name;

		if (c->judged[i] || (g->n && !oid_eq(&c->tips[i].parent, &g->parent)) ||
		    map_has(&names, name))
			continue;
		c->judged[i] = true;
		map_set(&names, name, i);
		g->parent = c->tips[i].parent;
		g->trees[g->n] = c->tips[i].tree;
		g->branches[g->n++] = &c->branches[i];
	}
	map_release(&names);
}

/* One round. */
static void judge_siblings(const struct session *s, struct candidates *c)
{
	struct siblings g = { .branches = arena_array(s->arena, c->n, sizeof(*g.branches)),
			      .trees = arena_array(s->arena, c->n, sizeof(*g.trees)) };

	collect_siblings(c, &g);
	compare_at_parent(s, &g);
	if (g.n < 2)
		return;
	/*
	 * One that shares a file with others, or whose file does not exist there, is planned alone.
	 */
	for (size_t i = 0; i < g.n; i++) {
		const struct siblings alone = {
			.parent = g.parent, .branches = &g.branches[i], .trees = &g.trees[i], .n = 1
		};

		if (!g.branches[i]->ours)
			compare_at_parent(s, &alone);
	}
}

void stage_branches_find_ours(const struct base_commit *base, struct stage_branch *branches,
			      size_t n)
{
	const struct session *s = base->session;
	struct candidates c = { branches, arena_array(s->arena, n, sizeof(*c.tips)),
				arena_array(s->arena, n, sizeof(*c.judged)), n };
	struct err ignored = ERR_INIT;

	for (size_t i = 0; i < n; i++) {
		branches[i].ours = false;
		c.judged[i] = commit_read_info(s->repo, &branches[i].tip, s->arena, &c.tips[i],
					       &ignored) < 0 ||
			      !may_be_ours(base, &c.tips[i]);
	}
	for (size_t i = 0; i < n; i++)
		if (!c.judged[i])
			judge_siblings(s, &c);
}
