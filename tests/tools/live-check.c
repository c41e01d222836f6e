/*
 * What a cluster contains about migrations, as a command of its own, for tests with real servers:
 *
 *	live-check migrate check --live [--repo DIR] [NAME... | --all] [kubectl's connection flags]
 *
 * Prints "context CONTEXT", "seen RESOURCE HOW [NAMESPACES]" for each kind, and "NAME: severity:
 * place: reason [CODE]" for each finding ("-" for those about the cluster as a whole). Ends with
 *the exit code of the first finding that stops a stage.
 */
#include "plugin/app.h"
#include "plugin/commands.h"
#include "plugin/dispatch.h"
#include "plugin/live.h"
#include "plugin/migration_command.h"
#include "plugin/options.h"
#include "plugin/exit_code.h"
#include "plugin/rows_finding.h"

struct live_check_context {
	struct migration_context migration;
	struct live_context live;
};

static const struct field own_fields[] = {
	FIELD_PART(struct live_check_context, live, &live_options),
	FIELDS_END,
};

static const struct record own_options = { .fields = own_fields };

static void print_findings(struct app *app, struct slice name, const struct findings *f)
{
	for (size_t i = 0; i < f->n; i++) {
		AUTO_STR struct str line = STR_INIT;

		finding_format(&f->items[i], &line);
		say_out(app, "%" SLICE_FMT ": %s: %s", SLICE_ARG(name), finding_word(&f->items[i]),
			line.ptr);
	}
	if (findings_stop(f))
		app->exit = exit_code_worse(app->exit, findings_stop(f)->code->exit);
}

static void print_kind(const struct app *app, const struct live_kind *kind)
{
	AUTO_STR struct str namespaces = STR_INIT;

	for (size_t i = 0; i < kind->namespaces.n; i++)
		str_addf(&namespaces, " %" SLICE_FMT, SLICE_ARG(kind->namespaces.items[i]));
	say_out(app, "seen %" SLICE_FMT " %" SLICE_FMT "%s", SLICE_ARG(kind->resource),
		SLICE_ARG(kind->seen), namespaces.ptr);
}

static int run_live_check(struct app *app, void *context, struct err *err)
{
	struct live_check_context *ctx = context;
	AUTO_SESSION struct session *s = NULL;
	AUTO_FLEET struct fleet fleet = { .n = 0 };
	AUTO_EVIDENCE struct evidence evidence = { .fleet = NULL };
	const struct selected *list = &fleet.selected;
	struct live_connection connection;
	struct live_report report;

	ctx->migration.access = ACCESS_READ;
	if (migration_select(app, &ctx->migration, &s, &fleet, err) < 0 ||
	    live_connect(app, &ctx->live, &connection, err) < 0)
		return -1;
	if (!ctx->live.live)
		return 0;
	if (gather_evidence(&fleet, &evidence, err) < 0 ||
	    live_check_migrations(&evidence, &connection, &report, err) < 0)
		return -1;
	say_out(app, "context %" SLICE_FMT, SLICE_ARG(report.context));
	for (size_t i = 0; i < report.nkinds; i++)
		print_kind(app, &report.kinds[i]);
	print_findings(app, SLICE("-"), &report.cluster);
	for (size_t i = 0; i < list->n; i++)
		print_findings(app, list->items[i]->name, &report.of[i]);
	return 0;
}

static const struct record *const options[] = { &own_options, &migration_select_options,
						&migration_repo_options, &output_options, NULL };

static const struct command cmd_live_check = {
	.name = "check",
	.group = "migrate",
	.summary = "Read a cluster",
	.about = "Read a cluster.",
	.example = "# All migrations\nlive-check migrate check --live --all",
	.arg = "[NAME...]",
	.max_args = -1,
	.options = options,
	.context_size = sizeof(struct live_check_context),
	.run = run_live_check,
};

int main(int argc, char **argv)
{
	static const struct command *const commands[] = { &group_program, &group_migrate,
							  &cmd_live_check, NULL };
	struct app app;
	struct err err = ERR_INIT;
	AUTO_STR struct str line = STR_INIT;

	app_init(&app, argc, argv);
	if (dispatch(&app, commands, argc, argv, &err) < 0) {
		err_format(&err, &line);
		say_error(&app, "%s", line.ptr);
		app.exit = err.code->exit;
	}
	app_release(&app);
	return (int)app.exit;
}
