/*
 * template_type.h - which values a parameter takes.
 */
#ifndef GCB_TEMPLATE_TEMPLATE_TYPE_H
#define GCB_TEMPLATE_TEMPLATE_TYPE_H

#include "template/template.h"

/* The type with this word; false and nearest (which may be absent) when there is none. */
bool template_type_find(struct slice word, enum template_type *out, struct slice *nearest);

/* Does a plain scalar with nothing but a value of this type become a number? */
bool template_type_number(enum template_type type);

/* Refuses a value that is not of the parameter's type, or too long. Returns 0 or -1. */
int template_type_check(const struct template_param *param, struct slice value, struct err *err);

#endif
