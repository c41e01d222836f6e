/*
 * live_diff_internal.h - for live.c.
 */
#ifndef GCB_ISTIO_LIVE_DIFF_INTERNAL_H
#define GCB_ISTIO_LIVE_DIFF_INTERNAL_H

#include "istio/live_scene.h"

/*
 * Reports where the cluster differs from the commit: routes that are missing, behind, ahead or
 * edited.
 */
void live_differences(const struct live_scene *s, struct findings *findings);

#endif
