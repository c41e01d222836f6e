#include "plugin/commands.h"

#include "flow/discover.h"
#include "flow/discover_live.h"
#include "plugin/command_line.h"
#include "plugin/discover_rows.h"
#include "plugin/live.h"
#include "plugin/migration_command.h"
#include "plugin/newfile.h"
#include "plugin/options.h"
#include "plugin/print.h"
#include "plugin/rows_finding.h"

/*
 * Above these numbers, files that cannot be parsed are only counted, and findings about hosts are
 * only in the documents.
 */
enum { UNREAD_MOST = 10, HOSTS_MOST = 20 };

struct discover_context {
	struct migration_context migration;
	struct live_context live;
	struct slices namespaces;
	bool write, commit, yes;
	long port;
};

static const struct field own_fields[] = {
	OPT_BOOL(struct discover_context, write, 0, "write",
		 "Create migration files for all hosts that are ready and have none yet, including "
		 "those with warnings"),
	OPT_BOOL(struct discover_context, commit, 0, "commit",
		 "With --write, commit the files to the branch that is applied"),
	OPT_INT(struct discover_context, port, 0, "to-port", "PORT", 1, 65535,
		"Port of the new hosts. Required if old destinations specify a port"),
	OPT_BOOL(struct discover_context, yes, 'y', "yes", "Do not ask for confirmation"),
	OPT_LIST(struct discover_context, namespaces, 'n', "namespace", "NAMESPACE",
		 "With --live, a namespace to read if the user is not allowed to read all of them"),
	FIELD_PART(struct discover_context, live, &live_options),
	FIELDS_END,
};

static const struct record own_options = { .fields = own_fields };

/* The command as it runs; the last four are the files of --write. */
struct discover_run {
	struct app *app;
	const struct discover_context *ctx;
	const struct evidence *evidence; /* of the commit; NULL: of a cluster */
	struct discover_row *rows;
	struct migration *migrations;
	struct newfile *files;
	struct discover_row **file_rows; /* of the files */
	size_t nfiles;
};

/* Is the output for people? */
static bool is_table(const struct discover_run *r)
{
	return !print_is_document(r->app->output);
}

/* --- writing -------------------------------------------------------------- */

/* The environments that the migration must list; none if it moves a single one. */
static struct slices list_environments(const struct candidate *c, struct arena *arena)
{
	struct slices names = environments_names(&c->placements, arena);
	bool shared = names.n > 1;

	for (size_t i = 0; i < c->placements.n; i++)
		shared = shared || environment_uses_shared(&c->placements.items[i].uses);
	return shared ? names : (struct slices){ NULL, 0 };
}

/* The migration of a candidate. */
static int make_migration(const struct app *app, struct migration *m, const struct candidate *c,
			  long port, struct err *err)
{
	struct migration_spec *spec = &m->f.spec;

	m->f.api_version = SLICE(MIGRATION_API);
	m->f.kind = SLICE(MIGRATION_KIND);
	m->name = m->f.metadata.name = c->name;
	migration_defaults(spec);
	spec->from.host = c->host;
	spec->from.ns = c->ns;
	spec->to.host = c->to;
	spec->to.port = port;
	spec->manifests.path = c->path;
	spec->manifests.environments = list_environments(c, app->arena);
	return migration_check(m, app->arena, c->at, err);
}

/* Makes the migration and the text of its file, and checks both. */
static int make_checked_file(struct discover_run *r, const struct candidate *c, struct migration *m,
			     struct newfile *f, struct err *err)
{
	const struct base_commit *base = &r->evidence->fleet->base;

	if (make_migration(r->app, m, c, r->ctx->port, err) < 0 ||
	    newfile_make(f, r->app, base->session, m, err) < 0)
		return -1;
	if (newfile_check(f, r->app, base, r->ctx->commit, err) == 0 &&
	    newfile_guard(f, r->app, r->evidence, err) == 0)
		return 0;
	newfile_release(f);
	return -1;
}

