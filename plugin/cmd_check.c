#include "plugin/commands.h"

#include "flow/build_check.h"
#include "flow/plan_intents.h"
#include "plugin/exit_code.h"
#include "plugin/live.h"
#include "plugin/migration_command.h"
#include "plugin/options.h"
#include "plugin/print.h"
#include "plugin/rows_finding.h"
#include "plugin/rows_step.h"

#include <stdlib.h>

struct check_context {
	struct migration_context migration;
	struct live_context live;
	struct slice build; /* the program; "auto": the one that is installed; absent: none */
};

static const struct field own_fields[] = {
	{ .kind = VALUE_STRING,
	  .offset = offsetof(struct check_context, build),
	  .flag = "build",
	  .arg = "PROGRAM",
	  .help = "Also build what the environments apply, now and at the next stage, with the "
		  "installed kustomize or kubectl, or this program, and compare. --timeout limits "
		  "each build, by default to 1m",
	  .flags = FIELD_OPTIONAL },
	FIELD_PART(struct check_context, live, &live_options),
	FIELDS_END,
};

static const struct record own_options = { .fields = own_fields };

/* A migration with all its findings. */
struct check_row {
	struct step_row step;
	struct findings list; /* the worst first */
	struct slice outcome; /* refused, warned, allowed, clean */
	long errors, warnings, infos, allowed;
	bool assumed; /* its environments */
	struct rows findings;
};

/* A finding as a line of the wide table. */
struct line_row {
	struct slice name, severity, code, where, reason, remedy;
};

static const struct field check_fields[] = {
	ROW_STRING(struct check_row, step.name, "name", NULL, FIELD_NAME),
	ROW_STRING(struct check_row, step.from, "stage", NULL, 0),
	ROW_STRING(struct check_row, step.next, "next", NULL, 0),
	ROW_STRING(struct check_row, step.hold, "hold", NULL, FIELD_OMIT),
	ROW_STRING(struct check_row, step.from_host, "fromHost", NULL, 0),
	ROW_STRING(struct check_row, step.to_host, "toHost", NULL, 0),
	ROW_STRING(struct check_row, outcome, "outcome", NULL, 0),
	ROW_INT(struct check_row, errors, "errors", NULL, 0),
	ROW_INT(struct check_row, warnings, "warnings", NULL, 0),
	ROW_INT(struct check_row, infos, "infos", NULL, 0),
	ROW_INT(struct check_row, allowed, "allowed", NULL, 0),
	ROW_BOOL(struct check_row, assumed, "environmentsAssumed", NULL, FIELD_OMIT),
	ROW_ROWS(struct check_row, findings, "findings", &finding_record, 0),
	FIELDS_END,
};

static const struct record check_record = { "MigrationCheck", sizeof(struct check_row),
					    check_fields };

static const struct field line_fields[] = {
	ROW_STRING(struct line_row, name, "name", "NAME", 0),
	ROW_STRING(struct line_row, severity, "severity", "SEVERITY", 0),
	ROW_STRING(struct line_row, code, "code", "CODE", 0),
	ROW_STRING(struct line_row, where, "where", "WHERE", 0),
	ROW_STRING(struct line_row, reason, "reason", "REASON", 0),
	ROW_STRING(struct line_row, remedy, "remedy", "REMEDY", 0),
	FIELDS_END,
};

static const struct record line_record = { "Finding", sizeof(struct line_row), line_fields };

/* --- checking ------------------------------------------------------------- */

/* A migration while it is checked. */
struct check_run {
	struct app *app;
	const struct evidence *evidence;
	const struct live_report *live; /* NULL: without the cluster */
	struct build_checks *builds;    /* NULL: without kustomize */
	struct check_row *row;
	struct stage from; /* where it is, once that is known */
};

/* Adds findings that are not in the list yet. */
static void add_findings(struct findings *all, const struct findings *more)
{
	for (size_t i = 0; i < more->n; i++)
		(void)findings_add_new(all, &more->items[i]);
}

