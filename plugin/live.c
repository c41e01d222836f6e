#include "plugin/live.h"

#include "base/ascii.h"

#include "plugin/options.h"

#include <stddef.h>

const struct record live_options = {
	.fields =
		(const struct field[]){
			{ .kind = VALUE_BOOL,
			  .offset = offsetof(struct live_context, live),
			  .flag = "live",
			  .help = "Look at the cluster too, with kubectl" },
			{ .kind = VALUE_STRING,
			  .offset = offsetof(struct live_context, timeout),
			  .flag = "timeout",
			  .arg = "TIME",
			  .help = "How long one call of kubectl may take, as 90s or 2m; 2m when "
				  "left out" },
			{ .kind = VALUE_RECORD,
			  .offset = offsetof(struct live_context, connection),
			  .of = &live_connection_options },
			{ .name = NULL },
		},
};

/* "90s", "2m", "500ms", "1h", or a bare number of seconds, to milliseconds; at most a day. */
static bool read_time(struct slice text, int64_t *out)
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

int live_connect(const struct app *app, const struct command *cmd, const struct live_context *ctx,
		 struct live_connection *out, struct err *err)
{
	*out = ctx->connection;
	if (!ctx->live)
		return ctx->timeout.len || live_connection_is_set(&ctx->connection) ?
			       options_refuse(app, cmd, err,
					      "connection flags do something with --live only") :
			       0;
	if (ctx->timeout.len && !read_time(ctx->timeout, &out->timeout_ms))
		return options_refuse(app, cmd, err,
				      "--timeout: '%" SLICE_FMT "' is not a time like 90s or 2m",
				      SLICE_ARG(ctx->timeout));
	return 0;
}

void live_show_cluster(const struct live_report *live, FILE *to)
{
	AUTO_STR struct str head = STR_INIT;

	str_adds(&head, "cluster");
	str_adds(&head, live->context.len ? " of the context " : "");
	str_add_visible(&head, live->context, false);
	(void)fprintf(to, "%s: %s\n", head.ptr,
		      live->cluster.n ? "not all was seen" : "all was seen");
}
