#include "tests/unit/plugin/sample.h"

#include "plugin/commands.h"
#include "plugin/dispatch.h"

#include <stdlib.h>

#define WORDS(...)                                                                                 \
	{                                                                                          \
		"/usr/bin/kubectl-gcpbackend", __VA_ARGS__, NULL                                   \
	}

static const struct command *const table[] = { &group_program, &group_migrate, &sample_command,
					       &cmd_help,      &cmd_version,   NULL };

Test(dispatch, succeeds)
{
	static const struct {
		const char *name;
		const char *argv[8];
		const char *out; /* how stdout begins */
		enum exit_code exit;
	} rows[] = {
		{ "nothing",
		  { "kubectl-gcpbackend", NULL },
		  "Migrate services of a mesh",
		  EXIT_OK },
		{ "no argv at all", { NULL }, "Migrate services of a mesh", EXIT_OK },
		{ "help option", WORDS("--help"), "Migrate services of a mesh", EXIT_OK },
		{ "help letter", WORDS("-h"), "Migrate services of a mesh", EXIT_OK },
		{ "help", WORDS("help"), "Migrate services of a mesh", EXIT_OK },
		{ "group", WORDS("migrate"), "Migrate a service from its", EXIT_OK },
		{ "group help", WORDS("migrate", "--help"), "Migrate a service from its", EXIT_OK },
		{ "help group", WORDS("help", "migrate"), "Migrate a service from its", EXIT_OK },
		{ "help before group", WORDS("-h", "migrate"), "Migrate a service from its",
		  EXIT_OK },
		{ "help of command", WORDS("migrate", "sample", "--help"), "Show every kind",
		  EXIT_OK },
		{ "help behind words", WORDS("migrate", "sample", "web", "-p3", "-h"),
		  "Show every kind", EXIT_OK },
		{ "help before command", WORDS("migrate", "-h", "sample"), "Show every kind",
		  EXIT_OK },
		{ "help first", WORDS("--help", "migrate", "sample", "--zzz"), "Show every kind",
		  EXIT_OK },
		{ "help command", WORDS("help", "migrate", "sample"), "Show every kind", EXIT_OK },
		{ "help of help", WORDS("help", "help"), "Show help about a command, like",
		  EXIT_OK },
		{ "help with option", WORDS("help", "--help"), "Show help about a command, like",
		  EXIT_OK },
		{ "version", WORDS("version"), "kubectl-gcpbackend ", EXIT_OK },
		{ "version option", WORDS("--version"), "kubectl-gcpbackend ", EXIT_OK },
		{ "version wide", WORDS("version", "-o", "wide"), "kubectl-gcpbackend ", EXIT_OK },
		{ "version as JSON", WORDS("version", "-ojson"),
		  "{\n  \"apiVersion\": \"gcpbackend/v1alpha1\",\n  \"kind\": \"VersionList\",",
		  EXIT_OK },
		{ "version option as YAML", WORDS("--version", "-oyaml"),
		  "apiVersion: gcpbackend/v1alpha1\nkind: VersionList\n", EXIT_OK },
		{ "run", WORDS("migrate", "sample", "web"),
		  "NAME   FROM     PERCENT   ALL     MODE     STAGES\nweb    <none>   10        "
		  "false",
		  EXIT_REFUSED },
		{ "run with options", WORDS("migrate", "sample", "-A", "web", "-oname"), "web\n",
		  EXIT_REFUSED },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = ERR_INIT;
		struct stage_app s;

		stage_open(&s);
		cr_assert_eq(dispatch(&s.app, table, words_count(rows[i].argv),
				      words_argv(rows[i].argv), &err),
			     0, "%s: %s", rows[i].name, err.reason);
		stage_flush(&s);
		cr_assert(slice_starts(slice_of(s.out), slice_of(rows[i].out)), "%s: %s",
			  rows[i].name, s.out);
		cr_assert_eq(s.err_len, 0, "%s", rows[i].name);
		cr_assert_eq(s.app.exit, rows[i].exit, "%s", rows[i].name);
		stage_close(&s);
	}
}

