#include "plugin/change.h"
#include "plugin/commands.h"
#include "plugin/options.h"

#include <stddef.h>

static const struct record own_record = {
	.fields =
		(const struct field[]){
			{ .kind = VALUE_STRING,
			  .offset = offsetof(struct change_context, reason),
			  .flag = "reason",
			  .arg = "TEXT",
			  .help = "Why; it is written into the migration file as its hold" },
			{ .kind = VALUE_STRING,
			  .offset = offsetof(struct change_context, patch),
			  .flag = "patch",
			  .arg = "FILE",
			  .help = "Commit nothing; write what would be committed as a patch for "
				  "git am or git apply, '-' for standard output" },
			{ .name = NULL },
		},
};

static int run(struct app *app, void *context, struct err *err)
{
	return change_run(app, context, GO_DOWN, err);
}

static const struct record *const options[] = {
	&change_options, &own_record, &work_hooks_options, &work_select_options, &work_repo_options,
	&output_options, NULL
};

const struct command cmd_rollback = {
	.name = "rollback",
	.group = "migrate",
	.summary = "Commit the way back, to the start or to --to STAGE",
	.about = "Take migrations back to the start, or to the stage named by --to, as a commit "
		 "each.\n\n"
		 "At the start the manifests have their original bytes again; what other people "
		 "changed meanwhile stays. The same commit writes a hold into "
		 "the migration file, so that nothing goes up again before promote --resume. For "
		 "one migration it never asks, and no hold or check stops it.\n\n"
		 "Without a network say --offline: the local branch moves, to be pushed later. "
		 "Where nothing can be pushed or even committed, --patch FILE "
		 "writes a mail a migration (with --batch: one for all), from the branch as it was "
		 "fetched last; it asks nothing, needs no network and "
		 "leaves the repository as it is. A file that is there already is not overwritten.",
	.example = "# All the way back\nkubectl gcpbackend migrate rollback payments --reason "
		   "'errors at 25 %'\n\n"
		   "# One stage back\nkubectl gcpbackend migrate rollback payments --to 10\n\n"
		   "# A patch of the whole way back, to be sent to somebody who can push\n"
		   "kubectl gcpbackend migrate rollback --all --patch rollback.patch",
	.arg = "[NAME...]",
	.max_args = -1,
	.options = options,
	.context_size = sizeof(struct change_context),
	.run = run,
};
