/*
 * parse.h - parsing of templates.
 */
#ifndef GCB_TEMPLATE_PARSE_H
#define GCB_TEMPLATE_PARSE_H

#include "base/err.h"
#include "template/template.h"

/*
 * Parses a template. `name` and `bytes` are borrowed and must outlive `*out`, which the caller
 * frees with template_free. Errors: `template` (a bad declaration, an undeclared name, a hole where
 * none is allowed), `too_large`, and those of yaml_parse.
 */
int template_parse(struct template **out, struct slice name, struct slice bytes, struct err *err);

#endif
