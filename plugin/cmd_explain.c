#include "plugin/commands.h"

#include "plugin/command_line.h"
#include "plugin/help.h"
#include "plugin/options.h"
#include "plugin/print.h"
#include "plugin/say.h"

#include <ctype.h>

struct explain_context {
	struct common common;
};

/* A code as a row. */
struct code_row {
	struct slice code, severity, title, remedy, explain, source;
	long exit;
	bool allow;
};

static const struct field code_fields[] = {
	ROW_STRING(struct code_row, code, "code", "CODE", FIELD_NAME),
	ROW_STRING(struct code_row, severity, "severity", "SEVERITY", 0),
	ROW_STRING(struct code_row, title, "title", "TITLE", 0),
	ROW_BOOL(struct code_row, allow, "allow", NULL, 0),
	ROW_INT(struct code_row, exit, "exit", NULL, 0),
	ROW_STRING(struct code_row, remedy, "remedy", "REMEDY", FIELD_WIDE | FIELD_OMIT),
	ROW_STRING(struct code_row, explain, "explain", NULL, 0),
	ROW_STRING(struct code_row, source, "source", NULL, FIELD_OMIT),
	FIELDS_END,
};

static const struct record code_record = { "Code", sizeof(struct code_row), code_fields };

static struct code_row make_row(const struct code *c)
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

/* The code of a word in any letter case, also without its letters: "gcb1005", "1005". */
static int find_code(struct app *app, struct slice word, const struct code **out, struct err *err)
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
	(void)command_refuse(app, err, "no code '%" SLICE_FMT "'%s%" SLICE_FMT "%s",
			     SLICE_ARG(argument_excerpt(app, word)),
			     near.ptr ? ", did you mean '" : "", SLICE_ARG(near),
			     near.ptr ? "'?" : "");
	return err_remedy(err, "run '%s migrate explain' to list all codes", app->program);
}

/* What a code means for a stage. */
static const char *describe_effect(const struct code *c)
{
	if (c->severity != SEVERITY_ERROR)
		return "stops nothing";
	return c->allow ? "stops a stage unless spec.allow accepts it" :
			  "stops the command or the stage";
}

/* The long form of one code. */
static void print_code(const struct app *app, const struct code *c)
{
	AUTO_STR struct str text = STR_INIT;
	AUTO_STR struct str part = STR_INIT;

	str_addf(&part, "%s: %s (%s; %s)", c->id, c->title, severity_word(c->severity),
		 describe_effect(c));
	help_paragraphs(&text, part.ptr, help_width(app));
	str_addc(&text, '\n');
	help_paragraphs(&text, c->explain, help_width(app));
	if (c->remedy[0]) {
		str_clear(&part);
		str_addf(&part, "Remedy: %s.", c->remedy);
		str_addc(&text, '\n');
		help_paragraphs(&text, part.ptr, help_width(app));
	}
	if (c->source[0])
		str_addf(&text, "\nSource: %s\n", c->source);
	say_text(app, SAY_OUT, str_slice(&text));
}

static int run_explain(struct app *app, void *context, struct err *err)
{
	struct code_row *rows = arena_array(app->arena, ncodes, sizeof(*rows));
	const struct code *code = NULL;
	size_t n = 0;

	(void)context;
	if (app->args.n && find_code(app, app->args.items[0], &code, err) < 0)
		return -1;
	for (size_t i = 0; i < ncodes; i++)
		if (!code || codes[i] == code)
			rows[n++] = make_row(codes[i]);
	if (code && app->output == OUTPUT_TABLE)
		print_code(app, code);
	else
		print_rows(app, &code_record, (struct rows){ rows, n }, "");
	return 0;
}

static const struct record *const options[] = { &output_options, NULL };

const struct command cmd_explain = {
	.name = "explain",
	.group = "migrate",
	.summary = "Explain the code of an error or finding",
	.about = "Explain the code of an error or finding: what it means, why it matters, how to "
		 "fix it, and the source of the rule. Without a code, list all codes.",
	.example = "# Explain a refusal\nkubectl gcpbackend migrate explain GCB1005\n\n# List all "
		   "codes\nkubectl gcpbackend migrate explain",
	.arg = "[CODE]",
	.max_args = 1,
	.options = options,
	.context_size = sizeof(struct explain_context),
	.run = run_explain,
};
