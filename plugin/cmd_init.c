#include "plugin/commands.h"

#include "flow/plan_intents.h"
#include "inventory/unclear_file.h"
#include "plan/scope.h"
#include "plugin/init_environments.h"
#include "plugin/migration_command.h"
#include "plugin/newfile.h"
#include "plugin/options.h"
#include "plugin/print.h"
#include "plugin/say.h"

struct init_context {
	struct migration_context migration;
	struct migration_fields fields;
	bool commit, yes;
};

static const struct field meta_fields[] = {
	OPT_PAIRS(struct migration_meta, labels, 0, "label", "KEY=VALUE",
		  "Label of the migration, to select it with -l"),
	FIELDS_END,
};

static const struct record meta_options = { .fields = meta_fields };

static const struct field own_fields[] = {
	OPT_BOOL(struct init_context, commit, 0, "commit",
		 "Commit the file to the branch that is applied"),
	OPT_BOOL(struct init_context, yes, 'y', "yes", "Do not ask for confirmation"),
	FIELD_PART(struct init_context, fields.metadata, &meta_options),
	FIELD_PART(struct init_context, fields.spec, &migration_spec_record),
	FIELDS_END,
};

static const struct record own_options = { .fields = own_fields };

struct init_row {
	struct slice name, path, commit;
	struct slices manifests;
};

static const struct field init_fields[] = {
	ROW_STRING(struct init_row, name, "name", "NAME", FIELD_NAME),
	ROW_STRING(struct init_row, path, "path", "FILE", 0),
	ROW_LIST(struct init_row, manifests, "manifests", "MANIFESTS", 0),
	ROW_STRING(struct init_row, commit, "commit", NULL, FIELD_OMIT),
	FIELDS_END,
};

static const struct record init_record = { "MigrationInit", sizeof(struct init_row), init_fields };

/* The command as it runs. */
struct init_run {
	struct app *app;
	const struct init_context *ctx;
	const struct fleet *fleet;
	struct evidence *evidence;
	struct migration m;
	struct newfile file;
	struct init_row row;
};

/* The migration as the options specify it. */
static int make_migration(struct init_run *r, struct err *err)
{
	r->m.f = r->ctx->fields;
	r->m.f.api_version = SLICE(MIGRATION_API);
	r->m.f.kind = SLICE(MIGRATION_KIND);
	r->m.name = r->m.f.metadata.name = r->row.name = r->app->args.items[0];
	return migration_check(&r->m, r->app->arena, NOWHERE, err);
}

/* The error of a host that nothing routes to, without a file to create. */
static int refuse_host(const struct init_run *r, struct err *err)
{
	struct slice dir = r->m.f.spec.manifests.path;
	bool root = !dir.len || slice_is(dir, ".");
	const struct source *unclear = unclear_file(r->evidence->inventory, &r->m);

	if (root)
		dir = SLICE("");
	(void)err_set(err, &CODE_host_unknown, NOWHERE,
		      "no VirtualService%s%" SLICE_FMT " routes to '%" SLICE_FMT "'",
		      root ? "" : " under ", SLICE_ARG(dir), SLICE_ARG(r->m.move.from));
	if (unclear)
		return err_remedy(
			err,
			"%" SLICE_FMT " may be rendered into a "
			"VirtualService that routes to it: put that VirtualService into a "
			"plain manifest",
			SLICE_ARG(unclear->path));
	return err_remedy(
		err,
		"check the host name, or create a VirtualService with --create %" SLICE_FMT
		"%s%" SLICE_FMT "-virtualservice.yaml",
		SLICE_ARG(dir), root ? "" : "/", SLICE_ARG(r->m.name));
}

/* The first error that would keep the migration from its first stage; NULL: there is none. */
static const struct finding *find_obstacle(const struct step *step)
{
	static const struct code *const obstacles[] = { &CODE_create_taken, &CODE_two_migrations,
							&CODE_namespace_unclear };

	for (size_t i = 0; i < step->findings.n; i++)
		for (size_t c = 0; c < sizeof(obstacles) / sizeof(obstacles[0]); c++)
			if (step->findings.items[i].code == obstacles[c])
				return &step->findings.items[i];
	return NULL;
}

/*
 * Sets the branch, unless it is specified or there is no remote: the one that the environments
 * follow, or the one that was read.
 */
static void choose_branch(struct init_run *r, const struct placements *placements)
{
	const struct base_commit *base = &r->fleet->base;
	struct slice *branch = &r->m.f.spec.git.branch, followed;

	if (branch->len || !base->remote.name.ptr)
		return;
	*branch = base->branch;
	followed = environments_other_branch(placements);
	if (!followed.len || !base_commit_remote_has(base, followed))
		return;
	*branch = arena_copy(r->app->arena, followed);
	say_note(r->app,
		 "the manifests are applied from branch '%" SLICE_FMT
		 "', which the file specifies: it must be on that branch, too (init --branch "
		 "%" SLICE_FMT ")",
		 SLICE_ARG(followed), SLICE_ARG(followed));
}

