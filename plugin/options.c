#include "plugin/options_internal.h"

/* A command line on its way. */
struct parse {
	struct app *app;
	const struct command *cmd;
	struct option_list options;
	char *const *argv;
	int argc, at; /* `at`: the next word */
	void *context;
	bool help;
	struct err *err;
};

/* The option with this long name, or NULL. */
static struct option *find_long(const struct parse *p, struct slice name)
{
	for (size_t i = 0; i < p->options.n; i++)
		if (slice_is(name, p->options.items[i].field->flag))
			return &p->options.items[i];
	return NULL;
}

/* The option with this letter, or NULL. */
static struct option *find_letter(const struct parse *p, char letter)
{
	for (size_t i = 0; i < p->options.n; i++)
		if (letter && p->options.items[i].field->letter == letter)
			return &p->options.items[i];
	return NULL;
}

/* Would this word be read as an option of the command? */
static bool is_known_option(const struct parse *p, struct slice word)
{
	struct slice rest = slice_sub(word, 2, word.len), name = SLICE_NONE;

	if (word.len < 2 || word.ptr[0] != '-')
		return false;
	if (word.ptr[1] != '-')
		return word.ptr[1] == 'h' || find_letter(p, word.ptr[1]);
	(void)slice_next(&rest, '=', &name);
	return !name.len || slice_is(name, "help") || find_long(p, name);
}

/* An option without a value: the value is the next word. */
static int next_value(struct parse *p, const struct field *f, struct slice *value)
{
	struct slice word = p->at < p->argc ? slice_of(p->argv[p->at]) : SLICE_NONE;

	if (!word.ptr)
		return options_refuse(p->app, p->cmd, p->err,
				      "option '--%s' needs a value: --%s=%s", f->flag, f->flag,
				      f->arg);
	if (is_known_option(p, word)) {
		struct slice shown = option_shown(p->app, word);

		return options_refuse(p->app, p->cmd, p->err,
				      "option '--%s' needs a value, and '%" SLICE_FMT
				      "' is an option; --%s=%" SLICE_FMT " if it is meant",
				      f->flag, SLICE_ARG(shown), f->flag, SLICE_ARG(shown));
	}
	p->at++;
	*value = word;
	return 0;
}

/* An option is there, with the value that stood in its word, or an absent one. */
static int take_option(struct parse *p, struct option *o, struct slice value)
{
	if (!value.ptr && o->field->kind == VALUE_BOOL)
		value = SLICE("true");
	if (!value.ptr && next_value(p, o->field, &value) < 0)
		return -1;
	return option_store(p->app, p->cmd, o, value, p->context, p->err);
}

/* Refuses an option that the command does not have, naming the nearest one. */
static int unknown_long(struct parse *p, struct slice name)
{
	struct slice *known = arena_array(p->app->arena, p->options.n + 1, sizeof(*known));
	size_t n = 0;

	known[n++] = SLICE("help");
	for (size_t i = 0; i < p->options.n; i++)
		if (!(p->options.items[i].field->flags & FIELD_HIDDEN))
			known[n++] = slice_of(p->options.items[i].field->flag);
	return options_refuse(p->app, p->cmd, p->err, "unknown option '--%" SLICE_FMT "'%s",
			      SLICE_ARG(option_shown(p->app, name)),
			      did_you_mean(p->app->arena, "--", name, known, n).ptr);
}

/* "--name" or "--name=value". */
static int parse_long(struct parse *p, struct slice word)
{
	struct slice value = slice_sub(word, 2, word.len), name;
	struct option *o;

	(void)slice_next(&value, '=', &name);
	if (slice_is(name, "help")) {
		p->help = true;
		return 0;
	}
	o = find_long(p, name);
	return o ? take_option(p, o, value) : unknown_long(p, name);
}

/* "-x" in `word` is no option; "-from" may have been meant as "--from". */
static int unknown_letter(struct parse *p, char letter, struct slice word)
{
	struct slice rest = slice_sub(word, 1, word.len), name, shown = option_shown(p->app, word);
	const char *hint = "";

	(void)slice_next(&rest, '=', &name);
	if (name.len > 1 && find_long(p, name))
		hint = arena_printf(p->app->arena, ", did you mean '--%" SLICE_FMT "'?",
				    SLICE_ARG(name))
			       .ptr;
	if (word.len == 2 || (unsigned char)letter >= 0x80)
		return options_refuse(p->app, p->cmd, p->err, "unknown option '%" SLICE_FMT "'",
				      SLICE_ARG(shown));
	return options_refuse(p->app, p->cmd, p->err, "unknown option '-%c' in '%" SLICE_FMT "'%s",
			      letter, SLICE_ARG(shown), hint);
}

