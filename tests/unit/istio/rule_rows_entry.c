#include "tests/unit/istio/rule_rows.h"

#define NAMED(name, ns, fields)                                                                    \
	"---\napiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: " name      \
	", namespace: " ns "}\nspec:\n" fields
#define OLD "  hosts: [old.example.com]\n"
#define EXPORTED(to)                                                                               \
	VS("x")                                                                                    \
	"  hosts: [old.example.com]\n  exportTo: " to                                              \
	"\n  http: [{route: [{destination: {host: old.example.com}}]}]\n"

#define SERVICE_VS VS("x") "  hosts: [vm]\n  http:\n  - route: [{destination: {host: vm}}]\n"
#define INTERNAL(endpoints) ENTRY("  location: MESH_INTERNAL\n  endpoints: " endpoints "\n")
#define SELECTING ENTRY("  location: MESH_INTERNAL\n  workloadSelector: {labels: {a: b}}\n")
#define WORKLOAD(ns, labels, spec)                                                                 \
	"---\napiVersion: networking.istio.io/v1\nkind: WorkloadEntry\nmetadata: {name: w, "       \
	"namespace: " ns "}\nspec: {labels: " labels ", " spec "}\n"
#define REVISION(name, revision)                                                                   \
	"---\napiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: " name      \
	", namespace: shop, labels: {istio.io/rev: " revision                                      \
	"}}\nspec: {hosts: [old.example.com]}\n"

#define MTLS_RULE(mode)                                                                            \
	BASE INTERNAL("[{address: 10.0.0.1, serviceAccount: a}]")                                  \
		RULE("old.example.com", "{tls: {mode: " mode "}}")
#define SIDECAR_OF(ns, hosts)                                                                      \
	"---\napiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: s, "             \
	"namespace: " ns "}\nspec: {egress: [{hosts: " hosts "}]}\n"

