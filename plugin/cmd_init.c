#include "plugin/commands.h"

#include "plugin/newfile.h"
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
			{ .kind = VALUE_RECORD,
			  .offset = offsetof(struct context, fields.metadata),
			  .of = &meta_record },
			{ .kind = VALUE_RECORD,
			  .offset = offsetof(struct context, fields.spec),
			  .of = &migration_spec_record },
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
			{ .name = "path",
			  .kind = VALUE_STRING,
			  .offset = offsetof(struct init_row, path),
			  .column = "FILE" },
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
	const struct fleet *fleet;
	struct evidence *evidence;
	struct migration m;
	struct newfile file;
	struct init_row row;
};

/* The manifests that the migration will change; without any it needs a file to create. */
static int look_around(struct making *k, struct err *err)
{
	struct slice dir = k->m.f.spec.manifests.path;
	bool root = !dir.len || slice_is(dir, ".");

	if (gather_around(k->fleet, &k->m, k->evidence, err) < 0)
		return -1;
	k->row.manifests = plan_files(k->evidence->inventory, &k->m, k->app->arena);
	for (size_t i = 0; i < k->row.manifests.n; i++)
		(void)fprintf(k->app->talk, "%.*s routes to %.*s\n",
			      SLICE_ARG(k->row.manifests.items[i]), SLICE_ARG(k->m.move.from));
	if (k->row.manifests.n || k->m.f.spec.manifests.create.len)
		return 0;
	(void)err_set(err, &CODE_host_unknown, NOWHERE,
		      "no VirtualService%s%" SLICE_FMT " routes to '%" SLICE_FMT "'",
		      root ? "" : " under ", SLICE_ARG(root ? SLICE("") : dir),
		      SLICE_ARG(k->m.move.from));
	return err_remedy(err,
			  "check the host, or let one be rendered: --create %" SLICE_FMT
			  "%s%" SLICE_FMT "-virtualservice.yaml",
			  SLICE_ARG(root ? SLICE("") : dir), root ? "" : "/", SLICE_ARG(k->m.name));
}

/* Says what was made and what comes next. */
static void report(const struct making *k)
{
	const char *program = k->app->program;

	if (k->app->output != OUTPUT_TABLE && k->app->output != OUTPUT_WIDE) {
		print_rows(k->app, &init_record, (struct rows){ &k->row, 1 }, "");
		return;
	}
	newfile_say(&k->file, k->app, k->row.commit);
	if (!k->row.commit.ptr)
		(void)fprintf(k->app->talk, "commit it, then see: %s migrate plan %.*s\n", program,
			      SLICE_ARG(k->m.name));
	else
		(void)fprintf(k->app->talk, "next: %s migrate plan %.*s\n", program,
			      SLICE_ARG(k->m.name));
}

static int run(struct app *app, void *context, struct err *err)
{
	const struct context *ctx = context;
	AUTO_SESSION struct session *s = NULL;
	AUTO_FLEET struct fleet fleet = { .n = 0 };
	AUTO_EVIDENCE struct evidence evidence = { .fleet = NULL };
	struct making k = { .app = app,
			    .ctx = ctx,
			    .fleet = &fleet,
			    .evidence = &evidence,
			    .m = { .f = ctx->fields } };
	int failed;

	if (!ctx->fields.spec.from.host.len || !ctx->fields.spec.to.host.len)
		return err_set(err, &CODE_usage, NOWHERE, "init needs --from HOST and --to HOST");
	k.m.f.api_version = SLICE(MIGRATION_API);
	k.m.f.kind = SLICE(MIGRATION_KIND);
	k.m.name = k.m.f.metadata.name = k.row.name = app->args.items[0];
	if (migration_check(&k.m, app->arena, NOWHERE, err) < 0 ||
	    work_open(app, &ctx->work, ctx->commit ? WORK_CHANGES : WORK_LOOKS, &s, err) < 0 ||
	    fleet_open(s, NULL, &fleet, err) < 0)
		return -1;
	if (!fleet.base.branch.ptr && ctx->commit)
		return err_set(err, &CODE_detached, place_of(session_where(s)),
			       "HEAD is not on a branch");
	if (newfile_make(&k.file, app, s, &k.m, err) < 0)
		return -1;
	k.row.path = k.file.path;
	failed = newfile_check(&k.file, app, &fleet.base, ctx->commit, err);
	if (!failed)
		failed = look_around(&k, err);
	if (!failed)
		failed = newfile_guard(&k.file, app, &evidence, err);
	if (!failed)
		failed = newfiles_write(&k.file, 1, app, &fleet.base, ctx->commit, ctx->yes,
					&k.row.commit, err);
	if (!failed)
		report(&k);
	newfile_release(&k.file);
	return failed;
}

static int init(void *context)
{
	migration_defaults(&((struct context *)context)->fields.spec);
	return 0;
}

static const struct record *const options[] = { &own_record, &work_hooks_options,
						&work_repo_options, &output_options, NULL };

const struct command cmd_init = {
	.name = "init",
	.group = "migrate",
	.summary = "Make a migration file",
	.about = "Make the migration file .gcpbackend/NAME.yaml for one host, after looking for "
		 "the manifests that route to it. Nothing else is changed.\n\n"
		 "Where no VirtualService routes to the old host, --create FILE has one rendered "
		 "at the first stage.",
	.example =
		"# Move payments\nkubectl gcpbackend migrate init payments --from "
		"payments-vm.example.com --to payments.gcp.example.com --path apps/shop --commit",
	.arg = "NAME",
	.min_args = 1,
	.max_args = 1,
	.options = options,
	.context_size = sizeof(struct context),
	.init = init,
	.run = run,
};
