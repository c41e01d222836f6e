/*
 * print_json.h - rows as one document of JSON or YAML (print.h).
 */
#ifndef GCB_PLUGIN_PRINT_JSON_H
#define GCB_PLUGIN_PRINT_JSON_H

#include "base/record.h"
#include "base/str.h"

/* Appends the document. */
void print_json(const struct record *of, struct rows rows, struct str *out);
void print_yaml(const struct record *of, struct rows rows, struct str *out);

#endif
