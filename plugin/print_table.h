/*
 * print_table.h - rows as a table, laid out as kubectl's (print.h).
 */
#ifndef GCB_PLUGIN_PRINT_TABLE_H
#define GCB_PLUGIN_PRINT_TABLE_H

#include "base/record.h"
#include "base/str.h"

/* Appends the table, with its FIELD_WIDE columns if `wide`; nothing without rows. */
void print_table(bool wide, const struct record *of, struct rows rows, struct str *out);

/* Appends the field as one line of text, fit for a terminal; nothing when it has no value. */
void print_cell(const struct field *f, const void *base, struct str *out);

#endif
