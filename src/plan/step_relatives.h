/*
 * step_relatives.h - VirtualServices that share a host of a gateway with those of a migration,
 * where these are applied.
 *
 * Istio merges their routes, so that a copy of a catch-all route would be in front of routes of the
 * others (istio/mirror.h). A kustomization can make it so: it adds the gateway or the host, or
 * applies one file twice. And two files with the same host can be for two clusters.
 */
#ifndef GCB_PLAN_STEP_RELATIVES_H
#define GCB_PLAN_STEP_RELATIVES_H

#include "plan/step_work.h"

/*
 * Sets shares_gateway_host of the members of the scope to whether one of them does so in an
 * environment that applies its file. Members that no environment is known to apply remain as
 * scope_find has set them, and so do delegates. Needs w->builds.
 */
void step_relatives_note(const struct step_work *w);

#endif
