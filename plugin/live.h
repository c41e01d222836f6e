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
	struct live_connection connection;
};

extern const struct record live_options;

/*
 * How the cluster is reached, as the options specify it. Flags without --live are refused. Errors:
 * usage (a bad --timeout, too).
 */
int live_connect(const struct app *app, const struct command *cmd, const struct live_context *ctx,
		 struct live_connection *out, struct err *err);

/* Says which cluster it was, and whether all of it was seen. */
void live_show_cluster(const struct live_report *live, FILE *to);

#endif
