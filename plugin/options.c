#include "plugin/options.h"

#include "plugin/command_line.h"

#include <string.h>

static const char *const output_words[] = { "table", "wide", "json", "yaml", "name", NULL };

static const struct field output_fields[] = {
	{
		.kind = VALUE_ENUM,
		.offset = offsetof(struct common, output),
		.choices = output_words,
		.flag = "output",
		.letter = 'o',
		.arg = "FORMAT",
		.help = "Output format",
	},
	FIELDS_END,
};

const struct record output_options = { .size = sizeof(struct common), .fields = output_fields };

/* Adds the options of a record at `base`; with `list->items` NULL they are only counted. */
static void collect_options(const struct record *r, size_t base, struct option_list *list)
{
	for (const struct field *f = r->fields; !field_ends(f); f++) {
		if (f->kind == VALUE_RECORD && !f->flag) {
			collect_options(f->of, base + f->offset, list);
		} else if (f->flag) {
			if (list->items)
				list->items[list->n] = (struct option){ f, base, false };
			list->n++;
		}
	}
}

struct option_list options_list(const struct command *cmd, struct arena *arena)
{
	struct option_list list = { NULL, 0 };

	for (size_t i = 0; cmd->options && cmd->options[i]; i++)
		collect_options(cmd->options[i], 0, &list);
	list.items = arena_array(arena, list.n + 1, sizeof(*list.items));
	list.n = 0;
	for (size_t i = 0; cmd->options && cmd->options[i]; i++)
		collect_options(cmd->options[i], 0, &list);
	return list;
}

/* A command line on its way. */
struct parser {
	struct app *app;
	struct option_list options;
	struct slices words;
	size_t at; /* the next word */
	void *context;
	bool help;
	struct err *err;
};

/* --- values --------------------------------------------------------------- */

/* An option's value on its way into the context. */
struct value_store {
	const struct app *app;
	const struct field *field;
	void *base; /* of the struct that contains the field */
	bool first; /* the option's first value on the command line */
	struct err *err;
};

/* A bad value: "option '--to-port': 'x' is not ...". */
static int refuse_value(const struct value_store *s, struct slice value, const char *what)
{
	return command_refuse(s->app, s->err, "option '--%s': '%" SLICE_FMT "' is %s",
			      s->field->flag, SLICE_ARG(argument_excerpt(s->app, value)), what);
}

/* The index of `value` in the field's words, or -1. */
static int find_choice(const struct field *f, struct slice value)
{
	for (int i = 0; f->choices[i]; i++)
		if (slice_is(value, f->choices[i]))
			return i;
	return -1;
}

/* Refuses a value that is not one of the choices, as kubectl does where it has such a message. */
static int refuse_choice(const struct value_store *s, struct slice value)
{
	AUTO_STR struct str words = STR_INIT;
	struct slice near[16];
	size_t n = 0;

	if (s->field == output_options.fields)
		return command_refuse(
			s->app, s->err,
			"unable to match a printer suitable for the output format \"%" SLICE_FMT
			"\", allowed formats are: json,name,wide,yaml",
			SLICE_ARG(argument_excerpt(s->app, value)));
	for (size_t i = 0; s->field->choices[i]; i++) {
		str_addf(&words, "%s%s", i ? ", " : "not one of ", s->field->choices[i]);
		if (n < sizeof(near) / sizeof(near[0]))
			near[n++] = slice_of(s->field->choices[i]);
	}
	str_add(&words, did_you_mean(s->app->arena, "", value, near, n));
	return refuse_value(s, value, words.ptr);
}

static int store_string(const struct value_store *s, struct slice value)
{
	if (s->field->choices && find_choice(s->field, value) < 0)
		return refuse_choice(s, value);
	*FIELD_AT(struct slice, s->base, s->field) = value;
	return 0;
}

static int store_int(const struct value_store *s, struct slice value)
{
	const struct field *f = s->field;

	if (parse_int(value, f->min, f->max, FIELD_AT(long, s->base, f)))
		return 0;
	return refuse_value(
		s, value,
		arena_printf(s->app->arena, "not a whole number from %ld to %ld", f->min, f->max)
			.ptr);
}

