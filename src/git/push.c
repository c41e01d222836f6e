#include "git/remote_internal.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

/* --- what git says of each ref -------------------------------------------- */

/* Words of a refusal that mean: it is not where it was expected. All others are somebody's no. */
static const char *const races[] = {
	"stale info",          "fetch first",
	"non-fast-forward",    "needs force",
	"cannot lock ref",     "failed to update ref",
	"incorrect old value", "reference already exists",
	"failed to lock",      "remote ref updated",
	"unable to lock",      "atomic push failed",
};

static bool is_race(struct slice why)
{
	for (size_t i = 0; i < sizeof(races) / sizeof(races[0]); i++)
		if (slice_find(why, slice_of(races[i])) != SIZE_MAX)
			return true;
	return false;
}

/*
 * The words in the last brackets of a summary, "[remote rejected] (pre-receive hook declined)", or
 * all of it.
 */
static struct slice reason_of(struct slice summary)
{
	size_t open = slice_find_byte(summary, '(');

	if (open == SIZE_MAX || !slice_ends(summary, SLICE(")")))
		return summary;
	return slice_sub(summary, open + 1, summary.len - open - 2);
}

/* A line "FLAG<tab>FROM:TO<tab>SUMMARY" of git push --porcelain. */
static void take_line(struct slice line, struct push *pushes, size_t n, struct arena *arena)
{
	size_t tab = slice_find_byte(line, '\t'), colon;
	struct slice refs, summary, to;

	if (tab != 1)
		return;
	refs = slice_sub(line, 2, line.len - 2);
	tab = slice_find_byte(refs, '\t');
	if (tab == SIZE_MAX)
		return;
	summary = slice_sub(refs, tab + 1, refs.len - tab - 1);
	refs = slice_sub(refs, 0, tab);
	colon = slice_find_byte(refs, ':');
	to = colon == SIZE_MAX ? refs : slice_sub(refs, colon + 1, refs.len - colon - 1);
	for (size_t i = 0; i < n; i++) {
		struct push *p = &pushes[i];

		if (!slice_is(to, p->ref))
			continue;
		p->result = line.ptr[0] == '!' ? (is_race(summary) ? PUSH_RACED : PUSH_REFUSED) :
			    line.ptr[0] == '=' ? PUSH_SAME :
						 PUSH_DONE;
		if (line.ptr[0] == '!') {
			AUTO_STR struct str why = STR_INIT;

			str_add_visible(&why, reason_of(summary), false);
			p->why = arena_copy(arena, str_slice(&why));
		}
	}
}

/* All lines. Has git told what became of every ref? */
static bool take_answer(struct slice said, struct push *pushes, size_t n, struct arena *arena)
{
	while (said.len) {
		size_t end = slice_find_byte(said, '\n');
		struct slice line = slice_sub(said, 0, end == SIZE_MAX ? said.len : end);

		take_line(line, pushes, n, arena);
		said = slice_sub(said, line.len + 1, said.len);
	}
	for (size_t i = 0; i < n; i++)
		if (pushes[i].result == PUSH_UNTOLD)
			return false;
	return true;
}

/* --- pushing -------------------------------------------------------------- */

/* "--force-with-lease=REF:OID", and "OID:REF" or ":REF". */
static int add_ref(const struct push *p, const char **lease, const char **spec, struct arena *arena,
		   struct err *err)
{
	char expect[41] = "", to[41] = "";

	if (strncmp(p->ref, "refs/heads/", 11) || remote_check_branch(p->ref + 11, err) < 0)
		return err_set(err, &CODE_no_branch, NOWHERE, "'%s' is not a branch", p->ref);
	if (p->expect)
		oid_text(p->expect, expect);
	if (p->to)
		oid_text(p->to, to);
	*lease = arena_printf(arena, "--force-with-lease=%s:%s", p->ref, expect).ptr;
	*spec = arena_printf(arena, "%s:%s", to, p->ref).ptr;
	return 0;
}

/* At most so many refs go in one run of git: its arguments are bounded. */
enum { REFS = 200, OPTIONS = 4, WORDS = 7 };

/* One run. */
static int push_some(struct repo *r, const struct remote *remote, struct push *pushes, size_t n,
		     const struct slices *options, const struct remote_options *way,
		     struct arena *arena, struct err *err)
{
	AUTO_PROCESS struct process_result result = PROCESS_RESULT_INIT;
	AUTO_STR struct str hook = STR_INIT;
	struct slice mirror =
		arena_printf(arena, "remote.%" SLICE_FMT ".mirror=false", SLICE_ARG(remote->name));
	const char *args[WORDS + OPTIONS + 2 * REFS + 2] = { "-c",
							     mirror.ptr,
							     "-c",
							     "push.followTags=false",
							     "push",
							     "--porcelain",
							     "--recurse-submodules=no" };
	size_t at = WORDS;

	for (size_t i = 0; options && i < options->n && i < OPTIONS; i++)
		args[at++] = arena_printf(arena, "--push-option=%" SLICE_FMT,
					  SLICE_ARG(options->items[i]))
				     .ptr;
	for (size_t i = 0; i < n; i++)
		if (add_ref(&pushes[i], &args[at + i], &args[at + n + 1 + i], arena, err) < 0)
			return -1;
	args[at + n] = remote->name.ptr;
	args[at + 2 * n + 1] = NULL;
	if (git_run(r, way, args, &result, err) < 0)
		return err_wrap(err, "cannot push to %" SLICE_FMT, SLICE_ARG(remote->name));
	if (take_answer(str_slice(&result.out), pushes, n, arena))
		return 0;
	if (result.exit_code == 1 &&
	    hook_find(r, "pre-push", &hook)) { /* what git cannot do ends with 128 */
		(void)err_set(err, &CODE_push_refused, place_of(hook.ptr),
			      "the hook pre-push of this clone says no");
		return err_remedy(err, "run the hook by itself, or see what git push says");
	}
	return git_said(remote, "push to", &result, err);
}

int remote_push(struct repo *r, const struct remote *remote, struct push *pushes, size_t n,
		const struct slices *options, const struct remote_options *way, struct arena *arena,
		struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		pushes[i].result = PUSH_UNTOLD;
		pushes[i].why = SLICE_NONE;
	}
	for (size_t i = 0; i < n; i += REFS)
		if (push_some(r, remote, pushes + i, n - i < REFS ? n - i : REFS, options, way,
			      arena, err) < 0)
			return -1;
	return 0;
}
