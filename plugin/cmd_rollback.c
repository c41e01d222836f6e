#include "plugin/change.h"
#include "plugin/commands.h"
#include "plugin/options.h"

static const struct field own_fields[] = {
	OPT_STRING(struct change_context, reason, 0, "reason", "TEXT",
		   "Reason for the rollback, which is written to the migration file as its hold"),
	OPT_STRING(struct change_context, patch, 0, "patch", "FILE",
		   "Write the commits to a patch for git am or git apply instead of committing; "
		   "'-' for standard output"),
	FIELDS_END,
};

static const struct record own_options = { .fields = own_fields };

static int run_rollback(struct app *app, void *context, struct err *err)
{
	return change_run(app, context, GO_DOWN, err);
}

static const struct record *const options[] = { &change_options,
						&own_options,
						&migration_hooks_options,
						&migration_select_options,
						&migration_repo_options,
						&output_options,
						NULL };

const struct command cmd_rollback = {
	.name = "rollback",
	.group = "migrate",
	.summary = "Roll back to an earlier stage",
	.about = "Roll back migrations to the start, or to the stage specified by --to. Each "
		 "migration gets its own commit.\n\n"
		 "At the start, the manifests have their original bytes again, and changes that "
		 "other people made in the meantime are kept. The same commit adds a hold to the "
		 "migration file, so that the migration cannot be promoted again without promote "
		 "--resume. A rollback of a single migration is never confirmed, and no hold or "
		 "check stops it.\n\n"
		 "Without a network, use --offline: only the local branch is updated, to be pushed "
		 "later. If you cannot push or commit at all, --patch FILE writes one patch for "
		 "each migration (with --batch, one for all), based on the branch as it was last "
		 "fetched. It asks nothing, needs no network, leaves the repository unchanged, and "
		 "does not overwrite an existing file.",
	.example = "# Roll back payments to the start\n"
		   "kubectl gcpbackend migrate rollback payments --reason 'errors at 25 %'\n\n"
		   "# Roll back payments to an earlier stage\n"
		   "kubectl gcpbackend migrate rollback payments --to 10\n\n"
		   "# Write a patch that rolls back all migrations, for a user who can push\n"
		   "kubectl gcpbackend migrate rollback --all --patch rollback.patch",
	.arg = "[NAME...]",
	.max_args = -1,
	.options = options,
	.context_size = sizeof(struct change_context),
	.run = run_rollback,
};
