#include "plugin/print.h"

#include "base/alloc.h"
#include "plugin/print_json.h"
#include "plugin/print_table.h"
#include "plugin/say.h"

bool print_is_document(enum output form)
{
	return form == OUTPUT_JSON || form == OUTPUT_YAML || form == OUTPUT_NAME;
}

/* Appends the name parts of one row, '/' between. */
static void add_name(const struct record *of, const void *base, size_t start, struct str *out)
{
	for (const struct field *f = of->fields; !field_ends(f); f++) {
		if (f->kind == VALUE_RECORD) {
			add_name(f->of, FIELD_AT(char, base, f), start, out);
		} else if ((f->flags & FIELD_NAME) && field_has_value(f, base)) {
			if (out->len > start)
				str_addc(out, '/');
			print_cell(f, base, out);
		}
	}
}

/* One name a line; a row without a name has none. */
static void print_names(const struct record *of, struct rows rows, struct str *out)
{
	for (size_t i = 0; i < rows.n; i++) {
		size_t start = out->len;

		add_name(of, row_at(of, rows, i), start, out);
		if (out->len > start)
			str_addc(out, '\n');
	}
}

/* Appends the rows, and to a document the fields of `also`. */
static void print_text(enum output form, const struct record *of, struct rows rows,
		       const struct print_also *also, struct str *out)
{
	switch (form) {
	case OUTPUT_TABLE:
	case OUTPUT_WIDE:
		print_table(form == OUTPUT_WIDE, of, rows, out);
		break;
	case OUTPUT_JSON:
		print_json(of, rows, also, out);
		break;
	case OUTPUT_YAML:
		print_yaml(of, rows, also, out);
		break;
	case OUTPUT_NAME:
		print_names(of, rows, out);
		break;
	}
}

void print_rows_text(enum output form, const struct record *of, struct rows rows, struct str *out)
{
	print_text(form, of, rows, &(struct print_also){ NULL, NULL }, out);
}

void print_rows(struct app *app, const struct record *of, struct rows rows, const char *empty)
{
	print_rows_also(app, of, rows, &(struct print_also){ NULL, NULL }, empty);
}

void print_rows_also(struct app *app, const struct record *of, struct rows rows,
		     const struct print_also *also, const char *empty)
{
	AUTO_STR struct str text = STR_INIT;

	print_text(app->output, of, rows, also, &text);
	if (str_over(&text))
		fatal("the result is too large to print");
	say_text(app, SAY_OUT, str_slice(&text));
	app->printed = true;
	if (!rows.n && app->output != OUTPUT_JSON && app->output != OUTPUT_YAML && *empty)
		say_note(app, "%s", empty);
}
