#include "plugin/rows.h"

#include "flow/diff.h"
#include "plugin/print.h"

#include <stddef.h>

struct share_row {
	struct slice virtual_service, route, host, subset, side, now, after;
	struct slice destination; /* host and subset, for the table */
	long before_weight, after_weight, total;
};

struct audience_row {
	struct slice virtual_service, route;
	struct slices callers, limits;
};

struct finding_row {
	struct slice code, severity, path, reason, remedy;
	long line, column;
	bool allowed;
};

#define ROW(member) .name = #member, .offset = offsetof(struct step_row, member)
#define SHARE(member) .offset = offsetof(struct share_row, member)
#define FINDING(member) .name = #member, .offset = offsetof(struct finding_row, member)
#define TEXT .kind = VALUE_STRING
#define NUMBER .kind = VALUE_INT, .min = 0, .max = 1000000000

const struct record share_record = {
	.size = sizeof(struct share_row),
	.fields =
		(const struct field[]){
			{ .name = "virtualService",
			  TEXT,
			  SHARE(virtual_service),
			  .column = "VIRTUALSERVICE" },
			{ .name = "route", TEXT, SHARE(route), .column = "ROUTE" },
			{ .name = "host", TEXT, SHARE(host) },
			{ TEXT, SHARE(destination), .column = "DESTINATION" },
			{ .name = "subset", TEXT, SHARE(subset), .flags = FIELD_OMIT },
			{ .name = "side", TEXT, SHARE(side), .column = "SIDE" },
			{ .name = "weightBefore", NUMBER, SHARE(before_weight) },
			{ .name = "weightAfter", NUMBER, SHARE(after_weight) },
			{ .name = "weightTotal", NUMBER, SHARE(total) },
			{ .name = "shareBefore", TEXT, SHARE(now), .column = "NOW" },
			{ .name = "shareAfter", TEXT, SHARE(after), .column = "AFTER" },
			{ .name = NULL },
		},
};

static const struct record audience_record = {
	.size = sizeof(struct audience_row),
	.fields =
		(const struct field[]){
			{ .name = "virtualService",
			  TEXT,
			  .offset = offsetof(struct audience_row, virtual_service) },
			{ .name = "route", TEXT, .offset = offsetof(struct audience_row, route) },
			{ .name = "callers",
			  .kind = VALUE_LIST,
			  .offset = offsetof(struct audience_row, callers) },
			{ .name = "limits",
			  .kind = VALUE_LIST,
			  .offset = offsetof(struct audience_row, limits),
			  .flags = FIELD_OMIT },
			{ .name = NULL },
		},
};

const struct record file_record = {
	.size = sizeof(struct file_row),
	.fields =
		(const struct field[]){
			{ .name = "path",
			  TEXT,
			  .offset = offsetof(struct file_row, path),
			  .column = "FILE" },
			{ .name = "change",
			  TEXT,
			  .offset = offsetof(struct file_row, change),
			  .column = "CHANGE" },
			{ .name = "linesAdded",
			  NUMBER,
			  .offset = offsetof(struct file_row, added),
			  .column = "ADDED" },
			{ .name = "linesRemoved",
			  NUMBER,
			  .offset = offsetof(struct file_row, removed),
			  .column = "REMOVED" },
			{ .name = NULL },
		},
};

const struct record finding_record = {
	.size = sizeof(struct finding_row),
	.fields =
		(const struct field[]){
			{ TEXT, FINDING(code) },
			{ TEXT, FINDING(severity) },
			{ TEXT, FINDING(path), .flags = FIELD_OMIT },
			{ NUMBER, FINDING(line), .flags = FIELD_OMIT },
			{ NUMBER, FINDING(column), .flags = FIELD_OMIT },
			{ TEXT, FINDING(reason) },
			{ TEXT, FINDING(remedy), .flags = FIELD_OMIT },
			{ .kind = VALUE_BOOL, FINDING(allowed), .flags = FIELD_OMIT },
			{ .name = NULL },
		},
};

static const struct record error_record = {
	.kind = "Error",
	.size = sizeof(struct finding_row),
	.fields =
		(const struct field[]){
			{ .kind = VALUE_RECORD, .of = &finding_record },
			{ .name = NULL },
		},
};

