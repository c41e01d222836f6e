#include "plugin/dispatch.h"

#include "plugin/command_line.h"
#include "plugin/help.h"
#include "plugin/options.h"
#include "plugin/say.h"

#include <string.h>

/* How far the search for a command has come. */
struct command_search {
	struct app *app;
	const char *group;             /* NULL: top level */
	const struct command *command; /* NULL: none yet */
};

/* Same group, NULL being the top level? */
static bool is_same_group(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* The command of this name, or NULL. */
static const struct command *find_command(const struct app *app, const char *group,
					  struct slice name)
{
	for (size_t i = 0; app->commands[i]; i++)
		if (app->commands[i]->run && is_same_group(app->commands[i]->group, group) &&
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
static const char *suggest_command(const struct command_search *s, struct slice word)
{
	const struct app *app = s->app;
	size_t n = 0, total = 0;
	struct slice *names, hint;

	while (app->commands[total])
		total++;
	names = arena_array(app->arena, total + 1, sizeof(*names));
	for (size_t i = 0; i < total; i++)
		if (is_same_group(app->commands[i]->group, s->group) && *app->commands[i]->name)
			names[n++] = slice_of(app->commands[i]->name);
	hint = did_you_mean(app->arena, "", word, names, n);
	for (size_t i = 0; i < total && !hint.len; i++) {
		const struct command *c = app->commands[i], group = { .name = c->group };
		struct slice name = slice_of(c->name);

		if (c->run && !is_same_group(c->group, s->group))
			hint = did_you_mean(
				app->arena,
				arena_printf(app->arena, "%s ", command_line(app, &group).ptr).ptr,
				word, &name, 1);
	}
	return hint.ptr;
}

/* Refuses a word that names no command. */
static int refuse_command(const struct command_search *s, struct slice word, struct err *err)
{
	const struct command group = { .name = s->group };
	struct slice line = command_line(s->app, &group);

	(void)err_set(err, &CODE_usage, NOWHERE,
		      "unknown command '%" SLICE_FMT "' for '%" SLICE_FMT "'%s",
		      SLICE_ARG(argument_excerpt(s->app, word)), SLICE_ARG(line),
		      suggest_command(s, word));
	return err_remedy(err, "run '%" SLICE_FMT " --help' to list the commands", SLICE_ARG(line));
}

/* One more word on the way to a command. */
static int search_word(struct command_search *s, struct slice word, struct err *err)
{
	const char *group = s->group ? NULL : find_group(s->app, word);

	s->command = find_command(s->app, s->group, word);
	if (!s->command && !group)
		return refuse_command(s, word, err);
	if (!s->command)
		s->group = group;
	return 0;
}

/* Refuses an option before the command, where kubectl takes none of a plugin either. */
static int refuse_option(const struct command_search *s, struct slice word, struct err *err)
{
	const struct command group = { .name = s->group };
	struct slice line = command_line(s->app, &group);

	(void)err_set(err, &CODE_usage, NOWHERE,
		      "options cannot be placed before the command: '%" SLICE_FMT "'",
		      SLICE_ARG(argument_excerpt(s->app, word)));
	return err_remedy(err,
			  "place it after the command: '%" SLICE_FMT " COMMAND %" SLICE_FMT "'",
			  SLICE_ARG(line), SLICE_ARG(argument_excerpt(s->app, word)));
}

/* Writes help of the command or group that was found. */
static int show_help(const struct command_search *s)
{
	AUTO_STR struct str text = STR_INIT;

	if (s->command)
		help_command(s->app, s->command, help_width(s->app), &text);
	else
		help_group(s->app, s->app->commands, s->group, &text);
	say_text(s->app, SAY_OUT, str_slice(&text));
	return 0;
}

int dispatch_help(struct app *app, struct slices words, struct err *err)
{
	struct command_search s = { app, NULL, NULL };

	for (size_t i = 0; i < words.n; i++) {
		if (s.command) {
			app->command = s.command;
			return command_refuse(app, err,
					      "'%" SLICE_FMT "' has no command '%" SLICE_FMT "'",
					      SLICE_ARG(command_line(app, s.command)),
					      SLICE_ARG(argument_excerpt(app, words.items[i])));
		}
		if (search_word(&s, words.items[i], err) < 0)
			return -1;
	}
	return show_help(&s);
}

/* Parses the words behind the command and runs it. */
static int run_command(const struct command_search *s, struct slices words, struct err *err)
{
	const struct command *cmd = s->command;
	void *context = arena_alloc(s->app->arena, cmd->context_size + 1);
	int help;

	if (cmd->init && cmd->init(context) < 0)
		return err_set(err, &CODE_bug, NOWHERE, "cannot initialize the command '%s'",
			       cmd->name);
	s->app->command = cmd;
	help = options_parse(s->app, words, context, err);
	if (help < 0)
		return -1;
	return help ? show_help(s) : cmd->run(s->app, context, err);
}

/* The words of main's arguments from `first` on. */
static struct slices words_from(int first, int argc, char *const *argv, struct arena *arena)
{
	size_t n = argc > first ? (size_t)(argc - first) : 0;
	struct slices words = { arena_array(arena, n + 1, sizeof(struct slice)), n };

	for (size_t i = 0; i < n; i++)
		words.items[i] = slice_of(argv[(size_t)first + i]);
	return words;
}

int dispatch(struct app *app, const struct command *const *table, int argc, char *const *argv,
	     struct err *err)
{
	struct command_search s = { app, NULL, NULL };
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
			return refuse_option(&s, word, err);
		else if (search_word(&s, word, err) < 0)
			return -1;
	}
	if (help || !s.command)
		return show_help(&s);
	return run_command(&s, words_from(at, argc, argv, app->arena), err);
}
