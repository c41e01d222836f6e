/*
 * live.h - the options and the output of commands that read a cluster: --live, --timeout and
 * kubectl's connection flags.
 */
#ifndef GCB_PLUGIN_LIVE_H
#define GCB_PLUGIN_LIVE_H

#include "flow/live.h"
#include "plugin/say.h"

/* A part of a command's context, included by FIELD_PART. */
struct live_context {
	bool live;
	bool times_more; /* --timeout also limits another program, and does not require --live */
	struct slice timeout;
	struct live_connection connection;
};

extern const struct record live_options;

/*
 * How the cluster is reached, as the options specify. Flags without --live are refused. Errors:
 * usage (also a bad --timeout).
 */
int live_connect(const struct app *app, const struct live_context *ctx, struct live_connection *out,
		 struct err *err);

/* Writes which cluster was read, and whether completely. */
void live_report_cluster(const struct app *app, const struct live_report *live, enum say_stream to);

#endif
