#include "plugin/commands.h"

#include "base/alloc.h"
#include "base/file.h"
#include "flow/plan_intents.h"
#include "flow/render_file.h"
#include "flow/templates.h"
#include "plugin/options.h"
#include "plugin/print.h"
#include "plugin/work.h"

#include <stddef.h>
#include <stdlib.h>

struct context {
	struct work_context work;
	struct migration_spec spec; /* with -f */
	struct slice file, baseline, stage, output_dir, template;
	struct pairs set;
	bool list;
};

static const struct record own_record = {
	.fields =
		(const struct field[]){
			{ .kind = VALUE_STRING,
			  .offset = offsetof(struct context, file),
			  .flag = "filename",
			  .letter = 'f',
			  .arg = "FILE",
			  .help = "A file of manifests to render from, without any repository; - "
				  "is standard input" },
			{ .kind = VALUE_STRING,
			  .offset = offsetof(struct context, baseline),
			  .flag = "baseline",
			  .arg = "FILE",
			  .help = "With -f: the file as it was before the first stage" },
			{ .kind = VALUE_STRING,
			  .offset = offsetof(struct context, stage),
			  .flag = "stage",
			  .arg = "STAGE",
			  .help = "The stage to render: start, mirror, a percentage, or all" },
			{ .kind = VALUE_STRING,
			  .offset = offsetof(struct context, output_dir),
			  .flag = "output-dir",
			  .arg = "DIR",
			  .help = "Write DIR/STAGE/FILE instead of standard output" },
			{ .kind = VALUE_STRING,
			  .offset = offsetof(struct context, template),
			  .flag = "template",
			  .arg = "NAME",
			  .help = "Render a template instead" },
			{ .kind = VALUE_PAIRS,
			  .offset = offsetof(struct context, set),
			  .flag = "set",
			  .arg = "KEY=VALUE",
			  .help = "With --template: a value" },
			{ .kind = VALUE_BOOL,
			  .offset = offsetof(struct context, list),
			  .flag = "list-templates",
			  .help = "List the templates and their values" },
			{ .kind = VALUE_RECORD,
			  .offset = offsetof(struct context, spec),
			  .of = &migration_spec_record },
			{ .name = NULL },
		},
};

/* --- templates ------------------------------------------------------------ */

static const struct record template_record = {
	.kind = "Template",
	.size = sizeof(struct template_row),
	.fields =
		(const struct field[]){
			{ .name = "name",
			  .kind = VALUE_STRING,
			  .offset = offsetof(struct template_row, name),
			  .column = "NAME",
			  .flags = FIELD_NAME },
			{ .name = "summary",
			  .kind = VALUE_STRING,
			  .offset = offsetof(struct template_row, summary),
			  .column = "SUMMARY" },
			{ .name = "parameters",
			  .kind = VALUE_LIST,
			  .offset = offsetof(struct template_row, parameters),
			  .column = "PARAMETERS",
			  .flags = FIELD_WIDE },
			{ .name = NULL },
		},
};

static int list_templates(struct app *app, struct err *err)
{
	struct template_row *rows;
	size_t n;

	if (templates_list(app->arena, &rows, &n, err) < 0)
		return -1;
	print_rows(app, &template_record, (struct rows){ rows, n }, "");
	return 0;
}

static int render_template(struct app *app, const struct context *ctx, struct err *err)
{
	AUTO_STR struct str text = STR_INIT;

	if (templates_render(work_templates(&ctx->work), ctx->template, ctx->set, &text, err) < 0)
		return -1;
	if (slice_starts(ctx->template, SLICE("gcpbackend")))
		(void)fprintf(app->talk, "warning: GCPBackend is a preview, and some keys of this "
					 "file are a guess: compare them with the cluster's "
					 "own definition (kubectl explain gcpbackend)\n");
	(void)fwrite(text.ptr, 1, text.len, app->out);
	return 0;
}

/* --- what is rendered ----------------------------------------------------- */

/* One file at one stage. */
struct rendered {
	struct slice migration, stage, path, text;
};

