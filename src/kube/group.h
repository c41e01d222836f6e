/*
 * group.h - the API groups of the kinds that this program reads.
 */
#ifndef GCB_KUBE_GROUP_H
#define GCB_KUBE_GROUP_H

#define ISTIO_GROUP "networking.istio.io"
#define ISTIO_SECURITY_GROUP "security.istio.io"
#define ISTIO_TELEMETRY_GROUP "telemetry.istio.io"
#define GKE_GROUP "networking.gke.io"
#define ARGO_GROUP "argoproj.io"
#define FLAGGER_GROUP "flagger.app"
#define KARGO_GROUP "kargo.akuity.io"

#endif
