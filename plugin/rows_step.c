#include "plugin/rows_step.h"

#include "flow/patch.h"
#include "plugin/rows_environment.h"
#include "plugin/rows_finding.h"

struct share_row {
	struct slice virtual_service, route, host, subset, side, now, after;
	struct slice destination; /* host and subset, for the table */
	long before_weight, after_weight, total;
};

struct audience_row {
	struct slice virtual_service, route;
	struct slices callers, limits;
};

struct file_row {
	struct slice path, change; /* "added", "changed", "removed" */
	long added, removed;
};

static const struct field share_fields[] = {
	ROW_STRING(struct share_row, virtual_service, "virtualService", "VIRTUALSERVICE", 0),
	ROW_STRING(struct share_row, route, "route", "ROUTE", 0),
	ROW_STRING(struct share_row, host, "host", NULL, 0),
	ROW_STRING(struct share_row, destination, NULL, "DESTINATION", 0),
	ROW_STRING(struct share_row, subset, "subset", NULL, FIELD_OMIT),
	ROW_STRING(struct share_row, side, "side", "SIDE", 0),
	ROW_INT(struct share_row, before_weight, "weightBefore", NULL, 0),
	ROW_INT(struct share_row, after_weight, "weightAfter", NULL, 0),
	ROW_INT(struct share_row, total, "weightTotal", NULL, 0),
	ROW_STRING(struct share_row, now, "shareBefore", "NOW", 0),
	ROW_STRING(struct share_row, after, "shareAfter", "AFTER", 0),
	FIELDS_END,
};

const struct record share_record = { NULL, sizeof(struct share_row), share_fields };

static const struct field audience_fields[] = {
	ROW_STRING(struct audience_row, virtual_service, "virtualService", NULL, 0),
	ROW_STRING(struct audience_row, route, "route", NULL, 0),
	ROW_LIST(struct audience_row, callers, "callers", NULL, 0),
	ROW_LIST(struct audience_row, limits, "limits", NULL, FIELD_OMIT),
	FIELDS_END,
};

static const struct record audience_record = { NULL, sizeof(struct audience_row), audience_fields };

static const struct field file_fields[] = {
	ROW_STRING(struct file_row, path, "path", "FILE", 0),
	ROW_STRING(struct file_row, change, "change", "CHANGE", 0),
	ROW_INT(struct file_row, added, "linesAdded", "ADDED", 0),
	ROW_INT(struct file_row, removed, "linesRemoved", "REMOVED", 0),
	FIELDS_END,
};

const struct record file_record = { NULL, sizeof(struct file_row), file_fields };

/* What documents of plans and results have below their columns. */
static const struct field detail_fields[] = {
	ROW_STRING(struct step_row, from_host, "fromHost", NULL, 0),
	ROW_STRING(struct step_row, to_host, "toHost", NULL, 0),
	ROW_LIST(struct step_row, skipped, "skipped", NULL, FIELD_OMIT),
	ROW_ROWS(struct step_row, shares, "shares", &share_record, FIELD_OMIT),
	ROW_ROWS(struct step_row, audiences, "audiences", &audience_record, FIELD_OMIT),
	ROW_ROWS(struct step_row, environments, "environments", &environment_record, FIELD_OMIT),
	ROW_ROWS(struct step_row, files, "files", &file_record, FIELD_OMIT),
	ROW_ROWS(struct step_row, findings, "findings", &finding_record, FIELD_OMIT),
	FIELDS_END,
};

const struct record step_detail_record = { NULL, sizeof(struct step_row), detail_fields };

/* "12.5 %", without a fraction where there is none. */
static struct slice format_percent(struct arena *arena, long weight, long total)
{
	if (total <= 0)
		return SLICE("0 %");
	if (weight * 100 % total == 0)
		return arena_printf(arena, "%ld %%", weight * 100 / total);
	return arena_printf(arena, "%.2f %%", 100.0 * (double)weight / (double)total);
}

static struct rows make_share_rows(const struct shares *shares, struct arena *arena)
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
		rows[i].now = format_percent(arena, s->before, s->total);
		rows[i].after = format_percent(arena, s->after, s->total);
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

static struct rows make_audience_rows(const struct audiences *audiences, struct arena *arena)
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

int step_row_files(struct step_row *row, const struct step *step, struct app *app, struct err *err)
{
	const struct changes *changes = &step->changes;
	struct file_row *rows = arena_array(app->arena, changes->n, sizeof(*rows));

	for (size_t i = 0; i < changes->n; i++) {
		size_t added = 0, removed = 0;

		if (patch_of_change(&changes->items[i], NULL, &added, &removed, err) < 0)
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

/* The name of a stage, in the arena. */
static struct slice copy_stage_name(struct stage s, struct arena *arena)
{
	char name[8];

	stage_name(s, name);
	return arena_copy(arena, slice_of(name));
}

void step_row_fill(struct step_row *row, const struct step *step, struct app *app)
{
	*row = (struct step_row){ .name = step->m->name,
				  .from_host = step->m->move.from,
				  .to_host = step->m->move.to };
	row->hold = arena_copy(app->arena, step->hold);
	row->from = step->known ? copy_stage_name(step->from, app->arena) :
		    step->mixed ? SLICE("mixed") :
				  SLICE("unknown");
	row->to = copy_stage_name(step->to, app->arena);
	row->outcome = outcome_of_step(step);
	row->skipped = copy_list(&step->skipped, app->arena);
	row->shares = make_share_rows(&step->shares, app->arena);
	row->audiences = make_audience_rows(&step->audiences, app->arena);
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
