#include "plugin/commands.h"

#include "flow/plan_intents.h"
#include "plugin/live.h"
#include "plugin/options.h"
#include "plugin/print.h"
#include "plugin/rows.h"
#include "plugin/work.h"

#include <stddef.h>
#include <stdlib.h>

struct context {
	struct work_context work;
	struct live_context live;
};

static const struct record own_record = {
	.fields =
		(const struct field[]){
			{ .kind = VALUE_RECORD,
			  .offset = offsetof(struct context, live),
			  .of = &live_options },
			{ .name = NULL },
		},
};

/* A migration with all that was noticed about it. */
struct check_row {
	struct step_row step;
	struct findings list; /* the worst first */
	struct slice outcome; /* refused, warned, allowed, clean */
	long errors, warnings, infos, allowed;
	struct rows findings;
};

/* A finding as a line of the wide table. */
struct line_row {
	struct slice name, severity, code, where, reason, remedy;
};

#define TEXT .kind = VALUE_STRING
#define NUMBER .kind = VALUE_INT, .min = 0, .max = 1000000000
#define STEP(member) .offset = offsetof(struct check_row, step.member)
#define ROW(member) .name = #member, .offset = offsetof(struct check_row, member)
#define LINE(member, heading)                                                                      \
	TEXT, .name = #member, .offset = offsetof(struct line_row, member), .column = heading

static const struct record check_record = {
	.kind = "MigrationCheck",
	.size = sizeof(struct check_row),
	.fields =
		(const struct field[]){
			{ .name = "name", TEXT, STEP(name), .flags = FIELD_NAME },
			{ .name = "stage", TEXT, STEP(from) },
			{ .name = "next", TEXT, STEP(next) },
			{ .name = "hold", TEXT, STEP(hold), .flags = FIELD_OMIT },
			{ .name = "fromHost", TEXT, STEP(from_host) },
			{ .name = "toHost", TEXT, STEP(to_host) },
			{ TEXT, ROW(outcome) },
			{ NUMBER, ROW(errors) },
			{ NUMBER, ROW(warnings) },
			{ NUMBER, ROW(infos) },
			{ NUMBER, ROW(allowed) },
			{ .kind = VALUE_ROWS, ROW(findings), .of = &finding_record },
			{ .name = NULL },
		},
};

static const struct record line_record = {
	.kind = "Finding",
	.size = sizeof(struct line_row),
	.fields =
		(const struct field[]){
			{ LINE(name, "NAME") },
			{ LINE(severity, "SEVERITY") },
			{ LINE(code, "CODE") },
			{ LINE(where, "WHERE") },
			{ LINE(reason, "REASON") },
			{ LINE(remedy, "REMEDY") },
			{ .name = NULL },
		},
};

/* --- finding out ---------------------------------------------------------- */

/* Takes findings over that are not there yet. */
static void take(struct findings *all, const struct findings *more)
{
	for (size_t i = 0; i < more->n; i++)
		(void)findings_add_new(all, &more->items[i]);
}

/*
 * Plans one step of a migration, and takes its findings over; `row`, unless NULL, gets where it is.
 */
static int survey(struct app *app, const struct evidence *evidence, const struct intent *intent,
		  struct findings *all, struct step_row *row, struct stage *from, struct err *err)
{
	struct plan plan;

	if (plan_intents(evidence, intent, 1, &plan, err) < 0)
		return -1;
	take(all, &plan.steps[0].findings);
	if (row) {
		step_row_fill(row, &plan.steps[0], app);
		row->next = (struct slice){ NULL, 0 };
		if (plan.steps[0].known && !plan.steps[0].finished)
			row->next = row->to;
		*from = plan.steps[0].from;
	}
	plan_release(&plan);
	return 0;
}

/* The worst first, then by place; findings of one place stay in their order. */
static int by_severity(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;
	int sx = x->allowed ? SEVERITY_WARNING : (int)x->code->severity,
	    sy = y->allowed ? SEVERITY_WARNING : (int)y->code->severity;
	int order = sx != sy ? sy - sx : slice_cmp(x->at.path, y->at.path);

	if (!order && x->at.line != y->at.line)
		return x->at.line < y->at.line ? -1 : 1;
	return order ? order : slice_cmp(slice_of(x->code->id), slice_of(y->code->id));
}

