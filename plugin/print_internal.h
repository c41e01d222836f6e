/*
 * print_internal.h - what the printers share.
 */
#ifndef GCB_PLUGIN_PRINT_INTERNAL_H
#define GCB_PLUGIN_PRINT_INTERNAL_H

#include "base/str.h"
#include "plugin/print.h"

/* The row `i` of `rows`. */
const void *row_at(const struct record *of, struct rows rows, size_t i);

/*
 * Has the field a value: what field_is_set says for texts and lists; numbers within their limits,
 * known choices, all flags?
 */
bool value_is_there(const struct field *f, const void *base);

/* print_table.c: appends the field as one line of text; nothing when it has no value. */
void cell_text(const struct field *f, const void *base, struct str *out);

/* print_table.c: appends the table; nothing without rows. */
void print_table(bool wide, const struct record *of, struct rows rows, struct str *out);

/* print_json.c: appends the document. */
void print_json(const struct record *of, struct rows rows, struct str *out);
void print_yaml(const struct record *of, struct rows rows, struct str *out);

#endif
