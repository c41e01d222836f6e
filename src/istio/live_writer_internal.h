/*
 * live_writer_internal.h - for live.c.
 */
#ifndef GCB_ISTIO_LIVE_WRITER_INTERNAL_H
#define GCB_ISTIO_LIVE_WRITER_INTERNAL_H

#include "istio/live_scene.h"

/* Reports what else writes the routes in the cluster, or hides changes of them. */
void live_writers(const struct live_scene *s, struct findings *findings);

#endif