/* Names the environments that a new migration moves at once. */
static void note_environments(const struct discover_run *r, const struct candidate *c,
			      const struct migration *m)
{
	const struct slices *names = &m->f.spec.manifests.environments;
	AUTO_STR struct str list = STR_INIT;

	for (size_t i = 0; i < names->n; i++)
		str_addf(&list, "%s%" SLICE_FMT, i ? ", " : "", SLICE_ARG(names->items[i]));
	if (names->n)
		say_note(r->app, "%" SLICE_FMT " moves several environments at once: %s",
			 SLICE_ARG(c->name), list.ptr);
}

/* Makes the file of one row, unless it exists or it is not clear which host is meant. */
static void make_file(struct discover_run *r, struct discover_row *row)
{
	struct newfile *f = &r->files[r->nfiles];
	AUTO_STR struct str line = STR_INIT;
	struct err err = ERR_INIT;

	if (row->of->twice) {
		say_note(r->app,
			 "skipped: %" SLICE_FMT
			 " is in several ServiceEntries; use init to specify the manifests",
			 SLICE_ARG(row->host));
		return;
	}
	if (make_checked_file(r, row->of, &r->migrations[r->nfiles], f, &err) == 0) {
		row->file = f->path;
		note_environments(r, row->of, &r->migrations[r->nfiles]);
		r->file_rows[r->nfiles++] = row;
		return;
	}
	err_format(&err, &line);
	say_note(r->app, "skipped: %s", line.ptr);
	if (err.code != &CODE_exists)
		r->app->exit = err.code->exit;
}

/* Writes the files that were made, and reports them. */
static int write_files(struct discover_run *r, struct err *err)
{
	const struct newfile_writer writer = { r->app, &r->evidence->fleet->base, r->ctx->commit,
					       r->ctx->yes };
	struct slice hex = SLICE_NONE;

	if (r->nfiles && newfile_write_all(&writer, r->files, r->nfiles, &hex, err) < 0)
		return -1;
	for (size_t i = 0; i < r->nfiles; i++) {
		r->file_rows[i]->commit = hex;
		if (is_table(r))
			newfile_report(&r->files[i], r->app, hex);
	}
	if (!r->nfiles)
		say_note(r->app, "No migration files to create.");
	else if (!r->ctx->commit)
		say_note(r->app, "next: commit the files and run: %s migrate status",
			 r->app->program);
	return 0;
}

/* Makes and writes the files of all `n` rows that have a target. */
static int write_all(struct discover_run *r, size_t n, struct err *err)
{
	struct arena *arena = r->app->arena;
	int failed;

	r->migrations = arena_array(arena, n, sizeof(*r->migrations));
	r->files = arena_array(arena, n, sizeof(*r->files));
	r->file_rows = arena_array(arena, n, sizeof(*r->file_rows));
	for (size_t i = 0; i < n; i++)
		if (r->rows[i].of->readiness <= READINESS_WARNINGS)
			make_file(r, &r->rows[i]);
	failed = write_files(r, err);
	for (size_t i = 0; i < r->nfiles; i++)
		newfile_release(&r->files[i]);
	return failed;
}

/* --- remarks -------------------------------------------------------------- */

/* Names the files whose contents are not in the list. */
static void report_unread(const struct app *app, struct findings *unread)
{
	size_t n = unread->n, broken = 0;

	for (size_t i = 0; i < n; i++)
		broken += unread->items[i].code != &CODE_host_rendered;
	unread->n = n > UNREAD_MOST ? UNREAD_MOST : n;
	findings_say(app, unread, SEVERITY_INFO);
	if (n > UNREAD_MOST)
		say_note(app, "and %zu more", n - UNREAD_MOST);
	if (broken)
		say_note(app, "%zu file%s could not be parsed; %s contents are not listed", broken,
			 broken == 1 ? "" : "s", broken == 1 ? "its" : "their");
}

