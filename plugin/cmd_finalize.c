#include "plugin/change.h"
#include "plugin/commands.h"
#include "plugin/options.h"

static const struct field own_fields[] = {
	OPT_STRING(struct change_context, confirm, 0, "confirm", "NAME",
		   "Confirm with the name of the migration; nothing is written without it"),
	OPT_BOOL(struct change_context, rules, 0, "destination-rules",
		 "Also remove the DestinationRules for the old host"),
	OPT_BOOL(struct change_context, entry, 0, "delete-service-entry",
		 "Delete the ServiceEntry of a finalized migration, in a commit of its own; "
		 "refused while anything still references the old host"),
	OPT_BOOL(struct change_context, dry_run, 0, "dry-run",
		 "Show what would change, including the diff, without writing anything"),
	FIELD_PART(struct change_context, live, &live_options),
	FIELDS_END,
};

static const struct record own_options = { .fields = own_fields };

/* Can the options be combined? Error: usage. */
static int check_options(const struct change_context *ctx, struct slice name, struct err *err)
{
	if (ctx->entry && ctx->rules)
		return err_set(err, &CODE_usage, NOWHERE,
			       "--destination-rules and --delete-service-entry are mutually "
			       "exclusive: they require separate commits");
	if (ctx->live.live && !ctx->entry) {
		(void)err_set(err, &CODE_usage, NOWHERE, "--live requires --delete-service-entry");
		return err_remedy(
			err, "check the cluster first with migrate check %" SLICE_FMT " --live",
			SLICE_ARG(name));
	}
	return 0;
}

static int run_finalize(struct app *app, void *context, struct err *err)
{
	struct change_context *ctx = context;
	struct slice name = app->args.items[0];

	ctx->to = SLICE("done");
	ctx->yes = ctx->confirm.ptr && slice_eq(ctx->confirm, name);
	if (ctx->confirm.ptr && !ctx->yes) {
		(void)err_set(err, &CODE_not_confirmed, NOWHERE,
			      "not confirmed: --confirm is '%" SLICE_FMT
			      "', but the migration is '%" SLICE_FMT "'",
			      SLICE_ARG(ctx->confirm), SLICE_ARG(name));
		return err_remedy(err, "pass --confirm=%" SLICE_FMT, SLICE_ARG(name));
	}
	if (check_options(ctx, name, err) < 0)
		return -1;
	return change_run(app, ctx, ctx->entry ? GO_DELETE_ENTRY : GO_FINALIZE, err);
}

static const struct record *const options[] = { &own_options,
						&migration_hooks_options,
						&migration_branch_options,
						&migration_repo_options,
						&output_options,
						NULL };

const struct command cmd_finalize = {
	.name = "finalize",
	.group = "migrate",
	.summary = "Remove the old destinations at 100%",
	.about =
		"Remove the old destinations from the routes of a migration, in a commit of its "
		"own, so that they route to the new host only.\n\nThis requires stage 100 and no "
		"finding with severity error, and nothing else in the repository may send traffic "
		"to the old host. The ServiceEntry is kept: Istio needs it as long as a client or "
		"VirtualService uses the host name. Until something else changes the files, "
		"rollback restores the old destinations.\n\n--delete-service-entry checks only the "
		"repository unless --live is specified. With --live, it is also refused while an "
		"object in the cluster references the old host (the hosts of other ServiceEntries "
		"do not count), and if some resource kinds of the mesh cannot be read in all "
		"namespaces. In both cases, pods that call the host by its name are not detected.",
	.example = "# Show what would change\nkubectl gcpbackend migrate finalize payments "
		   "--dry-run\n\n# Remove the old destinations\nkubectl gcpbackend migrate "
		   "finalize payments --confirm=payments\n\n# Delete the ServiceEntry once no "
		   "client uses the old host\nkubectl gcpbackend migrate finalize payments "
		   "--delete-service-entry --live --context prod-eu --confirm=payments",
	.arg = "NAME",
	.min_args = 1,
	.max_args = 1,
	.options = options,
	.context_size = sizeof(struct change_context),
	.run = run_finalize,
};
