/*
 * mirror.h - where the mirror of a route goes.
 *
 * Requests that may write are never mirrored: a mirror belongs to a route and copies every request
 * of it, whichever destination is chosen (requestMirrorPolicies in Istio's
 * pilot/pkg/networking/core/route/route.go). So only a route, or a generated copy of one, that
 * matches nothing but the allowed methods gets ours.
 */
#ifndef GCB_ISTIO_MIRROR_H
#define GCB_ISTIO_MIRROR_H

#include "istio/route.h"

enum mirror_place { MIRROR_NONE, MIRROR_ON_ROUTE, MIRROR_ON_COPY };

/*
 * Where the mirror of a route that names the old host goes; a finding gives the reason where it
 * cannot be mirrored.
 */
enum mirror_place mirror_choose(const struct vs *vs, const struct route *route,
				const struct move_context *c);

#endif
