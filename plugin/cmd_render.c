#include "plugin/commands.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/file_below.h"
#include "flow/plan_intents.h"
#include "flow/render_file.h"
#include "flow/templates.h"
#include "plugin/migration_command.h"
#include "plugin/options.h"
#include "plugin/output_path.h"
#include "plugin/print.h"
#include "plugin/rows_finding.h"
#include "plugin/say.h"

#include <stdlib.h>
#include <unistd.h>

struct render_context {
	struct migration_context migration;
	struct migration_spec spec; /* with -f */
	struct slice file, baseline, stage, output_dir, template;
	struct pairs set;
	bool list;
};

static const struct field own_fields[] = {
	OPT_STRING(struct render_context, file, 'f', "filename", "FILE",
		   "File with manifests to render, without a repository; '-' for standard input"),
	OPT_STRING(struct render_context, baseline, 0, "baseline", "FILE",
		   "With -f, the file as it was before the first stage"),
	OPT_STRING(struct render_context, stage, 0, "stage", "STAGE",
		   "Stage to render: start, mirror, a percentage, or all"),
	OPT_STRING(struct render_context, output_dir, 0, "output-dir", "DIR",
		   "Write to DIR/STAGE/FILE instead of standard output"),
	OPT_STRING(struct render_context, template, 0, "template", "NAME",
		   "Render this template instead of manifests"),
	OPT_PAIRS(struct render_context, set, 0, "set", "KEY=VALUE",
		  "With --template, set a value"),
	OPT_BOOL(struct render_context, list, 0, "list-templates",
		 "List the templates and their parameters"),
	FIELD_PART(struct render_context, spec, &migration_spec_record),
	FIELDS_END,
};

static const struct record own_options = { .fields = own_fields };

/* --- templates ------------------------------------------------------------ */

static const struct field template_fields[] = {
	ROW_STRING(struct template_row, name, "name", "NAME", FIELD_NAME),
	ROW_STRING(struct template_row, summary, "summary", "SUMMARY", 0),
	ROW_LIST(struct template_row, parameters, "parameters", "PARAMETERS", FIELD_WIDE),
	FIELDS_END,
};

static const struct record template_record = { "Template", sizeof(struct template_row),
					       template_fields };

static int list_templates(struct app *app, struct err *err)
{
	struct template_row *rows;
	size_t n;

	if (templates_list(app->arena, &rows, &n, err) < 0)
		return -1;
	print_rows(app, &template_record, (struct rows){ rows, n }, "");
	return 0;
}

static int render_template(struct app *app, const struct render_context *ctx, struct err *err)
{
	AUTO_STR struct str text = STR_INIT;

	if (templates_render(ctx->migration.templates.ptr, ctx->template, ctx->set, &text, err) < 0)
		return -1;
	if (slice_starts(ctx->template, SLICE("gcpbackend")))
		say_warning(app, "GCPBackend is a preview, and some keys in this file are guesses: "
				 "compare them with the output of kubectl explain gcpbackend.spec");
	say_bytes(app, str_slice(&text));
	return 0;
}

/* --- what is rendered ----------------------------------------------------- */

/* One file at one stage. */
struct rendered {
	struct slice migration, stage, path, text;
};

static const struct field rendered_fields[] = {
	ROW_STRING(struct rendered, migration, "migration", NULL, FIELD_OMIT),
	ROW_STRING(struct rendered, stage, "stage", "STAGE", FIELD_NAME),
	ROW_STRING(struct rendered, path, "path", "FILE", FIELD_NAME),
	ROW_STRING(struct rendered, text, "text", NULL, 0),
	FIELDS_END,
};

static const struct record rendered_record = { "RenderedManifest", sizeof(struct rendered),
					       rendered_fields };

/* All that is rendered; nothing is printed before everything is. */
struct render_run {
	struct app *app;
	struct rendered *items;
	size_t n, cap;
};

/* Keeps one file of a stage; the texts are copied. */
static void add_rendered(struct render_run *out, struct slice migration, struct stage stage,
			 struct slice path, struct slice text)
{
	char name[8];

	stage_name(stage, name);
	ROOM(out->items, out->n, out->cap);
	out->items[out->n++] =
		(struct rendered){ migration, arena_copy(out->app->arena, slice_of(name)),
				   arena_copy(out->app->arena, path),
				   arena_copy(out->app->arena, text) };
}

/* Writes a file to STAGE/PATH below the directory `top`, through no symlink. */
static int write_rendered(const struct render_run *out, const struct rendered *r, int top,
			  struct slice dir, struct err *err)
{
	struct slice path = arena_printf(out->app->arena, "%" SLICE_FMT "/%" SLICE_FMT,
					 SLICE_ARG(r->stage), SLICE_ARG(r->path));
	const struct file_below file = {
		.top = top, .path = path.ptr, .bytes = r->text, .mode = 0666, .durable = true
	};

	if (file_below_write(&file, err) < 0)
		return -1;
	say_note(out->app, "wrote %" SLICE_FMT "/%s", SLICE_ARG(dir), path.ptr);
	return 0;
}

