#include "plugin/discover_rows.h"

#include "plugin/rows.h"

#include <stddef.h>

struct use_row {
	struct slice kind, virtual_service, route, path;
	long line;
};

#define TEXT .kind = VALUE_STRING
#define LIST .kind = VALUE_LIST
#define NUMBER .kind = VALUE_INT, .min = 0, .max = 1000000000
#define AT(member) .offset = offsetof(struct discover_row, member)
#define USE(member) .offset = offsetof(struct use_row, member)

static const struct record use_record = {
	.size = sizeof(struct use_row),
	.fields =
		(const struct field[]){
			{ .name = "kind", TEXT, USE(kind) },
			{ .name = "virtualService", TEXT, USE(virtual_service) },
			{ .name = "route", TEXT, USE(route) },
			{ .name = "path", TEXT, USE(path) },
			{ .name = "line", NUMBER, USE(line), .flags = FIELD_OMIT },
			{ .name = NULL },
		},
};

const struct record discover_record = {
	.kind = "ServiceEntryHost",
	.size = sizeof(struct discover_row),
	.fields =
		(const struct field[]){
			{ .name = "name", TEXT, AT(name), .column = "NAME", .flags = FIELD_NAME },
			{ .name = "host", TEXT, AT(host), .column = "HOST" },
			{ .name = "namespace",
			  TEXT,
			  AT(ns),
			  .column = "NAMESPACE",
			  .flags = FIELD_WIDE },
			{ .name = "serviceEntry",
			  TEXT,
			  AT(entry),
			  .column = "SERVICEENTRY",
			  .flags = FIELD_WIDE },
			{ .name = "path", TEXT, AT(path) },
			{ .name = "line", NUMBER, AT(line), .flags = FIELD_OMIT },
			{ .name = "protocol", TEXT, AT(protocol), .column = "PROTOCOL" },
			{ .name = "ports",
			  LIST,
			  AT(ports),
			  .column = "PORTS",
			  .flags = FIELD_WIDE },
			{ .name = "location", TEXT, AT(location) },
			{ .name = "resolution",
			  TEXT,
			  AT(resolution),
			  .column = "RESOLUTION",
			  .flags = FIELD_WIDE },
			{ .name = "endpoints", NUMBER, AT(endpoints), .column = "ENDPOINTS" },
			{ NUMBER, AT(routes), .column = "ROUTES" },
			{ .name = "uses", .kind = VALUE_ROWS, AT(uses), .of = &use_record },
			{ .name = "to", TEXT, AT(to), .column = "TO" },
			{ .name = "proposed", LIST, AT(proposed) },
			{ .name = "verdict", TEXT, AT(verdict), .column = "VERDICT" },
			{ LIST, AT(why), .column = "WHY" },
			{ LIST, AT(used_by), .column = "USED-BY", .flags = FIELD_WIDE },
			{ LIST, AT(environments), .column = "ENVIRONMENTS", .flags = FIELD_WIDE },
			{ .name = "environments",
			  .kind = VALUE_ROWS,
			  AT(landings),
			  .of = &environment_record,
			  .flags = FIELD_OMIT },
			{ .name = "migration", TEXT, AT(migration), .flags = FIELD_OMIT },
			{ .name = "file", TEXT, AT(file), .flags = FIELD_OMIT },
			{ .name = "commit", TEXT, AT(commit), .flags = FIELD_OMIT },
			{ .name = "findings",
			  .kind = VALUE_ROWS,
			  AT(findings),
			  .of = &finding_record,
			  .flags = FIELD_OMIT },
			{ .name = NULL },
		},
};

/* --- rows ----------------------------------------------------------------- */

/* The codes that stand against it, each once; the errors first. */
static struct slices codes_of(const struct findings *f, struct arena *arena)
{
	struct slices out = { arena_array(arena, f->n, sizeof(struct slice)), 0 };

	for (int severity = SEVERITY_ERROR; severity >= SEVERITY_WARNING; severity--)
		for (size_t i = 0; i < f->n; i++) {
			struct slice id = slice_of(f->items[i].code->id);

			if (!f->items[i].allowed && (int)f->items[i].code->severity == severity &&
			    !slices_have(out, id))
				out.items[out.n++] = id;
		}
	return out;
}

/*
 * A use as a text: "shop/web route 2 (api) apps/web.yaml:21"; the object of a cluster says itself
 * where it is.
 */
static struct slice use_text(const struct use *u, struct arena *arena)
{
	bool plain = slice_is(slice_of(u->kind), "http");
	struct slice text =
		arena_printf(arena, "%" SLICE_FMT " %s%s%" SLICE_FMT, SLICE_ARG(u->vs),
			     plain ? "" : u->kind, plain ? "" : " ", SLICE_ARG(u->route));

	if (!u->at.line)
		return text;
	return arena_printf(arena, "%" SLICE_FMT " %" SLICE_FMT ":%u", SLICE_ARG(text),
			    SLICE_ARG(u->path), (unsigned)u->at.line);
}

/* Its uses, as rows and as texts. */
static void fill_uses(struct discover_row *row, const struct candidate *c, struct arena *arena)
{
	struct use_row *rows = arena_array(arena, c->nuses, sizeof(*rows));

	row->used_by.items = arena_array(arena, c->nuses, sizeof(struct slice));
	for (size_t i = 0; i < c->nuses; i++) {
		const struct use *u = &c->uses[i];

		rows[i] =
			(struct use_row){ slice_of(u->kind), u->vs, u->route, u->path, u->at.line };
		row->used_by.items[row->used_by.n++] = use_text(u, arena);
	}
	row->uses = (struct rows){ rows, c->nuses };
	row->routes = (long)c->nuses;
}

void discover_row_fill(struct discover_row *row, const struct candidate *c, struct arena *arena)
{
	*row = (struct discover_row){ .name = c->name,
				      .host = c->host,
				      .ns = c->entry->ns,
				      .entry = c->entry->name,
				      .of = c };
	row->path = c->at.path;
	row->line = c->at.line;
	row->protocol = c->protocol;
	row->ports = c->ports;
	row->location = c->location;
	row->resolution = c->resolution;
	row->endpoints = (long)c->endpoints;
	row->to = c->to;
	row->proposed = c->proposed;
	row->verdict = readiness_name(c->readiness);
	if (c->migration)
		row->migration = c->migration->name;
	row->why = codes_of(&c->findings, arena);
	row->environments = environments_names(&c->placements, arena);
	row->landings = environment_rows(&c->placements, arena);
	row->findings = finding_rows(&c->findings, arena);
	fill_uses(row, c, arena);
}
