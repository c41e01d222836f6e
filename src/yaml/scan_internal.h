/*
 * scan_internal.h - libyaml's events become nodes.
 */
#ifndef GCB_YAML_SCAN_INTERNAL_H
#define GCB_YAML_SCAN_INTERNAL_H

#include "yaml/yaml_internal.h"

/* Parses the bytes into nodes without regions. */
int yaml_scan(struct yaml_file *file, struct err *err);

#endif
