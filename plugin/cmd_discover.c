#include "plugin/commands.h"

#include "base/alloc.h"
#include "flow/discover.h"
#include "plugin/newfile.h"
#include "plugin/options.h"
#include "plugin/print.h"
#include "plugin/rows.h"

#include <stddef.h>
#include <stdlib.h>

/* More files that cannot be read are counted, not named; what speaks against more hosts is in the documents only. */
enum { UNREAD_MOST = 10, HOSTS_MOST = 20 };

struct context {
	struct work_context work;
	bool write, commit, yes;
	long port;
};

static const struct record own_record = {
	.fields =
		(const struct field[]){
			{ .kind = VALUE_BOOL,
			  .offset = offsetof(struct context, write),
			  .flag = "write",
			  .help = "Make the migration files of all hosts that are ready, warnings or not, and have none" },
			{ .kind = VALUE_BOOL,
			  .offset = offsetof(struct context, commit),
			  .flag = "commit",
			  .help = "With --write: commit the files on the branch that is applied" },
			{ .kind = VALUE_INT,
			  .offset = offsetof(struct context, port),
			  .min = 1,
			  .max = 65535,
			  .flag = "to-port",
			  .arg = "PORT",
			  .help = "The port of the new hosts; needed where old destinations name theirs" },
			{ .kind = VALUE_BOOL,
			  .offset = offsetof(struct context, yes),
			  .flag = "yes",
			  .letter = 'y',
			  .help = "Do not ask: the answer is yes" },
			{ .name = NULL },
		},
};

struct use_row {
	struct slice kind, virtual_service, route, path;
	long line;
};

struct row {
	struct slice name, host, ns, entry, path, protocol, location, resolution, to, verdict, migration, file, commit;
	struct slices ports, proposed, why, used_by, environments;
	struct rows uses, landings, findings;
	long line, endpoints, routes;
	const struct candidate *of;
};

#define TEXT .kind = VALUE_STRING
#define LIST .kind = VALUE_LIST
#define NUMBER .kind = VALUE_INT, .min = 0, .max = 1000000000
#define AT(member) .offset = offsetof(struct row, member)
#define USE(member) .offset = offsetof(struct use_row, member)

static const struct record use_record = {
	.size = sizeof(struct use_row),
	.fields =
		(const struct field[]){
			{ .name = "kind", TEXT, USE(kind) },
			{ .name = "virtualService", TEXT, USE(virtual_service) },
			{ .name = "route", TEXT, USE(route) },
			{ .name = "path", TEXT, USE(path) },
			{ .name = "line", NUMBER, USE(line) },
			{ .name = NULL },
		},
};

static const struct record row_record = {
	.kind = "ServiceEntryHost",
	.size = sizeof(struct row),
	.fields =
		(const struct field[]){
			{ .name = "name", TEXT, AT(name), .column = "NAME", .flags = FIELD_NAME },
			{ .name = "host", TEXT, AT(host), .column = "HOST" },
			{ .name = "namespace", TEXT, AT(ns), .column = "NAMESPACE", .flags = FIELD_WIDE },
			{ .name = "serviceEntry", TEXT, AT(entry), .column = "SERVICEENTRY", .flags = FIELD_WIDE },
			{ .name = "path", TEXT, AT(path) },
			{ .name = "line", NUMBER, AT(line) },
			{ .name = "protocol", TEXT, AT(protocol), .column = "PROTOCOL" },
			{ .name = "ports", LIST, AT(ports), .column = "PORTS", .flags = FIELD_WIDE },
			{ .name = "location", TEXT, AT(location) },
			{ .name = "resolution", TEXT, AT(resolution), .column = "RESOLUTION", .flags = FIELD_WIDE },
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
			{ .name = "findings", .kind = VALUE_ROWS, AT(findings), .of = &finding_record, .flags = FIELD_OMIT },
			{ .name = NULL },
		},
};

/* --- rows ----------------------------------------------------------------------------------------------------------------------- */

/* The codes that stand against it, each once; the errors first. */
static struct slices codes_of(const struct findings *f, struct arena *arena)
{
	struct slices out = { arena_array(arena, f->n, sizeof(struct slice)), 0 };

	for (int severity = SEVERITY_ERROR; severity >= SEVERITY_WARNING; severity--)
		for (size_t i = 0; i < f->n; i++) {
			struct slice id = slice_of(f->items[i].code->id);

			if (!f->items[i].allowed && (int)f->items[i].code->severity == severity && !slices_have(out, id))
				out.items[out.n++] = id;
		}
	return out;
}

