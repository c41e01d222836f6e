/*
 * templates.h - the texts of templates: the built-in ones, or the user's of the same name in a
 * directory.
 */
#ifndef GCB_FLOW_TEMPLATES_H
#define GCB_FLOW_TEMPLATES_H

#include "base/arena.h"
#include "base/err.h"

/* A template that is not parsed. */
struct template_text {
	struct slice file_name, bytes; /* in the arena of templates_get, or static */
};

/*
 * The template NAME (without an extension): DIR/NAME.yaml or DIR/NAME.txt if `dir` is not NULL and
 * has one, else the built-in one. Errors: template (unknown, with the nearest name), io.
 */
int templates_get(const char *dir, struct slice name, struct arena *arena,
		  struct template_text *out, struct err *err);

/* Renders a template. `values` as template_render takes them. */
int templates_render(const char *dir, struct slice name, struct pairs values, struct str *out,
		     struct err *err);

/* A row of the list of built-in templates. */
struct template_row {
	struct slice name, summary;
	struct slices parameters; /* "host (host)", "port (port, default 80)" */
};

/* All built-in templates in the order of their names, in `arena`. */
int templates_list(struct arena *arena, struct template_row **rows, size_t *n, struct err *err);

#endif