/* The fields that documents of all three have, below their columns. */
#define COMMON_FIELDS                                                                              \
	{ .name = "fromHost", TEXT, .offset = offsetof(struct step_row, from_host) },              \
		{ .name = "toHost", TEXT, .offset = offsetof(struct step_row, to_host) },          \
		{ .kind = VALUE_LIST, ROW(skipped), .flags = FIELD_OMIT },                         \
		{ .kind = VALUE_ROWS, ROW(shares), .of = &share_record, .flags = FIELD_OMIT },     \
		{ .kind = VALUE_ROWS,                                                              \
		  ROW(audiences),                                                                  \
		  .of = &audience_record,                                                          \
		  .flags = FIELD_OMIT },                                                           \
		{ .kind = VALUE_ROWS,                                                              \
		  ROW(environments),                                                               \
		  .of = &environment_record,                                                       \
		  .flags = FIELD_OMIT },                                                           \
		{ .kind = VALUE_ROWS, ROW(files), .of = &file_record, .flags = FIELD_OMIT },       \
		{ .kind = VALUE_ROWS, ROW(findings), .of = &finding_record, .flags = FIELD_OMIT }, \
	{                                                                                          \
		.name = NULL                                                                       \
	}

const struct record status_record = {
	.kind = "MigrationStatus",
	.size = sizeof(struct step_row),
	.fields =
		(const struct field[]){
			{ TEXT, ROW(name), .column = "NAME", .flags = FIELD_NAME },
			{ .name = "stage",
			  TEXT,
			  .offset = offsetof(struct step_row, from),
			  .column = "STAGE" },
			{ TEXT, ROW(next), .column = "NEXT" },
			{ TEXT, ROW(hold), .column = "HOLD" },
			{ TEXT, ROW(branch), .column = "BRANCH" },
			{ .name = "fromHost",
			  TEXT,
			  .offset = offsetof(struct step_row, from_host),
			  .column = "FROM",
			  .flags = FIELD_WIDE },
			{ .name = "toHost",
			  TEXT,
			  .offset = offsetof(struct step_row, to_host),
			  .column = "TO",
			  .flags = FIELD_WIDE },
			{ TEXT, ROW(outcome) },
			{ .kind = VALUE_ROWS,
			  ROW(findings),
			  .of = &finding_record,
			  .flags = FIELD_OMIT },
			{ .name = NULL },
		},
};

const struct record plan_record = {
	.kind = "MigrationPlan",
	.size = sizeof(struct step_row),
	.fields =
		(const struct field[]){
			{ TEXT, ROW(name), .column = "NAME", .flags = FIELD_NAME },
			{ TEXT, ROW(from), .column = "FROM" },
			{ TEXT, ROW(to), .column = "TO" },
			{ TEXT, ROW(outcome), .column = "OUTCOME" },
			{ TEXT, ROW(hold), .flags = FIELD_OMIT },
			COMMON_FIELDS,
		},
};

const struct record result_record = {
	.kind = "MigrationResult",
	.size = sizeof(struct step_row),
	.fields =
		(const struct field[]){
			{ TEXT, ROW(name), .column = "NAME", .flags = FIELD_NAME },
			{ TEXT, ROW(from), .column = "FROM" },
			{ TEXT, ROW(to), .column = "TO" },
			{ TEXT, ROW(outcome), .column = "OUTCOME" },
			{ TEXT, ROW(branch), .column = "BRANCH", .flags = FIELD_OMIT },
			{ TEXT, ROW(commit), .column = "COMMIT", .flags = FIELD_OMIT },
			{ TEXT, ROW(undo), .flags = FIELD_OMIT },
			{ TEXT, ROW(hold), .flags = FIELD_OMIT },
			COMMON_FIELDS,
		},
};

/* "12.5 %", without a fraction where there is none. */
static struct slice percent(struct arena *arena, long weight, long total)
{
	if (total <= 0)
		return SLICE("0 %");
	if (weight * 100 % total == 0)
		return arena_printf(arena, "%ld %%", weight * 100 / total);
	return arena_printf(arena, "%.2f %%", 100.0 * (double)weight / (double)total);
}