/* Chooses the environments, by a plan of the migration as it would be. */
static int choose_environments(struct init_run *r, struct err *err)
{
	const struct intent intent = { .m = &r->m,
				       .direction = GO_ANYWHERE,
				       .next = true,
				       .options = { .all_findings = true } };
	const struct finding *obstacle;
	struct init_environments choice = { r->app, &r->m, NULL, r->ctx->yes };
	struct plan plan;
	int failed;

	if (plan_intents(r->evidence, &intent, 1, &plan, err) < 0)
		return -1;
	choice.placements = &plan.steps[0].placements;
	failed = init_environments_choose(&choice, err);
	obstacle = failed ? NULL : find_obstacle(&plan.steps[0]);
	if (obstacle)
		failed = err_from_finding(err, obstacle);
	choose_branch(r, &plan.steps[0].placements);
	plan_release(&plan);
	return failed;
}

/* Finds the manifests that the migration will change; without any it needs a file to create. */
static int find_manifests(struct init_run *r, struct err *err)
{
	if (gather_around(r->fleet, &r->m, r->evidence, err) < 0)
		return -1;
	r->row.manifests = scope_files(r->evidence->inventory, &r->m, r->app->arena);
	if (!r->row.manifests.n && !r->m.f.spec.manifests.create.len)
		return refuse_host(r, err);
	if (choose_environments(r, err) < 0)
		return -1;
	r->row.manifests = scope_files(r->evidence->inventory, &r->m, r->app->arena);
	return 0;
}

/* Reports the manifests. */
static void note_manifests(const struct init_run *r)
{
	for (size_t i = 0; i < r->row.manifests.n; i++)
		say_note(r->app, "%" SLICE_FMT " routes to %" SLICE_FMT,
			 SLICE_ARG(r->row.manifests.items[i]), SLICE_ARG(r->m.move.from));
}

/* Checks the file and writes it. */
static int write_file(struct init_run *r, struct session *s, struct err *err)
{
	const struct init_context *ctx = r->ctx;
	const struct base_commit *base = &r->fleet->base;
	const struct newfile_writer writer = { r->app, base, ctx->commit, ctx->yes };

	r->m.path = r->row.path = r->file.path;
	if (find_manifests(r, err) < 0)
		return -1;
	newfile_release(&r->file); /* the environments may have changed it */
	if (newfile_make(&r->file, r->app, s, &r->m, err) < 0 ||
	    newfile_check(&r->file, r->app, base, ctx->commit, err) < 0)
		return -1;
	note_manifests(r);
	if (newfile_guard(&r->file, r->app, r->evidence, err) < 0)
		return -1;
	return newfile_write_all(&writer, &r->file, 1, &r->row.commit, err);
}

/* Reports the file and the next step. */
static void report_file(const struct init_run *r)
{
	bool committed = r->row.commit.ptr;

	if (print_is_document(r->app->output)) {
		print_rows(r->app, &init_record, (struct rows){ &r->row, 1 }, "");
		return;
	}
	newfile_report(&r->file, r->app, r->row.commit);
	say_note(r->app, "next: %s%s migrate plan %" SLICE_FMT,
		 committed ? "" : "commit the file and run: ", r->app->program,
		 SLICE_ARG(r->m.name));
}

static int run_init(struct app *app, void *context, struct err *err)
{
	struct init_context *ctx = context;
	AUTO_SESSION struct session *s = NULL;
	AUTO_FLEET struct fleet fleet = { .n = 0 };
	AUTO_EVIDENCE struct evidence evidence = { .fleet = NULL };
	struct init_run r = { .app = app, .ctx = ctx, .fleet = &fleet, .evidence = &evidence };
	int failed;

	if (!ctx->fields.spec.from.host.len || !ctx->fields.spec.to.host.len)
		return err_set(err, &CODE_usage, NOWHERE,
			       "init requires --from HOST and --to HOST");
	ctx->migration.access = ctx->commit ? ACCESS_WRITE : ACCESS_READ_ALL;
	ctx->migration.branch = ctx->fields.spec.git.branch;
	if (make_migration(&r, err) < 0 || migration_open(app, &ctx->migration, &s, err) < 0 ||
	    fleet_open(s, NULL, &fleet, err) < 0)
		return -1;
	if (!fleet.base.branch.ptr && ctx->commit)
		return err_set(err, &CODE_detached, place_of(session_where(s)),
			       "HEAD is not on a branch");
	migration_note_checkout(app, &ctx->migration, &fleet.base);
	if (newfile_make(&r.file, app, s, &r.m, err) < 0)
		return -1;
	failed = write_file(&r, s, err);
	if (!failed)
		report_file(&r);
	newfile_release(&r.file);
	return failed;
}

static int init_defaults(void *context)
{
	migration_defaults(&((struct init_context *)context)->fields.spec);
	return 0;
}

static const struct record *const options[] = { &own_options, &migration_hooks_options,
						&migration_repo_options, &output_options, NULL };

const struct command cmd_init = {
	.name = "init",
	.group = "migrate",
	.summary = "Create a migration file",
	.about = "Create the migration file .gcpbackend/NAME.yaml for a host, and list the "
		 "manifests that route to it. No other file is changed.\n\nIf no VirtualService "
		 "routes to the old host, --create FILE adds one at the first stage.",
	.example = "# Create and commit the migration file of payments\n"
		   "kubectl gcpbackend migrate init payments --from payments-vm.example.com --to "
		   "payments.gcp.example.com --path apps/shop --commit",
	.arg = "NAME",
	.min_args = 1,
	.max_args = 1,
	.options = options,
	.context_size = sizeof(struct init_context),
	.init = init_defaults,
	.run = run_init,
};
