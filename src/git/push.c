#include "git/push.h"

#include "git/git_command_internal.h"
#include "git/hooks_internal.h"
#include "git/remote_internal.h"

#include <string.h>

/* --- the outcome for each ref --------------------------------------------- */

/* Refusals because the ref is not where it was expected. All others are by a hook or a rule. */
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
 * The text in the parentheses of a summary, "[remote rejected] (pre-receive hook declined)", or all
 * of it.
 */
static struct slice find_reason(struct slice summary)
{
	size_t open = slice_find_byte(summary, '(');

	if (open == SIZE_MAX || !slice_ends(summary, SLICE(")")))
		return summary;
	return slice_sub(summary, open + 1, summary.len - open - 2);
}

/* Parses a line "FLAG<tab>FROM:TO<tab>SUMMARY" of git push --porcelain. */
static void parse_line(struct slice line, struct push *pushes, size_t n, struct arena *arena)
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
		if (line.ptr[0] == '!')
			p->why = arena_copy(arena, find_reason(summary));
	}
}

/* Parses all lines. True if git reported the outcome of every ref. */
static bool parse_output(struct slice output, struct push *pushes, size_t n, struct arena *arena)
{
	struct slice line;

	while (slice_next(&output, '\n', &line))
		parse_line(line, pushes, n, arena);
	for (size_t i = 0; i < n; i++)
		if (pushes[i].result == PUSH_UNKNOWN)
			return false;
	return true;
}

/* The text between two marks, the first occurrence; absent: they are not in the text. */
static struct slice text_between(struct slice text, struct slice before, struct slice after)
{
	size_t from = slice_find(text, before), to;

	if (from == SIZE_MAX)
		return SLICE_NONE;
	text = slice_sub(text, from + before.len, text.len);
	to = slice_find(text, after);
	return to == SIZE_MAX ? SLICE_NONE : slice_sub(text, 0, to);
}

/*
 * Finds out what kept the remote from locking a ref: "cannot lock ref 'REF': Unable to create
 * 'FILE.lock': File exists.", or "cannot lock ref 'REF': 'OTHER' exists; cannot create 'REF'".
 */
static void find_obstacle(struct push *p, struct slice messages, struct arena *arena)
{
	struct slice mark = arena_printf(arena, "cannot lock ref '%s': ", p->ref), line, found;

	while (slice_next(&messages, '\n', &line)) {
		size_t at = slice_find(line, mark);

		if (at == SIZE_MAX)
			continue;
		line = slice_sub(line, at + mark.len, line.len);
		found = text_between(line, SLICE("Unable to create '"), SLICE("': File exists"));
		if (slice_ends(found, SLICE(".lock")))
			p->lock = arena_copy(arena, found);
		found = text_between(line, SLICE("'"), SLICE("' exists; cannot create '"));
		if (slice_starts(found, SLICE("refs/heads/")))
			p->blocker = arena_copy(arena, found);
	}
}

/* The same for each ref that was not where it was expected. */
static void find_obstacles(struct push *pushes, size_t n, struct slice messages,
			   struct arena *arena)
{
	for (size_t i = 0; i < n; i++)
		if (pushes[i].result == PUSH_RACED)
			find_obstacle(&pushes[i], messages, arena);
}

/* --- pushing -------------------------------------------------------------- */

/* Makes the arguments of a ref: "--force-with-lease=REF:OID", and "OID:REF" or ":REF". */
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

/* The most refs in one run of git, whose arguments are limited. */
enum { REFS = 200, OPTIONS = 4, WORDS = 7 };

/* Pushes as many refs as one run of git can. */
static int push_some(const struct remote *remote, const struct pushes *pushes,
		     const struct remote_options *options, struct arena *arena, struct err *err)
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
	const struct git_command command = { .args = args, .options = options };
	size_t n = pushes->n, at = WORDS;

	for (size_t i = 0; i < pushes->options.n && i < OPTIONS; i++)
		args[at++] = arena_printf(arena, "--push-option=%" SLICE_FMT,
					  SLICE_ARG(pushes->options.items[i]))
				     .ptr;
	for (size_t i = 0; i < n; i++)
		if (add_ref(&pushes->items[i], &args[at + i], &args[at + n + 1 + i], arena, err) <
		    0)
			return -1;
	args[at + n] = remote->name.ptr;
	args[at + 2 * n + 1] = NULL;
	if (git_run(remote->repo, &command, &result, err) < 0)
		return err_wrap(err, "cannot push to %" SLICE_FMT, SLICE_ARG(remote->name));
	if (parse_output(str_slice(&result.out), pushes->items, n, arena)) {
		find_obstacles(pushes->items, n, str_slice(&result.err), arena);
		return 0;
	}
	/* Other failures have exit code 128. */
	if (result.exit_code == 1 && hook_find(remote->repo, "pre-push", &hook)) {
		(void)err_set(err, &CODE_push_refused, place_of(hook.ptr),
			      "the pre-push hook of this clone rejected the push");
		return err_remedy(err, "fix what the hook reports; git push shows its output");
	}
	return git_fail_remote(remote, "push to", &result, err);
}

int push_refs(const struct remote *remote, struct pushes *pushes,
	      const struct remote_options *options, struct arena *arena, struct err *err)
{
	for (size_t i = 0; i < pushes->n; i++) {
		pushes->items[i].result = PUSH_UNKNOWN;
		pushes->items[i].why = pushes->items[i].lock = pushes->items[i].blocker =
			SLICE_NONE;
	}
	for (size_t i = 0; i < pushes->n; i += REFS) {
		size_t left = pushes->n - i;
		const struct pushes some = { pushes->items + i, left < REFS ? left : REFS,
					     pushes->options };

		if (push_some(remote, &some, options, arena, err) < 0)
			return -1;
	}
	return 0;
}
