#include "flow/topic.h"

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
	return repo_has_branch(s->repo, branch.ptr) && repo_branch_tip(s->repo, branch.ptr, &out->tip, &ignored) == 0;
}

int topic_is_step(struct session *s, const struct topic *t, const struct step *step, bool *is, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct commit_info there;
	struct oid tree;

	*is = false;
	if (repo_commit_info(s->repo, &t->tip, arena, &there, err) < 0)
		return -1;
	for (size_t i = 0; i < step->changes.n; i++) {
		const struct change *c = &step->changes.items[i];
		struct slice path = arena_copy(arena, c->path);
		AUTO_STR struct str before = STR_INIT;
		int missing = tree_read(s->repo, &there.parent, path.ptr, MANIFEST_MAX, &before, NULL, err);

		if (missing < 0)
			return -1;
		if ((missing > 0) != !c->before.ptr || !slice_eq(str_slice(&before), c->before))
			return 0;
	}
	if (commit_tree_with(s->repo, &there.parent, step->changes.items, step->changes.n, &tree, err) < 0)
		return -1;
	*is = oid_eq(&there.tree, &tree);
	return 0;
}

/* The hold that a commit's migration file says, in `arena`; absent: none. False: the file cannot be read. */
static bool hold_at(struct session *s, const struct oid *commit, const struct migration *m, struct arena *arena, struct slice *hold)
{
	AUTO_STR struct str bytes = STR_INIT;
	struct err ignored = ERR_INIT;
	struct migration there;

	if (tree_read(s->repo, commit, m->path.ptr, MIGRATION_MAX, &bytes, NULL, &ignored) != 0 ||
	    migration_read(&there, m->path, str_slice(&bytes), 0100644, &ignored) < 0)
		return false;
	*hold = there.f.spec.hold.ptr ? arena_copy(arena, there.f.spec.hold) : (struct slice){ NULL, 0 };
	migration_release(&there);
	return true;
}

/* What was wanted when the branch was made, as far as it shows. */
static bool intent_of(struct session *at, const struct topic *t, const struct migration *m, struct intent *out)
{
	struct slice hold, name = slice_sub(t->branch, strlen(TOPICS "/") + m->name.len + 1, t->branch.len);

	*out = (struct intent){ .m = m, .direction = GO_UP, .resume = m->f.spec.hold.ptr != NULL };
	if (!stage_parse(name, &out->to) || !hold_at(at, &t->tip, m, at->arena, &hold))
		return false;
	if (out->to.kind == STAGE_DONE)
		out->direction = GO_DONE;
	else if (hold.ptr)
		out->direction = GO_DOWN;
	if (hold.ptr && !m->f.spec.hold.ptr)
		out->hold = hold;
	return true;
}

/* Plans it on the parent, and compares the trees. */
static bool makes_tip(struct session *at, const struct topic *t, struct slice name, const struct oid *parent,
		      const struct oid *tree, struct err *err)
{
	struct selection want = { .names = { &name, 1 } };
	struct plan plan = { .n = 0 };
	struct intent intent;
	struct selected list;
	struct oid made;
	bool same = false;

	if (session_select(at, &want, &list, err) < 0 || !intent_of(at, t, list.items[0], &intent) ||
	    session_plan(at, &intent, 1, &plan, err) < 0)
		return false;
	if (!plan.steps[0].refused && plan.changes.n)
		same = commit_tree_with(at->repo, parent, plan.changes.items, plan.changes.n, &made, err) == 0 &&
		       oid_eq(&made, tree);
	plan_release(&plan);
	return same;
}

bool topic_is_ours(struct session *s, const struct topic *t, const struct migration *m)
{
	AUTO_SESSION struct session *at = NULL;
	struct session_options options = *s->options;
	struct slice only = m->name;
	struct err ignored = ERR_INIT;
	struct commit_info info;

	if (repo_commit_info(s->repo, &t->tip, s->arena, &info, &ignored) < 0)
		return false;
	options.base = BASE_COMMIT;
	options.at = &info.parent;
	options.only = (struct slices){ &only, 1 };
	return session_open(&at, &options, &ignored) == 0 && makes_tip(at, t, m->name, &info.parent, &info.tree, &ignored);
}
