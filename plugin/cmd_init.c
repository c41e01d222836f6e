#include "plugin/commands.h"

#include "base/file.h"
#include "flow/templates.h"
#include "plugin/options.h"
#include "plugin/print.h"
#include "plugin/work.h"

#include <stddef.h>

struct context {
	struct work_context work;
	struct migration_fields fields;
	bool commit, yes;
};

static const struct record meta_record = {
	.fields =
		(const struct field[]){
			{ .kind = VALUE_PAIRS,
			  .offset = offsetof(struct migration_meta, labels),
			  .flag = "label",
			  .arg = "KEY=VALUE",
			  .help = "A label of the migration, for selecting it with -l" },
			{ .name = NULL },
		},
};

static const struct record own_record = {
	.fields =
		(const struct field[]){
			{ .kind = VALUE_BOOL,
			  .offset = offsetof(struct context, commit),
			  .flag = "commit",
			  .help = "Commit the file on the branch that is applied" },
			{ .kind = VALUE_BOOL,
			  .offset = offsetof(struct context, yes),
			  .flag = "yes",
			  .letter = 'y',
			  .help = "Do not ask: the answer is yes" },
			{ .kind = VALUE_RECORD, .offset = offsetof(struct context, fields.metadata), .of = &meta_record },
			{ .kind = VALUE_RECORD, .offset = offsetof(struct context, fields.spec), .of = &migration_spec_record },
			{ .name = NULL },
		},
};

struct init_row {
	struct slice name, path, commit;
	struct slices manifests;
};

static const struct record init_record = {
	.kind = "MigrationInit",
	.size = sizeof(struct init_row),
	.fields =
		(const struct field[]){
			{ .name = "name",
			  .kind = VALUE_STRING,
			  .offset = offsetof(struct init_row, name),
			  .column = "NAME",
			  .flags = FIELD_NAME },
			{ .name = "path", .kind = VALUE_STRING, .offset = offsetof(struct init_row, path), .column = "FILE" },
			{ .name = "manifests",
			  .kind = VALUE_LIST,
			  .offset = offsetof(struct init_row, manifests),
			  .column = "MANIFESTS" },
			{ .name = "commit",
			  .kind = VALUE_STRING,
			  .offset = offsetof(struct init_row, commit),
			  .flags = FIELD_OMIT },
			{ .name = NULL },
		},
};

/* What the parts of init pass around. */
struct making {
	struct app *app;
	const struct context *ctx;
	struct session *session;
	struct migration m;
	struct slice path; /* of the migration file */
	struct str text;
	struct init_row row;
};

/* Is there a migration of this name already, committed or not? */
static int check_free(const struct making *k, struct err *err)
{
	AUTO_STR struct str ignored = STR_INIT;
	const char *workdir = repo_workdir(k->session->repo);
	int missing = tree_read(k->session->repo, &k->session->base, k->path.ptr, MIGRATION_MAX, &ignored, NULL, err);

	if (missing < 0)
		return -1;
	if (!missing || (workdir && file_exists(arena_printf(k->app->arena, "%s%s", workdir, k->path.ptr).ptr))) {
		(void)err_set(err, &CODE_exists, (struct place){ k->path, 0, 0 }, "the migration '%" SLICE_FMT "' is there already",
			      SLICE_ARG(k->m.name));
		return err_remedy(err, "edit the file, or choose another name");
	}
	return 0;
}

/* The manifests that the migration will change; without any it needs a file to create. */
static int look_around(struct making *k, struct err *err)
{
	struct session *s = k->session;
	struct slice dir = k->m.f.spec.manifests.path;
	bool root = !dir.len || slice_is(dir, ".");

	if (session_survey(s, &k->m, err) < 0)
		return -1;
	k->row.manifests = plan_files(s->inventory, &k->m, s->arena);
	for (size_t i = 0; i < k->row.manifests.n; i++)
		(void)fprintf(k->app->talk, "%.*s routes to %.*s\n", SLICE_ARG(k->row.manifests.items[i]),
			      SLICE_ARG(k->m.move.from));
	if (k->row.manifests.n || k->m.f.spec.manifests.create.len)
		return 0;
	(void)err_set(err, &CODE_host_unknown, NOWHERE, "no VirtualService%s%" SLICE_FMT " routes to '%" SLICE_FMT "'",
		      root ? "" : " under ", SLICE_ARG(root ? SLICE("") : dir), SLICE_ARG(k->m.move.from));
	return err_remedy(err,
			  "check the host, or let one be rendered: --create %" SLICE_FMT "%s%" SLICE_FMT "-virtualservice.yaml",
			  SLICE_ARG(root ? SLICE("") : dir), root ? "" : "/", SLICE_ARG(k->m.name));
}

