#include "plugin/patch.h"

#include "base/file.h"
#include "flow/patch.h"
#include "plugin/commands.h"
#include "plugin/options.h"

/* Does it go to standard output? */
static bool to_stdout(const struct change_context *ctx)
{
	return slice_is(ctx->patch, "-");
}

int patch_check(const struct app *app, const struct change_context *ctx, struct err *err)
{
	bool document = app->output == OUTPUT_JSON || app->output == OUTPUT_YAML ||
			app->output == OUTPUT_NAME;

	if (to_stdout(ctx) && document)
		return options_refuse(app, &cmd_rollback, err,
				      "--patch - and -o cannot both have standard output");
	if (ctx->merge_request)
		return options_refuse(app, &cmd_rollback, err,
				      "--patch and --merge-request cannot be said together");
	return 0;
}

/* Says what was written, and how it is applied. */
static void say(const struct app *app, const struct change_context *ctx, const struct plan *plan,
		struct step_row *rows, bool crlf)
{
	const char *file = to_stdout(ctx) ? "standard output" : ctx->patch.ptr;
	bool document = app->output == OUTPUT_JSON || app->output == OUTPUT_YAML ||
			app->output == OUTPUT_NAME;

	for (size_t i = 0; i < plan->n; i++) {
		if (plan->steps[i].refused || !plan->steps[i].changes.n)
			continue;
		rows[i].outcome = OUTCOME_PATCH;
		if (!document)
			(void)fprintf(to_stdout(ctx) ? app->talk : app->out,
				      "migration/%.*s patch: %.*s -> %.*s (%s)\n",
				      SLICE_ARG(rows[i].name), SLICE_ARG(rows[i].from),
				      SLICE_ARG(rows[i].to), file);
	}
	(void)fflush(app->out);
	(void)fprintf(app->talk,
		      "nothing was committed; apply it where you can push: git am%s %s\n",
		      crlf ? " --keep-cr" : "", to_stdout(ctx) ? "FILE" : file);
	if (crlf)
		(void)fprintf(app->talk, "lines that end with CR LF are in it: git am without "
					 "--keep-cr refuses it\n");
}

int patch_write(const struct app *app, const struct change_context *ctx, struct session *s,
		const struct plan *plan, struct step_row *rows, struct err *err)
{
	const struct publish_options o = { .batch = ctx->batch,
					   .rollback = true,
					   .program = app->program,
					   .reason = ctx->reason };
	struct plan_patch patch = { .text = STR_INIT };
	int failed;

	if (!to_stdout(ctx) && file_exists(ctx->patch.ptr)) {
		(void)err_set(err, &CODE_exists, place_of(ctx->patch.ptr), "is there already");
		return err_remedy(err, "name another file, or take this one away; --patch - writes "
				       "to standard output");
	}
	failed = patch_of_plan(s, plan, &o, &patch, err);
	if (!failed && !to_stdout(ctx))
		failed = file_replace(ctx->patch.ptr, str_slice(&patch.text), 0666, err);
	else if (!failed)
		(void)fwrite(patch.text.ptr, 1, patch.text.len, app->out);
	if (!failed)
		say(app, ctx, plan, rows, patch.crlf);
	str_release(&patch.text);
	return failed;
}
