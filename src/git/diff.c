#include "git/diff.h"

#include "base/arena.h"

#include <git2.h>

/* Appends one line of the patch. */
static int add_line(const git_diff_delta *delta, const git_diff_hunk *hunk,
		    const git_diff_line *line, void *payload)
{
	struct str *out = payload;

	(void)delta;
	(void)hunk;
	if (line->origin == GIT_DIFF_LINE_CONTEXT || line->origin == GIT_DIFF_LINE_ADDITION ||
	    line->origin == GIT_DIFF_LINE_DELETION)
		str_addc(out, line->origin);
	str_add(out, (struct slice){ line->content, line->content_len });
	return 0;
}

int diff_bytes(const struct change *c, struct str *patch, size_t *added, size_t *removed,
	       struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct slice path = arena_copy(arena, c->path);
	git_patch *p = NULL;
	size_t context;
	int failed = git_patch_from_buffers(&p, c->before.ptr, c->before.len,
					    c->before.ptr ? path.ptr : NULL, c->after.ptr,
					    c->after.len, c->after.ptr ? path.ptr : NULL, NULL);

	if (!failed)
		failed = git_patch_line_stats(&context, added, removed, p);
	if (!failed && patch)
		failed = git_patch_print(p, add_line, patch);
	git_patch_free(p);
	return failed ? err_set(err, &CODE_git, (struct place){ c->path, 0, 0 },
				"cannot create the diff") :
			0;
}
