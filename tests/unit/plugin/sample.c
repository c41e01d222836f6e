#include "tests/unit/plugin/sample.h"

#include "plugin/options.h"
#include "plugin/print.h"

#include <stdlib.h>

static const char *const modes[] = { "direct", "pull-request", NULL };
static const char *const verbs[] = { "get", "head", NULL };

static const struct field part_fields[] = {
	{
		.name = "host",
		.kind = VALUE_STRING,
		.offset = offsetof(struct sample_part, host),
		.flag = "from",
		.arg = "HOST",
		.help = "The old host",
		.column = "FROM",
	},
	{
		.name = "port",
		.kind = VALUE_INT,
		.offset = offsetof(struct sample_part, port),
		.min = 1,
		.max = 65535,
		.flag = "from-port",
		.arg = "PORT",
		.help = "The port of the old host",
		.column = "PORT",
		.flags = FIELD_WIDE,
	},
	{ 0 },
};

static const struct field fields[] = {
	{
		.name = "name",
		.kind = VALUE_STRING,
		.offset = offsetof(struct sample, name),
		.flag = "name",
		.arg = "NAME",
		.help = "What it is called",
		.column = "NAME",
		.flags = FIELD_NAME,
	},
	{ .name = "from",
	  .kind = VALUE_RECORD,
	  .offset = offsetof(struct sample, from),
	  .of = &sample_part_record },
	{
		.name = "percent",
		.kind = VALUE_INT,
		.offset = offsetof(struct sample, percent),
		.min = 0,
		.max = 100,
		.flag = "percent",
		.letter = 'p',
		.arg = "NUMBER",
		.help = "The share of requests, which is a rather long story that has to be told "
			"in more than a single line of help",
		.column = "PERCENT",
	},
	{
		.name = "all",
		.kind = VALUE_BOOL,
		.offset = offsetof(struct sample, all),
		.flag = "all",
		.letter = 'A',
		.help = "Take all",
		.column = "ALL",
	},
	{
		.name = "mode",
		.kind = VALUE_ENUM,
		.offset = offsetof(struct sample, mode),
		.choices = modes,
		.flag = "mode",
		.letter = 'm',
		.arg = "MODE",
		.help = "How it is committed",
		.column = "MODE",
	},
	{
		.name = "stages",
		.kind = VALUE_LIST,
		.offset = offsetof(struct sample, stages),
		.flag = "stages",
		.letter = 's',
		.arg = "STAGE",
		.help = "The stages",
		.column = "STAGES",
	},
	{
		.name = "allow",
		.kind = VALUE_PAIRS,
		.offset = offsetof(struct sample, allow),
		.flag = "allow",
		.arg = "CODE=REASON",
		.help = "Findings that are accepted",
		.column = "ALLOW",
		.flags = FIELD_WIDE | FIELD_OMIT,
	},
	{
		.name = "verb",
		.kind = VALUE_STRING,
		.offset = offsetof(struct sample, verb),
		.choices = verbs,
		.flag = "verb",
		.arg = "VERB",
		.help = "What is done",
	},
	{
		.name = "parts",
		.kind = VALUE_ROWS,
		.offset = offsetof(struct sample, parts),
		.of = &sample_part_record,
		.column = "PARTS",
		.flags = FIELD_WIDE,
	},
	{
		.kind = VALUE_BOOL,
		.offset = offsetof(struct sample, hidden),
		.flag = "hidden-flag",
		.letter = 'y',
		.help = "Not in help",
		.flags = FIELD_HIDDEN,
	},
	{ 0 },
};

const struct record sample_part_record = { NULL, sizeof(struct sample_part), part_fields };
const struct record sample_record = { "Sample", sizeof(struct sample), fields };

static const struct record *const options[] = { &output_options, &sample_record, NULL };

static int init_sample(void *context)
{
	struct sample *s = context;

	s->percent = 10;
	return 0;
}

static int run_sample(struct app *app, void *context, struct err *err)
{
	struct sample *s = context;

	(void)err;
	if (app->args.n)
		s->name = app->args.items[0];
	print_rows(app, &sample_record, (struct rows){ s, 1 }, "nothing");
	app->exit = EXIT_REFUSED;
	return 0;
}

const struct command sample_command = {
	.name = "sample",
	.group = "migrate",
	.summary = "Show every kind of value",
	.about = "Show every kind of value, in a paragraph that is long enough to be wrapped once, "
		 "since it has more than eighty columns.\n"
		 "\n"
		 "Another one.\n"
		 "  an indented line stays  as it is",
	.example = "# Do it\nkubectl gcpbackend migrate sample web\n\n# Again\nkubectl gcpbackend "
		   "migrate sample web -A",
	.arg = "NAME...",
	.min_args = 1,
	.max_args = 3,
	.options = options,
	.context_size = sizeof(struct sample),
	.init = init_sample,
	.run = run_sample,
};

void stage_open(struct stage_app *s)
{
	*s = (struct stage_app){ 0 };
	s->app = (struct app){ .program = "kubectl gcpbackend",
			       .command = &sample_command,
			       .arena = arena_new() };
	s->app.out = open_memstream(&s->out, &s->out_len);
	s->app.err = open_memstream(&s->err, &s->err_len);
}

void stage_flush(struct stage_app *s)
{
	(void)fflush(s->app.out);
	(void)fflush(s->app.err);
}

void stage_close(struct stage_app *s)
{
	(void)fclose(s->app.out);
	(void)fclose(s->app.err);
	free(s->out);
	free(s->err);
	app_release(&s->app);
}

int words_count(const char *const *words)
{
	int n = 0;

	while (words[n])
		n++;
	return n;
}

char *const *words_argv(const char *const *words)
{
	return (char *const *)(uintptr_t)words;
}

struct slices words_slices(const struct stage_app *s, const char *const *words)
{
	size_t n = (size_t)words_count(words);
	struct slices list = { arena_array(s->app.arena, n + 1, sizeof(struct slice)), n };

	for (size_t i = 0; i < n; i++)
		list.items[i] = slice_of(words[i]);
	return list;
}

void assert_has(const char *row, const char *text, const char *part)
{
	cr_assert(strstr(text, part), "%s: '%s' is not in:\n%s", row, part, text);
}
