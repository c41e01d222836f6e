/*
 * live.h - the options and the output of commands that look at a cluster: --live, --timeout and
 * kubectl's connection flags.
 */
#ifndef GCB_PLUGIN_LIVE_H
#define GCB_PLUGIN_LIVE_H

#include "flow/live.h"
#include "plugin/command.h"

/* A part of a command's context, taken in by a VALUE_RECORD row with its offset. */
struct live_context {
	bool live;
	struct slice timeout;
	struct kubectl_flags flags;
};

extern const struct record live_options;

/*
 * How kubectl is to be run, as the options say it. Flags without --live are refused. Errors: usage
 * (a bad --timeout, too).
 */
int live_kubectl(const struct app *app, const struct command *cmd, const struct live_context *ctx,
		 struct kubectl *out, struct err *err);

/* Says which cluster it was, and whether all of it was seen. */
void live_show_cluster(const struct live_report *live, FILE *to);

/*
 * Looks at the cluster if --live asks for it: `*looked` says so, and `*out` is then filled in.
 * Flags without --live are refused. Errors: usage (a bad --timeout), and those of session_live.
 */
int live_look(const struct app *app, const struct command *cmd, const struct live_context *ctx,
	      struct session *s, struct live_report *out, bool *looked, struct err *err);

#endif