static int store_bool(const struct value_store *s, struct slice value)
{
	if (!slice_is(value, "true") && !slice_is(value, "false"))
		return refuse_value(s, value, "neither true nor false");
	*FIELD_AT(bool, s->base, s->field) = slice_is(value, "true");
	return 0;
}

static int store_enum(const struct value_store *s, struct slice value)
{
	int i = find_choice(s->field, value);

	if (i < 0)
		return refuse_choice(s, value);
	*FIELD_AT(int, s->base, s->field) = i;
	return 0;
}

/*
 * Space for one more behind `n` items: lists have 8, 16, 32 ... places, so the number of items
 * shows when one is full.
 */
static void *grow_list(struct arena *arena, void *items, size_t n, size_t size)
{
	void *more;

	if (n && (n < 8 || (n & (n - 1))))
		return items;
	more = arena_array(arena, n ? n * 2 : 8, size);
	if (n)
		memcpy(more, items, n * size);
	return more;
}

/* Adds the pieces between commas. */
static int store_list(const struct value_store *s, struct slice value)
{
	struct slices list = { NULL, 0 };
	struct slice rest = value, piece;

	if (!s->first)
		list = *FIELD_AT(struct slices, s->base, s->field);
	while (slice_next(&rest, ',', &piece)) {
		if (!piece.len)
			return refuse_value(s, value, "a list with an empty item");
		list.items = grow_list(s->app->arena, list.items, list.n, sizeof(*list.items));
		list.items[list.n++] = piece;
	}
	*FIELD_AT(struct slices, s->base, s->field) = list;
	return 0;
}

/* Adds KEY=VALUE, or replaces the value of the key. */
static int store_pair(const struct value_store *s, struct slice value)
{
	struct pairs *list = FIELD_AT(struct pairs, s->base, s->field);
	size_t at = slice_find_byte(value, '='), i = 0;
	struct slice key = slice_sub(value, 0, at);

	if (at == SIZE_MAX || !at)
		return refuse_value(s, value,
				    arena_printf(s->app->arena, "not %s", s->field->arg).ptr);
	if (s->first)
		*list = (struct pairs){ NULL, 0 };
	while (i < list->n && !slice_eq(list->items[i].key, key))
		i++;
	if (i == list->n) {
		list->items = grow_list(s->app->arena, list->items, list->n, sizeof(*list->items));
		list->n++;
	}
	list->items[i] = (struct pair){ key, slice_sub(value, at + 1, value.len) };
	return 0;
}

/* Stores the value of an option. */
static int store_value(struct parser *p, struct option *o, struct slice value)
{
	const struct value_store s = { p->app, o->field, (char *)p->context + o->base, !o->seen,
				       p->err };

	o->seen = true;
	if (!value.len)
		return command_refuse(p->app, p->err, "option '--%s' has an empty value",
				      o->field->flag);
	switch (o->field->kind) {
	case VALUE_STRING:
		return store_string(&s, value);
	case VALUE_INT:
		return store_int(&s, value);
	case VALUE_BOOL:
		return store_bool(&s, value);
	case VALUE_ENUM:
		return store_enum(&s, value);
	case VALUE_LIST:
		return store_list(&s, value);
	case VALUE_PAIRS:
		return store_pair(&s, value);
	case VALUE_RECORD:
	case VALUE_ROWS:
		break;
	}
	return err_set(p->err, &CODE_bug, NOWHERE, "option '--%s' has an unknown kind",
		       o->field->flag);
}

/* --- words ---------------------------------------------------------------- */

/* The option with this long name, or NULL. */
static struct option *find_long(const struct parser *p, struct slice name)
{
	for (size_t i = 0; i < p->options.n; i++)
		if (slice_is(name, p->options.items[i].field->flag))
			return &p->options.items[i];
	return NULL;
}

/* The option with this letter, or NULL. */
static struct option *find_letter(const struct parser *p, char letter)
{
	for (size_t i = 0; i < p->options.n; i++)
		if (letter && p->options.items[i].field->letter == letter)
			return &p->options.items[i];
	return NULL;
}

