/*
 * render.h - rendering of templates.
 */
#ifndef GCB_TEMPLATE_RENDER_H
#define GCB_TEMPLATE_RENDER_H

#include "base/err.h"
#include "base/str.h"
#include "template/template.h"

/*
 * Appends the template, filled with `values`, to `out`. An absent value counts as not given, so
 * that a caller can list all it knows. Errors: `template` (a name that no parameter has, the same
 * name twice, a missing value, a value that is not of its type or too long), `host_bad` (a value of
 * type host), `too_large`, and those of yaml_apply. On failure `out` is unchanged.
 */
int template_render(const struct template *t, struct pairs values, struct str *out,
		    struct err *err);

#endif
