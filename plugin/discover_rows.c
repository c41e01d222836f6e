#include "plugin/discover_rows.h"

#include "plugin/rows_environment.h"
#include "plugin/rows_finding.h"

struct use_row {
	struct slice kind, virtual_service, route, path;
	long line;
};

static const struct field use_fields[] = {
	ROW_STRING(struct use_row, kind, "kind", NULL, 0),
	ROW_STRING(struct use_row, virtual_service, "virtualService", NULL, 0),
	ROW_STRING(struct use_row, route, "route", NULL, 0),
	ROW_STRING(struct use_row, path, "path", NULL, 0),
	ROW_INT(struct use_row, line, "line", NULL, FIELD_OMIT),
	FIELDS_END,
};

static const struct record use_record = { NULL, sizeof(struct use_row), use_fields };

struct entry_row {
	struct slice entry, ns, path, environment;
	long line;
};

static const struct field entry_fields[] = {
	ROW_STRING(struct entry_row, entry, "serviceEntry", NULL, 0),
	ROW_STRING(struct entry_row, ns, "namespace", NULL, 0),
	ROW_STRING(struct entry_row, path, "path", NULL, 0),
	ROW_INT(struct entry_row, line, "line", NULL, FIELD_OMIT),
	ROW_STRING(struct entry_row, environment, "environment", NULL, 0),
	FIELDS_END,
};

static const struct record entry_record = { NULL, sizeof(struct entry_row), entry_fields };

struct unreadable_row {
	struct slice path, reason;
	struct slices hosts, objects;
	bool broken;
	long line;
};

static const struct field unreadable_fields[] = {
	ROW_STRING(struct unreadable_row, path, "path", NULL, 0),
	ROW_INT(struct unreadable_row, line, "line", NULL, FIELD_OMIT),
	ROW_STRING(struct unreadable_row, reason, "reason", NULL, 0),
	ROW_BOOL(struct unreadable_row, broken, "broken", NULL, 0),
	ROW_LIST(struct unreadable_row, hosts, "hosts", NULL, 0),
	ROW_LIST(struct unreadable_row, objects, "objects", NULL, 0),
	FIELDS_END,
};

static const struct record unreadable_record = { NULL, sizeof(struct unreadable_row),
						 unreadable_fields };

static const struct field document_fields[] = {
	ROW_ROWS(struct discover_document, unreadable, "unreadable", &unreadable_record, 0),
	FIELDS_END,
};

const struct record discover_document_record = { NULL, sizeof(struct discover_document),
						 document_fields };

static const struct field discover_fields[] = {
	ROW_STRING(struct discover_row, name, "name", "NAME", FIELD_NAME),
	ROW_STRING(struct discover_row, host, "host", "HOST", 0),
	ROW_STRING(struct discover_row, ns, "namespace", "NAMESPACE", FIELD_WIDE),
	ROW_STRING(struct discover_row, entry, "serviceEntry", "SERVICEENTRY", FIELD_WIDE),
	ROW_STRING(struct discover_row, path, "path", NULL, 0),
	ROW_INT(struct discover_row, line, "line", NULL, FIELD_OMIT),
	ROW_STRING(struct discover_row, protocol, "protocol", "PROTOCOL", 0),
	ROW_LIST(struct discover_row, ports, "ports", "PORTS", FIELD_WIDE),
	ROW_STRING(struct discover_row, location, "location", NULL, 0),
	ROW_STRING(struct discover_row, resolution, "resolution", "RESOLUTION", FIELD_WIDE),
	ROW_INT(struct discover_row, endpoints, "endpoints", "ENDPOINTS", 0),
	ROW_INT(struct discover_row, routes, NULL, "ROUTES", 0),
	ROW_ROWS(struct discover_row, uses, "uses", &use_record, 0),
	ROW_STRING(struct discover_row, to, "to", "TO", 0),
	ROW_LIST(struct discover_row, proposed, "proposed", NULL, 0),
	ROW_STRING(struct discover_row, verdict, "verdict", "VERDICT", 0),
	ROW_LIST(struct discover_row, why, NULL, "WHY", 0),
	ROW_LIST(struct discover_row, used_by, NULL, "USED-BY", FIELD_WIDE),
	ROW_LIST(struct discover_row, environments, NULL, "ENVIRONMENTS", FIELD_WIDE),
	ROW_ROWS(struct discover_row, placements, "environments", &environment_record, FIELD_OMIT),
	ROW_ROWS(struct discover_row, entries, "serviceEntries", &entry_record, FIELD_OMIT),
	ROW_STRING(struct discover_row, migration, "migration", NULL, FIELD_OMIT),
	ROW_STRING(struct discover_row, file, "file", NULL, FIELD_OMIT),
	ROW_STRING(struct discover_row, commit, "commit", NULL, FIELD_OMIT),
	ROW_ROWS(struct discover_row, findings, "findings", &finding_record, FIELD_OMIT),
	FIELDS_END,
};