/* Would this word be read as an option of the command? */
static bool is_known_option(const struct parser *p, struct slice word)
{
	struct slice rest = slice_sub(word, 2, word.len), name = SLICE_NONE;

	if (word.len < 2 || word.ptr[0] != '-')
		return false;
	if (word.ptr[1] != '-')
		return word.ptr[1] == 'h' || find_letter(p, word.ptr[1]);
	(void)slice_next(&rest, '=', &name);
	return !name.len || slice_is(name, "help") || find_long(p, name);
}

/* The value of an option is the next word. */
static int take_value(struct parser *p, const struct field *f, struct slice *value)
{
	struct slice word;

	if (p->at == p->words.n)
		return command_refuse(p->app, p->err, "option '--%s' requires a value: --%s=%s",
				      f->flag, f->flag, f->arg);
	word = p->words.items[p->at];
	if (is_known_option(p, word)) {
		struct slice shown = argument_excerpt(p->app, word);

		return command_refuse(
			p->app, p->err,
			"option '--%s' requires a value, and '%" SLICE_FMT
			"' is an option; to pass it as the value, use --%s=%" SLICE_FMT,
			f->flag, SLICE_ARG(shown), f->flag, SLICE_ARG(shown));
	}
	p->at++;
	*value = word;
	return 0;
}

/* Takes an option with the value in its own word, or an absent one. */
static int take_option(struct parser *p, struct option *o, struct slice value)
{
	if (!value.ptr && o->field->kind == VALUE_BOOL)
		value = SLICE("true");
	if (!value.ptr && o->field->flags & FIELD_OPTIONAL)
		value = SLICE("auto");
	if (!value.ptr && take_value(p, o->field, &value) < 0)
		return -1;
	return store_value(p, o, value);
}

/* Refuses an option that the command does not have, with the nearest one. */
static int refuse_long(struct parser *p, struct slice name)
{
	struct slice *known = arena_array(p->app->arena, p->options.n + 1, sizeof(*known));
	size_t n = 0;

	known[n++] = SLICE("help");
	for (size_t i = 0; i < p->options.n; i++)
		if (!(p->options.items[i].field->flags & FIELD_HIDDEN))
			known[n++] = slice_of(p->options.items[i].field->flag);
	return command_refuse(p->app, p->err, "unknown option '--%" SLICE_FMT "'%s",
			      SLICE_ARG(argument_excerpt(p->app, name)),
			      did_you_mean(p->app->arena, "--", name, known, n).ptr);
}

/* "--name" or "--name=value". */
static int parse_long(struct parser *p, struct slice word)
{
	struct slice value = slice_sub(word, 2, word.len), name;
	struct option *o;

	(void)slice_next(&value, '=', &name);
	if (slice_is(name, "help")) {
		p->help = true;
		return 0;
	}
	o = find_long(p, name);
	return o ? take_option(p, o, value) : refuse_long(p, name);
}

/* Refuses "-x" in `word`; "-from" may have been meant as "--from". */
static int refuse_letter(struct parser *p, char letter, struct slice word)
{
	struct slice rest = slice_sub(word, 1, word.len), name,
		     shown = argument_excerpt(p->app, word);
	const char *hint = "";

	(void)slice_next(&rest, '=', &name);
	if (name.len > 1 && find_long(p, name))
		hint = arena_printf(p->app->arena, ", did you mean '--%" SLICE_FMT "'?",
				    SLICE_ARG(name))
			       .ptr;
	if (word.len == 2 || (unsigned char)letter >= 0x80)
		return command_refuse(p->app, p->err, "unknown option '%" SLICE_FMT "'",
				      SLICE_ARG(shown));
	return command_refuse(p->app, p->err, "unknown option '-%c' in '%" SLICE_FMT "'%s", letter,
			      SLICE_ARG(shown), hint);
}

