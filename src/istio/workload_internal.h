/*
 * workload_internal.h - workloads that a ServiceEntry selects by their labels: WorkloadEntries, and
 * WorkloadGroups, of which the mesh makes WorkloadEntries.
 *
 * Source: pilot/pkg/serviceregistry/serviceentry: controller.go (ConvertWorkloadEntry: labels of
 * the metadata take precedence), conversion.go (getTLSModeFromWorkloadEntry).
 */
#ifndef GCB_ISTIO_WORKLOAD_INTERNAL_H
#define GCB_ISTIO_WORKLOAD_INTERNAL_H

#include "kube/object.h"

enum { WORKLOAD_LABELS = 2 };

/* Is it a WorkloadEntry or a WorkloadGroup? */
bool is_workload(const struct object *o);

/* The maps with the labels of a workload, the first of which takes precedence; some may be NULL. */
void workload_labels(const struct object *o, const struct yaml_node *maps[WORKLOAD_LABELS]);

/* Does the ServiceEntry's workloadSelector select the workload? The namespaces are not compared. */
bool workload_is_selected(const struct object *o, const struct object *entry);

/*
 * Does an endpoint with this service account and this label security.istio.io/tlsMode require mTLS
 * of the mesh? The label takes precedence. NULL: it has none.
 */
bool endpoint_expects_mtls(const struct yaml_node *account, const struct yaml_node *mode);

/* Does the workload? */
bool workload_expects_mtls(const struct object *o);

#endif
