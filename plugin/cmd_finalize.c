#include "plugin/change.h"
#include "plugin/commands.h"
#include "plugin/options.h"

#include <stddef.h>

static const struct record own_record = {
	.fields =
		(const struct field[]){
			{ .kind = VALUE_STRING,
			  .offset = offsetof(struct change_context, confirm),
			  .flag = "confirm",
			  .arg = "NAME",
			  .help = "The name of the migration once more; nothing is written without "
				  "it" },
			{ .kind = VALUE_BOOL,
			  .offset = offsetof(struct change_context, rules),
			  .flag = "destination-rules",
			  .help = "Take the DestinationRules for the old host out as well" },
			{ .kind = VALUE_BOOL,
			  .offset = offsetof(struct change_context, entry),
			  .flag = "delete-service-entry",
			  .help = "At the end, in another commit: delete the ServiceEntry; refused "
				  "while anything still names the host" },
			{ .kind = VALUE_BOOL,
			  .offset = offsetof(struct change_context, dry_run),
			  .flag = "dry-run",
			  .help = "Show everything, with the differences, and write nothing" },
			{ .kind = VALUE_RECORD,
			  .offset = offsetof(struct change_context, live),
			  .of = &live_options },
			{ .name = NULL },
		},
};

static int run(struct app *app, void *context, struct err *err)
{
	struct change_context *ctx = context;

	ctx->to = SLICE("done");
	ctx->yes = ctx->confirm.ptr && slice_eq(ctx->confirm, app->args.items[0]);
	if (ctx->confirm.ptr && !ctx->yes) {
		(void)err_set(err, &CODE_not_confirmed, NOWHERE,
			      "--confirm says '%" SLICE_FMT "', the migration is '%" SLICE_FMT "'",
			      SLICE_ARG(ctx->confirm), SLICE_ARG(app->args.items[0]));
		return err_remedy(err, "say --confirm=%" SLICE_FMT, SLICE_ARG(app->args.items[0]));
	}
	if (ctx->entry && ctx->rules)
		return err_set(err, &CODE_usage, NOWHERE,
			       "--destination-rules and --delete-service-entry are two commits");
	if (ctx->live.live && !ctx->entry) {
		(void)err_set(err, &CODE_usage, NOWHERE,
			      "--live looks at the cluster for --delete-service-entry");
		return err_remedy(
			err, "before the old destinations go: migrate check %" SLICE_FMT " --live",
			SLICE_ARG(app->args.items[0]));
	}
	return change_run(app, ctx, ctx->entry ? GO_DELETE_ENTRY : GO_FINALIZE, err);
}

static const struct record *const options[] = { &own_record, &work_hooks_options,
						&work_repo_options, &output_options, NULL };

const struct command cmd_finalize = {
	.name = "finalize",
	.group = "migrate",
	.summary = "Take the old destinations out, at the end",
	.about = "Take the old destinations out of the routes of a migration, in a commit of its "
		 "own, so that the new host stands there alone.\n\n"
		 "It is done only at 100 %, with no error among the findings, and when nothing "
		 "else in the repository sends traffic to the old host. "
		 "The ServiceEntry stays: Istio needs it as long as any client or VirtualService "
		 "uses its name. Until something else changes the "
		 "files, rollback brings the old destinations back.\n\n"
		 "--delete-service-entry looks at the repository alone unless --live is said: then "
		 "it is refused, too, while any object of the cluster "
		 "names the old host (other ServiceEntries' hosts are not meant), and while the "
		 "kinds of the mesh cannot all be read in all namespaces. "
		 "Pods that call the host by its name are not seen in either way.",
	.example = "# What would it do\nkubectl gcpbackend migrate finalize payments --dry-run\n\n"
		   "# Do it\nkubectl gcpbackend migrate finalize payments --confirm=payments\n\n"
		   "# Later, when no client uses the old name any more\n"
		   "kubectl gcpbackend migrate finalize payments --delete-service-entry --live "
		   "--context prod-eu --confirm=payments",
	.arg = "NAME",
	.min_args = 1,
	.max_args = 1,
	.options = options,
	.context_size = sizeof(struct change_context),
	.run = run,
};
