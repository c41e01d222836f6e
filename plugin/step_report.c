#include "plugin/step_report.h"

#include "plugin/print.h"
#include "plugin/rows_environment.h"

/* Writes a table behind an empty line. */
static void report_table(const struct app *app, const struct record *of, struct rows rows,
			 enum say_stream to)
{
	AUTO_STR struct str text = STR_INIT;

	if (!rows.n)
		return;
	str_addc(&text, '\n');
	print_rows_text(OUTPUT_TABLE, of, rows, &text);
	say_text(app, to, str_slice(&text));
}

/* The callers of a route and what limits them. */
static void report_audience(const struct app *app, const struct audience *a, enum say_stream to)
{
	AUTO_STR struct str line = STR_INIT;

	for (size_t i = 0; i < a->callers.n; i++)
		str_addf(&line, "%s%" SLICE_FMT, i ? ", " : "", SLICE_ARG(a->callers.items[i]));
	if (!a->callers.n)
		str_adds(&line, "none");
	for (size_t i = 0; i < a->limits.n; i++)
		str_addf(&line, "; %" SLICE_FMT, SLICE_ARG(a->limits.items[i]));
	say_line(app, to, "  %" SLICE_FMT ", %" SLICE_FMT ": %s", SLICE_ARG(a->vs),
		 SLICE_ARG(a->route), line.ptr);
}

/* The callers of routes that do not take requests of the whole mesh. */
static void report_audiences(const struct app *app, const struct audiences *audiences,
			     enum say_stream to)
{
	bool first = true;

	for (size_t i = 0; i < audiences->n; i++) {
		if (audiences->items[i].plain)
			continue;
		if (first)
			say_text(app, to, SLICE("\nCallers:\n"));
		report_audience(app, &audiences->items[i], to);
		first = false;
	}
}

void step_report(const struct app *app, const struct step *step, const struct step_row *row,
		 enum say_stream to)
{
	bool moves = !step->refused || step->shares.n;

	say_line(app, to,
		 "%" SLICE_FMT ": %" SLICE_FMT "%s%" SLICE_FMT "  (old host %" SLICE_FMT
		 ", new host %" SLICE_FMT ")",
		 SLICE_ARG(row->name), SLICE_ARG(row->from), moves ? " -> " : "",
		 SLICE_ARG(moves ? row->to : SLICE("")), SLICE_ARG(row->from_host),
		 SLICE_ARG(row->to_host));
	for (size_t i = 0; i < row->skipped.n; i++)
		say_line(app, to, "  stage '%" SLICE_FMT "' is skipped: it changes nothing",
			 SLICE_ARG(row->skipped.items[i]));
	report_table(app, &environment_record, row->environments, to);
	if (step->refused)
		return;
	report_table(app, &share_record, row->shares, to);
	report_audiences(app, &step->audiences, to);
	report_table(app, &file_record, row->files, to);
}
