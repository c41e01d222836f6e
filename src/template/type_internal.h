/*
 * type_internal.h - which values a parameter takes.
 */
#ifndef GCB_TEMPLATE_TYPE_INTERNAL_H
#define GCB_TEMPLATE_TYPE_INTERNAL_H

#include "base/err.h"
#include "template/template.h"

/* The type with this name; if there is none, false and the nearest name, which may be absent. */
bool template_type_find(struct slice word, enum template_type *out, struct slice *nearest);

/* Does a plain scalar that consists of a value of this type become a number? */
bool template_type_number(enum template_type type);

/* Refuses a value that is not of the parameter's type, or too long. Returns 0 or -1. */
int template_type_check(const struct template_param *param, struct slice value, struct err *err);

#endif
