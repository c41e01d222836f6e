/*
 * parse_internal.h - parsing for comparison.
 */
#ifndef GCB_YAML_PARSE_INTERNAL_H
#define GCB_YAML_PARSE_INTERNAL_H

#include "yaml/yaml_internal.h"

/* yaml_parse without the regions of entries: enough to compare trees. */
int yaml_parse_bare(struct yaml_file **out, struct slice name, struct slice bytes, struct err *err);

#endif
