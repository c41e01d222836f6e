#include "flow/stage_branch.h"

#include "git/commit.h"

#include <string.h>

struct slice topic_name(const struct session *s, const struct migration *m, struct stage stage)
{
	char to[8];

	stage_name(stage, to);
	return arena_printf(s->arena, TOPICS "/%" SLICE_FMT "/%s", SLICE_ARG(m->name), to);
}

bool topic_find(struct session *s, struct slice branch, struct topic *out)
{
	struct err ignored = ERR_INIT;

	out->branch = branch;
	if (s->remote.name.ptr)
		return remote_tip(s->repo, &s->remote, branch.ptr, &out->tip, NULL, &ignored) == 0;
	return repo_has_branch(s->repo, branch.ptr) &&
	       repo_branch_tip(s->repo, branch.ptr, &out->tip, &ignored) == 0;
}

/*
 * May the tip be ours? Ours is one commit on one of the branch that is applied. What is built on
 * anything else, or brings other commits along, holds somebody's work, whatever its tree is.
 */
static bool may_be_ours(struct session *s, const struct commit_info *tip)
{
	return tip->parents == 1 && commit_is_in(s->repo, &tip->parent, &s->base);
}

int topic_is_step(struct session *s, const struct topic *t, const struct step *step, bool *is,
		  struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct commit_info there;
	struct oid tree;

	*is = false;
	if (repo_commit_info(s->repo, &t->tip, arena, &there, err) < 0)
		return -1;
	if (!may_be_ours(s, &there))
		return 0;
	for (size_t i = 0; i < step->changes.n; i++) {
		const struct change *c = &step->changes.items[i];
		struct slice path = arena_copy(arena, c->path);
		AUTO_STR struct str before = STR_INIT;
		int missing = tree_read(s->repo, &there.parent, path.ptr, MANIFEST_MAX, &before,
					NULL, err);

		if (missing < 0)
			return -1;
		if ((missing > 0) != !c->before.ptr || !slice_eq(str_slice(&before), c->before))
			return 0;
	}
	if (commit_tree_with(s->repo, &there.parent, step->changes.items, step->changes.n, &tree,
			     err) < 0)
		return -1;
	*is = oid_eq(&there.tree, &tree);
	return 0;
}

/*
 * The hold that a commit's migration file says, in `arena`; absent: none. False: the file cannot be
 * read.
 */
static bool hold_at(struct session *s, const struct oid *commit, const struct migration *m,
		    struct arena *arena, struct slice *hold)
{
	AUTO_STR struct str bytes = STR_INIT;
	struct err ignored = ERR_INIT;
	struct migration there;

	if (tree_read(s->repo, commit, m->path.ptr, MIGRATION_MAX, &bytes, NULL, &ignored) != 0 ||
	    migration_read(&there, m->path, str_slice(&bytes), 0100644, &ignored) < 0)
		return false;
	*hold = there.f.spec.hold.ptr ? arena_copy(arena, there.f.spec.hold) :
					(struct slice){ NULL, 0 };
	migration_release(&there);
	return true;
}

/* What was wanted when the branch was made, as far as it shows. */
static bool intent_of(struct session *at, const struct topic *t, const struct migration *m,
		      struct intent *out)
{
	struct slice hold,
		name = slice_sub(t->branch, strlen(TOPICS "/") + m->name.len + 1, t->branch.len);

	*out = (struct intent){
		.m = m, .direction = GO_UP, .resume = m->f.spec.hold.ptr != NULL, .apart = true
	};
	if (!stage_parse(name, &out->to) || !hold_at(at, &t->tip, m, at->arena, &hold))
		return false;
	if (out->to.kind == STAGE_DONE)
		out->direction = GO_FINALIZE;
	else if (hold.ptr)
		out->direction = GO_DOWN;
	if (hold.ptr && !m->f.spec.hold.ptr)
		out->hold = hold;
	return true;
}

/* Topics that were made of one commit, at most one a migration. */
struct group {
	struct session *at; /* at that commit */
	struct oid parent;
	struct topic **topics;
	struct oid *trees; /* of their tips */
	size_t n;
};

