#include "plugin/change.h"
#include "plugin/commands.h"
#include "plugin/options.h"

static const struct field own_fields[] = {
	OPT_BOOL(struct change_context, resume, 0, "resume",
		 "Remove the hold and promote the migration"),
	OPT_BOOL(struct change_context, adopt, 0, "adopt",
		 "Use the proportions of the current weights as the baseline if the routes are not "
		 "at a stage"),
	FIELDS_END,
};

static const struct record own_options = { .fields = own_fields };

static int run_promote(struct app *app, void *context, struct err *err)
{
	return change_run(app, context, GO_UP, err);
}

static const struct record *const options[] = {
	&change_options,           &own_options,
	&migration_hooks_options,  &migration_select_options,
	&migration_branch_options, &migration_repo_options,
	&output_options,           NULL
};

const struct command cmd_promote = {
	.name = "promote",
	.group = "migrate",
	.summary = "Commit the next stage",
	.about = "Promote migrations to their next stage, or to the one specified by --to. Each "
		 "migration gets its own commit.\n\nIn mode direct, the commit is added to the "
		 "branch that is applied: promote shows what it will change and asks for "
		 "confirmation. Without a terminal, it requires --yes and --to, so that rerunning "
		 "a job cannot advance the migration. In mode pull-request, the commit is added to "
		 "the branch gcpbackend/NAME/STAGE without confirmation. A migration that is on "
		 "hold, or not at one of its stages, is refused.",
	.example = "# Promote payments to its next stage\nkubectl gcpbackend migrate promote "
		   "payments\n\n# Promote payments in a job\nkubectl gcpbackend migrate promote "
		   "payments --to 25 --yes\n\n# Promote again after a rollback\nkubectl gcpbackend "
		   "migrate promote payments --resume\n\n# Promote several migrations in one "
		   "commit\nkubectl gcpbackend migrate promote -l wave=1 --to 10 --batch --yes",
	.arg = "[NAME...]",
	.max_args = -1,
	.options = options,
	.context_size = sizeof(struct change_context),
	.run = run_promote,
};