/* Files below a directory, by stage. */
static int write_files(const struct render_run *out, struct slice dir, struct err *err)
{
	struct slice below = arena_printf(out->app->arena, "%" SLICE_FMT "/.", SLICE_ARG(dir));
	int top, failed = 0;

	if (file_make_parents(below.ptr, err) < 0)
		return -1;
	top = directory_open(dir.ptr, err);
	for (size_t i = 0; i < out->n && top >= 0 && !failed; i++)
		failed = write_rendered(out, &out->items[i], top, dir, err);
	if (top >= 0)
		(void)close(top);
	return top < 0 ? -1 : failed;
}

/* YAML documents; several files or stages get a comment each. */
static void print_manifests(const struct render_run *out)
{
	for (size_t i = 0; i < out->n; i++) {
		const struct rendered *r = &out->items[i];

		if (out->n > 1 && i)
			say_out(out->app, "---");
		if (out->n > 1)
			say_out(out->app, "# stage %" SLICE_FMT ": %" SLICE_FMT,
				SLICE_ARG(r->stage), SLICE_ARG(r->path));
		say_bytes(out->app, r->text);
		if (out->n > 1 && !slice_ends(r->text, SLICE("\n")))
			say_text(out->app, SAY_OUT, SLICE("\n"));
	}
}

/* Writes all that was rendered to `dir` (absent: standard output). */
static int print_rendered(const struct render_run *out, struct slice dir, struct err *err)
{
	if (dir.len)
		return write_files(out, dir, err);
	if (out->app->output == OUTPUT_TABLE)
		print_manifests(out);
	else
		print_rows(out->app, &rendered_record, (struct rows){ out->items, out->n }, "");
	return 0;
}

/* The stages that --stage specifies; all of them include the start. */
static int parse_stages(struct slice text, const struct stages *list, struct stages *out,
			struct err *err)
{
	out->n = 0;
	if (slice_is(text, "all")) {
		out->items[out->n++] = (struct stage){ STAGE_START, 0 };
		for (size_t i = 0; i < list->n && out->n < STAGES_MAX; i++)
			out->items[out->n++] = list->items[i];
		return 0;
	}
	if (stage_parse(text, &out->items[0]) && stages_have(list, out->items[0])) {
		out->n = 1;
		return 0;
	}
	if (!text.ptr)
		return err_set(err, &CODE_stage_bad, NOWHERE, "--stage is required");
	return err_set(err, &CODE_stage_bad, NOWHERE, "'%" SLICE_FMT "' is not one of the stages",
		       SLICE_ARG(text));
}

/* --- one file ------------------------------------------------------------- */

/* Renders the file at one stage; its findings are reported if `report`. */
static int render_stage(struct render_run *out, const struct render_input *input,
			struct stage stage, bool report, struct err *err)
{
	struct render_result result;
	const struct finding *stop;
	const struct step *step;
	int failed = 0;

	if (render_file_make(&result, input, stage, err) < 0)
		return -1;
	step = &result.plan.steps[0];
	stop = findings_stop(&step->findings);
	if (stop)
		failed = err_from_finding(err, stop);
	else
		add_rendered(out, SLICE_NONE, stage, input->name, result.text);
	if (!failed && report)
		findings_say(out->app, &step->findings, SEVERITY_WARNING);
	if (!failed && stage.kind == STAGE_MIRROR && step->unchanged && step->known &&
	    step->from.kind == STAGE_START)
		say_note(out->app, "stage 'mirror' changes nothing: there is no traffic to mirror");
	render_file_release(&result);
	return failed;
}

/* The name of a file of -f in the output: the last part of its path. */
static struct slice make_output_name(struct slice file)
{
	struct slice rest = file, part = file;

	if (slice_is(file, "-"))
		return SLICE("stdin.yaml");
	while (slice_next(&rest, '/', &part))
		file = part.len ? part : file;
	return file;
}

/* Checks the options of -f, and finds the stages to render. */
static int check_file_options(struct app *app, const struct render_context *ctx,
			      struct migration *m, struct stages *stages, struct err *err)
{
	if (app->args.n)
		return err_set(err, &CODE_usage, NOWHERE,
			       "migration names cannot be combined with -f");
	if (!ctx->spec.from.host.len || !ctx->spec.to.host.len)
		return err_set(err, &CODE_usage, NOWHERE, "-f requires --from HOST and --to HOST");
	if (migration_check(m, app->arena, NOWHERE, err) < 0)
		return -1;
	return parse_stages(ctx->stage, m->stages, stages, err);
}