static const struct record rendered_record = {
	.kind = "RenderedManifest",
	.size = sizeof(struct rendered),
	.fields =
		(const struct field[]){
			{ .name = "migration",
			  .kind = VALUE_STRING,
			  .offset = offsetof(struct rendered, migration),
			  .flags = FIELD_OMIT },
			{ .name = "stage",
			  .kind = VALUE_STRING,
			  .offset = offsetof(struct rendered, stage),
			  .column = "STAGE",
			  .flags = FIELD_NAME },
			{ .name = "path",
			  .kind = VALUE_STRING,
			  .offset = offsetof(struct rendered, path),
			  .column = "FILE",
			  .flags = FIELD_NAME },
			{ .name = "text",
			  .kind = VALUE_STRING,
			  .offset = offsetof(struct rendered, text) },
			{ .name = NULL },
		},
};

/* All that was rendered; nothing is put out before everything is. */
struct outputs {
	struct app *app;
	struct rendered *items;
	size_t n, cap;
};

/* Keeps one file of a stage; the texts are copied. */
static void output_add(struct outputs *out, struct slice migration, struct stage stage,
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

/* Files below a folder, by stage. */
static int write_files(const struct outputs *out, struct slice dir, struct err *err)
{
	for (size_t i = 0; i < out->n; i++) {
		const struct rendered *r = &out->items[i];
		struct slice path =
			arena_printf(out->app->arena, "%" SLICE_FMT "/%" SLICE_FMT "/%" SLICE_FMT,
				     SLICE_ARG(dir), SLICE_ARG(r->stage), SLICE_ARG(r->path));

		if (file_make_parents(path.ptr, err) < 0 ||
		    file_replace(path.ptr, r->text, 0666, err) < 0)
			return -1;
		(void)fprintf(out->app->talk, "wrote %s\n", path.ptr);
	}
	return 0;
}

/* As YAML documents on standard output; several files or stages get a heading each. */
static int put_out(const struct outputs *out, struct slice dir, struct err *err)
{
	struct app *app = out->app;

	if (dir.len)
		return write_files(out, dir, err);
	if (app->output != OUTPUT_TABLE) {
		print_rows(app, &rendered_record, (struct rows){ out->items, out->n }, "");
		return 0;
	}
	for (size_t i = 0; i < out->n; i++) {
		const struct rendered *r = &out->items[i];

		if (out->n > 1)
			(void)fprintf(app->out, "%s# stage %.*s: %.*s\n", i ? "---\n" : "",
				      SLICE_ARG(r->stage), SLICE_ARG(r->path));
		(void)fwrite(r->text.ptr, 1, r->text.len, app->out);
		if (out->n > 1 && !slice_ends(r->text, SLICE("\n")))
			(void)fputc('\n', app->out);
	}
	return 0;
}

/* The stages that --stage asks for, the start among them when it is all. */
static int wanted_stages(struct slice text, const struct stages *list, struct stages *out,
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
	return err_set(err, &CODE_stage_bad, NOWHERE,
		       text.ptr ? "'%" SLICE_FMT "' is not one of the stages" :
				  "--stage is missing%" SLICE_FMT,
		       SLICE_ARG(text));
}

/* --- one file ------------------------------------------------------------- */

static int render_one(struct outputs *out, const struct render_input *input, struct stage stage,
		      bool talk, struct err *err)
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
		output_add(out, (struct slice){ NULL, 0 }, stage, input->name, result.text);
	if (!failed && talk)
		work_print_findings(out->app, &step->findings, SEVERITY_WARNING);
	if (!failed && stage.kind == STAGE_MIRROR && step->unchanged && step->known &&
	    step->from.kind == STAGE_START)
		(void)fprintf(out->app->talk,
			      "nothing can be mirrored: the stage 'mirror' changes nothing\n");
	render_file_release(&result);
	return failed;
}

/* The name under which a file given by -f is put out: the last part of its path. */
static struct slice output_name(struct slice file)
{
	struct slice rest = file, part = file;

	if (slice_is(file, "-"))
		return SLICE("stdin.yaml");
	while (slice_next(&rest, '/', &part))
		file = part.len ? part : file;
	return file;
}