static struct rows share_rows(const struct shares *shares, struct arena *arena)
{
	static const struct slice sides[] = { SLICE_INIT("other"), SLICE_INIT("old"),
					      SLICE_INIT("new"), SLICE_INIT("mirror") };
	struct share_row *rows = arena_array(arena, shares->n, sizeof(*rows));

	for (size_t i = 0; i < shares->n; i++) {
		const struct share *s = &shares->items[i];

		rows[i] = (struct share_row){ .virtual_service = arena_copy(arena, s->vs),
					      .route = arena_copy(arena, s->route),
					      .host = arena_copy(arena, s->host),
					      .subset = arena_copy(arena, s->subset),
					      .side = sides[s->side] };
		rows[i].destination = rows[i].host;
		if (s->subset.len)
			rows[i].destination =
				arena_printf(arena, "%" SLICE_FMT " (%" SLICE_FMT ")",
					     SLICE_ARG(s->host), SLICE_ARG(s->subset));
		rows[i].before_weight = s->before;
		rows[i].after_weight = s->after;
		rows[i].total = s->total;
		rows[i].now = percent(arena, s->before, s->total);
		rows[i].after = percent(arena, s->after, s->total);
	}
	return (struct rows){ rows, shares->n };
}

/* Copies of the texts of a list. */
static struct slices copy_list(const struct slices *list, struct arena *arena)
{
	struct slices out = { arena_array(arena, list->n, sizeof(struct slice)), list->n };

	for (size_t i = 0; i < list->n; i++)
		out.items[i] = arena_copy(arena, list->items[i]);
	return out;
}

static struct rows audience_rows(const struct audiences *audiences, struct arena *arena)
{
	struct audience_row *rows = arena_array(arena, audiences->n, sizeof(*rows));

	for (size_t i = 0; i < audiences->n; i++) {
		const struct audience *a = &audiences->items[i];

		rows[i] = (struct audience_row){ arena_copy(arena, a->vs),
						 arena_copy(arena, a->route),
						 copy_list(&a->callers, arena),
						 copy_list(&a->limits, arena) };
	}
	return (struct rows){ rows, audiences->n };
}

struct rows finding_rows(const struct findings *f, struct arena *arena)
{
	struct finding_row *rows = arena_array(arena, f->n, sizeof(*rows));

	for (size_t i = 0; i < f->n; i++) {
		const struct finding *x = &f->items[i];

		rows[i] = (struct finding_row){ .code = slice_of(x->code->id),
						.severity =
							slice_of(severity_word(x->code->severity)),
						.path = arena_copy(arena, x->at.path),
						.reason = arena_copy(arena, x->reason),
						.allowed = x->allowed };
		rows[i].remedy =
			x->remedy.ptr ? arena_copy(arena, x->remedy) : slice_of(x->code->remedy);
		rows[i].line = x->at.line;
		rows[i].column = x->at.col;
	}
	return (struct rows){ rows, f->n };
}

int step_row_files(struct step_row *row, const struct step *step, struct app *app, struct err *err)
{
	const struct changes *changes = &step->changes;
	struct file_row *rows = arena_array(app->arena, changes->n, sizeof(*rows));

	for (size_t i = 0; i < changes->n; i++) {
		size_t added = 0, removed = 0;

		if (change_diff(&changes->items[i], NULL, &added, &removed, err) < 0)
			return -1;
		rows[i] = (struct file_row){ arena_copy(app->arena, changes->items[i].path),
					     !changes->items[i].before.ptr ? SLICE("added") :
					     !changes->items[i].after.ptr  ? SLICE("removed") :
									     SLICE("changed"),
					     (long)added, (long)removed };
	}
	row->files = (struct rows){ rows, changes->n };
	return 0;
}

/* A stage's name in the arena. */
static struct slice name_of(struct stage s, struct arena *arena)
{
	char name[8];

	stage_name(s, name);
	return arena_copy(arena, slice_of(name));
}

/* What a step came to, in one word. */
static struct slice outcome_of(const struct step *step)
{
	if (step->refused)
		return step->held && !step->intent.resume && findings_stop(&step->findings) &&
				       findings_stop(&step->findings)->code == &CODE_held ?
			       SLICE("held") :
			       SLICE("refused");
	if (step->finished)
		return SLICE("finished");
	return step->changes.n ? SLICE("planned") : SLICE("unchanged");
}