/* Counts, and makes rows of the findings. */
static void sum_up(struct app *app, struct check_row *row)
{
	if (row->list.n)
		qsort(row->list.items, row->list.n, sizeof(*row->list.items), by_severity);
	for (size_t i = 0; i < row->list.n; i++) {
		const struct finding *f = &row->list.items[i];

		row->allowed += f->allowed;
		row->errors += f->code->severity == SEVERITY_ERROR && !f->allowed;
		row->warnings += f->code->severity == SEVERITY_WARNING;
		row->infos += f->code->severity == SEVERITY_INFO;
	}
	row->outcome = row->errors   ? SLICE("refused") :
		       row->warnings ? SLICE("warned") :
		       row->allowed  ? SLICE("allowed") :
				       SLICE("clean");
	row->findings = finding_rows(&row->list, app->arena);
	if (row->errors)
		app->exit = work_worse(app->exit, EXIT_REFUSED);
}

/*
 * Looks at a selected migration as it is, and at each stage that is still to come; `live` is what
 * the cluster says, or NULL.
 */
static int check(struct app *app, const struct evidence *evidence, size_t number,
		 const struct live_report *live, struct check_row *row, struct err *err)
{
	const struct migration *m = evidence->fleet->selected.items[number];
	struct intent intent = { .m = m, .direction = GO_ANYWHERE, .next = true, .survey = true };
	struct stage from;

	*row = (struct check_row){ .list = { .arena = app->arena } };
	if (survey(app, evidence, &intent, &row->list, &row->step, &from, err) < 0)
		return -1;
	intent.next = false;
	for (size_t i = 0; i < m->stages->n; i++) {
		intent.to = m->stages->items[i];
		if (stage_cmp(intent.to, from) >= 0 &&
		    survey(app, evidence, &intent, &row->list, NULL, NULL, err) < 0)
			return -1;
	}
	if (live) {
		take(&row->list, &live->of[number]);
		take(&row->list,
		     &live->cluster); /* what was not seen keeps each migration from being clean */
	}
	sum_up(app, row);
	return 0;
}

/* --- telling -------------------------------------------------------------- */

/* "apps/web.yaml:3:5", or less of it. */
static void add_place(struct str *out, struct place at)
{
	str_add_visible(out, at.path, false);
	if (at.line)
		str_addf(out, ":%u:%u", at.line, at.col);
}

static struct slice remedy_of(const struct finding *f)
{
	return f->remedy.ptr ? f->remedy : slice_of(f->code->remedy);
}

static const char *word_of(const struct finding *f)
{
	return f->allowed ? "allowed" : severity_word(f->code->severity);
}

/* One finding, as compilers tell it, with what to do in a line of its own. */
static void show_finding(const struct app *app, const struct finding *f)
{
	AUTO_STR struct str text = STR_INIT;

	str_adds(&text, "  ");
	add_place(&text, f->at);
	str_addf(&text, "%s%s: ", f->at.path.len ? ": " : "", word_of(f));
	str_add_visible(&text, f->reason, false);
	str_addf(&text, " [%s]\n", f->code->id);
	if (remedy_of(f).len) {
		str_adds(&text, "      ");
		str_add_visible(&text, remedy_of(f), false);
		str_addc(&text, '\n');
	}
	(void)fwrite(text.ptr, 1, text.len, app->out);
}

/* One migration with its findings. */
static void show(const struct app *app, const struct check_row *row)
{
	AUTO_STR struct str head = STR_INIT;

	str_add_visible(&head, row->step.name, false);
	str_addf(&head, ": %" SLICE_FMT, SLICE_ARG(row->step.from));
	if (row->step.next.len)
		str_addf(&head, ", next %" SLICE_FMT, SLICE_ARG(row->step.next));
	str_adds(&head, "  (old ");
	str_add_visible(&head, row->step.from_host, false);
	str_adds(&head, ", new ");
	str_add_visible(&head, row->step.to_host, false);
	str_adds(&head, ")\n");
	if (row->step.hold.len) {
		str_adds(&head, "  held: ");
		str_add_visible(&head, row->step.hold, false);
		str_addc(&head, '\n');
	}
	(void)fwrite(head.ptr, 1, head.len, app->out);
	for (size_t i = 0; i < row->list.n; i++)
		show_finding(app, &row->list.items[i]);
	if (!row->list.n)
		(void)fprintf(app->out, "  nothing speaks against it\n");
}

/* "1 error", "2 errors". */
static void add_count(struct str *out, long n, const char *what)
{
	str_addf(out, "%s%ld %s%s", out->len ? ", " : "", n, what, n == 1 ? "" : "s");
}

