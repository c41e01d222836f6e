#include "plugin/print_table.h"

#include "base/alloc.h"
#include "base/utf8.h"

#include <stdlib.h>

/* kubectl's table: a column takes six places at least, three of them blanks. */
enum { PADDING = 3, CELL_MIN = 6 };

/* A column: its field, and where in the row the struct is that contains it. */
struct table_column {
	const struct field *field;
	size_t base, width;
};

struct table_columns {
	struct table_column *items;
	size_t n, cap;
};

/* Gathers the fields that have a heading, those of parts, too. */
static void collect_columns(const struct record *of, size_t base, bool wide,
			    struct table_columns *list)
{
	for (const struct field *f = of->fields; !field_ends(f); f++) {
		if (f->kind == VALUE_RECORD) {
			collect_columns(f->of, base + f->offset, wide, list);
		} else if (f->column && (wide || !(f->flags & FIELD_WIDE))) {
			ROOM(list->items, list->n, list->cap);
			list->items[list->n++] =
				(struct table_column){ f, base, utf8_count(slice_of(f->column)) };
		}
	}
}

/* Appends text up to its first line end; "..." stands for the rest. */
static void add_line(struct str *out, struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '\n' || text.ptr[i] == '\r' || text.ptr[i] == '\f') {
			str_add_visible(out, slice_sub(text, 0, i), false);
			str_adds(out, "...");
			return;
		}
	str_add_visible(out, text, false);
}

/* The items with commas between. */
static void add_list(struct str *out, struct slices list)
{
	for (size_t i = 0; i < list.n; i++) {
		str_adds(out, i ? "," : "");
		add_line(out, list.items[i]);
	}
}

/* "key=value" with commas between, as kubectl shows labels. */
static void add_pairs(struct str *out, struct pairs list)
{
	for (size_t i = 0; i < list.n; i++) {
		str_adds(out, i ? "," : "");
		add_line(out, list.items[i].key);
		str_addc(out, '=');
		add_line(out, list.items[i].value);
	}
}

void print_cell(const struct field *f, const void *base, struct str *out)
{
	if (!field_has_value(f, base))
		return;
	switch (f->kind) {
	case VALUE_STRING:
		add_line(out, *FIELD_AT(struct slice, base, f));
		break;
	case VALUE_INT:
		str_addf(out, "%ld", *FIELD_AT(long, base, f));
		break;
	case VALUE_BOOL:
		str_adds(out, *FIELD_AT(bool, base, f) ? "true" : "false");
		break;
	case VALUE_ENUM:
		str_adds(out, f->choices[*FIELD_AT(int, base, f)]);
		break;
	case VALUE_LIST:
		add_list(out, *FIELD_AT(struct slices, base, f));
		break;
	case VALUE_PAIRS:
		add_pairs(out, *FIELD_AT(struct pairs, base, f));
		break;
	case VALUE_ROWS:
		str_addf(out, "%zu", FIELD_AT(struct rows, base, f)->n);
		break;
	case VALUE_RECORD:
		break;
	}
}

/* Appends the cell of a column in a row, "<none>" when there is no value. Returns its width. */
static size_t add_cell(const struct table_column *c, const char *row, struct str *out)
{
	size_t start = out->len;

	print_cell(c->field, row + c->base, out);
	if (out->len == start)
		str_adds(out, "<none>");
	return utf8_count(slice_sub(str_slice(out), start, out->len));
}

/* Widens the columns to what the rows need. */
static void measure_columns(struct table_columns *list, const struct record *of, struct rows rows)
{
	AUTO_STR struct str cell = STR_INIT;

	for (size_t r = 0; r < rows.n; r++)
		for (size_t c = 0; c < list->n; c++) {
			size_t width;

			str_clear(&cell);
			width = add_cell(&list->items[c], row_at(of, rows, r), &cell);
			if (width > list->items[c].width)
				list->items[c].width = width;
		}
}

/* Appends a line: the headings when `row` is NULL. */
static void add_row(const struct table_columns *list, const char *row, struct str *out)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct table_column *c = &list->items[i];
		size_t place = c->width + PADDING < CELL_MIN ? CELL_MIN : c->width + PADDING, width;

		if (row) {
			width = add_cell(c, row, out);
		} else {
			str_adds(out, c->field->column);
			width = utf8_count(slice_of(c->field->column));
		}
		if (i + 1 < list->n)
			str_fill(out, ' ', place - width);
	}
	str_addc(out, '\n');
}

void print_table(bool wide, const struct record *of, struct rows rows, struct str *out)
{
	struct table_columns list = { NULL, 0, 0 };
	AUTO_FREE struct table_column *items = NULL;

	if (!rows.n)
		return;
	collect_columns(of, 0, wide, &list);
	items = list.items;
	measure_columns(&list, of, rows);
	add_row(&list, NULL, out);
	for (size_t r = 0; r < rows.n; r++)
		add_row(&list, row_at(of, rows, r), out);
}
