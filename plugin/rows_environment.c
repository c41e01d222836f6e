#include "plugin/rows.h"

#include <stddef.h>

struct environment_row {
	struct slice path, environment, kind, file, destination, revision;
	struct slices notes;
	long line;
};

#define AT(member) .name = #member, .offset = offsetof(struct environment_row, member)
#define TEXT .kind = VALUE_STRING

const struct record environment_record = {
	.size = sizeof(struct environment_row),
	.fields =
		(const struct field[]){
			{ TEXT, AT(path), .column = "FILE" },
			{ TEXT, AT(environment), .column = "ENVIRONMENT" },
			{ TEXT, AT(kind), .column = "KIND" },
			{ TEXT, AT(destination), .column = "DESTINATION" },
			{ .kind = VALUE_LIST, AT(notes), .column = "NOTE", .flags = FIELD_OMIT },
			{ TEXT, AT(file), .flags = FIELD_OMIT },
			{ .kind = VALUE_INT,
			  AT(line),
			  .min = 1,
			  .max = 1000000000,
			  .flags = FIELD_OMIT },
			{ TEXT, AT(revision), .flags = FIELD_OMIT },
			{ .name = NULL },
		},
};

/* What is special about an environment: "may be", "several", "suspended", "not this branch". */
static struct slices notes_of(const struct environment_use *a, struct arena *arena)
{
	const struct environment *e = a->environment;
	const struct {
		bool is;
		struct slice word;
	} rows[] = {
		{ e->unsure || a->source_types & SOURCE_UNKNOWN, SLICE("may be") },
		{ environment_use_is_many(a), SLICE("several") },
		{ e->suspended, SLICE("suspended") },
		{ e->elsewhere, arena_printf(arena, "of %" SLICE_FMT, SLICE_ARG(e->revision)) },
	};
	struct slices notes = {
		arena_array(arena, sizeof(rows) / sizeof(rows[0]), sizeof(struct slice)), 0
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].is)
			notes.items[notes.n++] = rows[i].word;
	return notes;
}

struct rows environment_rows(const struct placements *l, struct arena *arena)
{
	struct environment_row *rows;
	size_t n = 0, most = l->n;

	for (size_t i = 0; i < l->n; i++)
		most += l->items[i].uses.n;
	rows = arena_array(arena, most, sizeof(*rows));
	for (size_t i = 0; i < l->n; i++) {
		struct slice path = arena_copy(arena, l->items[i].path);
		const struct environment_uses *a = &l->items[i].uses;

		if (!a->n)
			rows[n++] = (struct environment_row){ .path = path };
		for (size_t j = 0; j < a->n; j++) {
			const struct environment *e = a->items[j].environment;

			rows[n++] = (struct environment_row){
				.path = path,
				.environment = arena_copy(arena, e->name),
				.kind = slice_of(environment_word(e->kind)),
				.file = arena_copy(arena, e->at.path),
				.destination = arena_copy(arena, e->destination),
				.revision = arena_copy(arena, e->revision),
				.notes = notes_of(&a->items[j], arena),
				.line = e->at.line
			};
		}
	}
	return (struct rows){ rows, n };
}