/* All migrations for people, with a line that sums them up. */
static void show_all(const struct app *app, const struct check_row *rows, size_t n)
{
	AUTO_STR struct str sum = STR_INIT;
	long errors = 0, warnings = 0;
	const char *example = NULL;

	for (size_t i = 0; i < n; i++) {
		if (i)
			(void)fputc('\n', app->out);
		show(app, &rows[i]);
		errors += rows[i].errors;
		warnings += rows[i].warnings;
		if (!example && rows[i].list.n)
			example = rows[i].list.items[0].code->id;
	}
	add_count(&sum, (long)n, "migration");
	add_count(&sum, errors, "error");
	add_count(&sum, warnings, "warning");
	(void)fflush(app->out);
	(void)fprintf(app->talk, "%s\n", sum.ptr);
	if (example)
		(void)fprintf(app->talk, "more about a code: %s migrate explain %s\n", app->program,
			      example);
}

/* All findings of all migrations as one table. */
static void show_wide(struct app *app, const struct check_row *rows, size_t n)
{
	struct line_row *lines;
	size_t total = 0, at = 0;

	for (size_t i = 0; i < n; i++)
		total += rows[i].list.n;
	lines = arena_array(app->arena, total, sizeof(*lines));
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < rows[i].list.n; j++) {
			const struct finding *f = &rows[i].list.items[j];
			AUTO_STR struct str where = STR_INIT;

			add_place(&where, f->at);
			lines[at++] = (struct line_row){ rows[i].step.name,
							 slice_of(word_of(f)),
							 slice_of(f->code->id),
							 arena_copy(app->arena, str_slice(&where)),
							 f->reason,
							 remedy_of(f) };
		}
	print_rows(app, &line_record, (struct rows){ lines, total }, "No findings.");
}

static int run(struct app *app, void *context, struct err *err)
{
	const struct context *ctx = context;
	AUTO_SESSION struct session *s = NULL;
	AUTO_FLEET struct fleet fleet = { .n = 0 };
	AUTO_EVIDENCE struct evidence evidence = { .fleet = NULL };
	const struct selected *list = &fleet.selected;
	struct check_row *rows;
	struct live_connection connection;
	struct live_report live;
	const bool looked = ctx->live.live;

	if (work_select(app, &ctx->work, WORK_LOOKS, &s, &fleet, err) < 0)
		return -1;
	if (live_connect(app, &cmd_check, &ctx->live, &connection, err) < 0)
		return -1;
	if ((list->n || looked) && gather_evidence(&fleet, &evidence, err) < 0)
		return -1;
	if (looked && live_check_migrations(&evidence, &connection, &live, err) < 0)
		return -1;
	rows = arena_array(app->arena, list->n, sizeof(*rows));
	for (size_t i = 0; i < list->n; i++) {
		progress_tell(session_progress(s), "migrations checked", i + 1, list->n);
		if (check(app, &evidence, i, looked ? &live : NULL, &rows[i], err) < 0)
			return -1;
	}
	if (!list->n && app->output == OUTPUT_TABLE)
		(void)fprintf(app->talk, "No migrations found.\n");
	if (looked && app->output == OUTPUT_TABLE) {
		live_show_cluster(&live, app->out);
		(void)fputc('\n', app->out);
	}
	if (list->n && app->output == OUTPUT_TABLE)
		show_all(app, rows, list->n);
	else if (app->output == OUTPUT_WIDE)
		show_wide(app, rows, list->n);
	else if (app->output != OUTPUT_TABLE)
		print_rows(app, &check_record, (struct rows){ rows, list->n }, "");
	return 0;
}

static const struct record *const options[] = { &own_record, &work_select_options,
						&work_repo_options, &output_options, NULL };

const struct command cmd_check = {
	.name = "check",
	.group = "migrate",
	.summary = "Show what speaks against a migration",
	.about = "Look at the manifests around a migration, and with --live at what the cluster "
		 "has, and show everything that speaks against it or is good to know: at "
		 "the stage where it is and at all that are still to come. An error stops promote; "
		 "where that is possible the migration "
		 "file may accept it under spec.allow, with a reason. Nothing is written. Ends "
		 "with 6 when there is an error that is not "
		 "accepted.",
	.example = "# Before the first stage\nkubectl gcpbackend migrate check payments\n\n"
		   "# And what the cluster says\nkubectl gcpbackend migrate check payments --live "
		   "--context prod-eu\n\n"
		   "# All migrations as one table, in a job\nkubectl gcpbackend migrate check "
		   "--all -o wide",
	.arg = "[NAME...]",
	.max_args = -1,
	.options = options,
	.context_size = sizeof(struct context),
	.run = run,
};
