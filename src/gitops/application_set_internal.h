/*
 * application_set_internal.h - ApplicationSets of Argo CD: the Applications that they generate.
 */
#ifndef GCB_GITOPS_APPLICATION_SET_INTERNAL_H
#define GCB_GITOPS_APPLICATION_SET_INTERNAL_H

#include "gitops/directories_internal.h"
#include "gitops/environment_list_internal.h"

/* Most comparisons of directories with patterns that all ApplicationSets together may make. */
#define APPLICATION_SET_COMPARISONS 5000000

/*
 * Adds the environments of an ApplicationSet. All directories must have been added before.
 * `*comparisons`: how many may still be made, at the start APPLICATION_SET_COMPARISONS.
 */
void application_set_read(struct environment_list *l, const struct object *o,
			  const struct directories *directories, long *comparisons);

#endif
