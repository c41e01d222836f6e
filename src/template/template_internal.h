/*
 * template_internal.h - what parsing and rendering of templates share.
 */
#ifndef GCB_TEMPLATE_TEMPLATE_INTERNAL_H
#define GCB_TEMPLATE_TEMPLATE_INTERNAL_H

#include "base/err.h"
#include "template/template.h"

/* The name of the parameter that `name` may be a misspelling of, or an absent slice. */
struct slice template_nearest_param(const struct template *t, struct slice name);

/* The place of the template as a whole. */
struct place template_place(const struct template *t);

#endif
