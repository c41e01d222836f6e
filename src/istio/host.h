/*
 * host.h - host names as Istio resolves and compares them (ResolveShortnameToFQDN in
 * pilot/pkg/model/config.go).
 */
#ifndef GCB_ISTIO_HOST_H
#define GCB_ISTIO_HOST_H

#include "base/arena.h"
#include "base/err.h"

/*
 * The host that a name in an object of namespace `ns` means: a name without any dot becomes
 * NAME.ns.svc.cluster.local; all others, "*" and names in an unknown namespace (absent `ns`) are
 * unchanged. The result is `host` itself or lives in `arena`.
 */
struct slice host_resolve(struct slice host, struct slice ns, struct arena *arena);

/* Same host? Byte for byte, as Istio's service index looks it up. */
bool host_same(struct slice a, struct slice b);

/*
 * Different hosts to Istio that a reader may confuse: equal except for letter case or one trailing
 * dot, or one is the other without ".svc.cluster.local" or ".cluster.local", which DNS completes
 * and Istio does not.
 */
bool host_near(struct slice a, struct slice b);

/*
 * Does the wildcard `pattern` ("*.example.com", "*") cover the host? False when it is no wildcard.
 */
bool host_covered(struct slice pattern, struct slice host);

/*
 * Is it a name that Istio accepts as a destination (ValidateWildcardDomain without the wildcard)?
 * Error: host_bad; `what` is the subject of its message.
 */
int host_check(struct slice host, const char *what, struct err *err);

/* The name up to its first dot. */
struct slice host_first_label(struct slice host);

#endif
