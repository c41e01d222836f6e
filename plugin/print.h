/*
 * print.h - results as table, wide table, names, JSON and YAML, all from the fields of one record.
 *
 * Tables follow kubectl: upper-case headings, left-aligned, three blanks between columns (a column
 * takes at least six), no blank behind the last; width counts code points; cells are cut at a line
 * end and get "..."; text is neutralised (str_add_visible); "<none>" for what is not set. A list
 * shows its items with commas, rows their number. Names (-o name) are the FIELD_NAME fields of a
 * row with
 * '/' between, one row a line, to be passed to the next command.
 *
 * JSON is one document {"apiVersion": "gcpbackend/v1alpha1", "kind": KINDList, "items": [...]},
 * written by cJSON with two blanks of indentation; YAML is the same document. What is not set is
 * null, [], {}; with FIELD_OMIT it is left out. Bytes that are not UTF-8, and NUL, become U+FFFD;
 * code points that a terminal must not be given (utf8_is_visible) are escaped, so that a reader of
 * the document gets them back.
 *
 * A number outside the limits of its field (when it has some: min < max) counts as not set. A row
 * of kind VALUE_RECORD without a name puts its fields among those around it.
 */
#ifndef GCB_PLUGIN_PRINT_H
#define GCB_PLUGIN_PRINT_H

#include "plugin/command.h"
#include "plugin/print_json.h"

/* The API version of all documents that the program writes or reads. */
#define GCB_API_VERSION "gcpbackend/v1alpha1"

/* Is the form one for programs, so that stdout gets nothing else? */
bool print_is_document(enum output form);

/*
 * Prints `rows` of the record to stdout in the form app->output, and sets app->printed. With no
 * rows a table prints nothing there and `empty` to stderr; JSON and YAML print an empty list.
 * Errors: only those of the stream, which main checks at the end.
 */
void print_rows(struct app *app, const struct record *of, struct rows rows, const char *empty);

/* The same; a document also has the fields of `also`. */
void print_rows_also(struct app *app, const struct record *of, struct rows rows,
		     const struct print_also *also, const char *empty);

/* The same rows as text, for tests. */
void print_rows_text(enum output form, const struct record *of, struct rows rows, struct str *out);

#endif
