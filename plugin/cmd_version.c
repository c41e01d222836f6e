#include "plugin/dispatch.h"
#include "plugin/options.h"
#include "plugin/print.h"

#ifndef GCB_VERSION
#define GCB_VERSION "unknown"
#endif

/* What the program tells of itself. */
struct version {
	struct slice version;
};

static const struct field version_fields[] = {
	{
		.name = "version",
		.kind = VALUE_STRING,
		.offset = offsetof(struct version, version),
		.column = "VERSION",
		.flags = FIELD_NAME,
	},
	{ 0 },
};

static const struct record version_record = { "Version", sizeof(struct version), version_fields };

/* One line for people, or a document. */
static int run(struct app *app, void *context, struct err *err)
{
	const struct version row = { SLICE_INIT(GCB_VERSION) };

	(void)context;
	(void)err;
	if (app->output == OUTPUT_TABLE || app->output == OUTPUT_WIDE)
		(void)fprintf(app->out, "kubectl-gcpbackend %s\n", GCB_VERSION);
	else
		print_rows(app, &version_record, (struct rows){ &row, 1 }, "");
	return 0;
}

static const struct record *const options[] = { &output_options, NULL };

const struct command cmd_version = {
	.name = "version",
	.summary = "Show the version",
	.about = "Show the version of the program.",
	.example = "# Show the version\nkubectl gcpbackend version",
	.arg = "",
	.options = options,
	.context_size = sizeof(struct common),
	.run = run,
};
