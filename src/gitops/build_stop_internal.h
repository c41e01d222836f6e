/*
 * build_stop_internal.h - why a build, or a step of it, has no result.
 */
#ifndef GCB_GITOPS_BUILD_STOP_INTERNAL_H
#define GCB_GITOPS_BUILD_STOP_INTERNAL_H

#include "gitops/build_stop.h"

/* Sets why the build fails, at a node of the file that makes it fail. Always NULL. */
void *build_fail(struct build_stop *stop, const struct yaml_node *at, const char *why);

/* Sets why the result is not known. Always NULL. */
void *build_unknown(struct build_stop *stop, const struct yaml_node *at, const char *why);

#endif
