#include "plugin/commands.h"

#include "base/alloc.h"
#include "flow/discover.h"
#include "flow/discover_live.h"
#include "plugin/discover_rows.h"
#include "plugin/live.h"
#include "plugin/newfile.h"
#include "plugin/options.h"
#include "plugin/print.h"

#include <stddef.h>
#include <stdlib.h>

/*
 * More files that cannot be read are counted, not named; what speaks against more hosts is in the
 * documents only.
 */
enum { UNREAD_MOST = 10, HOSTS_MOST = 20 };

struct context {
	struct work_context work;
	struct live_context live;
	struct slices namespaces;
	bool write, commit, yes;
	long port;
};

static const struct record own_record = {
	.fields =
		(const struct field[]){
			{ .kind = VALUE_BOOL,
			  .offset = offsetof(struct context, write),
			  .flag = "write",
			  .help = "Make the migration files of all hosts that are ready, warnings "
				  "or not, and have none" },
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
			  .help = "The port of the new hosts; needed where old destinations name "
				  "theirs" },
			{ .kind = VALUE_BOOL,
			  .offset = offsetof(struct context, yes),
			  .flag = "yes",
			  .letter = 'y',
			  .help = "Do not ask: the answer is yes" },
			{ .kind = VALUE_LIST,
			  .offset = offsetof(struct context, namespaces),
			  .flag = "namespace",
			  .letter = 'n',
			  .arg = "NAMESPACE",
			  .help = "With --live: a namespace to ask where not all may be read; may "
				  "be repeated" },
			{ .kind = VALUE_RECORD,
			  .offset = offsetof(struct context, live),
			  .of = &live_options },
			{ .name = NULL },
		},
};

/* --- writing -------------------------------------------------------------- */

/* The files of --write. */
struct writing {
	struct app *app;
	const struct context *ctx;
	const struct evidence *evidence;
	struct migration *migrations;
	struct newfile *files;
	struct discover_row **rows; /* of the files */
	size_t n;
};

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
	spec->from.ns = c->entry->ns;
	spec->to.host = c->to;
	spec->to.port = port;
	spec->manifests.path = c->path;
	return migration_check(m, app->arena, c->at, err);
}

