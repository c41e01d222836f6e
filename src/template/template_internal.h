/*
 * template_internal.h - what parsing and rendering of templates share.
 */
#ifndef GCB_TEMPLATE_TEMPLATE_INTERNAL_H
#define GCB_TEMPLATE_TEMPLATE_INTERNAL_H

#include "template/template.h"
#include "yaml/yaml.h"

/*
 * Is the node a value that holes may stand in: a plain or quoted scalar on one line? Keys are not
 * asked about.
 */
bool template_scalar_fills(const struct yaml_node *node);

/* The name of the parameter that `name` may be a slip of, or an absent slice. */
struct slice template_nearest_param(const struct template *t, struct slice name);

/* The place of the template as a whole. */
struct place template_place(const struct template *t);

#endif
