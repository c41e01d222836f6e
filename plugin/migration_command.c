#include "plugin/work.h"

#include "base/redact.h"
#include "base/trace.h"
#include "flow/base.h"
#include "plugin/progress.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

const struct record work_repo_options = {
	.fields =
		(const struct field[]){
			{ .kind = VALUE_STRING,
			  .offset = offsetof(struct work_context, repo),
			  .flag = "repo",
			  .arg = "DIR",
			  .help = "The Git repository; the one around the current folder when left "
				  "out" },
			{ .kind = VALUE_STRING,
			  .offset = offsetof(struct work_context, migrations),
			  .flag = "migrations",
			  .arg = "DIR",
			  .help = "The folder of the migration files in the repository; "
				  ".gcpbackend when left out" },
			{ .kind = VALUE_STRING,
			  .offset = offsetof(struct work_context, templates),
			  .flag = "templates",
			  .arg = "DIR",
			  .help = "A folder with templates of your own, in place of the built-in "
				  "ones of the same name" },
			{ .kind = VALUE_BOOL,
			  .offset = offsetof(struct work_context, fetch),
			  .flag = "fetch",
			  .help = "Fetch the remote's branch first; commands that change it always "
				  "do" },
			{ .kind = VALUE_BOOL,
			  .offset = offsetof(struct work_context, offline),
			  .flag = "offline",
			  .help = "Use the local branch, and neither fetch nor push" },
			{ .kind = VALUE_INT,
			  .offset = offsetof(struct work_context, verbosity),
			  .max = TRACE_MOST,
			  .flag = "v",
			  .letter = 'v',
			  .arg = "LEVEL",
			  .help = "Tell which programs are run (1), what they say (4), around what "
				  "(6), and all they put out (8), without secrets" },
			{ .name = NULL },
		},
};

const struct record work_select_options = {
	.fields =
		(const struct field[]){
			{ .kind = VALUE_STRING,
			  .offset = offsetof(struct work_context, selector),
			  .flag = "selector",
			  .letter = 'l',
			  .arg = "SELECTOR",
			  .help = "The migrations whose labels match, as kubectl's -l: team=shop, "
				  "wave in (1,2), !hold" },
			{ .kind = VALUE_BOOL,
			  .offset = offsetof(struct work_context, all),
			  .flag = "all",
			  .help = "All migrations of the repository" },
			{ .name = NULL },
		},
};

const struct record work_hooks_options = {
	.fields =
		(const struct field[]){
			{ .kind = VALUE_BOOL,
			  .offset = offsetof(struct work_context, hooks),
			  .flag = "hooks",
			  .help = "Run the repository's pre-commit and commit-msg hooks on each "
				  "commit, as git commit does" },
			{ .name = NULL },
		},
};

const char *work_templates(const struct work_context *w)
{
	return w->templates.ptr;
}

/*
 * What a server or its hooks say is for the user; of the rest the error tells what matters, and a
 * lost race is tried again.
 */
static void on_line(void *ctx, struct slice line)
{
	const struct app *app = ctx;

	if (slice_starts(line, SLICE("remote: ")) &&
	    slice_find(line, SLICE("cannot lock ref")) == SIZE_MAX)
		(void)fprintf(app->talk, "%.*s\n", SLICE_ARG(line));
}

/* What hooks say is for the user. */
static void hear_hook(void *ctx, struct slice line)
{
	(void)fprintf(((const struct app *)ctx)->talk, "%.*s\n", SLICE_ARG(line));
}

/* How hooks are run. */
static const struct hooks_options *hooks_options(struct app *app)
{
	struct hooks_options *way = arena_alloc(app->arena, sizeof(*way));

	*way = (struct hooks_options){ .interactive = app->in_tty,
				       .on_line = hear_hook,
				       .ctx = app };
	return way;
}

/* A line of what -v tells. */
static void hear_trace(void *ctx, struct slice line)
{
	AUTO_STR struct str shown = STR_INIT;

	redact(&shown, line);
	(void)fprintf(((const struct app *)ctx)->talk, "trace: %s\n", shown.ptr);
}

int work_open(struct app *app, const struct work_context *w, enum work_kind kind,
	      struct session **out, struct err *err)
{
	struct session_options *o = arena_alloc(app->arena, sizeof(*o));

