#include "tests/unit/istio/rule_rows.h"

#define FOR_OLD(policy) RULE("old.example.com", policy)
#define FOR_NEW(policy) RULE("new.example.com", policy)
#define TARGET ENTRY("  ports: [{number: 80, targetPort: 443, protocol: HTTP}]\n")
#define SUBSETS                                                                                    \
	ISTIO("DestinationRule")                                                                   \
	"  host: old.example.com\n  subsets:\n  - {name: v, trafficPolicy: {tls: {mode: "          \
	"SIMPLE}}}\n"

#define POOLS                                                                                      \
	ISTIO("DestinationRule")                                                                   \
	"  host: old.example.com\n  subsets: [{name: a}, {name: b, trafficPolicy: "                \
	"{outlierDetection: {interval: 1s}}}]\n"

/* Rules with the metadata and the spec that are specified, in line 12 if they come first. */
#define RULE_OF(metadata, spec)                                                                    \
	"---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: "        \
	"r, " metadata "}\nspec: {" spec ", trafficPolicy: {tls: {mode: SIMPLE}}}\n"
#define OLD_OF(metadata, fields) RULE_OF(metadata, "host: old.example.com" fields)
#define NEW_OF(metadata, fields) RULE_OF(metadata, "host: new.example.com" fields)
#define SHOP "namespace: shop"
#define ROOT_NS "namespace: istio-system"
#define REV(name) "namespace: shop, labels: {istio.io/rev: " name "}"
#define FOR_GOLD ", workloadSelector: {matchLabels: {app: gold}}"

/* A route at a gateway, TLS for one of two ports, and the gateway's only server. */
#define TWO_PORTS "  ports: [{number: 80, protocol: HTTP}, {number: 443, protocol: HTTPS}]\n"
#define TLS_OF_443 "{portLevelSettings: [{port: {number: 443}, tls: {mode: SIMPLE}}]}"
#define SERVER(port) ISTIO("Gateway") "  servers: [{port: " port ", hosts: ['*']}]\n"
#define AT_GATEWAY                                                                                 \
	VS("x")                                                                                    \
	"  hosts: [old.example.com]\n  gateways: [x]\n"                                            \
	"  http: [{route: [{destination: {host: old.example.com}}]}]\n"
#define EXPORTED(exports)                                                                          \
	VS("x")                                                                                    \
	"  hosts: [old.example.com]\n  exportTo: " exports                                         \
	"\n  http: [{route: [{destination: {host: old.example.com}}]}]\n"