/* Makes the file of one row, unless there is one or it is not clear which host is meant. */
static void make_file(struct writing *w, struct discover_row *row)
{
	struct newfile *f = &w->files[w->n];
	AUTO_STR struct str line = STR_INIT;
	const struct base_commit *base = &w->evidence->fleet->base;
	struct err err = ERR_INIT;

	if (row->of->twice) {
		(void)fprintf(w->app->talk,
			      "skipped: %.*s is in several ServiceEntries; init can say which "
			      "manifests are meant\n",
			      SLICE_ARG(row->host));
		return;
	}
	if (make_migration(w->app, &w->migrations[w->n], row->of, w->ctx->port, &err) == 0 &&
	    newfile_make(f, w->app, base->session, &w->migrations[w->n], &err) == 0) {
		if (newfile_check(f, w->app, base, w->ctx->commit, &err) == 0 &&
		    newfile_guard(f, w->app, w->evidence, &err) == 0) {
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
	struct slice hex = SLICE_NONE;
	bool table = w->app->output == OUTPUT_TABLE || w->app->output == OUTPUT_WIDE;

	if (w->n && newfiles_write(w->files, w->n, w->app, &w->evidence->fleet->base,
				   w->ctx->commit, w->ctx->yes, &hex, err) < 0)
		return -1;
	for (size_t i = 0; i < w->n; i++) {
		w->rows[i]->commit = hex;
		if (table)
			newfile_say(&w->files[i], w->app, hex);
	}
	if (!w->n)
		(void)fprintf(w->app->talk, "No migration files to make.\n");
	else if (!w->ctx->commit)
		(void)fprintf(w->app->talk, "commit them, then see: %s migrate status\n",
			      w->app->program);
	return 0;
}

static int write_all(struct app *app, const struct evidence *evidence, const struct context *ctx,
		     struct discover_row *rows, size_t n, struct err *err)
{
	struct writing w = { .app = app, .ctx = ctx, .evidence = evidence };
	int failed;

	w.migrations = arena_array(app->arena, n, sizeof(*w.migrations));
	w.files = arena_array(app->arena, n, sizeof(*w.files));
	w.rows = arena_array(app->arena, n, sizeof(*w.rows));
	for (size_t i = 0; i < n; i++)
		if (rows[i].of->readiness <= READINESS_WARNINGS)
			make_file(&w, &rows[i]);
	failed = write_files(&w, err);
	for (size_t i = 0; i < w.n; i++)
		newfile_release(&w.files[i]);
	return failed;
}

/* --- talk ----------------------------------------------------------------- */

/* Names the files whose contents are not in the list. */
static void say_unread(const struct app *app, struct findings *unread)
{
	size_t n = unread->n;

	unread->n = n > UNREAD_MOST ? UNREAD_MOST : n;
	work_print_findings(app, unread, SEVERITY_INFO);
	if (n > UNREAD_MOST)
		(void)fprintf(app->talk, "and %zu more\n", n - UNREAD_MOST);
	if (n)
		(void)fprintf(app->talk,
			      "%zu file%s cannot be read: what they hold is not in the list\n", n,
			      n == 1 ? "" : "s");
}

/* "4 hosts: 1 ready, 0 with warnings, 2 blocked, 1 with a migration". */
static void say_counts(const struct app *app, const struct discovery *d)
{
	size_t counts[4] = { 0 };

	for (size_t i = 0; i < d->n; i++)
		counts[d->items[i].readiness]++;
	if (!d->n)
		return;
	(void)fprintf(
		app->talk,
		"%zu host%s: %zu ready, %zu with warnings, %zu blocked, %zu with a migration\n",
		d->n, d->n == 1 ? "" : "s", counts[READINESS_READY], counts[READINESS_WARNINGS],
		counts[READINESS_BLOCKED], counts[READINESS_MIGRATION]);
}

/*
 * What speaks against them, when they are few; for many there is -o json. What was not seen is said
 * once, for the cluster.
 */
static void say_reasons(const struct app *app, const struct discovery *d)
{
	for (size_t i = 0; i < d->n && d->n <= HOSTS_MOST; i++)
		for (size_t k = 0; k < d->items[i].findings.n; k++) {
			const struct finding *f = &d->items[i].findings.items[k];
			AUTO_STR struct str line = STR_INIT;

			if (d->items[i].readiness == READINESS_MIGRATION ||
			    f->code->severity == SEVERITY_INFO || f->code == &CODE_live_blind)
				continue;
			finding_format(f, &line);
			(void)fprintf(app->talk, "%.*s: %s\n", SLICE_ARG(d->items[i].name),
				      line.ptr);
		}
}

/* Shows all of it, or writes. */
static int show(struct app *app, const struct evidence *evidence, const struct context *ctx,
		const struct discovery *d, struct err *err)
{
	struct discover_row *rows = arena_array(app->arena, d->n, sizeof(*rows));
	bool table = app->output == OUTPUT_TABLE || app->output == OUTPUT_WIDE;

	for (size_t i = 0; i < d->n; i++)
		discover_row_fill(&rows[i], &d->items[i], app->arena);
	if (ctx->write && write_all(app, evidence, ctx, rows, d->n, err) < 0)
		return -1;
	if (!ctx->write || !table)
		print_rows(app, &discover_record, (struct rows){ rows, d->n },
			   "No ServiceEntries found.");
	if (!ctx->write && table) {
		say_reasons(app, d);
		say_counts(app, d);
	}
	return 0;
}

/* Migration files that cannot be read make it an error, whatever was found. */
static void say_broken(struct app *app, const struct fleet *fleet)
{
	work_print_findings(app, &fleet->broken, SEVERITY_ERROR);
	if (fleet->broken.n)
		app->exit = EXIT_ERROR;
}

/*
 * The repository around, whose migrations are told from other hosts; a cluster may be looked at
 * without any.
 */
static int open_if_any(struct app *app, const struct context *ctx, struct session **s,
		       struct fleet *fleet, struct err *err)
{
	struct err why = ERR_INIT;

	if (work_open(app, &ctx->work, WORK_LOOKS, s, &why) == 0 &&
	    fleet_open(*s, NULL, fleet, &why) == 0)
		return 0;
	if (!ctx->work.repo.ptr && !ctx->work.migrations.ptr &&
	    (why.code == &CODE_no_repo || why.code == &CODE_no_commit))
		return 0;
	*err = why;
	return -1;
}

/* The hosts of the cluster. */
static int run_live(struct app *app, const struct context *ctx,
		    const struct live_connection *connection, struct err *err)
{
	AUTO_SESSION struct session *s = NULL;
	AUTO_FLEET struct fleet fleet = { .n = 0 };
	struct live_discovery d;
	int failed;

	if (open_if_any(app, ctx, &s, &fleet, err) < 0 ||
	    discover_live(&d, connection,
			  &(struct live_discovery_query){ fleet.base.session ? &fleet : NULL,
							  ctx->namespaces, (int)ctx->port },
			  err) < 0)
		return -1;
	failed = show(app, NULL, ctx, &d.found, err);
	live_show_cluster(&d.seen, app->talk);
	work_print_findings(app, &d.seen.cluster, SEVERITY_WARNING);
	say_broken(app, &fleet);
	discover_live_release(&d);
	return failed;
}

static int run(struct app *app, void *context, struct err *err)
{
	const struct context *ctx = context;
	AUTO_SESSION struct session *s = NULL;
	AUTO_FLEET struct fleet fleet = { .n = 0 };
	struct live_connection connection;
	struct commit_discovery d;
	int failed;

	if (ctx->commit && !ctx->write)
		return err_set(err, &CODE_usage, NOWHERE, "--commit needs --write");
	if (ctx->live.live && ctx->write)
		return options_refuse(app, &cmd_discover, err,
				      "--write makes migration files from the manifests of a "
				      "repository: say it there, without --live");
	if (ctx->namespaces.n && !ctx->live.live)
		return options_refuse(app, &cmd_discover, err,
				      "--namespace does something with --live only");
	if (live_connect(app, &cmd_discover, &ctx->live, &connection, err) < 0)
		return -1;
	if (ctx->live.live)
		return run_live(app, ctx, &connection, err);
	if (work_open(app, &ctx->work, ctx->commit ? WORK_CHANGES : WORK_LOOKS, &s, err) < 0 ||
	    fleet_open(s, NULL, &fleet, err) < 0)
		return -1;
	if (ctx->write && fleet.broken.n) /* it may be about a host that would get a second one */
		return err_from_finding(err, &fleet.broken.items[0]);
	if (discover_commit(&fleet, (int)ctx->port, &d, err) < 0)
		return -1;
	failed = show(app, &d.evidence, ctx, &d.found, err);
	if (!failed) {
		say_unread(app, &d.unread);
		say_broken(app, &fleet);
	}
	discover_commit_release(&d);
	return failed;
}

static const struct record *const options[] = { &own_record, &work_hooks_options,
						&work_repo_options, &output_options, NULL };

const struct command cmd_discover = {
	.name = "discover",
	.group = "migrate",
	.summary = "List the ServiceEntry hosts that could move",
	.about = "List every host of a ServiceEntry in the commit, or with --live in the cluster: "
		 "which routes of which VirtualServices send requests to it, its ports, the "
		 "GCPBackend that "
		 "plainly belongs to it, and what speaks against moving it; best candidates first. "
		 "With --write the migration files are made, as init makes "
		 "them.\n\nA GCPBackend belongs to a host when their names say so (the same but "
		 "for an ending like -vm), their namespaces do not contradict, "
		 "and neither fits another one as well; otherwise none is chosen.\n\nWith --live "
		 "no repository is needed; where there is one, its migrations are told from other "
		 "hosts. Every object of the "
		 "kinds that decide must be seen, in all namespaces: where the user may not read "
		 "them all, that is said, and no host is called ready.",
	.example = "# What could move, and why the rest could not\nkubectl gcpbackend migrate "
		   "discover\n\n# Where each is used\n"
		   "kubectl gcpbackend migrate discover -o wide\n\n# Make all migration files that "
		   "can be made\n"
		   "kubectl gcpbackend migrate discover --write --commit\n\n# What runs in a "
		   "cluster could move, whatever repository it is from\n"
		   "kubectl gcpbackend migrate discover --live --context prod-eu",
	.max_args = 0,
	.options = options,
	.context_size = sizeof(struct context),
	.run = run,
};
