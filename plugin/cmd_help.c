#include "plugin/commands.h"
#include "plugin/dispatch.h"

/* Help of the command that the arguments name. */
static int run_help(struct app *app, void *context, struct err *err)
{
	(void)context;
	return dispatch_help(app, app->args, err);
}

const struct command cmd_help = {
	.name = "help",
	.summary = "Show help about a command",
	.about = "Show help about a command, like its --help option. Without a command, list the "
		 "commands.",
	.example = "# Show how to promote\nkubectl gcpbackend help migrate promote",
	.arg = "[COMMAND...]",
	.max_args = -1,
	.run = run_help,
};

const struct command group_program = {
	.name = "",
	.summary = "Migrate services from ServiceEntry to GCPBackend",
	.about = "Migrate services of a mesh from Istio's ServiceEntry to GCPBackend, in reviewed "
		 "and reversible Git commits: first mirror the traffic, then move a percentage of "
		 "the requests, then all of them. Git is the only state; nothing is installed in "
		 "the cluster.",
	.example = "# List the migration commands\nkubectl gcpbackend migrate --help",
};

const struct command group_migrate = {
	.name = "migrate",
	.summary = "Migrate services from ServiceEntry to GCPBackend",
	.about =
		"Migrate a service from its ServiceEntry to a GCPBackend, stage by stage. Each "
		"stage changes the VirtualServices of a GitOps repository in one commit, keeps all "
		"other bytes, and can be rolled back.",
};
