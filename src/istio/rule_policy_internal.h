/*
 * rule_policy_internal.h - which traffic policy of DestinationRules applies to a destination, as
 * Istio resolves it (pilot/pkg/model/push_context.go, destinationRule, and sidecar.go,
 * DestinationRule; pilot/pkg/networking/util, MergeSubsetTrafficPolicy).
 *
 * Rules in the namespace of the client come first, then those that the namespace of the service
 * exports to it, then those that the root namespace does. In the first of these that has a rule
 * for the host, the most specific host applies alone: an exact one before a wildcard, a longer
 * wildcard before a shorter one. A rule with a workloadSelector is for such clients only, and
 * precedes others of the same host. Rules of one host and one exportTo are merged: the first policy
 * counts, and the first subset of a name. The settings of a port replace those of the rule
 * entirely, and those of a subset replace the fields that they contain.
 */
#ifndef GCB_ISTIO_RULE_POLICY_INTERNAL_H
#define GCB_ISTIO_RULE_POLICY_INTERNAL_H

#include "istio/rules_view_internal.h"

/* The namespace whose rules apply to all that have none. */
#define ROOT_NAMESPACE "istio-system"

/* A DestinationRule, read. */
struct policy_rule {
	const struct object *object;
	struct slice ns, host;           /* the host is resolved */
	const struct yaml_node *exports; /* NULL: none */
	const struct yaml_node *labels;  /* of its workloadSelector; NULL: it has none */
	bool own;                        /* it is for its own namespace only */
};

/* Rules by namespace, then by name. */
struct policy_rules {
	const struct policy_rule *items;
	size_t n;
};

/* Proxies that call a destination. */
struct policy_client {
	struct slice ns;                /* absent: a namespace that has no rule */
	const struct yaml_node *labels; /* matchLabels that their workloads have; NULL: none */
	struct slice revision;          /* of their control plane; ELSEWHERE: none that is named */
};

/* A destination, and who calls it. */
struct policy_query {
	const struct policy_rules *rules;
	struct slice host, ns; /* ns: of the service; absent: not known */
	struct slice subset;   /* absent: none */
	long port;             /* -1: not known: settings of ports do not apply */
	struct policy_client client;
};

/* Reads the rules of a set, in the scene's arena. */
struct policy_rules policy_rules_read(const struct view *v, const struct object_set *set);

/* The rules of a namespace, without the others. */
struct policy_rules policy_rules_of(const struct policy_rules *all, struct slice ns);

/*
 * The value of a field of the policy, such as "tls" or "connectionPool"; NULL: it has none.
 * `*owner`, which may be NULL, is the rule that contains it.
 */
const struct yaml_node *policy_value(const struct policy_query *q, const char *key,
				     const struct object **owner);

#endif