/* Its uses, as rows and as texts: "shop/web route 2 (api) apps/web.yaml:21". */
static void fill_uses(struct row *row, const struct candidate *c, struct arena *arena)
{
	struct use_row *rows = arena_array(arena, c->nuses, sizeof(*rows));

	row->used_by.items = arena_array(arena, c->nuses, sizeof(struct slice));
	for (size_t i = 0; i < c->nuses; i++) {
		const struct use *u = &c->uses[i];
		bool plain = slice_is(slice_of(u->kind), "http");

		rows[i] = (struct use_row){ slice_of(u->kind), u->vs, u->route, u->path, u->at.line };
		row->used_by.items[row->used_by.n++] = arena_printf(arena, "%" SLICE_FMT " %s%s%" SLICE_FMT " %" SLICE_FMT ":%u",
								    SLICE_ARG(u->vs), plain ? "" : u->kind, plain ? "" : " ",
								    SLICE_ARG(u->route), SLICE_ARG(u->path), (unsigned)u->at.line);
	}
	row->uses = (struct rows){ rows, c->nuses };
	row->routes = (long)c->nuses;
}

static void fill(struct row *row, const struct candidate *c, struct arena *arena)
{
	*row = (struct row){ .name = c->name, .host = c->host, .ns = c->entry->ns, .entry = c->entry->name, .of = c };
	row->path = c->at.path;
	row->line = c->at.line;
	row->protocol = c->protocol;
	row->ports = c->ports;
	row->location = c->location;
	row->resolution = c->resolution;
	row->endpoints = (long)c->endpoints;
	row->to = c->to;
	row->proposed = c->proposed;
	row->verdict = verdict_word(c->verdict);
	if (c->migration)
		row->migration = c->migration->name;
	row->environments = environments_names(&c->landings, arena);
	row->landings = environment_rows(&c->landings, arena);
	row->why = codes_of(&c->findings, arena);
	row->findings = finding_rows(&c->findings, arena);
	fill_uses(row, c, arena);
}

/* --- writing -------------------------------------------------------------------------------------------------------------------- */

/* The files of --write. */
struct writing {
	struct app *app;
	const struct context *ctx;
	struct session *session;
	struct migration *migrations;
	struct newfile *files;
	struct row **rows; /* of the files */
	size_t n;
};

/* The migration of a candidate. */
static int make_migration(struct migration *m, const struct candidate *c, long port, struct err *err)
{
	struct migration_spec *spec = &m->f.spec;

	m->f.api_version = SLICE(MIGRATION_API);
	m->f.kind = SLICE(MIGRATION_KIND);
	m->name = m->f.metadata.name = c->name;
	migration_defaults(spec);
	spec->from.host = c->host;
	spec->from.ns = c->entry->ns;
	spec->to.host = c->to;
	spec->to.port = port;
	spec->manifests.path = c->path;
	return migration_check(m, c->at, err);
}

/* Makes the file of one row, unless there is one or it is not clear which host is meant. */
static void make_file(struct writing *w, struct row *row)
{
	struct newfile *f = &w->files[w->n];
	AUTO_STR struct str line = STR_INIT;
	struct err err = ERR_INIT;

	if (row->of->twice) {
		(void)fprintf(w->app->talk, "skipped: %.*s is in several ServiceEntries; init can say which manifests are meant\n",
			      SLICE_ARG(row->host));
		return;
	}
	if (make_migration(&w->migrations[w->n], row->of, w->ctx->port, &err) == 0 &&
	    newfile_make(f, w->app, w->session, &w->migrations[w->n], &err) == 0) {
		if (newfile_check(f, w->app, w->session, &err) == 0 && newfile_guard(f, w->app, w->session, &err) == 0) {
			row->file = f->path;
			w->rows[w->n++] = row;
			return;
		}
		newfile_release(f);
	}
	err_format(&err, &line);
	(void)fprintf(w->app->talk, "skipped: %s\n", line.ptr);
	if (err.code != &CODE_exists)
		w->app->exit = err.code->exit;
}

/* Writes those that were made, and says so. */
static int write_files(struct writing *w, struct err *err)
{
	struct slice hex = { NULL, 0 };
	bool table = w->app->output == OUTPUT_TABLE || w->app->output == OUTPUT_WIDE;

	if (w->n && newfiles_write(w->files, w->n, w->app, w->session, w->ctx->commit, w->ctx->yes, &hex, err) < 0)
		return -1;
	for (size_t i = 0; i < w->n; i++) {
		w->rows[i]->commit = hex;
		if (table)
			newfile_say(&w->files[i], w->app, hex);
	}
	if (!w->n)
		(void)fprintf(w->app->talk, "No migration files to make.\n");
	else if (!w->ctx->commit)
		(void)fprintf(w->app->talk, "commit them, then see: %s migrate status\n", w->app->program);
	return 0;
}

static int write_all(struct app *app, struct session *s, const struct context *ctx, struct row *rows, size_t n, struct err *err)
{
	struct writing w = { .app = app, .ctx = ctx, .session = s };
	int failed;

	w.migrations = arena_array(app->arena, n, sizeof(*w.migrations));
	w.files = arena_array(app->arena, n, sizeof(*w.files));
	w.rows = arena_array(app->arena, n, sizeof(*w.rows));
	for (size_t i = 0; i < n; i++)
		if (rows[i].of->verdict <= VERDICT_WARNINGS)
			make_file(&w, &rows[i]);
	failed = write_files(&w, err);
	for (size_t i = 0; i < w.n; i++)
		newfile_release(&w.files[i]);
	return failed;
}

