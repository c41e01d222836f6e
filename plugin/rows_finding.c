#include "plugin/rows_finding.h"

#include "plugin/say.h"

struct finding_row {
	struct slice code, severity, path, reason, remedy;
	long line, column;
	bool allowed;
};

static const struct field finding_fields[] = {
	ROW_STRING(struct finding_row, code, "code", NULL, 0),
	ROW_STRING(struct finding_row, severity, "severity", NULL, 0),
	ROW_STRING(struct finding_row, path, "path", NULL, FIELD_OMIT),
	ROW_INT(struct finding_row, line, "line", NULL, FIELD_OMIT),
	ROW_INT(struct finding_row, column, "column", NULL, FIELD_OMIT),
	ROW_STRING(struct finding_row, reason, "reason", NULL, 0),
	ROW_STRING(struct finding_row, remedy, "remedy", NULL, FIELD_OMIT),
	ROW_BOOL(struct finding_row, allowed, "allowed", NULL, FIELD_OMIT),
	FIELDS_END,
};

const struct record finding_record = { NULL, sizeof(struct finding_row), finding_fields };

struct slice finding_remedy(const struct finding *f)
{
	return f->remedy.ptr ? f->remedy : slice_of(f->code->remedy);
}

const char *finding_word(const struct finding *f)
{
	return f->allowed ? "allowed" : severity_word(f->code->severity);
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
						.remedy = x->remedy.ptr ?
								  arena_copy(arena, x->remedy) :
								  slice_of(x->code->remedy),
						.line = x->at.line,
						.column = x->at.col,
						.allowed = x->allowed };
	}
	return (struct rows){ rows, f->n };
}

void findings_say(const struct app *app, const struct findings *f, enum severity least)
{
	for (size_t i = 0; i < f->n; i++) {
		AUTO_STR struct str line = STR_INIT;

		if (f->items[i].code->severity < least)
			continue;
		finding_format(&f->items[i], &line);
		say_note(app, "%s: %s", finding_word(&f->items[i]), line.ptr);
	}
}