/* "4 hosts: 1 ready, 0 with warnings, 2 blocked, 1 with a migration". */
static void report_counts(const struct app *app, const struct discovery *d)
{
	size_t counts[4] = { 0 };

	for (size_t i = 0; i < d->n; i++)
		counts[d->items[i].readiness]++;
	if (d->n)
		say_note(app,
			 "%zu host%s: %zu ready, %zu with warnings, %zu blocked, %zu with a "
			 "migration",
			 d->n, d->n == 1 ? "" : "s", counts[READINESS_READY],
			 counts[READINESS_WARNINGS], counts[READINESS_BLOCKED],
			 counts[READINESS_MIGRATION]);
}

/*
 * The findings about each host if they are few; for many there is -o json. What of the cluster
 * could not be read is reported once, for the cluster.
 */
static void report_reasons(const struct app *app, const struct discovery *d)
{
	for (size_t i = 0; i < d->n && d->n <= HOSTS_MOST; i++)
		for (size_t k = 0; k < d->items[i].findings.n; k++) {
			const struct finding *f = &d->items[i].findings.items[k];
			AUTO_STR struct str line = STR_INIT;

			if (d->items[i].readiness == READINESS_MIGRATION ||
			    f->code->severity == SEVERITY_INFO || f->code == &CODE_live_blind)
				continue;
			finding_format(f, &line);
			say_note(app, "%" SLICE_FMT ": %s", SLICE_ARG(d->items[i].name), line.ptr);
		}
}

/* Prints what was found, or writes the files. */
static int print_discovery(struct discover_run *r, const struct discovery *d, struct err *err)
{
	bool list = !r->ctx->write;

	r->rows = arena_array(r->app->arena, d->n, sizeof(*r->rows));
	for (size_t i = 0; i < d->n; i++)
		discover_row_fill(&r->rows[i], &d->items[i], r->app->arena);
	if (!list && write_all(r, d->n, err) < 0)
		return -1;
	if (list || !is_table(r)) {
		struct discover_document doc;

		discover_document_fill(&doc, d, r->app->arena);
		print_rows_also(r->app, &discover_record, (struct rows){ r->rows, d->n },
				&(struct print_also){ &discover_document_record, &doc },
				"No ServiceEntries found.");
	}
	if (list && is_table(r)) {
		report_reasons(r->app, d);
		report_counts(r->app, d);
	}
	return 0;
}

/* Migration files that cannot be read make it an error, whatever was found. */
static void report_broken(struct app *app, const struct fleet *fleet)
{
	findings_say(app, &fleet->broken, SEVERITY_ERROR);
	if (fleet->broken.n)
		app->exit = EXIT_ERROR;
}

/* --- running -------------------------------------------------------------- */

/* Opens the repository if there is one, to mark the hosts of a cluster that have a migration. */
static int open_optional(struct app *app, const struct discover_context *ctx, struct session **s,
			 struct fleet *fleet, struct err *err)
{
	struct err why = ERR_INIT;

	if (migration_open(app, &ctx->migration, s, &why) == 0 &&
	    fleet_open(*s, NULL, fleet, &why) == 0)
		return 0;
	if (!ctx->migration.repo.ptr && !ctx->migration.migrations.ptr &&
	    (why.code == &CODE_no_repo || why.code == &CODE_no_commit))
		return 0;
	*err = why;
	return -1;
}

/* The hosts of the cluster. */
static int discover_cluster(struct app *app, const struct discover_context *ctx,
			    const struct live_connection *connection, struct err *err)
{
	AUTO_SESSION struct session *s = NULL;
	AUTO_FLEET struct fleet fleet = { .n = 0 };
	struct live_discovery_query query = { .namespaces = ctx->namespaces,
					      .port = (int)ctx->port };
	struct discover_run r = { .app = app, .ctx = ctx };
	struct live_discovery d;
	int failed;

	if (open_optional(app, ctx, &s, &fleet, err) < 0)
		return -1;
	query.fleet = fleet.base.session ? &fleet : NULL;
	if (discover_live(&d, connection, &query, err) < 0)
		return -1;
	failed = print_discovery(&r, &d.found, err);
	live_report_cluster(app, &d.seen, SAY_ERR);
	findings_say(app, &d.seen.cluster, SEVERITY_WARNING);
	report_broken(app, &fleet);
	discover_live_release(&d);
	return failed;
}