Test(dispatch, refuses)
{
	static const struct {
		const char *name;
		const char *argv[8];
		const char *message;
	} rows[] = {
		{ "unknown", WORDS("zzz"),
		  "unknown command 'zzz' for 'kubectl gcpbackend'; run 'kubectl gcpbackend --help' "
		  "to list the commands" },
		{ "near", WORDS("migrat", "sample"),
		  "unknown command 'migrat' for 'kubectl gcpbackend', did you mean 'migrate'?; " },
		{ "near in group", WORDS("migrate", "smaple"),
		  "unknown command 'smaple' for 'kubectl gcpbackend migrate', did you mean "
		  "'sample'?; run 'kubectl gcpbackend migrate --help' to list" },
		{ "group forgotten", WORDS("sample", "web"),
		  "unknown command 'sample' for 'kubectl gcpbackend', did you mean 'kubectl "
		  "gcpbackend migrate sample'?; " },
		{ "group not needed", WORDS("migrate", "version"),
		  "unknown command 'version' for 'kubectl gcpbackend migrate', did you mean "
		  "'kubectl gcpbackend version'?; " },
		{ "group twice", WORDS("migrate", "migrate"),
		  "unknown command 'migrate' for 'kubectl gcpbackend migrate'" },
		{ "empty", WORDS(""), "unknown command '' for 'kubectl gcpbackend'; " },
		{ "early option", WORDS("-n", "x", "migrate"),
		  "options cannot be placed before the command: '-n'; place it after the command: "
		  "'kubectl gcpbackend COMMAND -n'" },
		{ "early option in group", WORDS("migrate", "--repo=x", "sample"),
		  "options cannot be placed before the command: '--repo=x'; place it after the "
		  "command: "
		  "'kubectl gcpbackend migrate COMMAND --repo=x'" },
		{ "version in group", WORDS("migrate", "--version"),
		  "options cannot be placed before the command: '--version'" },
		{ "end of options", WORDS("--", "migrate"),
		  "options cannot be placed before the command: '--'" },
		{ "lone dash", WORDS("-"), "options cannot be placed before the command: '-'" },
		{ "help of nothing", WORDS("help", "zzz"),
		  "unknown command 'zzz' for 'kubectl gcpbackend'; " },
		{ "help of more", WORDS("help", "migrate", "sample", "web"),
		  "'kubectl gcpbackend migrate sample' has no command 'web'; see " },
		{ "escape", WORDS("\x1b[2J"), "unknown command '^[[2J' for" },
		{ "usage", WORDS("migrate", "sample"),
		  "the argument NAME... is missing; see 'kubectl gcpbackend migrate sample --help' "
		  "for usage "
		  "[GCB0001]" },
		{ "words for version", WORDS("version", "x"),
		  "unexpected argument 'x': the command takes only options; see 'kubectl "
		  "gcpbackend version "
		  "--help'" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STR struct str text = STR_INIT;
		struct err err = ERR_INIT;
		struct stage_app s;

		stage_open(&s);
		cr_assert_eq(dispatch(&s.app, table, words_count(rows[i].argv),
				      words_argv(rows[i].argv), &err),
			     -1, "%s", rows[i].name);
		err_format(&err, &text);
		cr_assert(slice_starts(str_slice(&text), slice_of(rows[i].message)), "%s: %s",
			  rows[i].name, text.ptr);
		cr_assert(err.code == &CODE_usage, "%s", rows[i].name);
		stage_flush(&s);
		cr_assert_eq(s.out_len + s.err_len, 0, "%s", rows[i].name);
		stage_close(&s);
	}
}

Test(dispatch, table_without_version)
{
	static const struct command *const few[] = { &sample_command, NULL };
	const char *argv[] = WORDS("--version");
	struct err err = ERR_INIT;
	struct stage_app s;

	stage_open(&s);
	cr_assert_eq(dispatch(&s.app, few, 2, words_argv(argv), &err), -1);
	cr_assert_str_eq(err.reason, "options cannot be placed before the command: '--version'");
	stage_close(&s);
}

/* A command whose defaults cannot be made. */
static int no_init(void *context)
{
	(void)context;
	return -1;
}

Test(dispatch, broken_command)
{
	struct command broken = sample_command;
	const struct command *const list[] = { &broken, NULL };
	const char *argv[] = WORDS("migrate", "sample", "web");
	struct err err = ERR_INIT;
	struct stage_app s;

	broken.init = no_init;
	stage_open(&s);
	cr_assert_eq(dispatch(&s.app, list, 4, words_argv(argv), &err), -1);
	cr_assert(err.code == &CODE_bug);
	stage_close(&s);
}

Test(app, program_name)
{
	static const struct {
		const char *called, *name;
	} rows[] = {
		{ "/usr/local/bin/kubectl-gcpbackend", "kubectl gcpbackend" },
		{ "kubectl-gcpbackend", "kubectl gcpbackend" },
		{ "C:\\krew\\bin\\kubectl-gcpbackend.exe", "kubectl gcpbackend" },
		{ "kubectl-gcpbackend.EXE", "kubectl gcpbackend" },
		{ "./gcb", "gcb" },
		{ "gcb.exe", "gcb" },
		{ ".exe", ".exe" },
		{ "dir/", "kubectl gcpbackend" },
		{ "", "kubectl gcpbackend" },
		{ NULL, "kubectl gcpbackend" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_assert(slice_is(program_name(slice_of(rows[i].called)), rows[i].name), "%s",
			  rows[i].called);
}

Test(app, init)
{
	const char *argv[] = { "x/gcb", NULL };
	struct app app;

	app_init(&app, 1, words_argv(argv));
	cr_assert_str_eq(app.program, "gcb");
	cr_assert(app.out == stdout && app.err == stderr && app.exit == EXIT_OK &&
		  app.output == OUTPUT_TABLE);
	app_release(&app);
	app_init(&app, 0, NULL);
	cr_assert_str_eq(app.program, "kubectl gcpbackend");
	app_release(&app);
}
