/*
 * rule_tls_internal.h - which tls settings of DestinationRules apply to a destination, as Istio
 * resolves them (pilot/pkg/model/push_context.go, destinationRule; pkg/config/host,
 * MostSpecificHostMatch; pilot/pkg/networking/util, GetPortLevelTrafficPolicy).
 *
 * Of the rules of a namespace, the one with the most specific host applies alone: an exact host
 * before a wildcard, a longer wildcard before a shorter one. The settings of a port replace those
 * of the rule entirely, and those of a subset replace the fields that they contain.
 */
#ifndef GCB_ISTIO_RULE_TLS_INTERNAL_H
#define GCB_ISTIO_RULE_TLS_INTERNAL_H

#include "istio/rules_view_internal.h"

/* A destination. */
struct tls_query {
	const struct object_set *rules; /* those that may apply to the host */
	struct slice host, ns;          /* ns: of the rules that are considered */
	struct slice subset;            /* absent: none */
	long port;                      /* -1: not known: settings of ports do not apply */
};

/* The rule that applies to the destination; NULL: none of the namespace. */
const struct object *rule_tls_object(const struct view *v, const struct tls_query *q);

/* The `mode` of its tls settings; NULL: it has none, or no rule applies. */
const struct yaml_node *rule_tls_mode(const struct view *v, const struct tls_query *q);

#endif