/* "-x", "-xVALUE", "-x=VALUE" or several booleans. */
static int parse_letters(struct parser *p, struct slice word)
{
	for (size_t i = 1; i < word.len; i++) {
		struct option *o = find_letter(p, word.ptr[i]);
		struct slice rest = slice_sub(word, i + 1, word.len);

		if (!o && word.ptr[i] == 'h') {
			p->help = true;
			continue;
		}
		if (!o)
			return refuse_letter(p, word.ptr[i], word);
		if (rest.len && rest.ptr[0] == '=')
			return take_option(p, o, slice_sub(rest, 1, rest.len));
		if (o->field->kind != VALUE_BOOL)
			return take_option(p, o, rest.len ? rest : SLICE_NONE);
		if (take_option(p, o, SLICE("true")) < 0)
			return -1;
	}
	return 0;
}

/* Adds an argument. */
static void add_argument(struct parser *p, struct slice word)
{
	p->app->args.items[p->app->args.n++] = word;
}

/* Reads the next word, and its value if it takes one. */
static int parse_word(struct parser *p)
{
	struct slice word = p->words.items[p->at++];

	if (slice_is(word, "--")) {
		while (p->at < p->words.n)
			add_argument(p, p->words.items[p->at++]);
		return 0;
	}
	if (slice_starts(word, SLICE("--")))
		return parse_long(p, word);
	if (word.len > 1 && word.ptr[0] == '-')
		return parse_letters(p, word);
	add_argument(p, word);
	return 0;
}

/* Is --help among the words behind a mistake? */
static bool has_help_later(const struct parser *p)
{
	for (size_t i = p->at; i < p->words.n; i++) {
		struct slice word = p->words.items[i];

		if (slice_is(word, "--"))
			return false;
		if (slice_is(word, "--help") || slice_is(word, "-h"))
			return true;
	}
	return false;
}

/* Are there as many arguments as the command takes, and none empty? */
static int check_arguments(const struct parser *p)
{
	const struct command *cmd = p->app->command;
	struct slices args = p->app->args;
	struct slice extra;

	for (size_t i = 0; i < args.n; i++)
		if (!args.items[i].len)
			return command_refuse(p->app, p->err, "argument %zu is empty", i + 1);
	if (args.n < (size_t)cmd->min_args)
		return command_refuse(p->app, p->err, "the argument %s is missing", cmd->arg);
	if (cmd->max_args < 0 || args.n <= (size_t)cmd->max_args)
		return 0;
	extra = argument_excerpt(p->app, args.items[cmd->max_args]);
	if (!cmd->max_args)
		return command_refuse(p->app, p->err,
				      "unexpected argument '%" SLICE_FMT
				      "': the command takes only options",
				      SLICE_ARG(extra));
	return command_refuse(p->app, p->err,
			      "unexpected argument '%" SLICE_FMT "': the command takes only %s",
			      SLICE_ARG(extra), cmd->arg);
}

/* Passes the choice of output_options on to the app, if the command has them. */
static void set_output(const struct parser *p)
{
	for (size_t i = 0; i < p->options.n; i++) {
		const struct option *o = &p->options.items[i];
		const char *base = (const char *)p->context + o->base;

		if (o->field == output_options.fields)
			p->app->output =
				(enum output)((const struct common *)(const void *)base)->output;
	}
}

/* Reads all words; --help wins over whatever else is wrong. */
static int parse_words(struct parser *p)
{
	while (p->at < p->words.n)
		if (parse_word(p) < 0 && !p->help) {
			p->help = has_help_later(p);
			return p->help ? 0 : -1;
		}
	return p->help ? 0 : check_arguments(p);
}

int options_parse(struct app *app, struct slices words, void *context, struct err *err)
{
	struct err mistake = ERR_INIT;
	struct parser p = { .app = app, .words = words, .context = context, .err = &mistake };

	p.options = options_list(app->command, app->arena);
	app->args = (struct slices){ arena_array(app->arena, words.n + 1, sizeof(*app->args.items)),
				     0 };
	if (parse_words(&p) < 0) {
		*err = mistake;
		return -1;
	}
	set_output(&p);
	return p.help;
}