/* "-x", "-xVALUE", "-x=VALUE" or several booleans. */
static int parse_letters(struct parse *p, struct slice word)
{
	for (size_t i = 1; i < word.len; i++) {
		struct option *o = find_letter(p, word.ptr[i]);
		struct slice rest = slice_sub(word, i + 1, word.len);

		if (!o && word.ptr[i] == 'h') {
			p->help = true;
			continue;
		}
		if (!o)
			return unknown_letter(p, word.ptr[i], word);
		if (rest.len && rest.ptr[0] == '=')
			return take_option(p, o, slice_sub(rest, 1, rest.len));
		if (o->field->kind != VALUE_BOOL)
			return take_option(p, o, rest.len ? rest : SLICE_NONE);
		if (take_option(p, o, SLICE("true")) < 0)
			return -1;
	}
	return 0;
}

/* A word that is no option. */
static void add_word(struct parse *p, struct slice word)
{
	p->app->args.items[p->app->args.n++] = word;
}

/* Reads the next word, and its value if it takes one. */
static int parse_word(struct parse *p)
{
	struct slice word = slice_of(p->argv[p->at++]);

	if (slice_is(word, "--")) {
		while (p->at < p->argc)
			add_word(p, slice_of(p->argv[p->at++]));
		return 0;
	}
	if (slice_starts(word, SLICE("--")))
		return parse_long(p, word);
	if (word.len > 1 && word.ptr[0] == '-')
		return parse_letters(p, word);
	add_word(p, word);
	return 0;
}

/* Is help asked for behind a mistake? */
static bool help_follows(const struct parse *p)
{
	for (int i = p->at; i < p->argc; i++) {
		struct slice word = slice_of(p->argv[i]);

		if (slice_is(word, "--"))
			return false;
		if (slice_is(word, "--help") || slice_is(word, "-h"))
			return true;
	}
	return false;
}

/* Are there as many words as the command takes, and none empty? */
static int check_words(const struct parse *p)
{
	const struct command *cmd = p->cmd;
	struct slices args = p->app->args;

	for (size_t i = 0; i < args.n; i++)
		if (!args.items[i].len)
			return options_refuse(p->app, cmd, p->err, "word %zu is empty", i + 1);
	if (args.n < (size_t)cmd->min_args)
		return options_refuse(p->app, cmd, p->err, "%s is missing", cmd->arg);
	if (cmd->max_args >= 0 && args.n > (size_t)cmd->max_args) {
		struct slice first = option_shown(p->app, args.items[cmd->max_args]);

		if (!cmd->max_args)
			return options_refuse(p->app, cmd, p->err,
					      "unexpected word '%" SLICE_FMT
					      "': only options are taken",
					      SLICE_ARG(first));
		return options_refuse(p->app, cmd, p->err,
				      "unexpected word '%" SLICE_FMT "': only %s is taken",
				      SLICE_ARG(first), cmd->arg);
	}
	return 0;
}

/* Hands the choice of output_options on to the app, if the command has them. */
static void set_output(const struct parse *p)
{
	for (size_t i = 0; i < p->options.n; i++) {
		const struct option *o = &p->options.items[i];
		const char *base = (const char *)p->context + o->base;

		if (o->field == output_options.fields)
			p->app->output =
				(enum output)((const struct common *)(const void *)base)->output;
	}
}

/* Reads all words; a question for help is answered whatever else is wrong. */
static int parse_words(struct parse *p)
{
	while (p->at < p->argc)
		if (parse_word(p) < 0 && !p->help) {
			p->help = help_follows(p);
			return p->help ? 0 : -1;
		}
	return p->help ? 0 : check_words(p);
}

int options_parse(struct app *app, const struct command *cmd, int argc, char *const *argv,
		  void *context, bool *help, struct err *err)
{
	struct err mistake = ERR_INIT;
	struct parse p = { .app = app,
			   .cmd = cmd,
			   .argv = argv,
			   .argc = argc,
			   .context = context,
			   .err = &mistake };

	p.options = options_list(cmd, app->arena);
	app->args = (struct slices){ arena_array(app->arena, (size_t)(argc > 0 ? argc : 0) + 1,
						 sizeof(*app->args.items)),
				     0 };
	if (parse_words(&p) < 0) {
		*err = mistake;
		return -1;
	}
	*help = p.help;
	set_output(&p);
	return 0;
}
