/*
 * print_json.h - rows as one document of JSON or YAML (print.h).
 */
#ifndef GCB_PLUGIN_PRINT_JSON_H
#define GCB_PLUGIN_PRINT_JSON_H

#include "base/record.h"
#include "base/str.h"

/* Fields of the document itself, behind its items: those of a struct that `of` describes. */
struct print_also {
	const struct record *of; /* NULL: none */
	const void *base;
};

/* Appends the document. */
void print_json(const struct record *of, struct rows rows, const struct print_also *also,
		struct str *out);
void print_yaml(const struct record *of, struct rows rows, const struct print_also *also,
		struct str *out);

#endif
