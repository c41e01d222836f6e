#include "plugin/migration_command.h"

#include "base/redact.h"
#include "base/trace.h"
#include "flow/unpushed.h"
#include "plugin/progress.h"
#include "plugin/rows_finding.h"
#include "plugin/say.h"

#include <time.h>

static const struct field repo_fields[] = {
	OPT_STRING(struct migration_context, repo, 0, "repo", "DIR",
		   "Path to the Git repository. Defaults to the one that contains the current "
		   "directory"),
	OPT_STRING(struct migration_context, migrations, 0, "migrations", "DIR",
		   "Directory of the migration files in the repository. Defaults to .gcpbackend"),
	OPT_STRING(struct migration_context, templates, 0, "templates", "DIR",
		   "Directory with templates that replace the built-in ones of the same name"),
	OPT_BOOL(struct migration_context, fetch, 0, "fetch",
		 "Fetch the remote branch first. Commands that change the branch do so by default"),
	OPT_BOOL(struct migration_context, offline, 0, "offline",
		 "Use the local branch and neither fetch nor push"),
	OPT_INT(struct migration_context, verbosity, 'v', "v", "LEVEL", 0, TRACE_MOST,
		"Trace external commands on stderr: 1 commands, 4 their stderr, 6 environment, 8 "
		"stdout. Secrets are redacted"),
	FIELDS_END,
};

const struct record migration_repo_options = { .fields = repo_fields };

static const struct field branch_fields[] = {
	OPT_STRING(struct migration_context, branch, 0, "branch", "BRANCH",
		   "The branch to work on, whatever is checked out. Defaults to spec.git.branch of "
		   "the migration, or to the default branch of the remote"),
	FIELDS_END,
};

const struct record migration_branch_options = { .fields = branch_fields };

static const struct field select_fields[] = {
	OPT_STRING(
		struct migration_context, selector, 'l', "selector", "SELECTOR",
		"Selector (label query) to filter on, with the syntax of kubectl: team=shop, wave "
		"in (1,2), !hold"),
	OPT_BOOL(struct migration_context, all, 0, "all",
		 "Select all migrations in the repository"),
	FIELDS_END,
};

const struct record migration_select_options = { .fields = select_fields };

static const struct field hooks_fields[] = {
	OPT_BOOL(struct migration_context, hooks, 0, "hooks",
		 "Run the pre-commit and commit-msg hooks of the repository on each commit, as git "
		 "commit does"),
	FIELDS_END,
};

const struct record migration_hooks_options = { .fields = hooks_fields };

static const struct field preview_fields[] = {
	OPT_STRING(struct preview_context, to, 0, "to", "STAGE",
		   "Show only this stage. Defaults to the next stage for diff, to all remaining "
		   "stages for plan"),
	OPT_BOOL(struct preview_context, adopt, 0, "adopt",
		 "Use the proportions of the current weights as the baseline"),
	FIELDS_END,
};

const struct record migration_preview_options = { .fields = preview_fields };

int migration_preview_stage(const struct preview_context *ctx, struct stage *to, struct err *err)
{
	if (!ctx->to.ptr || stage_parse(ctx->to, to))
		return 0;
	return err_set(err, &CODE_stage_bad, NOWHERE, "'%" SLICE_FMT "' is not a stage",
		       SLICE_ARG(ctx->to));
}

/* What git at the other side says about a locked ref: the error contains what matters. */
static const char *const lock_messages[] = {
	"cannot lock ref",
	"Another git process seems to be running",
	"an editor opened by 'git commit'",
	"are terminated then try again",
	"may have crashed in this repository",
	"remove the file manually to continue",
};

/* Passes on messages of the server and its hooks, but not those about a lock: it is retried. */
static void note_remote_line(void *ctx, struct slice line)
{
	struct slice text = slice_sub(line, SLICE("remote: ").len, line.len);

	if (!slice_starts(line, SLICE("remote: ")) || !slice_trim(text).len)
		return;
	for (size_t i = 0; i < sizeof(lock_messages) / sizeof(lock_messages[0]); i++)
		if (slice_find(text, slice_of(lock_messages[i])) != SIZE_MAX)
			return;
	say_note(ctx, "%" SLICE_FMT, SLICE_ARG(line));
}