	if (w->fetch && w->offline)
		return err_set(err, &CODE_usage, NOWHERE,
			       "--fetch and --offline cannot be said together");
	trace_set(&(struct trace){ w->verbosity, hear_trace, app });
	*o = (struct session_options){ .repo = w->repo.ptr,
				       .migrations_dir = w->migrations.ptr,
				       .templates_dir = w->templates.ptr };
	o->only = w->only;
	o->progress = progress_shown(app);
	o->bounded = kind == WORK_READS || kind == WORK_CHANGES;
	o->base = w->offline                       ? BASE_LOCAL :
		  w->fetch || kind >= WORK_CHANGES ? BASE_FRESH :
						     BASE_FETCHED;
	o->way = (struct remote_options){ .interactive = app->in_tty,
					  .on_line = on_line,
					  .ctx = app };
	o->hooks = w->hooks ? hooks_options(app) : NULL;
	return session_open(out, o, err);
}

/* Says what is looked at when it may be old. */
static void say_base(const struct app *app, const struct session *s)
{
	if (s->options->base == BASE_FETCHED && s->remote.name.ptr)
		(void)fprintf(app->talk, "Looking at %.*s; --fetch renews it\n",
			      SLICE_ARG(base_text(s, (long long)time(NULL))));
}

int work_select(struct app *app, const struct work_context *w, enum work_kind kind,
		struct session **session, struct selected *out, struct err *err)
{
	const struct selection want = { app->args, w->selector, w->all, w->check_later };
	struct work_context named = *w;

	named.only = app->args;
	if (work_open(app, &named, kind, session, err) < 0 ||
	    session_select(*session, &want, out, err) < 0)
		return -1;
	say_base(app, *session);
	for (size_t i = 0; i < (*session)->broken.n && !app->args.n; i++)
		app->exit = EXIT_ERROR;
	if (!app->args.n)
		work_print_findings(app, &(*session)->broken, SEVERITY_ERROR);
	return 0;
}

void work_say_behind(const struct app *app, struct session *s, struct slice branches,
		     struct slice behind)
{
	struct slice remote = branches.len ? base_unpushed(s) : branches;

	if (behind.ptr)
		(void)fprintf(app->talk,
			      "the local branch '%.*s' stays behind: %.*s; git pull brings it up "
			      "to date\n",
			      SLICE_ARG(s->branch), SLICE_ARG(behind));
	if (remote.len)
		(void)fprintf(app->talk, "not pushed; this does: git push %.*s %.*s\n",
			      SLICE_ARG(remote), SLICE_ARG(branches));
}

void work_say_hooks(const struct app *app, const struct session *s)
{
	struct slices hooks = session_hooks(s);

	for (size_t i = 0; i < hooks.n; i++)
		(void)fprintf(app->talk, "%s%.*s%s",
			      i ? ", " : "hooks that were not run: ", SLICE_ARG(hooks.items[i]),
			      i + 1 == hooks.n ? "\n" : "");
}

void work_print_findings(const struct app *app, const struct findings *f, enum severity least)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct finding *row = &f->items[i];
		AUTO_STR struct str line = STR_INIT;

		if (row->code->severity < least)
			continue;
		finding_format(row, &line);
		(void)fprintf(app->talk, "%s: %s\n",
			      row->allowed ? "allowed" : severity_word(row->code->severity),
			      line.ptr);
	}
}

int work_confirm(const struct app *app, bool yes, const char *question, struct err *err)
{
	char answer[16] = "";

	if (yes)
		return 0;
	if (!app->in_tty)
		return err_set(err, &CODE_not_confirmed, NOWHERE, "nobody is there to answer '%s'",
			       question);
	(void)fprintf(app->talk, "%s [y/N] ", question);
	(void)fflush(app->talk);
	if (!fgets(answer, sizeof(answer), stdin) || (answer[0] != 'y' && answer[0] != 'Y'))
		return err_set(err, &CODE_not_confirmed, NOWHERE, "nothing was done");
	return 0;
}

enum exit_code work_worse(enum exit_code a, enum exit_code b)
{
	static const enum exit_code order[] = { EXIT_TERMINATED, EXIT_INTERRUPTED, EXIT_DIFF_FAILED,
						EXIT_ERROR,      EXIT_REFUSED,     EXIT_TIMED_OUT,
						EXIT_OK };

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return a;
}

enum exit_code work_step_exit(const struct step *step)
{
	const struct finding *stop = findings_stop(&step->findings);

	if (!step->refused)
		return EXIT_OK;
	return stop ? stop->code->exit : EXIT_REFUSED;
}
