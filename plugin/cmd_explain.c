#include "plugin/commands.h"

#include "plugin/options.h"
#include "plugin/print.h"

#include <ctype.h>
#include <stddef.h>

struct context {
	struct common common;
};

/* A code as a row. */
struct code_row {
	struct slice code, severity, title, remedy, explain, source;
	long exit;
	bool allow;
};

#define ROW(member) .name = #member, .offset = offsetof(struct code_row, member)

static const struct record code_record = {
	.kind = "Code",
	.size = sizeof(struct code_row),
	.fields =
		(const struct field[]){
			{ .kind = VALUE_STRING, ROW(code), .column = "CODE", .flags = FIELD_NAME },
			{ .kind = VALUE_STRING, ROW(severity), .column = "SEVERITY" },
			{ .kind = VALUE_STRING, ROW(title), .column = "TITLE" },
			{ .kind = VALUE_BOOL, ROW(allow) },
			{ .kind = VALUE_INT, ROW(exit), .min = 0, .max = 255 },
			{ .kind = VALUE_STRING,
			  ROW(remedy),
			  .column = "REMEDY",
			  .flags = FIELD_WIDE | FIELD_OMIT },
			{ .kind = VALUE_STRING, ROW(explain) },
			{ .kind = VALUE_STRING, ROW(source), .flags = FIELD_OMIT },
			{ .name = NULL },
		},
};

static struct code_row row_of(const struct code *c)
{
	return (struct code_row){ .code = slice_of(c->id),
				  .severity = slice_of(severity_word(c->severity)),
				  .title = slice_of(c->title),
				  .remedy = slice_of(c->remedy),
				  .explain = slice_of(c->explain),
				  .source = slice_of(c->source),
				  .exit = c->exit,
				  .allow = c->allow };
}

/* The code that a word means, in any letter case, also without its letters: "gcb1005", "1005". */
static int find(struct app *app, struct slice word, const struct code **out, struct err *err)
{
	AUTO_STR struct str id = STR_INIT;
	struct slice *ids = arena_array(app->arena, ncodes, sizeof(*ids)), near;

	if (word.len < 3 || !slice_eq_case(slice_sub(word, 0, 3), SLICE("GCB")))
		str_adds(&id, "GCB");
	for (size_t i = 0; i < word.len; i++)
		str_addc(&id, (char)toupper((unsigned char)word.ptr[i]));
	*out = code_find(str_slice(&id));
	if (*out)
		return 0;
	for (size_t i = 0; i < ncodes; i++)
		ids[i] = slice_of(codes[i]->id);
	near = slice_nearest(str_slice(&id), ids, ncodes);
	(void)options_refuse(app, &cmd_explain, err, "no code '%" SLICE_FMT "'%s%" SLICE_FMT "%s",
			     SLICE_ARG(slice_sub(word, 0, 40)), near.ptr ? ", did you mean '" : "",
			     SLICE_ARG(near), near.ptr ? "'?" : "");
	return err_remedy(err, "'%s migrate explain' lists them", app->program);
}

/* What a code does to a stage, in words. */
static const char *effect(const struct code *c)
{
	if (c->severity != SEVERITY_ERROR)
		return "it stops nothing";
	return c->allow ? "it stops a stage unless spec.allow accepts it" :
			  "it stops the command or the stage";
}

/* The long form of one code. */
static void show(const struct app *app, const struct code *c)
{
	AUTO_STR struct str text = STR_INIT;
	AUTO_STR struct str part = STR_INIT;

	str_addf(&part, "%s: %s (%s; %s)", c->id, c->title, severity_word(c->severity), effect(c));
	help_paragraphs(&text, part.ptr, help_width(app));
	str_addc(&text, '\n');
	help_paragraphs(&text, c->explain, help_width(app));
	if (c->remedy[0]) {
		str_clear(&part);
		str_addf(&part, "What to do: %s.", c->remedy);
		str_addc(&text, '\n');
		help_paragraphs(&text, part.ptr, help_width(app));
	}
	if (c->source[0])
		str_addf(&text, "\nSource: %s\n", c->source);
	(void)fwrite(text.ptr, 1, text.len, app->out);
}

static int run(struct app *app, void *context, struct err *err)
{
	struct code_row *rows = arena_array(app->arena, ncodes, sizeof(*rows));
	const struct code *code = NULL;
	size_t n = 0;

	(void)context;
	if (app->args.n && find(app, app->args.items[0], &code, err) < 0)
		return -1;
	for (size_t i = 0; i < ncodes; i++)
		if (!code || codes[i] == code)
			rows[n++] = row_of(codes[i]);
	if (code && app->output == OUTPUT_TABLE)
		show(app, code);
	else
		print_rows(app, &code_record, (struct rows){ rows, n }, "");
	return 0;
}

static const struct record *const options[] = { &output_options, NULL };

const struct command cmd_explain = {
	.name = "explain",
	.group = "migrate",
	.summary = "Explain the code of an error or finding",
	.about = "Tell what the code of an error or finding means, why it matters, what to do "
		 "about it and where the rule comes from. Without a "
		 "code all of them are listed.",
	.example = "# What a refusal means\nkubectl gcpbackend migrate explain GCB1005\n\n# All "
		   "codes\nkubectl gcpbackend migrate explain",
	.arg = "[CODE]",
	.max_args = 1,
	.options = options,
	.context_size = sizeof(struct context),
	.run = run,
};
