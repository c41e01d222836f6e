/*
 * guard_internal.h - refuses bytes that not every reader reads alike.
 */
#ifndef GCB_YAML_GUARD_INTERNAL_H
#define GCB_YAML_GUARD_INTERNAL_H

#include "yaml/yaml_internal.h"

/* Checks encoding, size, line breaks and conflict markers; sets file->body and file->wide. */
int yaml_guard(struct yaml_file *file, struct err *err);

/* After the parse: NEL, LS and PS are allowed inside quotes only. */
int yaml_guard_breaks(const struct yaml_file *file, struct err *err);

/* Do these bytes look like a template of Helm, Jinja or the like? Sets the offset of its sign. */
bool yaml_looks_templated(struct slice bytes, uint32_t *at);

/* Is the comment an annotation of ytt: "#@ code", "#@overlay/match"? */
bool yaml_is_ytt(struct slice comment);

#endif
