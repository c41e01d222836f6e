/*
 * Compares a cluster with migrations, as a separate command, for tests with real servers:
 *
 *	live-check migrate check --live [--repo DIR] [NAME... | --all] [kubectl's connection flags]
 *
 * Prints "context CONTEXT", "seen RESOURCE HOW [NAMESPACES]" for each kind, and "NAME: severity:
 *place: reason [CODE]" for each finding ("-" for those about the cluster as a whole). Ends with the
 *exit code of the first finding that stops a stage.
 */
#include "plugin/app.h"
#include "plugin/dispatch.h"
#include "plugin/live.h"
#include "plugin/options.h"
#include "plugin/work.h"

#include <stddef.h>

struct live_check {
	struct work_context work;
	struct live_context live;
};

static const struct record own_record = {
	.fields =
		(const struct field[]){
			{ .kind = VALUE_RECORD,
			  .offset = offsetof(struct live_check, live),
			  .of = &live_options },
			{ .name = NULL },
		},
};

static void put(struct app *app, struct slice name, const struct findings *f)
{
	for (size_t i = 0; i < f->n; i++) {
		AUTO_STR struct str line = STR_INIT;

		finding_format(&f->items[i], &line);
		(void)fprintf(app->out, "%.*s: %s: %s\n", SLICE_ARG(name),
			      f->items[i].allowed ? "allowed" :
						    severity_word(f->items[i].code->severity),
			      line.ptr);
	}
	if (findings_stop(f))
		app->exit = work_worse(app->exit, findings_stop(f)->code->exit);
}

static int run(struct app *app, void *context, struct err *err);

static const struct record *const options[] = { &own_record, &work_select_options,
						&work_repo_options, &output_options, NULL };

static const struct command cmd_check = {
	.name = "check",
	.group = "migrate",
	.summary = "Look at a cluster",
	.about = "Look at a cluster.",
	.example = "# All of them\nlive-check migrate check --live --all",
	.arg = "[NAME...]",
	.max_args = -1,
	.options = options,
	.context_size = sizeof(struct live_check),
	.run = run,
};

static int run(struct app *app, void *context, struct err *err)
{
	struct live_check *ctx = context;
	AUTO_SESSION struct session *s = NULL;
	struct selected list;
	struct live_report report;
	bool looked;

	if (work_select(app, &ctx->work, WORK_READS, &s, &list, err) < 0 ||
	    live_look(app, &cmd_check, &ctx->live, s, &report, &looked, err) < 0)
		return -1;
	if (!looked)
		return 0;
	(void)fprintf(app->out, "context %.*s\n", SLICE_ARG(report.context));
	for (size_t i = 0; i < report.nkinds; i++) {
		(void)fprintf(app->out, "seen %.*s %.*s", SLICE_ARG(report.kinds[i].resource),
			      SLICE_ARG(report.kinds[i].seen));
		for (size_t k = 0; k < report.kinds[i].namespaces.n; k++)
			(void)fprintf(app->out, " %.*s",
				      SLICE_ARG(report.kinds[i].namespaces.items[k]));
		(void)fputc('\n', app->out);
	}
	put(app, SLICE("-"), &report.cluster);
	for (size_t i = 0; i < list.n; i++)
		put(app, list.items[i]->name, &report.of[i]);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct command *const commands[] = { &group_program, &group_migrate,
							  &cmd_check, NULL };
	struct app app;
	struct err err = ERR_INIT;
	AUTO_STR struct str line = STR_INIT;

	app_init(&app, argc, argv);
	if (dispatch(&app, commands, argc, argv, &err) < 0) {
		err_format(&err, &line);
		(void)fprintf(app.talk, "error: %s\n", line.ptr);
		app.exit = err.code->exit;
	}
	app_release(&app);
	return (int)app.exit;
}