const struct record discover_record = { "ServiceEntryHost", sizeof(struct discover_row),
					discover_fields };

/* The codes of its errors and warnings, each once; the errors first. */
static struct slices collect_codes(const struct findings *f, struct arena *arena)
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
 * A use as a text: "shop/web route 2 (api) apps/web.yaml:21"; an object of a cluster has no place
 * in a file.
 */
static struct slice format_use(const struct use *u, struct arena *arena)
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
		row->used_by.items[row->used_by.n++] = format_use(u, arena);
	}
	row->uses = (struct rows){ rows, c->nuses };
	row->routes = (long)c->nuses;
}

/* Its environments as texts: "prod (in-cluster/shop)". */
static struct slices format_environments(const struct candidate *c, struct arena *arena)
{
	struct slices names = environments_names(&c->placements, arena);

	for (size_t i = 0; i < names.n; i++)
		for (size_t k = 0; k < c->nenvironments; k++) {
			const struct environment *e = c->environments[k];

			if (e && slice_eq(e->name, names.items[i]) && e->destination.len)
				names.items[i] = arena_printf(
					arena, "%" SLICE_FMT " (%" SLICE_FMT ")",
					SLICE_ARG(names.items[i]), SLICE_ARG(e->destination));
		}
	return names;
}

/* Its ServiceEntries, if there are several, or one in several environments. */
static struct rows entry_rows(const struct candidate *c, struct arena *arena)
{
	struct entry_row *rows = arena_array(arena, c->nmentions, sizeof(*rows));

	for (size_t i = 0; i < c->nmentions; i++) {
		const struct mention *m = &c->mentions[i];

		rows[i] = (struct entry_row){ .entry = m->entry->name,
					      .ns = m->ns,
					      .path = m->source->path,
					      .line = m->at.line };
		if (m->environment)
			rows[i].environment = m->environment->name;
	}
	return (struct rows){ rows, c->nmentions > 1 ? c->nmentions : 0 };
}

void discover_document_fill(struct discover_document *doc, const struct discovery *d,
			    struct arena *arena)
{
	struct unreadable_row *rows = arena_array(arena, d->nunreadable, sizeof(*rows));

	for (size_t i = 0; i < d->nunreadable; i++) {
		const struct unreadable *u = &d->unreadable[i];

		rows[i] = (struct unreadable_row){ u->at.path, u->reason, u->hosts,
						   u->objects, u->broken, u->at.line };
	}
	doc->unreadable = (struct rows){ rows, d->nunreadable };
}

void discover_row_fill(struct discover_row *row, const struct candidate *c, struct arena *arena)
{
	*row = (struct discover_row){
		.name = c->name, .host = c->host, .ns = c->ns, .entry = c->entry->name, .of = c
	};
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
	row->why = collect_codes(&c->findings, arena);
	row->environments = format_environments(c, arena);
	row->placements = environment_rows(&c->placements, arena);
	row->findings = finding_rows(&c->findings, arena);
	row->entries = entry_rows(c, arena);
	fill_uses(row, c, arena);
}
