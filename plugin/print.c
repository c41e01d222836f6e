#include "plugin/print_internal.h"

#include "base/alloc.h"

const void *row_at(const struct record *of, struct rows rows, size_t i)
{
	return (const char *)rows.items + i * of->size;
}

/* The number of words a field can choose from. */
static int choice_count(const struct field *f)
{
	int n = 0;

	while (f->choices && f->choices[n])
		n++;
	return n;
}

bool value_is_there(const struct field *f, const void *base)
{
	switch (f->kind) {
	case VALUE_INT:
		return f->min >= f->max ||
		       (*FIELD_AT(long, base, f) >= f->min && *FIELD_AT(long, base, f) <= f->max);
	case VALUE_ENUM:
		return *FIELD_AT(int, base, f) >= 0 && *FIELD_AT(int, base, f) < choice_count(f);
	case VALUE_BOOL:
	case VALUE_RECORD:
		return true;
	default:
		return field_is_set(f, base);
	}
}

/* Appends the name parts of one row, '/' between. */
static void add_name(const struct record *of, const void *base, size_t start, struct str *out)
{
	for (const struct field *f = of->fields; !field_ends(f); f++) {
		if (f->kind == VALUE_RECORD) {
			add_name(f->of, FIELD_AT(char, base, f), start, out);
		} else if ((f->flags & FIELD_NAME) && value_is_there(f, base)) {
			if (out->len > start)
				str_addc(out, '/');
			cell_text(f, base, out);
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

void print_rows_text(enum output form, const struct record *of, struct rows rows, struct str *out)
{
	switch (form) {
	case OUTPUT_TABLE:
	case OUTPUT_WIDE:
		print_table(form == OUTPUT_WIDE, of, rows, out);
		break;
	case OUTPUT_JSON:
		print_json(of, rows, out);
		break;
	case OUTPUT_YAML:
		print_yaml(of, rows, out);
		break;
	case OUTPUT_NAME:
		print_names(of, rows, out);
		break;
	}
}

void print_rows(struct app *app, const struct record *of, struct rows rows, const char *empty)
{
	AUTO_STR struct str text = STR_INIT;

	print_rows_text(app->output, of, rows, &text);
	if (str_over(&text))
		fatal("the result is too large to print");
	(void)fwrite(text.ptr, 1, text.len, app->out);
	app->printed = true;
	if (!rows.n && app->output != OUTPUT_JSON && app->output != OUTPUT_YAML && *empty)
		(void)fprintf(app->talk, "%s\n", empty);
}
