#include "plugin/live.h"

#include "base/ascii.h"
#include "plugin/command_line.h"

static const struct field live_fields[] = {
	OPT_BOOL(struct live_context, live, 0, "live", "Also read the cluster, with kubectl"),
	OPT_STRING(struct live_context, timeout, 0, "timeout", "TIME",
		   "The length of time to wait for a single call of kubectl, e.g. 90s or 2m. "
		   "Defaults to 2m"),
	FIELD_PART(struct live_context, connection, &live_connection_options),
	FIELDS_END,
};

const struct record live_options = { .fields = live_fields };

/* "90s", "2m", "500ms", "1h", or a bare number of seconds, to milliseconds; at most a day. */
static bool parse_time(struct slice text, int64_t *out)
{
	static const struct {
		struct slice unit;
		long ms;
	} units[] = { { SLICE_INIT("ms"), 1 },
		      { SLICE_INIT("s"), 1000 },
		      { SLICE_INIT("m"), 60000 },
		      { SLICE_INIT("h"), 3600000 },
		      { SLICE_INIT(""), 1000 } };
	size_t digits = 0;
	long n;

	while (digits < text.len && ascii_is_digit(text.ptr[digits]))
		digits++;
	if (!parse_int(slice_sub(text, 0, digits), 1, 86400000, &n))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (slice_eq(slice_sub(text, digits, text.len), units[i].unit) &&
		    n <= 86400000 / units[i].ms) {
			*out = (int64_t)n * units[i].ms;
			return true;
		}
	return false;
}

int live_connect(const struct app *app, const struct live_context *ctx, struct live_connection *out,
		 struct err *err)
{
	*out = ctx->connection;
	if (!ctx->live &&
	    ((ctx->timeout.len && !ctx->times_more) || live_connection_is_set(&ctx->connection)))
		return command_refuse(app, err, "connection flags require --live");
	if (ctx->timeout.len && !parse_time(ctx->timeout, &out->timeout_ms))
		return command_refuse(app, err,
				      "--timeout: '%" SLICE_FMT "' is not a time such as 90s or 2m",
				      SLICE_ARG(ctx->timeout));
	return 0;
}

void live_report_cluster(const struct app *app, const struct live_report *live, enum say_stream to)
{
	say_line(app, to, "cluster%s%" SLICE_FMT "%s: %s", live->context.len ? " (context " : "",
		 SLICE_ARG(live->context), live->context.len ? ")" : "",
		 live->cluster.n ? "some resource kinds could not be read" :
				   "all resource kinds were read");
}