void step_row_fill(struct step_row *row, const struct step *step, struct app *app)
{
	*row = (struct step_row){ .name = step->m->name,
				  .from_host = step->m->move.from,
				  .to_host = step->m->move.to };
	row->hold = arena_copy(app->arena, step->hold);
	row->from = step->known ? name_of(step->from, app->arena) :
		    step->mixed ? SLICE("mixed") :
				  SLICE("unknown");
	row->to = name_of(step->to, app->arena);
	row->outcome = outcome_of(step);
	row->skipped = copy_list(&step->skipped, app->arena);
	row->shares = share_rows(&step->shares, app->arena);
	row->audiences = audience_rows(&step->audiences, app->arena);
	row->environments = environment_rows(&step->placements, app->arena);
	row->findings = finding_rows(&step->findings, app->arena);
}

int step_rows(const struct plan *plan, bool files, struct app *app, struct step_row **rows,
	      struct err *err)
{
	*rows = arena_array(app->arena, plan->n, sizeof(**rows));
	for (size_t i = 0; i < plan->n; i++) {
		step_row_fill(&(*rows)[i], &plan->steps[i], app);
		if (files && step_row_files(&(*rows)[i], &plan->steps[i], app, err) < 0)
			return -1;
	}
	return 0;
}

void error_show(struct app *app, const struct err *err)
{
	struct findings one = { .arena = app->arena };

	if (app->printed || (app->output != OUTPUT_JSON && app->output != OUTPUT_YAML))
		return;
	findings_add_err(&one, err);
	print_rows(app, &error_record, finding_rows(&one, app->arena), "");
}

/* One table on a stream. */
static void table(const struct record *of, struct rows rows, FILE *to)
{
	AUTO_STR struct str text = STR_INIT;

	print_rows_text(OUTPUT_TABLE, of, rows, &text);
	if (text.len)
		(void)fprintf(to, "\n%s", text.ptr);
}

/* Whose requests the routes get, where that is not just all of the mesh. */
static void show_audiences(const struct audiences *audiences, FILE *to)
{
	bool first = true;

	for (size_t i = 0; i < audiences->n; i++) {
		const struct audience *a = &audiences->items[i];
		AUTO_STR struct str line = STR_INIT, visible = STR_INIT;

		if (a->plain)
			continue;
		str_addf(&line, "%" SLICE_FMT ", %" SLICE_FMT ": ", SLICE_ARG(a->vs),
			 SLICE_ARG(a->route));
		for (size_t j = 0; j < a->callers.n; j++)
			str_addf(&line, "%s%" SLICE_FMT, j ? ", " : "",
				 SLICE_ARG(a->callers.items[j]));
		if (!a->callers.n)
			str_adds(&line, "nobody");
		for (size_t j = 0; j < a->limits.n; j++)
			str_addf(&line, "; %" SLICE_FMT, SLICE_ARG(a->limits.items[j]));
		str_add_visible(&visible, str_slice(&line), false);
		(void)fprintf(to, "%s%s\n", first ? "\nCallers:\n  " : "  ", visible.ptr);
		first = false;
	}
}

void step_show(const struct app *app, const struct step *step, const struct step_row *row, FILE *to)
{
	AUTO_STR struct str head = STR_INIT;

	(void)app;
	str_add_visible(&head, row->name, false);
	str_adds(&head, ": ");
	str_add(&head, row->from);
	if (!step->refused || step->shares.n) {
		str_adds(&head, " -> ");
		str_add(&head, row->to);
	}
	str_adds(&head, "  (old ");
	str_add_visible(&head, row->from_host, false);
	str_adds(&head, ", new ");
	str_add_visible(&head, row->to_host, false);
	str_addc(&head, ')');
	(void)fprintf(to, "%s\n", head.ptr);
	for (size_t i = 0; i < row->skipped.n; i++)
		(void)fprintf(to, "  the stage '%.*s' would change nothing and is skipped\n",
			      SLICE_ARG(row->skipped.items[i]));
	table(&environment_record, row->environments, to);
	if (!step->refused) {
		table(&share_record, row->shares, to);
		show_audiences(&step->audiences, to);
		table(&file_record, row->files, to);
	}
}