/* Fills the row with where the migration is. */
static void fill_stage(struct check_run *c, const struct step *step)
{
	step_row_fill(&c->row->step, step, c->app);
	c->row->step.next = step->known && !step->finished ? c->row->step.to : SLICE_NONE;
	c->row->assumed = step->assumed;
	c->from = step->from;
}

/* Plans one step and adds its findings; an intent without a stage also finds where it is. */
static int check_step(struct check_run *c, const struct intent *intent, struct err *err)
{
	struct plan plan;
	int result = 0;

	if (plan_intents(c->evidence, intent, 1, &plan, err) < 0)
		return -1;
	add_findings(&c->row->list, &plan.steps[0].findings);
	if (intent->next)
		fill_stage(c, &plan.steps[0]);
	if (intent->next && c->builds)
		result = build_check_migration(c->builds, &plan.steps[0], &c->row->list, err);
	plan_release(&plan);
	return result;
}

/* The worst first, then by place; findings of one place keep their order. */
static int compare_findings(const void *a, const void *b)
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
static void summarize(struct app *app, struct check_row *row)
{
	if (row->list.n)
		qsort(row->list.items, row->list.n, sizeof(*row->list.items), compare_findings);
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
		app->exit = exit_code_worse(app->exit, EXIT_REFUSED);
}

/* Checks a migration where it is, and at each remaining stage. */
static int check_stages(struct check_run *c, const struct migration *m, struct err *err)
{
	struct intent intent = {
		.m = m, .direction = GO_ANYWHERE, .next = true, .options = { .all_findings = true }
	};

	if (check_step(c, &intent, err) < 0)
		return -1;
	intent.next = false;
	for (size_t i = 0; i < m->stages->n; i++) {
		intent.to = m->stages->items[i];
		if (stage_cmp(intent.to, c->from) >= 0 && check_step(c, &intent, err) < 0)
			return -1;
	}
	return 0;
}

/* Checks the migration with this number in the selection. */
static int check_migration(struct check_run *c, size_t number, struct err *err)
{
	*c->row = (struct check_row){ .list = { .arena = c->app->arena } };
	if (check_stages(c, c->evidence->fleet->selected.items[number], err) < 0)
		return -1;
	if (c->live) {
		add_findings(&c->row->list, &c->live->of[number]);
		/* what could not be read keeps each migration from being clean */
		add_findings(&c->row->list, &c->live->cluster);
	}
	summarize(c->app, c->row);
	return 0;
}

/* --- printing ------------------------------------------------------------- */

/* "apps/web.yaml:3:5", or less of it. */
static void add_place(struct str *out, struct place at)
{
	str_add(out, at.path);
	if (at.line)
		str_addf(out, ":%u:%u", at.line, at.col);
}

/* A finding as compilers print it, with the remedy in a line of its own. */
static void report_finding(const struct app *app, const struct finding *f)
{
	AUTO_STR struct str place = STR_INIT;
	struct slice remedy = finding_remedy(f);

	add_place(&place, f->at);
	say_out(app, "  %s%s%s: %" SLICE_FMT " [%s]", place.ptr, f->at.path.len ? ": " : "",
		finding_word(f), SLICE_ARG(f->reason), f->code->id);
	if (remedy.len)
		say_out(app, "      %" SLICE_FMT, SLICE_ARG(remedy));
}

/* A migration with its findings. */
static void report_migration(const struct app *app, const struct check_row *row)
{
	const struct step_row *step = &row->step;

	say_out(app,
		"%" SLICE_FMT ": %" SLICE_FMT "%s%" SLICE_FMT "  (old host %" SLICE_FMT
		", new host %" SLICE_FMT ")",
		SLICE_ARG(step->name), SLICE_ARG(step->from), step->next.len ? ", next " : "",
		SLICE_ARG(step->next), SLICE_ARG(step->from_host), SLICE_ARG(step->to_host));
	if (step->hold.len)
		say_out(app, "  on hold: %" SLICE_FMT, SLICE_ARG(step->hold));
	for (size_t i = 0; i < row->list.n; i++)
		report_finding(app, &row->list.items[i]);
	if (!row->list.n)
		say_out(app, "  no problems found");
}

