#include "plugin/commit_report.h"

#include "flow/commit.h"
#include "plugin/say.h"

void commit_report_unpushed(const struct app *app, const struct base_commit *base,
			    struct slice branches, struct slice behind)
{
	struct slice remote = branches.len ? base_commit_unpushed(base) : branches;

	if (behind.ptr)
		say_note(app,
			 "local branch '%" SLICE_FMT "' was not updated: %" SLICE_FMT
			 "; update it with: git pull",
			 SLICE_ARG(base->local), SLICE_ARG(behind));
	if (remote.len && slice_eq(branches, base->branch) && base->local.ptr &&
	    !slice_eq(base->local, base->branch))
		say_note(app,
			 "not pushed; push with: git push %" SLICE_FMT " %" SLICE_FMT
			 ":%" SLICE_FMT,
			 SLICE_ARG(remote), SLICE_ARG(base->local), SLICE_ARG(branches));
	else if (remote.len)
		say_note(app, "not pushed; push with: git push %" SLICE_FMT " %" SLICE_FMT,
			 SLICE_ARG(remote), SLICE_ARG(branches));
}

void commit_report_hooks(const struct app *app, const struct session *s)
{
	struct slices hooks = commit_skipped_hooks(s);
	AUTO_STR struct str names = STR_INIT;

	for (size_t i = 0; i < hooks.n; i++)
		str_addf(&names, "%s%" SLICE_FMT, i ? ", " : "", SLICE_ARG(hooks.items[i]));
	if (hooks.n)
		say_note(app, "skipped hooks: %s", names.ptr);
}