/* Commits the file, or leaves it in the working tree. */
static int write_file(struct making *k, struct err *err)
{
	const struct change change = { k->path, { NULL, 0 }, str_slice(&k->text), 0100644 };
	const char *workdir = repo_workdir(k->session->repo);
	struct slice path;
	struct oid commit;
	char hex[41];

	if (k->ctx->commit) {
		struct slice message =
			arena_printf(k->app->arena, "%" SLICE_FMT ": add the migration\n\nFrom %" SLICE_FMT " to %" SLICE_FMT ".\n",
				     SLICE_ARG(k->m.name), SLICE_ARG(k->m.move.from), SLICE_ARG(k->m.move.to));
		struct slice question =
			arena_printf(k->app->arena, "Commit %s to '%" SLICE_FMT "'?", k->path.ptr, SLICE_ARG(k->session->branch));

		if (work_confirm(k->app, k->ctx->yes, question.ptr, err) < 0 ||
		    session_commit_file(k->session, &change, message.ptr, &commit, err) < 0)
			return -1;
		oid_text(&commit, hex);
		k->row.commit = arena_copy(k->app->arena, slice_of(hex));
		return 0;
	}
	if (!workdir) {
		(void)err_set(err, &CODE_usage, NOWHERE, "a bare repository has no working tree to write the file to");
		return err_remedy(err, "say --commit");
	}
	path = arena_printf(k->app->arena, "%s%s", workdir, k->path.ptr);
	return file_make_parents(path.ptr, err) < 0 ? -1 : file_replace(path.ptr, str_slice(&k->text), 0666, err);
}

/* Says what was made and what comes next. */
static void report(const struct making *k)
{
	const char *program = k->app->program;

	if (k->app->output != OUTPUT_TABLE && k->app->output != OUTPUT_WIDE) {
		print_rows(k->app, &init_record, (struct rows){ &k->row, 1 }, "");
		return;
	}
	(void)fprintf(k->app->out, "migration/%.*s created: %s%s%.8s\n", SLICE_ARG(k->m.name), k->path.ptr,
		      k->row.commit.ptr ? " in " : "", k->row.commit.ptr ? k->row.commit.ptr : "");
	if (!k->row.commit.ptr)
		(void)fprintf(k->app->talk, "commit it, then see: %s migrate plan %.*s\n", program, SLICE_ARG(k->m.name));
	else
		(void)fprintf(k->app->talk, "next: %s migrate plan %.*s\n", program, SLICE_ARG(k->m.name));
}

/* Makes the file's text from the options. */
static int make_text(struct making *k, struct err *err)
{
	struct slice name, bytes;

	if (templates_get(k->session->templates_dir, SLICE("migration"), k->app->arena, &name, &bytes, err) < 0)
		return -1;
	return migration_write(&k->m.f, bytes, k->path, &k->text, err);
}

static int run(struct app *app, void *context, struct err *err)
{
	const struct context *ctx = context;
	AUTO_SESSION struct session *s = NULL;
	struct making k = { .app = app, .ctx = ctx, .m = { .f = ctx->fields }, .text = STR_INIT };
	int failed;

	if (!ctx->fields.spec.from.host.len || !ctx->fields.spec.to.host.len)
		return err_set(err, &CODE_usage, NOWHERE, "init needs --from HOST and --to HOST");
	k.m.f.api_version = SLICE(MIGRATION_API);
	k.m.f.kind = SLICE(MIGRATION_KIND);
	k.m.name = k.m.f.metadata.name = k.row.name = app->args.items[0];
	if (migration_check(&k.m, NOWHERE, err) < 0 || work_open(&ctx->work, &s, err) < 0)
		return -1;
	k.session = s;
	k.path = k.row.path = arena_printf(app->arena, "%s/%" SLICE_FMT ".yaml", s->migrations_dir, SLICE_ARG(k.m.name));
	if (!s->branch.ptr && ctx->commit)
		return err_set(err, &CODE_detached, (struct place){ slice_of(repo_where(s->repo)), 0, 0 },
			       "HEAD is not on a branch");
	failed = make_text(&k, err);
	if (!failed)
		failed = check_free(&k, err);
	if (!failed)
		failed = look_around(&k, err);
	if (!failed)
		failed = write_file(&k, err);
	if (!failed)
		report(&k);
	str_release(&k.text);
	return failed;
}

static int init(void *context)
{
	migration_defaults(&((struct context *)context)->fields.spec);
	return 0;
}

static const struct record *const options[] = { &own_record, &work_repo_options, &output_options, NULL };

const struct command cmd_init = {
	.name = "init",
	.group = "migrate",
	.summary = "Make a migration file",
	.about =
		"Make the migration file .gcpbackend/NAME.yaml for one host, after looking for the manifests that route to it. Nothing else is changed.\n\n"
		"Where no VirtualService routes to the old host, --create FILE has one rendered at the first stage.",
	.example =
		"# Move payments\nkubectl gcpbackend migrate init payments --from payments-vm.example.com --to payments.gcp.example.com --path apps/shop --commit",
	.arg = "NAME",
	.min_args = 1,
	.max_args = 1,
	.options = options,
	.context_size = sizeof(struct context),
	.init = init,
	.run = run,
};
