#include "plugin/dispatch.h"

/* Help of the command that the words name. */
static int run(struct app *app, void *context, struct err *err)
{
	(void)context;
	return dispatch_help(app, app->args, err);
}

const struct command cmd_help = {
	.name = "help",
	.summary = "Show the help of a command",
	.about = "Show the help of a command, as its option --help does. Without a command, list "
		 "the commands.",
	.example = "# Show how to promote\nkubectl gcpbackend help migrate promote",
	.arg = "[COMMAND...]",
	.max_args = -1,
	.run = run,
};

const struct command group_program = {
	.name = "",
	.summary = "Move services from ServiceEntry to GCPBackend",
	.about = "Move services of a mesh from Istio's ServiceEntry to GCPBackend, in reviewed, "
		 "reversible Git commits: mirror, then some "
		 "percent of the requests, then all. Git is the only state; nothing runs in the "
		 "cluster.",
	.example = "# List what can be done to a migration\nkubectl gcpbackend migrate --help",
};

const struct command group_migrate = {
	.name = "migrate",
	.summary = "Move a service from ServiceEntry to GCPBackend",
	.about = "Move a service from its ServiceEntry to a GCPBackend, stage by stage. Each stage "
		 "changes the VirtualServices of a GitOps "
		 "repository in one commit, leaves all other bytes as they are, and can be taken "
		 "back.",
};
