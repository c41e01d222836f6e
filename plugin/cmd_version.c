#include "plugin/commands.h"
#include "plugin/options.h"
#include "plugin/print.h"
#include "plugin/say.h"

#ifndef GCB_VERSION
#define GCB_VERSION "unknown"
#endif

struct version_row {
	struct slice version;
};

static const struct field version_fields[] = {
	ROW_STRING(struct version_row, version, "version", "VERSION", FIELD_NAME),
	FIELDS_END,
};

static const struct record version_record = { "Version", sizeof(struct version_row),
					      version_fields };

/* One line for people, or a document. */
static int run_version(struct app *app, void *context, struct err *err)
{
	const struct version_row row = { SLICE_INIT(GCB_VERSION) };

	(void)context;
	(void)err;
	if (print_is_document(app->output))
		print_rows(app, &version_record, (struct rows){ &row, 1 }, "");
	else
		say_out(app, "kubectl-gcpbackend %s", GCB_VERSION);
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
	.run = run_version,
};