/* The hosts of the repository. */
static int discover_repository(struct app *app, const struct discover_context *ctx, struct err *err)
{
	AUTO_SESSION struct session *s = NULL;
	AUTO_FLEET struct fleet fleet = { .n = 0 };
	struct discover_run r = { .app = app, .ctx = ctx };
	struct commit_discovery d;
	int failed;

	if (migration_open(app, &ctx->migration, &s, err) < 0 ||
	    fleet_open(s, NULL, &fleet, err) < 0)
		return -1;
	migration_note_checkout(app, &ctx->migration, &fleet.base);
	if (ctx->write && fleet.broken.n) /* it may be about a host that would get a second one */
		return err_from_finding(err, &fleet.broken.items[0]);
	if (discover_commit(&fleet, (int)ctx->port, &d, err) < 0)
		return -1;
	r.evidence = &d.evidence;
	failed = print_discovery(&r, &d.found, err);
	if (!failed) {
		report_unread(app, &d.unread);
		report_broken(app, &fleet);
	}
	discover_commit_release(&d);
	return failed;
}

static int run_discover(struct app *app, void *context, struct err *err)
{
	struct discover_context *ctx = context;
	struct live_connection connection;

	if (ctx->commit && !ctx->write)
		return err_set(err, &CODE_usage, NOWHERE, "--commit requires --write");
	if (ctx->live.live && ctx->write)
		return command_refuse(app, err,
				      "--write and --live are mutually exclusive: migration files "
				      "are created from the manifests in a repository");
	if (ctx->namespaces.n && !ctx->live.live)
		return command_refuse(app, err, "--namespace requires --live");
	if (live_connect(app, &ctx->live, &connection, err) < 0)
		return -1;
	ctx->migration.access = ctx->commit ? ACCESS_WRITE : ACCESS_READ_ALL;
	return ctx->live.live ? discover_cluster(app, ctx, &connection, err) :
				discover_repository(app, ctx, err);
}

static const struct record *const options[] = { &own_options,
						&migration_hooks_options,
						&migration_branch_options,
						&migration_repo_options,
						&output_options,
						NULL };

const struct command cmd_discover = {
	.name = "discover",
	.group = "migrate",
	.summary = "List ServiceEntry hosts that can be migrated",
	.about = "List every host of a ServiceEntry in the commit, or with --live in the cluster: "
		 "the routes of VirtualServices that send requests to it, its ports, the matching "
		 "GCPBackend, and the findings about migrating it. The best candidates are listed "
		 "first. With --write, create the migration files, as init does.\n\nA GCPBackend "
		 "matches a host if their names are the same (except for a suffix such as -vm), "
		 "their namespaces do not conflict, and neither matches anything else. Otherwise, "
		 "none is selected.\n\nWith --live, no repository is required; if there is one, "
		 "hosts that already have a migration are marked. Objects of all relevant kinds "
		 "must be readable in all namespaces; otherwise this is reported, and no host is "
		 "ready.",
	.example = "# List the hosts that can be migrated, and what blocks the others\nkubectl "
		   "gcpbackend migrate discover\n\n# Also list where each host is used\nkubectl "
		   "gcpbackend migrate discover -o wide\n\n# Create and commit all possible "
		   "migration files\nkubectl gcpbackend migrate discover --write --commit\n\n# "
		   "List the hosts in a cluster, regardless of the repository\nkubectl gcpbackend "
		   "migrate discover --live --context prod-eu",
	.max_args = 0,
	.options = options,
	.context_size = sizeof(struct discover_context),
	.run = run_discover,
};