static int render_file(struct app *app, const struct context *ctx, struct err *err)
{
	AUTO_STR struct str text = STR_INIT, before = STR_INIT;
	struct outputs out = { .app = app };
	struct migration m = { .f = { .spec = ctx->spec } };
	struct render_input input = { .name = output_name(ctx->file), .m = &m };
	struct stages stages;
	int failed = 0;

	if (app->args.n)
		return err_set(err, &CODE_usage, NOWHERE,
			       "names of migrations cannot be combined with -f");
	if (!ctx->spec.from.host.len || !ctx->spec.to.host.len)
		return err_set(err, &CODE_usage, NOWHERE, "-f needs --from HOST and --to HOST");
	if (migration_check(&m, app->arena, NOWHERE, err) < 0 ||
	    wanted_stages(ctx->stage, m.stages, &stages, err) < 0)
		return -1;
	if (file_read(ctx->file.ptr, YAML_MAX_BYTES, &text, err) < 0)
		return -1;
	if (ctx->baseline.ptr && file_read(ctx->baseline.ptr, YAML_MAX_BYTES, &before, err) < 0)
		return -1;
	input.bytes = str_slice(&text);
	if (ctx->baseline.ptr)
		input.baseline = str_slice(&before);
	m.f.spec.manifests.path = SLICE("");
	for (size_t i = 0; i < stages.n && !failed; i++)
		failed = render_one(&out, &input, stages.items[i], i + 1 == stages.n, err);
	if (!failed)
		failed = put_out(&out, ctx->output_dir, err);
	free(out.items);
	return failed;
}

/* --- migrations of a repository ------------------------------------------- */

/* The files of a step at its stage: the changed ones, and the others as they are. */
static void output_step(struct outputs *out, const struct evidence *evidence,
			const struct step *step)
{
	for (size_t i = 0; i < step->files.n; i++) {
		const struct source *source =
			inventory_find(evidence->inventory, step->files.items[i]);
		struct slice text = source ? source->bytes : SLICE("");

		for (size_t j = 0; j < step->changes.n; j++)
			if (slice_eq(step->changes.items[j].path, step->files.items[i]))
				text = step->changes.items[j].after;
		output_add(out, step->m->name, step->to, step->files.items[i], text);
	}
}

/* One stage of one migration. */
static int render_step(struct outputs *out, const struct evidence *evidence,
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
		output_step(out, evidence, &plan.steps[0]);
	plan_release(&plan);
	return failed;
}

static int render_migrations(struct app *app, const struct context *ctx, struct err *err)
{
	AUTO_SESSION struct session *s = NULL;
	AUTO_FLEET struct fleet fleet = { .n = 0 };
	AUTO_EVIDENCE struct evidence evidence = { .fleet = NULL };
	const struct selected *list = &fleet.selected;
	struct outputs out = { .app = app };
	int failed = 0;

	if (work_select(app, &ctx->work, WORK_READS, &s, &fleet, err) < 0)
		return -1;
	for (size_t i = 0; i < list->n && !failed; i++) {
		struct stages stages;

		progress_tell(session_progress(s), "migrations rendered", i + 1, list->n);
		failed = wanted_stages(ctx->stage, list->items[i]->stages, &stages, err);
		if (!failed && !i)
			failed = gather_evidence(&fleet, &evidence, err);
		for (size_t j = 0; j < stages.n && !failed; j++)
			failed = render_step(&out, &evidence, list->items[i], stages.items[j], err);
	}
	if (!failed)
		failed = put_out(&out, ctx->output_dir, err);
	free(out.items);
	return failed;
}

static int init(void *context)
{
	migration_defaults(&((struct context *)context)->spec);
	return 0;
}

static int run(struct app *app, void *context, struct err *err)
{
	const struct context *ctx = context;

	if (ctx->list)
		return list_templates(app, err);
	if (ctx->template.ptr)
		return render_template(app, ctx, err);
	return ctx->file.ptr ? render_file(app, ctx, err) : render_migrations(app, ctx, err);
}

static const struct record *const options[] = { &own_record, &work_select_options,
						&work_repo_options, &output_options, NULL };

const struct command cmd_render = {
	.name = "render",
	.group = "migrate",
	.summary = "Print the manifests of a stage",
	.about = "Print the manifests of one stage, or of all, without changing anything.\n\n"
		 "With -f it needs no repository: the VirtualServices of the file that route to "
		 "--from are brought to the stage. With --template it "
		 "fills a template.",
	.example = "# The manifests of the next stages of a migration\nkubectl gcpbackend migrate "
		   "render payments --stage all\n\n"
		   "# A file of manifests at 10 %\n"
		   "kubectl gcpbackend migrate render -f vs.yaml --from service-entry.com --to "
		   "gcpbackend.com --stage 10\n\n"
		   "# A GCPBackend to start from\n"
		   "kubectl gcpbackend migrate render --template gcpbackend --set name=web --set "
		   "host=gcpbackend.com --set service=web-backend",
	.arg = "[NAME...]",
	.max_args = -1,
	.options = options,
	.context_size = sizeof(struct context),
	.init = init,
	.run = run,
};