static int render_file(struct app *app, const struct render_context *ctx, struct err *err)
{
	AUTO_STR struct str text = STR_INIT, before = STR_INIT;
	struct render_run out = { .app = app };
	struct migration m = { .f = { .spec = ctx->spec } };
	struct render_input input = { .name = make_output_name(ctx->file), .m = &m };
	struct stages stages;
	int failed = 0;

	if (check_file_options(app, ctx, &m, &stages, err) < 0 ||
	    file_read(ctx->file.ptr, YAML_MAX_BYTES, &text, err) < 0)
		return -1;
	if (ctx->baseline.ptr && file_read(ctx->baseline.ptr, YAML_MAX_BYTES, &before, err) < 0)
		return -1;
	input.bytes = str_slice(&text);
	if (ctx->baseline.ptr)
		input.baseline = str_slice(&before);
	m.f.spec.manifests.path = SLICE("");
	for (size_t i = 0; i < stages.n && !failed; i++)
		failed = render_stage(&out, &input, stages.items[i], i + 1 == stages.n, err);
	if (!failed)
		failed = print_rendered(&out, ctx->output_dir, err);
	free(out.items);
	return failed;
}

/* --- migrations of a repository ------------------------------------------- */

/* The files of a step at its stage: the changed ones, and the others unchanged. */
static void add_step(struct render_run *out, const struct evidence *evidence,
		     const struct step *step)
{
	for (size_t i = 0; i < step->files.n; i++) {
		const struct source *source =
			inventory_find(evidence->inventory, step->files.items[i]);
		struct slice text = source ? source->bytes : SLICE("");

		for (size_t j = 0; j < step->changes.n; j++)
			if (slice_eq(step->changes.items[j].path, step->files.items[i]))
				text = step->changes.items[j].after;
		add_rendered(out, step->m->name, step->to, step->files.items[i], text);
	}
}

/* One stage of one migration. */
static int render_step(struct render_run *out, const struct evidence *evidence,
		       const struct migration *m, struct stage stage, struct err *err)
{
	struct intent intent = { .m = m, .direction = GO_ANYWHERE, .to = stage };
	struct plan plan;
	int failed = 0;

	if (plan_intents(evidence, &intent, 1, &plan, err) < 0)
		return -1;
	if (plan.steps[0].refused)
		failed = err_from_finding(err, findings_stop(&plan.steps[0].findings));
	else
		add_step(out, evidence, &plan.steps[0]);
	plan_release(&plan);
	return failed;
}

static int render_migrations(struct app *app, struct render_context *ctx, struct err *err)
{
	AUTO_SESSION struct session *s = NULL;
	AUTO_FLEET struct fleet fleet = { .n = 0 };
	AUTO_EVIDENCE struct evidence evidence = { .fleet = NULL };
	const struct selected *list = &fleet.selected;
	struct render_run out = { .app = app };
	int failed = 0;

	ctx->migration.access = ACCESS_READ;
	if (migration_select(app, &ctx->migration, &s, &fleet, err) < 0 ||
	    (ctx->output_dir.len && output_path_check(s, ctx->output_dir.ptr, err) < 0))
		return -1;
	for (size_t i = 0; i < list->n && !failed; i++) {
		struct stages stages;

		progress_report(session_progress(s), "migrations rendered", i + 1, list->n);
		failed = parse_stages(ctx->stage, list->items[i]->stages, &stages, err);
		if (!failed && !i)
			failed = gather_evidence(&fleet, &evidence, err);
		for (size_t j = 0; j < stages.n && !failed; j++)
			failed = render_step(&out, &evidence, list->items[i], stages.items[j], err);
	}
	if (!failed)
		failed = print_rendered(&out, ctx->output_dir, err);
	free(out.items);
	return failed;
}

static int init_render(void *context)
{
	migration_defaults(&((struct render_context *)context)->spec);
	return 0;
}

static int run_render(struct app *app, void *context, struct err *err)
{
	struct render_context *ctx = context;

	if (ctx->list)
		return list_templates(app, err);
	if (ctx->template.ptr)
		return render_template(app, ctx, err);
	return ctx->file.ptr ? render_file(app, ctx, err) : render_migrations(app, ctx, err);
}

static const struct record *const options[] = { &own_options,
						&migration_select_options,
						&migration_branch_options,
						&migration_repo_options,
						&output_options,
						NULL };

const struct command cmd_render = {
	.name = "render",
	.group = "migrate",
	.summary = "Print the manifests of a stage",
	.about = "Print the manifests of one stage, or of all stages, without changing "
		 "anything.\n\nWith -f, no repository is required: the VirtualServices in the file "
		 "that route to --from are rendered at the stage. With --template, a template is "
		 "rendered.\n\nOutput to files and pipes is unmodified. On a terminal, control "
		 "characters in manifests are shown as escapes.",
	.example = "# Print the manifests of all stages of a migration\nkubectl gcpbackend migrate "
		   "render payments --stage all\n\n# Print a file of manifests at stage "
		   "10\nkubectl gcpbackend migrate render -f vs.yaml --from service-entry.com --to "
		   "gcpbackend.com --stage 10\n\n# Print a GCPBackend from a template\nkubectl "
		   "gcpbackend migrate render --template gcpbackend --set name=web --set "
		   "host=gcpbackend.com --set service=web-backend",
	.arg = "[NAME...]",
	.max_args = -1,
	.options = options,
	.context_size = sizeof(struct render_context),
	.init = init_render,
	.run = run_render,
};