/* --- talk ----------------------------------------------------------------------------------------------------------------------- */

/* Names the files whose contents are not in the list. */
static void say_unread(const struct app *app, struct findings *unread)
{
	size_t n = unread->n;

	unread->n = n > UNREAD_MOST ? UNREAD_MOST : n;
	work_print_findings(app, unread, SEVERITY_INFO);
	if (n > UNREAD_MOST)
		(void)fprintf(app->talk, "and %zu more\n", n - UNREAD_MOST);
	if (n)
		(void)fprintf(app->talk, "%zu file%s cannot be read: what they hold is not in the list\n", n, n == 1 ? "" : "s");
}

/* "4 hosts: 1 ready, 0 with warnings, 2 blocked, 1 with a migration". */
static void say_counts(const struct app *app, const struct discovery *d)
{
	size_t counts[4] = { 0 };

	for (size_t i = 0; i < d->n; i++)
		counts[d->items[i].verdict]++;
	if (!d->n)
		return;
	(void)fprintf(app->talk, "%zu host%s: %zu ready, %zu with warnings, %zu blocked, %zu with a migration\n", d->n,
		      d->n == 1 ? "" : "s", counts[VERDICT_READY], counts[VERDICT_WARNINGS], counts[VERDICT_BLOCKED],
		      counts[VERDICT_MIGRATION]);
}

/* What speaks against them, when they are few; for many there is -o json. */
static void say_reasons(const struct app *app, const struct discovery *d)
{
	for (size_t i = 0; i < d->n && d->n <= HOSTS_MOST; i++)
		for (size_t k = 0; k < d->items[i].findings.n; k++) {
			const struct finding *f = &d->items[i].findings.items[k];
			AUTO_STR struct str line = STR_INIT;

			if (d->items[i].verdict == VERDICT_MIGRATION || f->code->severity == SEVERITY_INFO)
				continue;
			finding_format(f, &line);
			(void)fprintf(app->talk, "%.*s: %s\n", SLICE_ARG(d->items[i].name), line.ptr);
		}
}

/* Shows all of it, or writes. */
static int show(struct app *app, struct session *s, const struct context *ctx, struct discovery *d, struct err *err)
{
	struct row *rows = arena_array(app->arena, d->n, sizeof(*rows));
	bool table = app->output == OUTPUT_TABLE || app->output == OUTPUT_WIDE;

	for (size_t i = 0; i < d->n; i++)
		fill(&rows[i], &d->items[i], app->arena);
	if (ctx->write && write_all(app, s, ctx, rows, d->n, err) < 0)
		return -1;
	if (!ctx->write || !table)
		print_rows(app, &row_record, (struct rows){ rows, d->n }, "No ServiceEntries found.");
	if (!ctx->write && table) {
		say_reasons(app, d);
		say_counts(app, d);
	}
	return 0;
}

static int run(struct app *app, void *context, struct err *err)
{
	const struct context *ctx = context;
	AUTO_SESSION struct session *s = NULL;
	struct findings unread = { .arena = app->arena };
	struct discovery d;
	int failed;

	if (ctx->commit && !ctx->write)
		return err_set(err, &CODE_usage, NOWHERE, "--commit needs --write");
	if (work_open(&ctx->work, &s, err) < 0)
		return -1;
	if (ctx->write && s->broken.n) /* it may be about a host that would get a second one */
		return err_from_finding(err, &s->broken.items[0]);
	if (session_discover(s, (int)ctx->port, &d, &unread, err) < 0)
		return -1;
	failed = show(app, s, ctx, &d, err);
	if (!failed) {
		say_unread(app, &unread);
		work_print_findings(app, &s->broken, SEVERITY_ERROR);
		if (s->broken.n)
			app->exit = EXIT_ERROR;
	}
	discover_release(&d);
	return failed;
}

static const struct record *const options[] = { &own_record, &work_repo_options, &output_options, NULL };

const struct command cmd_discover = {
	.name = "discover",
	.group = "migrate",
	.summary = "List the ServiceEntry hosts that could move",
	.about =
		"List every host of a ServiceEntry in the commit: which routes of which VirtualServices send requests to it, its ports, the GCPBackend that "
		"plainly belongs to it, and what speaks against moving it; best candidates first. With --write the migration files are made, as init makes "
		"them.\n\nA GCPBackend belongs to a host when their names say so (the same but for an ending like -vm), their namespaces do not contradict, "
		"and neither fits another one as well; otherwise none is chosen.",
	.example = "# What could move, and why the rest could not\nkubectl gcpbackend migrate discover\n\n# Where each is used\n"
		   "kubectl gcpbackend migrate discover -o wide\n\n# Make all migration files that can be made\n"
		   "kubectl gcpbackend migrate discover --write --commit",
	.max_args = 0,
	.options = options,
	.context_size = sizeof(struct context),
	.run = run,
};