/* Does a step at the parent make the tree of its topic's tip? */
static bool makes_tree(const struct group *g, const struct step *step, const struct oid *tree)
{
	struct err ignored = ERR_INIT;
	struct oid made;

	return !step->refused && step->changes.n &&
	       commit_tree_with(g->at->repo, &g->parent, step->changes.items, step->changes.n,
				&made, &ignored) == 0 &&
	       oid_eq(&made, tree);
}

/* Plans all of them on the parent, and compares the trees. */
static void judge_group(const struct group *g)
{
	struct arena *arena = g->at->arena;
	struct selection want = { .names = { arena_array(arena, g->n, sizeof(struct slice)),
					     g->n } };
	struct intent *intents = arena_array(arena, g->n, sizeof(*intents));
	size_t *of = arena_array(arena, g->n, sizeof(*of)), n = 0; /* of: the topic of an intent */
	struct err ignored = ERR_INIT;
	struct selected list;
	struct plan plan;

	for (size_t i = 0; i < g->n; i++)
		want.names.items[i] = g->topics[i]->m->name;
	if (session_select(g->at, &want, &list, &ignored) < 0)
		return;
	for (size_t i = 0; i < g->n; i++)
		if (intent_of(g->at, g->topics[i], list.items[i], &intents[n]))
			of[n++] = i;
	if (session_plan(g->at, intents, n, &plan, &ignored) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		g->topics[of[i]]->ours = makes_tree(g, &plan.steps[i], &g->trees[of[i]]);
	plan_release(&plan);
}

/* The same, with a session at the parent. */
static void judge_at_parent(struct session *s, struct group *g)
{
	AUTO_SESSION struct session *at = NULL;
	struct session_options options = *s->options;
	struct slices only = { arena_array(s->arena, g->n, sizeof(struct slice)), g->n };
	struct err ignored = ERR_INIT;

	for (size_t i = 0; i < g->n; i++)
		only.items[i] = g->topics[i]->m->name;
	options.base = BASE_COMMIT;
	options.at = &g->parent;
	options.only = only;
	if (session_open(&at, &options, &ignored) < 0)
		return;
	g->at = at;
	judge_group(g);
}

/*
 * One round: the first topic that is not judged yet, and all others of its parent, one a migration.
 * `infos` are those of the tips.
 */
static void judge_some(struct session *s, struct topic *topics, const struct commit_info *infos,
		       bool *judged, size_t n)
{
	struct map names = MAP_INIT;
	struct group g = { .topics = arena_array(s->arena, n, sizeof(*g.topics)),
			   .trees = arena_array(s->arena, n, sizeof(*g.trees)) };

	for (size_t i = 0; i < n; i++) {
		if (judged[i] || (g.n && !oid_eq(&infos[i].parent, &g.parent)) ||
		    map_get(&names, topics[i].m->name) != MAP_NONE)
			continue;
		judged[i] = true;
		map_set(&names, topics[i].m->name, i);
		g.parent = infos[i].parent;
		g.trees[g.n] = infos[i].tree;
		g.topics[g.n++] = &topics[i];
	}
	map_release(&names);
	judge_at_parent(s, &g);
	if (g.n < 2)
		return;
	/*
	 * One that meets others in a file, or whose file is gone there, has a judgement of its own.
	 */
	for (size_t i = 0; i < g.n; i++) {
		struct group alone = {
			.parent = g.parent, .topics = &g.topics[i], .trees = &g.trees[i], .n = 1
		};

		if (!g.topics[i]->ours)
			judge_at_parent(s, &alone);
	}
}

void topics_judge(struct session *s, struct topic *topics, size_t n)
{
	struct commit_info *infos = arena_array(s->arena, n, sizeof(*infos));
	bool *judged = arena_array(s->arena, n, sizeof(*judged));
	struct err ignored = ERR_INIT;

	for (size_t i = 0; i < n; i++) {
		topics[i].ours = false;
		judged[i] = repo_commit_info(s->repo, &topics[i].tip, s->arena, &infos[i],
					     &ignored) < 0 ||
			    !may_be_ours(s, &infos[i]);
	}
	for (size_t i = 0; i < n; i++)
		if (!judged[i])
			judge_some(s, topics, infos, judged, n);
}