const struct rule_row rows_entry[] = {
	{ "there is none", &CODE_entry_missing, RAISED_MOVE, BASE },
	{ "there is one", &CODE_entry_missing, RAISED_NEVER, BASE ENTRY("") },
	{ "there is one of another host", &CODE_entry_missing, RAISED_MOVE,
	  BASE ISTIO("ServiceEntry") "  hosts: [a.example.com]\n" },

	{ "another spelling", &CODE_host_near, 13,
	  BASE ISTIO("ServiceEntry") "  hosts: [Old.example.com]\n" },
	{ "a dot more", &CODE_host_near, 13,
	  BASE ISTIO("ServiceEntry") "  hosts: [old.example.com.]\n" },
	{ "the same spelling", &CODE_host_near, RAISED_NEVER, BASE ENTRY("") },
	{ "another spelling beside the right one", &CODE_host_near, RAISED_NEVER,
	  BASE ISTIO("ServiceEntry") "  hosts: [old.example.com, Old.example.com]\n" },

	{ "a name without its cluster", &CODE_host_near, 13,
	  SERVICE_VS ISTIO("ServiceEntry") "  hosts: [vm.shop]\n", .from = "vm" },
	{ "a short name, which is not completed", &CODE_host_near, 13,
	  SERVICE_VS ISTIO("ServiceEntry") "  hosts: [vm]\n", .from = "vm" },
	{ "the full name", &CODE_host_near, RAISED_NEVER,
	  SERVICE_VS ISTIO("ServiceEntry") "  hosts: [vm.shop.svc.cluster.local]\n", .from = "vm" },

	{ "a wildcard", &CODE_entry_wildcard, 13,
	  BASE ISTIO("ServiceEntry") "  hosts: ['*.example.com']\n" },
	{ "a wildcard of others", &CODE_entry_wildcard, RAISED_NEVER,
	  BASE ISTIO("ServiceEntry") "  hosts: ['*.example.org']\n" },
	{ "a wildcard beside the host", &CODE_entry_wildcard, RAISED_NEVER,
	  BASE ISTIO("ServiceEntry") "  hosts: ['*.example.com']\n" ENTRY("") },

	{ "in the mesh", &CODE_entry_internal, 14, BASE ENTRY("  location: MESH_INTERNAL\n") },
	{ "outside of the mesh", &CODE_entry_internal, RAISED_NEVER,
	  BASE ENTRY("  location: MESH_EXTERNAL\n") },

	{ "a selector", &CODE_entry_selector, 14,
	  BASE ENTRY("  workloadSelector: {labels: {app: x}}\n") },
	{ "a selector that is empty", &CODE_entry_selector, RAISED_NEVER,
	  BASE ENTRY("  workloadSelector:\n") },

	{ "a service account", &CODE_entry_mtls, 15,
	  BASE INTERNAL("[{address: 10.0.0.1, serviceAccount: a}]") },
	{ "a service account outside of the mesh", &CODE_entry_mtls, RAISED_NEVER,
	  BASE ENTRY("  endpoints: [{address: 10.0.0.1, serviceAccount: a}]\n") },
	{ "called with the mesh's certificate", &CODE_entry_mtls, 15, MTLS_RULE("ISTIO_MUTUAL") },
	{ "called in plain text by a rule", &CODE_entry_mtls, RAISED_NEVER, MTLS_RULE("DISABLE") },
	{ "called with another certificate", &CODE_entry_mtls, RAISED_NEVER, MTLS_RULE("MUTUAL") },
	{ "the label", &CODE_entry_mtls, 15,
	  BASE INTERNAL("[{address: a, labels: {security.istio.io/tlsMode: istio}}]") },
	{ "the label off", &CODE_entry_mtls, RAISED_NEVER,
	  BASE INTERNAL("[{address: a, labels: {security.istio.io/tlsMode: disabled}}]") },

	{ "a workload with a service account", &CODE_entry_mtls, 17,
	  BASE SELECTING WORKLOAD("shop", "{a: b, c: d}", "serviceAccount: s") },
	{ "its label is off", &CODE_entry_mtls, RAISED_NEVER,
	  BASE SELECTING WORKLOAD("shop", "{a: b, security.istio.io/tlsMode: disabled}",
				  "serviceAccount: s") },
	{ "its label is on", &CODE_entry_mtls, 17,
	  BASE SELECTING WORKLOAD("shop", "{a: b, security.istio.io/tlsMode: istio}",
				  "address: x") },
	{ "a workload with other labels", &CODE_entry_mtls, RAISED_NEVER,
	  BASE SELECTING WORKLOAD("shop", "{a: c}", "serviceAccount: s") },
	{ "a workload of another namespace", &CODE_entry_mtls, RAISED_NEVER,
	  BASE SELECTING WORKLOAD("b", "{a: b}", "serviceAccount: s") },
	{ "a workload without an identity", &CODE_entry_mtls, RAISED_NEVER,
	  BASE SELECTING WORKLOAD("shop", "{a: b}", "address: x") },
	{ "a group of workloads", &CODE_entry_mtls, 17,
	  BASE SELECTING
	  "---\napiVersion: networking.istio.io/v1\nkind: WorkloadGroup\nmetadata: {name: w, "
	  "namespace: shop}\nspec: {metadata: {labels: {a: b}}, template: {serviceAccount: s}}\n" },

	{ "pinned", &CODE_entry_names, 14, BASE ENTRY("  subjectAltNames: [a]\n") },
	{ "not pinned", &CODE_entry_names, RAISED_NEVER, BASE ENTRY("  subjectAltNames: []\n") },

	{ "NONE", &CODE_entry_none, 14, BASE ENTRY("  resolution: NONE\n") },
	{ "no resolution", &CODE_entry_none, 9, BASE ENTRY("") },
	{ "DNS", &CODE_entry_none, RAISED_NEVER, BASE ENTRY("  resolution: DNS\n") },

	{ "two hosts", &CODE_entry_hosts, 13,
	  BASE ISTIO("ServiceEntry") "  hosts: [old.example.com, a.example.com]\n" },
	{ "one host", &CODE_entry_hosts, RAISED_NEVER, BASE ENTRY("") },

	{ "a socket", &CODE_entry_unix, 14,
	  BASE ENTRY("  endpoints: [{address: 'unix:///run/a'}]\n") },
	{ "an address", &CODE_entry_unix, RAISED_NEVER,
	  BASE ENTRY("  endpoints: [{address: unix.example.com}]\n") },

	{ "addresses", &CODE_entry_addresses, 14, BASE ENTRY("  addresses: [10.0.0.1]\n") },
	{ "no addresses", &CODE_entry_addresses, RAISED_NEVER, BASE ENTRY("  addresses: []\n") },

	{ "exported to no namespace", &CODE_entry_exports, 14, BASE ENTRY("  exportTo: ['~']\n") },
	{ "exported to all, the VirtualService to its own", &CODE_entry_exports, 6,
	  EXPORTED("['.']") ENTRY("") },
	{ "both exported to their own", &CODE_entry_exports, RAISED_NEVER,
	  EXPORTED("['.']") ENTRY("  exportTo: ['.']\n") },
	{ "exported to one more", &CODE_entry_exports, 6,
	  EXPORTED("['.']") ENTRY("  exportTo: [shop, post]\n") },
	{ "the VirtualService exported to one more", &CODE_entry_exports, RAISED_NEVER,
	  EXPORTED("['.', post]") ENTRY("  exportTo: [post]\n") },

	{ "of another namespace, which sees its own", &CODE_entry_exports, RAISED_NEVER,
	  EXPORTED("['.']") ENTRY("  exportTo: ['.']\n")
		  NAMED("e", "b", OLD "  exportTo: ['.']\n") },
	{ "shown by a Sidecar that hides the VirtualService", &CODE_entry_exports, 15,
	  BASE NAMED("e", "b", OLD) SIDECAR_OF("web", "[b/*]") },
	{ "shown by a Sidecar with the VirtualService", &CODE_entry_exports, RAISED_NEVER,
	  BASE NAMED("e", "b", OLD) SIDECAR_OF("web", "[b/*, shop/*]") },
	{ "hidden by a Sidecar, too", &CODE_entry_exports, RAISED_NEVER,
	  BASE NAMED("e", "b", OLD) SIDECAR_OF("web", "[./*]") },
	{ "another VirtualService for all others of one control plane", &CODE_entry_exports, 6,
	  EXPORTED("['.']") ENTRY(
		  "") "---\napiVersion: networking.istio.io/v1\nkind: "
		      "VirtualService\nmetadata: {name: y, namespace: b, labels: "
		      "{istio.io/rev: green}}\nspec: {hosts: [old.example.com], http: [{route: "
		      "[]}]}\n" },
	{ "another VirtualService for all others", &CODE_entry_exports, RAISED_NEVER,
	  EXPORTED("['.']") ENTRY("") "---\napiVersion: networking.istio.io/v1\nkind: "
				      "VirtualService\nmetadata: {name: y, namespace: b}\nspec: "
				      "{hosts: [old.example.com], http: [{route: []}]}\n" },
	{ "in two namespaces that see their own", &CODE_entry_twice, RAISED_NEVER,
	  BASE ENTRY("  exportTo: ['.']\n") NAMED("x", "b", OLD "  exportTo: ['.']\n") },
	{ "one of two is exported elsewhere, and the namespace sees the other", &CODE_entry_twice,
	  16, BASE ENTRY("  exportTo: [web]\n") NAMED("x", "b", OLD "  exportTo: [shop]\n") },
	{ "both are exported elsewhere", &CODE_entry_twice, RAISED_NEVER,
	  BASE ENTRY("  exportTo: [web]\n") NAMED("x", "b", OLD "  exportTo: [post]\n") },
	{ "one of two is seen by both", &CODE_entry_twice, 16,
	  BASE ENTRY("  exportTo: ['.']\n") NAMED("x", "b", OLD "  exportTo: [shop]\n") },
	{ "of two control planes", &CODE_entry_twice, RAISED_NEVER,
	  BASE REVISION("x", "old") REVISION("y", "new") },
	{ "of one control plane", &CODE_entry_twice, 14,
	  BASE REVISION("x", "new") REVISION("y", "new") },

	{ "in two namespaces", &CODE_entry_twice, 15, BASE ENTRY("") NAMED("x", "b", OLD) },
	{ "in two namespaces, one is meant", &CODE_entry_twice, RAISED_NEVER,
	  BASE ENTRY("") NAMED("x", "b", OLD), .ns = "shop" },
	{ "the same for two environments", &CODE_entry_twice, RAISED_NEVER,
	  BASE ENTRY("") ENTRY("") },
	{ "of two hosts", &CODE_entry_twice, RAISED_NEVER,
	  BASE ENTRY("") NAMED("y", "shop", "  hosts: [b.example.com]\n") },

	{ "a waypoint", &CODE_entry_waypoint, 11,
	  BASE "---\napiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: x, "
	       "labels: {istio.io/use-waypoint: w}}\n"
	       "spec: {hosts: [old.example.com]}\n" },
	{ "another label", &CODE_entry_waypoint, RAISED_NEVER,
	  BASE "---\napiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: x, "
	       "labels: {waypoint: w}}\n"
	       "spec: {hosts: [old.example.com]}\n" },

	{ "a host of the VirtualService", &CODE_entry_kept, 9, BASE ENTRY("") },
	{ "no host of the VirtualService", &CODE_entry_kept, RAISED_NEVER,
	  VS("x") "  hosts: [a.example.com]\n  http: [{route: [{destination: {host: "
		  "old.example.com}}]}]\n" ENTRY("") },

	{ "a weight of an endpoint", &CODE_entry_plane, 9,
	  BASE ENTRY("  endpoints: [{address: a, weight: 2}]\n") },
	{ "two endpoints with DNS", &CODE_entry_plane, 9,
	  BASE ENTRY("  resolution: DNS\n  endpoints: [{address: a}, {address: b}]\n") },
	{ "two endpoints with STATIC", &CODE_entry_plane, RAISED_NEVER,
	  BASE ENTRY("  resolution: STATIC\n  endpoints: [{address: a}, {address: b}]\n") },
	{ "round robin", &CODE_entry_plane, 9, BASE ENTRY("  resolution: DNS_ROUND_ROBIN\n") },
	{ NULL },
};