/* Passes on a line of a local hook; with a prefix, so that it is not taken for one of ours. */
static void note_hook_line(void *ctx, struct slice line)
{
	say_note(ctx, "hook: %" SLICE_FMT, SLICE_ARG(line));
}

/* Passes on a line of -v. */
static void note_trace_line(void *ctx, struct slice line)
{
	AUTO_STR struct str shown = STR_INIT;

	redact(&shown, line);
	say_note(ctx, "trace: %s", shown.ptr);
}

int migration_open(struct app *app, const struct migration_context *ctx, struct session **out,
		   struct err *err)
{
	bool writes = ctx->access == ACCESS_WRITE || ctx->access == ACCESS_WRITE_ALL;
	struct session_options o = { .repo = ctx->repo.ptr,
				     .migrations_dir = ctx->migrations.ptr,
				     .templates_dir = ctx->templates.ptr,
				     .branch = ctx->branch.ptr,
				     .interactive = app->in_tty,
				     .hooks = ctx->hooks,
				     .on_remote_line = note_remote_line,
				     .on_hook_line = note_hook_line,
				     .ctx = app };

	if (ctx->fetch && ctx->offline)
		return err_set(err, &CODE_usage, NOWHERE,
			       "--fetch and --offline are mutually exclusive");
	trace_set(&(struct trace){ ctx->verbosity, note_trace_line, app });
	o.progress = progress_shown(app);
	o.within_search = ctx->access == ACCESS_READ || ctx->access == ACCESS_WRITE;
	o.base = ctx->offline ? BASE_LOCAL : ctx->fetch || writes ? BASE_FRESH : BASE_FETCHED;
	return session_open(out, &o, err);
}

/* Notes which commit is read if the remote may have a newer one. */
static void note_base(const struct app *app, const struct base_commit *base)
{
	if (base_commit_is_cached(base))
		say_note(app, "Reading %" SLICE_FMT "; use --fetch to update",
			 SLICE_ARG(base_commit_text(base, (long long)time(NULL))));
}

void migration_note_checkout(const struct app *app, const struct migration_context *ctx,
			     const struct base_commit *base)
{
	bool writes = ctx->access == ACCESS_WRITE || ctx->access == ACCESS_WRITE_ALL;
	struct slice other =
		writes && !ctx->branch.ptr ? base_commit_other_checkout(base) : SLICE_NONE;

	if (other.ptr)
		say_note(app,
			 "branch '%" SLICE_FMT
			 "' is checked out; this command works on '%" SLICE_FMT "'",
			 SLICE_ARG(other), SLICE_ARG(base->branch));
}

/* Names local commits that are ignored since they are not pushed. */
static void note_unpushed(const struct app *app, const struct fleet *fleet)
{
	AUTO_STR struct str files = STR_INIT;
	struct unpushed u;

	if (!unpushed_find(fleet, &u))
		return;
	for (size_t i = 0; i < u.files.n; i++)
		str_addf(&files, "%s%" SLICE_FMT, i ? ", " : "", SLICE_ARG(u.files.items[i]));
	if (u.more)
		str_adds(&files, files.len ? " and others" : "files of the migration");
	say_note(app,
		 "%zu commit%s on local branch '%" SLICE_FMT
		 "' %s not pushed and %s ignored: %s; push, or use --offline",
		 u.commits, u.commits == 1 ? "" : "s", SLICE_ARG(u.branch),
		 u.commits == 1 ? "is" : "are", u.commits == 1 ? "is" : "are", files.ptr);
}

int migration_select(struct app *app, const struct migration_context *ctx, struct session **session,
		     struct fleet *fleet, struct err *err)
{
	const struct selection want = { .names = app->args,
					.selector = ctx->selector,
					.all = ctx->all,
					.recover = ctx->recover,
					.check_later = ctx->check_later };

	if (migration_open(app, ctx, session, err) < 0 ||
	    fleet_open(*session, &want, fleet, err) < 0)
		return -1;
	note_base(app, &fleet->base);
	migration_note_checkout(app, ctx, &fleet->base);
	note_unpushed(app, fleet);
	findings_say(app, &fleet->recovered, SEVERITY_WARNING);
	if (app->args.n)
		return 0;
	if (fleet->broken.n)
		app->exit = EXIT_ERROR;
	findings_say(app, &fleet->broken, SEVERITY_ERROR);
	return 0;
}
