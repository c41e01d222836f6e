#include "plugin/rows_environment.h"

struct environment_row {
	struct slice path, environment, kind, file, destination, revision;
	struct slices notes;
	long line;
};

static const struct field environment_fields[] = {
	ROW_STRING(struct environment_row, path, "path", "FILE", 0),
	ROW_STRING(struct environment_row, environment, "environment", "ENVIRONMENT", 0),
	ROW_STRING(struct environment_row, kind, "kind", "KIND", 0),
	ROW_STRING(struct environment_row, destination, "destination", "DESTINATION", 0),
	ROW_LIST(struct environment_row, notes, "notes", "NOTE", FIELD_OMIT),
	ROW_STRING(struct environment_row, file, "file", NULL, FIELD_OMIT),
	ROW_INT(struct environment_row, line, "line", NULL, FIELD_OMIT),
	ROW_STRING(struct environment_row, revision, "revision", NULL, FIELD_OMIT),
	FIELDS_END,
};

const struct record environment_record = { NULL, sizeof(struct environment_row),
					   environment_fields };

/* What is special about an environment: "may be", "several", "suspended", "of REVISION". */
static struct slices make_notes(const struct environment_use *a, struct arena *arena)
{
	const struct environment *e = a->environment;
	const struct {
		bool is;
		struct slice word;
	} rows[] = {
		{ e->unsure || a->source_types & SOURCE_UNKNOWN, SLICE("may be") },
		{ environment_use_is_many(a), SLICE("several") },
		{ e->suspended, SLICE("suspended") },
		{ e->other_revision,
		  arena_printf(arena, "of %" SLICE_FMT, SLICE_ARG(e->revision)) },
	};
	struct slices notes = {
		arena_array(arena, sizeof(rows) / sizeof(rows[0]), sizeof(struct slice)), 0
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].is)
			notes.items[notes.n++] = rows[i].word;
	return notes;
}

struct rows environment_rows(const struct placements *list, struct arena *arena)
{
	struct environment_row *rows;
	size_t n = 0, most = list->n;

	for (size_t i = 0; i < list->n; i++)
		most += list->items[i].uses.n;
	rows = arena_array(arena, most, sizeof(*rows));
	for (size_t i = 0; i < list->n; i++) {
		struct slice path = arena_copy(arena, list->items[i].path);
		const struct environment_uses *a = &list->items[i].uses;

		if (!a->n)
			rows[n++] = (struct environment_row){ .path = path };
		for (size_t j = 0; j < a->n; j++) {
			const struct environment *e = a->items[j].environment;

			rows[n++] = (struct environment_row){
				.path = path,
				.environment = arena_copy(arena, e->name),
				.kind = slice_of(environment_kind_text(e->kind)),
				.file = arena_copy(arena, e->at.path),
				.destination = arena_copy(arena, e->destination),
				.revision = arena_copy(arena, e->revision),
				.notes = make_notes(&a->items[j], arena),
				.line = e->at.line
			};
		}
	}
	return (struct rows){ rows, n };
}
