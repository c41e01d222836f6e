#include "plugin/change.h"
#include "plugin/commands.h"
#include "plugin/options.h"

static const struct field own_fields[] = {
	OPT_STRING(struct change_context, reason, 0, "reason", "TEXT",
		   "Reason for the rollback; written to spec.hold of the migration file"),
	OPT_STRING(struct change_context, patch, 0, "patch", "FILE",
		   "Write the commits to a patch for git am or git apply instead of committing; "
		   "'-' for standard output"),
	OPT_BOOL(struct change_context, rehearse, 0, "rehearse",
		 "Find out whether the rollbacks would work, of all migrations unless some are "
		 "selected, without writing anything"),
	FIELDS_END,
};

static const struct record own_options = { .fields = own_fields };

static int run_rollback(struct app *app, void *context, struct err *err)
{
	return change_run(app, context, GO_DOWN, err);
}

static const struct record *const options[] = {
	&change_options,           &own_options,
	&migration_hooks_options,  &migration_select_options,
	&migration_branch_options, &migration_repo_options,
	&output_options,           NULL
};

const struct command cmd_rollback = {
	.name = "rollback",
	.group = "migrate",
	.summary = "Roll back to an earlier stage",
	.about =
		"Roll back migrations to the start, or to the stage specified by --to. Each "
		"migration gets its own commit.\n\nA rollback to the start restores the original "
		"bytes of the manifests and keeps unrelated changes made since then. The same "
		"commit adds a hold to the migration file, so that promoting the migration again "
		"requires promote --resume. Rolling back a single migration requires no "
		"confirmation, and no hold or check stops it.\n\nWithout network access, use "
		"--offline: only the local branch is updated, to be pushed later. If you cannot "
		"push or commit at all, --patch FILE writes one patch for each migration (with "
		"--batch, one for all), based on the branch as it was last fetched. It requires "
		"no confirmation and no network access, does not change the repository, and does "
		"not overwrite existing files.\n\n--rehearse is a fire drill: it plans the "
		"rollback of "
		"the selected migrations, or of all, reports those that would be refused and why, "
		"and writes nothing. The exit code is 0 or 6. Whether the remote takes the push is "
		"not tried.",
	.example =
		"# Roll back payments to the start\nkubectl gcpbackend migrate rollback "
		"payments --reason 'errors at 25%'\n\n# Roll back payments to an earlier "
		"stage\nkubectl gcpbackend migrate rollback payments --to 10\n\n# Write a patch "
		"that rolls back all migrations, for a user who can push\nkubectl gcpbackend "
		"migrate rollback --all --patch rollback.patch\n\n# Find out on a schedule whether "
		"all migrations could be rolled back\nkubectl gcpbackend migrate rollback "
		"--rehearse --fetch",
	.arg = "[NAME...]",
	.max_args = -1,
	.options = options,
	.context_size = sizeof(struct change_context),
	.run = run_rollback,
};