/* "1 error", "2 errors". */
static void add_count(struct str *out, long n, const char *what)
{
	str_addf(out, "%s%ld %s%s", out->len ? ", " : "", n, what, n == 1 ? "" : "s");
}

/* A line about environments that no engine declares. */
static void report_assumed(const struct app *app, const struct check_row *rows, size_t n)
{
	const struct check_row *first = NULL;
	size_t assumed = 0;

	for (size_t i = 0; i < n; i++)
		if (rows[i].assumed && !assumed++)
			first = &rows[i];
	if (assumed == 1)
		say_note(app,
			 "%" SLICE_FMT ": no Application, Flux Kustomization or Config Sync source "
			 "applies its manifests; kustomizations and directories count as "
			 "environments",
			 SLICE_ARG(first->step.name));
	else if (assumed)
		say_note(app,
			 "%zu migrations: no Application, Flux Kustomization or Config Sync source "
			 "applies their manifests; kustomizations and directories count as "
			 "environments",
			 assumed);
}

/* All migrations for people, with a line that sums them up. */
static void report_all(const struct app *app, const struct check_row *rows, size_t n)
{
	AUTO_STR struct str sum = STR_INIT;
	long errors = 0, warnings = 0;
	const char *example = NULL;

	for (size_t i = 0; i < n; i++) {
		if (i)
			say_text(app, SAY_OUT, SLICE("\n"));
		report_migration(app, &rows[i]);
		errors += rows[i].errors;
		warnings += rows[i].warnings;
		if (!example && rows[i].list.n)
			example = rows[i].list.items[0].code->id;
	}
	add_count(&sum, (long)n, "migration");
	add_count(&sum, errors, "error");
	add_count(&sum, warnings, "warning");
	say_note(app, "%s", sum.ptr);
	report_assumed(app, rows, n);
	if (example)
		say_note(app, "for details, run: %s migrate explain %s", app->program, example);
}

/* All findings of all migrations as one table. */
static void print_wide(struct app *app, const struct check_row *rows, size_t n)
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
							 slice_of(finding_word(f)),
							 slice_of(f->code->id),
							 arena_copy(app->arena, str_slice(&where)),
							 f->reason,
							 finding_remedy(f) };
		}
	print_rows(app, &line_record, (struct rows){ lines, total }, "No findings.");
}

/* All of it in the form of -o; `live` NULL: without the cluster. */
static void print_checks(struct app *app, const struct check_row *rows, size_t n,
			 const struct live_report *live)
{
	if (app->output == OUTPUT_WIDE) {
		print_wide(app, rows, n);
		return;
	}
	if (app->output != OUTPUT_TABLE) {
		print_rows(app, &check_record, (struct rows){ rows, n }, "");
		return;
	}
	if (!n)
		say_note(app, "No migrations found.");
	if (live) {
		live_report_cluster(app, live, SAY_OUT);
		say_text(app, SAY_OUT, SLICE("\n"));
	}
	if (n)
		report_all(app, rows, n);
}

/* Writes what was built. */
static void report_builds(const struct app *app, const struct build_checks *builds)
{
	struct build_counts n = build_checks_counts(builds);

	say_note(app, "built by %" SLICE_FMT ": %zu environment%s, without a second opinion: %zu",
		 SLICE_ARG(n.program), n.environments, n.environments == 1 ? "" : "s", n.without);
}

/* Gathers what is to be checked: the commit, with --live the cluster, with --build the program. */
static int gather_all(struct check_run *c, struct check_context *ctx, struct evidence *evidence,
		      struct live_report *live, struct err *err)
{
	const struct fleet *fleet = evidence->fleet;
	struct build_program program = { .named = ctx->build };
	struct live_connection connection;

