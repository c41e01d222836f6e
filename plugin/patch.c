#include "plugin/patch.h"

#include "base/file.h"
#include "flow/patch.h"
#include "plugin/command_line.h"
#include "plugin/output_path.h"
#include "plugin/print.h"
#include "plugin/say.h"

/* Is it written to standard output? */
static bool uses_stdout(const struct change_context *ctx)
{
	return slice_is(ctx->patch, "-");
}

int patch_check(const struct app *app, const struct change_context *ctx, struct err *err)
{
	if (uses_stdout(ctx) && print_is_document(app->output))
		return command_refuse(app, err,
				      "--patch - and -o cannot both write to standard output");
	if (ctx->merge_request)
		return command_refuse(app, err,
				      "--patch and --merge-request are mutually exclusive");
	return 0;
}

/* What was written, and how to apply it. */
static void report_patch(const struct change_command *c, bool crlf)
{
	bool out = uses_stdout(c->ctx);
	const char *file = out ? "standard output" : c->ctx->patch.ptr;

	for (size_t i = 0; i < c->plan.n; i++) {
		struct step_row *row = &c->rows[i];

		if (c->plan.steps[i].refused || !c->plan.steps[i].changes.n)
			continue;
		row->outcome = OUTCOME_PATCH;
		if (!c->documents)
			say_line(c->app, out ? SAY_ERR : SAY_OUT,
				 "migration/%" SLICE_FMT " patch: %" SLICE_FMT " -> %" SLICE_FMT
				 " (%s)",
				 SLICE_ARG(row->name), SLICE_ARG(row->from), SLICE_ARG(row->to),
				 file);
	}
	say_note(c->app,
		 "nothing was committed; to apply the patch in a clone with push access, run: git "
		 "am%s %s",
		 crlf ? " --keep-cr" : "", out ? "FILE" : file);
	if (crlf)
		say_note(c->app, "the patch contains lines that end with CR LF: git am rejects it "
				 "without --keep-cr");
}

int patch_write(const struct change_command *c, struct err *err)
{
	const struct publish_options o = { .batch = c->ctx->batch,
					   .rollback = true,
					   .program = c->app->program,
					   .reason = c->ctx->reason };
	const char *file = c->ctx->patch.ptr;
	struct plan_patch patch = { .text = STR_INIT };
	bool out = uses_stdout(c->ctx);
	int failed;

	if (!out && file_exists(file)) {
		(void)err_set(err, &CODE_exists, place_of(file), "file already exists");
		return err_remedy(err, "specify another file, remove this one, or write to "
				       "standard output with --patch -");
	}
	if (!out && output_path_check(c->fleet->base.session, file, err) < 0)
		return -1;
	failed = patch_of_plan(c->fleet->base.session, &c->plan, &o, &patch, err);
	if (!failed && out)
		say_bytes(c->app, str_slice(&patch.text));
	else if (!failed)
		failed = file_replace(file, str_slice(&patch.text), 0666, err);
	if (!failed)
		report_patch(c, patch.crlf);
	str_release(&patch.text);
	return failed;
}
