/*
 * live_winner_internal.h - for live.c.
 */
#ifndef GCB_ISTIO_LIVE_WINNER_INTERNAL_H
#define GCB_ISTIO_LIVE_WINNER_INTERNAL_H

#include "istio/live_scene.h"

/* Reports other VirtualServices of the cluster that have the same host, and which one is used. */
void live_winners(const struct live_scene *s, struct findings *findings);

#endif