	ctx->live.times_more = ctx->build.len;
	if (live_connect(c->app, &ctx->live, &connection, err) < 0)
		return -1;
	if ((fleet->selected.n || ctx->live.live) && gather_evidence(fleet, evidence, err) < 0)
		return -1;
	if (ctx->live.live && live_check_migrations(evidence, &connection, live, err) < 0)
		return -1;
	program.timeout_ms = connection.timeout_ms;
	if (slice_is(ctx->build, "auto"))
		program.named = SLICE_NONE;
	return ctx->build.len && fleet->selected.n ?
		       build_checks_open(evidence, &program, &c->builds, err) :
		       0;
}

/* Checks all migrations. */
static int check_all(struct check_run *c, struct session *s, struct check_row *rows,
		     struct err *err)
{
	size_t n = c->evidence->fleet->selected.n;

	for (size_t i = 0; i < n; i++) {
		progress_report(session_progress(s), "migrations checked", i + 1, n);
		c->row = &rows[i];
		if (check_migration(c, i, err) < 0)
			return -1;
	}
	return 0;
}

static int run_check(struct app *app, void *context, struct err *err)
{
	struct check_context *ctx = context;
	AUTO_SESSION struct session *s = NULL;
	AUTO_FLEET struct fleet fleet = { .n = 0 };
	AUTO_EVIDENCE struct evidence evidence = { .fleet = &fleet };
	struct live_report live;
	struct check_run c = { .app = app,
			       .evidence = &evidence,
			       .live = ctx->live.live ? &live : NULL };
	struct check_row *rows;
	int result;

	ctx->migration.access = ACCESS_READ_ALL;
	if (migration_select(app, &ctx->migration, &s, &fleet, err) < 0 ||
	    gather_all(&c, ctx, &evidence, &live, err) < 0)
		return -1;
	rows = arena_array(app->arena, fleet.selected.n, sizeof(*rows));
	result = check_all(&c, s, rows, err);
	if (result == 0)
		print_checks(app, rows, fleet.selected.n, c.live);
	if (result == 0 && c.builds)
		report_builds(app, c.builds);
	build_checks_free(c.builds);
	return result;
}

static const struct record *const options[] = { &own_options,
						&migration_select_options,
						&migration_branch_options,
						&migration_repo_options,
						&output_options,
						NULL };

const struct command cmd_check = {
	.name = "check",
	.group = "migrate",
	.summary = "Check a migration for problems",
	.about =
		"Check the manifests around a migration, and with --live also the cluster, for "
		"problems at the current stage and at all remaining ones. Nothing is changed.\n\n"
		"A finding with severity error stops promote. Where that is possible, the "
		"migration file can accept it under spec.allow, with a reason. The exit code is 6 "
		"if there is an error that is not accepted.\n\n"
		"With --build, kustomize builds the files of the commit, and these with the edits "
		"of "
		"the next stage, in a temporary directory and without network. What it builds must "
		"be what was evaluated without it, and must differ as the stage says. The program "
		"is "
		"KUSTOMIZE_PATH, else the installed kustomize, else that of kubectl.",
	.example = "# Check payments before the first stage\n"
		   "kubectl gcpbackend migrate check payments\n\n"
		   "# Also check the objects in a cluster\n"
		   "kubectl gcpbackend migrate check payments --live --context prod-eu\n\n"
		   "# Let the installed kustomize, or kubectl, build the environments, too\n"
		   "kubectl gcpbackend migrate check payments --build\n\n"
		   "# Check all migrations in a job, as one table\n"
		   "kubectl gcpbackend migrate check --all -o wide",
	.arg = "[NAME...]",
	.max_args = -1,
	.options = options,
	.context_size = sizeof(struct check_context),
	.run = run_check,
};
