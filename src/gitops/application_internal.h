/*
 * application_internal.h - Applications of Argo CD.
 */
#ifndef GCB_GITOPS_APPLICATION_INTERNAL_H
#define GCB_GITOPS_APPLICATION_INTERNAL_H

#include "gitops/environment_list_internal.h"

/*
 * Fills in an environment from the spec of an Application, and adds its sources to the list. `p`:
 * the parameters of an ApplicationSet, for its template; else NULL.
 */
void application_read(struct environment_list *l, struct environment *e,
		      const struct yaml_node *spec, const struct parameters *p);

#endif
