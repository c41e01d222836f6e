#include "plugin/error_document.h"

#include "plugin/print.h"
#include "plugin/rows_finding.h"

/* An error has the fields of a finding. */
static const struct field error_fields[] = {
	{ .kind = VALUE_RECORD, .of = &finding_record },
	FIELDS_END,
};

void error_document_print(struct app *app, const struct err *err)
{
	const struct record error_record = { "Error", finding_record.size, error_fields };
	struct findings one = { .arena = app->arena };

	if (app->printed || (app->output != OUTPUT_JSON && app->output != OUTPUT_YAML))
		return;
	findings_add_err(&one, err);
	print_rows(app, &error_record, finding_rows(&one, app->arena), "");
}
