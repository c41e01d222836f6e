#include "plugin/dispatch.h"

#include "plugin/options_internal.h"

#include <string.h>

/* Where the search for a command has come to. */
struct search {
	const struct app *app;
	const char *group;             /* NULL: top level */
	const struct command *command; /* NULL: none yet */
};

/* Same group, NULL being the top level? */
static bool same_group(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* The command of this name, or NULL. */
static const struct command *find_command(const struct app *app, const char *group,
					  struct slice name)
{
	for (size_t i = 0; app->commands[i]; i++)
		if (app->commands[i]->run && same_group(app->commands[i]->group, group) &&
		    slice_is(name, app->commands[i]->name))
			return app->commands[i];
	return NULL;
}

/* The name of a group as the table has it: of one with commands in it, or NULL. */
static const char *find_group(const struct app *app, struct slice name)
{
	for (size_t i = 0; app->commands[i]; i++)
		if (app->commands[i]->group && slice_is(name, app->commands[i]->group))
			return app->commands[i]->group;
	return NULL;
}

/*
 * ", did you mean ...?": a command or group of this place, else with all its words one of another
 * place.
 */
static const char *suggestion(const struct search *s, struct slice word)
{
	const struct app *app = s->app;
	size_t n = 0, total = 0;
	struct slice *names, hint;

	while (app->commands[total])
		total++;
	names = arena_array(app->arena, total + 1, sizeof(*names));
	for (size_t i = 0; i < total; i++)
		if (same_group(app->commands[i]->group, s->group) && *app->commands[i]->name)
			names[n++] = slice_of(app->commands[i]->name);
	hint = did_you_mean(app->arena, "", word, names, n);
	for (size_t i = 0; i < total && !hint.len; i++) {
		const struct command *c = app->commands[i], group = { .name = c->group };
		struct slice name = slice_of(c->name);

		if (c->run && !same_group(c->group, s->group))
			hint = did_you_mean(
				app->arena,
				arena_printf(app->arena, "%s ", command_line(app, &group).ptr).ptr,
				word, &name, 1);
	}
	return hint.ptr;
}

/* Refuses a word that names no command. */
static int unknown_command(const struct search *s, struct slice word, struct err *err)
{
	const struct command group = { .name = s->group };
	struct slice line = command_line(s->app, &group);

	(void)err_set(err, &CODE_usage, NOWHERE,
		      "unknown command '%" SLICE_FMT "' for '%" SLICE_FMT "'%s",
		      SLICE_ARG(option_shown(s->app, word)), SLICE_ARG(line), suggestion(s, word));
	return err_remedy(err, "'%" SLICE_FMT " --help' lists the commands", SLICE_ARG(line));
}

/* One more word on the way to a command. */
static int search_word(struct search *s, struct slice word, struct err *err)
{
	const char *group = s->group ? NULL : find_group(s->app, word);

	s->command = find_command(s->app, s->group, word);
	if (!s->command && !group)
		return unknown_command(s, word, err);
	if (!s->command)
		s->group = group;
	return 0;
}

/* An option before the command: it may belong there only in some other program. */
static int early_option(const struct search *s, struct slice word, struct err *err)
{
	const struct command group = { .name = s->group };
	struct slice line = command_line(s->app, &group);

	(void)err_set(err, &CODE_usage, NOWHERE,
		      "options cannot be placed before the command: '%" SLICE_FMT "'",
		      SLICE_ARG(option_shown(s->app, word)));
	return err_remedy(err, "write it behind: '%" SLICE_FMT " COMMAND %" SLICE_FMT "'",
			  SLICE_ARG(line), SLICE_ARG(option_shown(s->app, word)));
}

/* Writes help of the command or group that was found. */
static int show_help(const struct search *s)
{
	AUTO_STR struct str text = STR_INIT;

	if (s->command)
		help_command(s->app, s->command, help_width(s->app), &text);
	else
		help_group(s->app, s->app->commands, s->group, &text);
	(void)fwrite(text.ptr, 1, text.len, s->app->out);
	return 0;
}

int dispatch_help(const struct app *app, struct slices words, struct err *err)
{
	struct search s = { app, NULL, NULL };

	for (size_t i = 0; i < words.n; i++) {
		if (s.command)
			return options_refuse(app, s.command, err,
					      "'%" SLICE_FMT "' has no command '%" SLICE_FMT "'",
					      SLICE_ARG(command_line(app, s.command)),
					      SLICE_ARG(option_shown(app, words.items[i])));
		if (search_word(&s, words.items[i], err) < 0)
			return -1;
	}
	return show_help(&s);
}

/* Parses the rest of the words and runs the command. */
static int run_command(struct app *app, const struct search *s, bool help, int argc,
		       char *const *argv, struct err *err)
{
	const struct command *cmd = s->command;
	void *context = arena_alloc(app->arena, cmd->context_size + 1);

	if (help)
		return show_help(s);
	if (cmd->init && cmd->init(context) < 0)
		return err_set(err, &CODE_bug, NOWHERE, "command '%s' cannot begin", cmd->name);
	if (options_parse(app, cmd, argc, argv, context, &help, err) < 0)
		return -1;
	return help ? show_help(s) : cmd->run(app, context, err);
}

int dispatch(struct app *app, const struct command *const *table, int argc, char *const *argv,
	     struct err *err)
{
	struct search s = { app, NULL, NULL };
	bool help = false;
	int at = 1;

	app->commands = table;
	for (; at < argc && !s.command; at++) {
		struct slice word = slice_of(argv[at]);

		if (slice_is(word, "--help") || slice_is(word, "-h"))
			help = true;
		else if (slice_is(word, "--version") && !s.group &&
			 find_command(app, NULL, SLICE("version")))
			s.command = find_command(app, NULL, SLICE("version"));
		else if (word.len && word.ptr[0] == '-')
			return early_option(&s, word, err);
		else if (search_word(&s, word, err) < 0)
			return -1;
	}
	return s.command ? run_command(app, &s, help, argc - at, argv + at, err) : show_help(&s);
}