const struct rule_row rows_destination[] = {
	{ "TLS for old", &CODE_tls_lost, 14, BASE FOR_OLD("{tls: {mode: SIMPLE}}") },
	{ "TLS for both", &CODE_tls_lost, RAISED_NEVER,
	  BASE FOR_OLD("{tls: {mode: SIMPLE}}") FOR_NEW("{tls: {mode: SIMPLE}}") },
	{ "TLS for the old host, and explicitly none for the new one", &CODE_tls_lost, RAISED_NEVER,
	  BASE FOR_OLD("{tls: {mode: SIMPLE}}") FOR_NEW("{tls: {mode: DISABLE}}") },
	{ "a wildcard that covers both", &CODE_tls_lost, RAISED_NEVER,
	  BASE RULE("*.example.com", "{tls: {mode: SIMPLE}}") },
	{ "a wildcard that covers old only", &CODE_tls_lost, 14,
	  BASE RULE("*d.example.com", "{tls: {mode: SIMPLE}}") },
	{ "TLS switched off", &CODE_tls_lost, RAISED_NEVER,
	  BASE FOR_OLD("{tls: {mode: DISABLE}}") },
	{ "TLS of a port", &CODE_tls_lost, 14,
	  BASE FOR_OLD("{portLevelSettings: [{port: {number: 1}, tls: {mode: SIMPLE}}]}") },
	{ "TLS of a subset", &CODE_tls_lost, 15,
	  ROUTES "  - route: [{destination: {host: old.example.com, subset: v}}]\n" SUBSETS },
	{ "TLS of a subset that no route uses", &CODE_tls_lost, RAISED_NEVER, BASE SUBSETS },
	{ "TLS of a port that no route uses", &CODE_tls_lost, RAISED_NEVER,
	  ROUTES
	  "  - route: [{destination: {host: old.example.com, port: {number: 80}}}]\n" FOR_OLD(
		  "{portLevelSettings: [{port: {number: 443}, tls: {mode: SIMPLE}}]}") },
	{ "TLS of the new host on another port", &CODE_tls_lost, 14,
	  ROUTES
	  "  - route: [{destination: {host: old.example.com, port: {number: 443}}}]\n" FOR_OLD(
		  "{tls: {mode: SIMPLE}}")
		  FOR_NEW("{portLevelSettings: [{port: {number: 443}, tls: {mode: SIMPLE}}]}"),
	  0, 80 },
	{ "TLS of the new host on its port", &CODE_tls_lost, RAISED_NEVER,
	  ROUTES
	  "  - route: [{destination: {host: old.example.com, port: {number: 443}}}]\n" FOR_OLD(
		  "{tls: {mode: SIMPLE}}")
		  FOR_NEW("{portLevelSettings: [{port: {number: 80}, tls: {mode: SIMPLE}}]}"),
	  0, 80 },
	{ "a wildcard for both, and a rule of the new host without TLS", &CODE_tls_lost, 14,
	  BASE RULE("*.example.com", "{tls: {mode: SIMPLE}}")
		  FOR_NEW("{connectionPool: {tcp: {maxConnections: 1}}}") },
	{ "a port of the new host that inherits nothing", &CODE_tls_lost, 14,
	  BASE FOR_OLD("{tls: {mode: SIMPLE}}")
		  FOR_NEW("{tls: {mode: SIMPLE}, portLevelSettings: [{port: {number: 80}}]}"),
	  0, 80 },
	{ "a wildcard, and an exact rule that switches TLS off", &CODE_tls_lost, RAISED_NEVER,
	  BASE RULE("*d.example.com", "{tls: {mode: SIMPLE}}") FOR_OLD("{tls: {mode: DISABLE}}") },
	{ "TLS for clients of another namespace", &CODE_tls_lost, 12,
	  BASE OLD_OF("namespace: web", "") },
	{ "new has TLS for clients of another namespace", &CODE_tls_lost, 12,
	  BASE OLD_OF(SHOP, "") NEW_OF("namespace: web", "") },
	{ "new has TLS by the root namespace", &CODE_tls_lost, RAISED_NEVER,
	  BASE OLD_OF(SHOP, "") NEW_OF(ROOT_NS, "") },
	{ "new has TLS in the root namespace alone", &CODE_tls_lost, 12,
	  BASE OLD_OF(SHOP, "") NEW_OF(ROOT_NS, ", exportTo: [.]") },
	{ "new has TLS by the root namespace for some", &CODE_tls_lost, 12,
	  BASE OLD_OF(SHOP, "") NEW_OF(ROOT_NS, ", exportTo: [shop]") },
	{ "both have TLS for the same clients", &CODE_tls_lost, RAISED_NEVER,
	  BASE OLD_OF(SHOP, ", exportTo: [.]") NEW_OF(ROOT_NS, ", exportTo: [shop]") },
	{ "TLS for some workloads", &CODE_tls_lost, 12, BASE OLD_OF(SHOP, FOR_GOLD) },
	{ "TLS for some workloads, and new has it for all", &CODE_tls_lost, RAISED_NEVER,
	  BASE OLD_OF(SHOP, FOR_GOLD) NEW_OF(SHOP, "") },
	{ "TLS for all workloads, and new has it for some", &CODE_tls_lost, 12,
	  BASE OLD_OF(SHOP, "") NEW_OF(SHOP, FOR_GOLD) },
	{ "both have TLS for the same workloads", &CODE_tls_lost, RAISED_NEVER,
	  BASE OLD_OF(SHOP, FOR_GOLD) NEW_OF(SHOP, FOR_GOLD) },
	{ "new has TLS in another control plane", &CODE_tls_lost, 12,
	  BASE OLD_OF(REV("blue"), "") NEW_OF(REV("green"), "") },
	{ "both have TLS in one control plane", &CODE_tls_lost, RAISED_NEVER,
	  BASE OLD_OF(REV("blue"), "") NEW_OF(REV("blue"), "") },
	{ "new has TLS in all control planes", &CODE_tls_lost, RAISED_NEVER,
	  BASE OLD_OF(REV("blue"), "") NEW_OF(SHOP, "") },
	{ "TLS of the port of a gateway's server", &CODE_tls_lost, 21,
	  AT_GATEWAY ENTRY(TWO_PORTS) FOR_OLD(TLS_OF_443)
		  SERVER("{number: 443, protocol: HTTPS}") },
	{ "TLS of a port that no server of the gateway has", &CODE_tls_lost, RAISED_NEVER,
	  AT_GATEWAY ENTRY(TWO_PORTS) FOR_OLD(TLS_OF_443) SERVER("{number: 80, protocol: HTTP}") },
	{ "a port that the ServiceEntry does not have", &CODE_tls_lost, RAISED_NEVER,
	  ROUTES "  - route: [{destination: {host: old.example.com, port: {number: 81}}}]\n" ENTRY(
		  "  ports: [{number: 80, protocol: HTTP}]\n") FOR_OLD("{tls: {mode: SIMPLE}}") },
	{ "a destination in its own namespace, exported to another one", &CODE_tls_lost, 12,
	  EXPORTED("[shop]") OLD_OF(SHOP, ", exportTo: [.]") ENTRY("  exportTo: [web]\n") },
	{ "TLS for the clients that the match is for", &CODE_tls_lost, 14,
	  ROUTES "  - {match: [{sourceNamespace: web}], route: [{destination: {host: "
		 "old.example.com}}]}\n" FOR_OLD("{tls: {mode: SIMPLE}}") },
	{ "TLS for other clients than those that the match is for", &CODE_tls_lost, RAISED_NEVER,
	  ROUTES "  - {match: [{sourceNamespace: web}], route: [{destination: {host: "
		 "old.example.com}}]}\n" OLD_OF(SHOP, ", exportTo: [.]") },
	{ "a VirtualService for another namespace", &CODE_tls_lost, RAISED_NEVER,
	  EXPORTED("[web]") OLD_OF(SHOP, ", exportTo: [.]") ENTRY("  exportTo: [web]\n") },
	{ "TLS for clients whose Sidecar hides the VirtualService", &CODE_tls_lost, RAISED_NEVER,
	  BASE OLD_OF("namespace: web", "") "---\napiVersion: networking.istio.io/v1\nkind: "
					    "Sidecar\nmetadata: {name: s, namespace: web}\nspec: "
					    "{egress: [{hosts: [./*]}]}\n" },
	{ "odd values are nothing", &CODE_tls_lost, RAISED_NEVER,
	  BASE ISTIO("DestinationRule") "  host: [old.example.com]\n  trafficPolicy: text\n" ISTIO(
		  "ServiceEntry") "  hosts: old.example.com\n  ports: {a: b}\n" },

	{ "a client certificate", &CODE_tls_mutual, 14, BASE FOR_OLD("{tls: {mode: MUTUAL}}") },
	{ "the mesh's certificate, of a port", &CODE_tls_mutual, 14,
	  BASE FOR_OLD("{portLevelSettings: [{port: {number: 1}}, {port: {number: 2}, tls: {mode: "
		       "ISTIO_MUTUAL}}]}") },
	{ "new is decided", &CODE_tls_mutual, RAISED_NEVER,
	  BASE FOR_OLD("{tls: {mode: MUTUAL}}") FOR_NEW("{tls: {mode: SIMPLE}}") },
	{ "the server's certificate alone", &CODE_tls_mutual, RAISED_NEVER,
	  BASE FOR_OLD("{tls: {mode: SIMPLE}}") },

	{ "no sni", &CODE_tls_sni, 14, BASE FOR_NEW("{tls: {mode: SIMPLE}}") },
	{ "an sni", &CODE_tls_sni, RAISED_NEVER,
	  BASE FOR_NEW("{tls: {mode: SIMPLE, sni: new.example.com}}") },
	{ "the route sets the host", &CODE_tls_sni, RAISED_NEVER,
	  ROUTES "  - {rewrite: {authority: new.example.com}, route: [{destination: {host: "
		 "old.example.com}}]}\n" FOR_NEW("{tls: {mode: SIMPLE}}") },
	{ "no TLS", &CODE_tls_sni, RAISED_NEVER, BASE FOR_NEW("{tls: {mode: DISABLE}}") },

	{ "80 becomes 443", &CODE_tls_origin, 14, BASE TARGET FOR_OLD("{tls: {mode: SIMPLE}}") },
	{ "80 becomes 443 without TLS", &CODE_tls_origin, RAISED_NEVER,
	  BASE TARGET FOR_OLD("{tls: {mode: DISABLE}}") },
	{ "443 stays", &CODE_tls_origin, RAISED_NEVER,
	  BASE ENTRY("  ports: [{number: 443, targetPort: 443}]\n")
		  FOR_OLD("{tls: {mode: SIMPLE}}") },

	{ "a pool", &CODE_rule_lost, 9,
	  BASE FOR_OLD("{connectionPool: {tcp: {maxConnections: 1}}}") },
	{ "TLS of a port", &CODE_rule_lost, RAISED_NEVER,
	  BASE FOR_OLD("{portLevelSettings: [{port: {number: 80}, tls: {mode: SIMPLE}}]}") },
	{ "a pool of a port", &CODE_rule_lost, 9,
	  BASE FOR_OLD("{portLevelSettings: [{port: {number: 80}, connectionPool: {tcp: "
		       "{maxConnections: 1}}}]}") },
	{ "a pool for both", &CODE_rule_lost, RAISED_NEVER,
	  BASE FOR_OLD("{connectionPool: {tcp: {maxConnections: 1}}}")
		  FOR_NEW("{connectionPool: {tcp: {maxConnections: 2}}}") },
	{ "a pool of a wildcard for both", &CODE_rule_lost, RAISED_NEVER,
	  BASE RULE("*.example.com", "{connectionPool: {tcp: {maxConnections: 1}}}") },
	{ "a pool of a subset", &CODE_rule_lost, 9,
	  ROUTES "  - route: [{destination: {host: old.example.com, subset: b}}]\n" POOLS },
	{ "a pool of a subset that no route uses", &CODE_rule_lost, RAISED_NEVER, BASE POOLS },

	{ "a tunnel", &CODE_rule_tunnel, 14,
	  BASE FOR_OLD("{tunnel: {targetHost: a, targetPort: 1}}") },
	{ "the PROXY protocol", &CODE_rule_tunnel, 14,
	  BASE FOR_OLD("{proxyProtocol: {version: V1}}") },
	{ "a tunnel for both", &CODE_rule_tunnel, RAISED_NEVER,
	  BASE FOR_OLD("{tunnel: {targetHost: a, targetPort: 1}}")
		  FOR_NEW("{tunnel: {targetHost: a, targetPort: 1}}") },

	{ "sticky", &CODE_rule_affinity, 14,
	  BASE FOR_OLD("{loadBalancer: {consistentHash: {useSourceIp: true}}}") },
	{ "not sticky", &CODE_rule_affinity, RAISED_NEVER,
	  BASE FOR_OLD("{loadBalancer: {simple: RANDOM}}") },

	{ "a subset", &CODE_rule_subset, 7,
	  ROUTES "  - route: [{destination: {host: old.example.com, subset: v}}]\n" },
	{ "a subset of another", &CODE_rule_subset, RAISED_NEVER,
	  ROUTES "  - route: [{destination: {host: old.example.com}, weight: 1}, {destination: "
		 "{host: a.b, subset: v}, weight: 1}]\n" },

	{ "a certificate by name", &CODE_rule_plane, 9,
	  BASE FOR_OLD("{tls: {mode: SIMPLE, credentialName: a}}") },
	{ "a certificate by file", &CODE_rule_plane, RAISED_NEVER,
	  BASE FOR_OLD("{tls: {mode: SIMPLE, caCertificates: a}}") },
	{ "localities", &CODE_rule_plane, 9,
	  BASE FOR_OLD("{loadBalancer: {localityLbSetting: {enabled: true}}}") },
	{ "subsets in another namespace", &CODE_rule_plane, 9,
	  BASE SUBSETS "---\napiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: "
		       "{name: x, namespace: b}\nspec: {hosts: [old.example.com]}\n" },
	{ "subsets in the same namespace", &CODE_rule_plane, RAISED_NEVER, BASE SUBSETS ENTRY("") },
	{ NULL },
};
