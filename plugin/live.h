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
	struct slice timeout;
	struct kubectl_flags flags;
};

extern const struct record live_options;

/*
 * How kubectl is to be run, as the options specify. Flags without --live are refused. Errors: usage
 * (also a bad --timeout).
 */
int live_kubectl(const struct app *app, const struct live_context *ctx, struct kubectl *out,
		 struct err *err);

/*
 * Reads the cluster if --live is given. Returns 1 with `*out` filled in, or 0. Flags without --live
 * are refused. Errors: usage (a bad --timeout), and those of session_live.
 */
int live_read(const struct app *app, const struct live_context *ctx, struct session *s,
	      struct live_report *out, struct err *err);

/* Writes which cluster was read, and whether completely. */
void live_report_cluster(const struct app *app, const struct live_report *live, enum say_stream to);

#endif
