#include "plugin/change.h"
#include "plugin/commands.h"
#include "plugin/options.h"

#include <stddef.h>

static const struct record own_record = {
	.fields =
		(const struct field[]){
			{ .kind = VALUE_BOOL,
			  .offset = offsetof(struct change_context, resume),
			  .flag = "resume",
			  .help = "End the hold and go on" },
			{ .kind = VALUE_BOOL,
			  .offset = offsetof(struct change_context, adopt),
			  .flag = "adopt",
			  .help = "Take the proportions of today's weights as the baseline, where "
				  "the routes are at no stage" },
			{ .name = NULL },
		},
};

static int run(struct app *app, void *context, struct err *err)
{
	return change_run(app, context, GO_UP, err);
}

static const struct record *const options[] = {
	&change_options, &own_record, &work_hooks_options, &work_select_options, &work_repo_options,
	&output_options, NULL
};

const struct command cmd_promote = {
	.name = "promote",
	.group = "migrate",
	.summary = "Commit the next stage, or the one named by --to",
	.about = "Bring migrations to their next stage, or to the one named by --to, as a commit "
		 "each.\n\n"
		 "In mode direct the commit goes on the branch that is applied: promote shows what "
		 "it will do and asks. Without a terminal it wants --yes "
		 "and --to, so that a repeated job cannot climb by itself. In mode pull-request it "
		 "goes on the branch gcpbackend/NAME/STAGE, without "
		 "a question. A migration that is held, or not at one of its stages, is refused.",
	.example =
		"# The next stage of payments\nkubectl gcpbackend migrate promote payments\n\n"
		"# In a job\nkubectl gcpbackend migrate promote payments --to 25 --yes\n\n"
		"# Go on after a rollback\nkubectl gcpbackend migrate promote payments --resume\n\n"
		"# A whole wave in one commit\nkubectl gcpbackend migrate promote -l wave=1 --to "
		"10 --batch --yes",
	.arg = "[NAME...]",
	.max_args = -1,
	.options = options,
	.context_size = sizeof(struct change_context),
	.run = run,
};
