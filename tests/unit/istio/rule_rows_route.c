#include "tests/unit/istio/rule_rows.h"

#define TO_OLD "route: [{destination: {host: old.example.com}}]"
#define OTHER(name, spec)                                                                          \
	"---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: " name    \
	", namespace: shop}\nspec: " spec "\n"
#define DELEGATE VS("x") "  http:\n  - " TO_OLD "\n"
#define ROOT(fields) OTHER("root", "{hosts: [a.b], http: [{delegate: {name: x}" fields "}]}")
#define BOTH                                                                                       \
	"route: [{destination: {host: old.example.com}, weight: 9}, {destination: {host: "         \
	"new.example.com}, weight: 1}]"
#define RUN BACKEND("{type: CloudRun, hostname: new.example.com, cloudrun: {service: s}}")
#define HEADER(name, value)                                                                        \
	ROUTES "  - {headers: {request: {set: {" name ": " value "}}}, " TO_OLD "}\n"

#define BEHIND(first, match)                                                                       \
	ROUTES "  - {match: [" first "], route: [{destination: {host: b}}]}\n"                     \
	       "  - {match: [" match "], route: [{destination: {host: old.example.com}}]}\n"

const struct rule_row rows_route[] = {
	{ "rewritten to old", &CODE_route_authority, 7,
	  ROUTES "  - {rewrite: {authority: old.example.com}, " TO_OLD "}\n" },
	{ "rewritten to something else", &CODE_route_authority, RAISED_NEVER,
	  ROUTES "  - {rewrite: {authority: a.example.com}, " TO_OLD "}\n" },
	{ "a Host header", &CODE_route_authority, 7, HEADER("Host", "old.example.com") },
	{ "a Host header of another", &CODE_route_authority, RAISED_NEVER,
	  HEADER("Host", "a.example.com") },
	{ "another header", &CODE_route_authority, RAISED_NEVER,
	  HEADER("X-Host", "old.example.com") },

	{ "a third name", &CODE_route_other_authority, 7,
	  ROUTES "  - {rewrite: {authority: a.example.com}, " TO_OLD "}\n" },
	{ "a third name in a header", &CODE_route_other_authority, 7,
	  HEADER("Host", "a.example.com") },
	{ "the new name", &CODE_route_other_authority, RAISED_NEVER,
	  ROUTES "  - {rewrite: {authority: new.example.com}, " TO_OLD "}\n" },
	{ "a third name for Cloud Run, as a warning", &CODE_route_other_authority, RAISED_NEVER,
	  ROUTES "  - {rewrite: {authority: a.example.com}, " TO_OLD "}\n" RUN },
	{ "a third name for Cloud Run", &CODE_cloud_run_authority, 7,
	  ROUTES "  - {rewrite: {authority: a.example.com}, " TO_OLD "}\n" RUN },
	{ "the new name for Cloud Run", &CODE_cloud_run_authority, RAISED_NEVER,
	  ROUTES "  - {rewrite: {authority: new.example.com}, " TO_OLD "}\n" RUN },

	{ "behind a route that takes all", &CODE_route_dead, 8,
	  ROUTES "  - " TO_OLD "\n  - {match: [{uri: {prefix: /a}}], " TO_OLD "}\n" },
	{ "behind the prefix /", &CODE_route_dead, 8,
	  ROUTES "  - {match: [{uri: {prefix: /}}], " TO_OLD "}\n  - " TO_OLD "\n" },
	{ "behind all of the same port", &CODE_route_dead, 8,
	  BEHIND("{port: 80}", "{port: 80, uri: {prefix: /a}}") },
	{ "behind all of another port", &CODE_route_dead, RAISED_NEVER,
	  BEHIND("{port: 80}", "{port: 81}") },
	{ "behind all of one port", &CODE_route_dead, RAISED_NEVER,
	  BEHIND("{port: 80}", "{uri: {prefix: /a}}") },
	{ "behind all of the mesh", &CODE_route_dead, 8,
	  BEHIND("{gateways: [mesh]}", "{uri: {prefix: /a}}") },
	{ "behind all of a gateway", &CODE_route_dead, RAISED_NEVER,
	  BEHIND("{gateways: [g]}", "{uri: {prefix: /a}}") },
	{ "behind all of the same namespace", &CODE_route_dead, 8,
	  BEHIND("{sourceNamespace: a}", "{sourceNamespace: a, uri: {prefix: /a}}") },
	{ "behind all of a namespace", &CODE_route_dead, RAISED_NEVER,
	  BEHIND("{sourceNamespace: a}", "{uri: {prefix: /a}}") },
	{ "behind all of fewer labels", &CODE_route_dead, 8,
	  BEHIND("{sourceLabels: {app: a}}", "{sourceLabels: {app: a, v: b}}") },
	{ "behind all of more labels", &CODE_route_dead, RAISED_NEVER,
	  BEHIND("{sourceLabels: {app: a, v: b}}", "{sourceLabels: {app: a}}") },
	{ "behind all in any letter case", &CODE_route_dead, 8,
	  BEHIND("{uri: {prefix: /}, ignoreUriCase: true, statPrefix: s}", "{uri: {prefix: /a}}") },
	{ "one of two blocks is behind all", &CODE_route_dead, RAISED_NEVER,
	  BEHIND("{port: 80}", "{port: 80}, {port: 81}") },
	{ "behind a route for some", &CODE_route_dead, RAISED_NEVER,
	  ROUTES "  - {match: [{uri: {prefix: /a}}], " TO_OLD "}\n  - " TO_OLD "\n" },

	{ "a mirror beside a weight", &CODE_mirror_left, 7,
	  ROUTES "  - {mirror: {host: new.example.com}, " BOTH "}\n" },
	{ "a mirror to another", &CODE_mirror_left, RAISED_NEVER,
	  ROUTES "  - {mirror: {host: a.example.com}, " BOTH "}\n" },
	{ "a mirror alone", &CODE_mirror_left, RAISED_NEVER,
	  ROUTES "  - {mirror: {host: new.example.com}, " TO_OLD "}\n" },

	{ "the root has a percentage", &CODE_mirror_inherited, 11,
	  DELEGATE ROOT(", mirrorPercentage: {value: 5}"), .to = STAGE_MIRROR },
	{ "the root has none", &CODE_mirror_inherited, RAISED_NEVER, DELEGATE ROOT(""),
	  .to = STAGE_MIRROR },
	{ "the root delegates to another namespace", &CODE_mirror_inherited, RAISED_NEVER,
	  DELEGATE OTHER("root", "{hosts: [a.b], http: [{delegate: {name: x, namespace: b}, "
				 "mirrorPercentage: {value: 5}}]}"),
	  .to = STAGE_MIRROR },
	{ "no root", &CODE_unchecked, 1, DELEGATE },
	{ "a root", &CODE_unchecked, RAISED_NEVER, DELEGATE ROOT("") },

	{ "another with the host", &CODE_vs_twice, 12,
	  BASE OTHER("y", "{hosts: [old.example.com], http: [{}]}") },
	{ "the same for another environment", &CODE_vs_twice, RAISED_NEVER,
	  BASE OTHER("x", "{hosts: [old.example.com], http: []}") },
	{ "another whose only match is for a gateway", &CODE_vs_twice, RAISED_NEVER,
	  BASE OTHER("y", "{hosts: [old.example.com], gateways: [g, mesh], http: [{match: "
			  "[{gateways: [g]}]}]}") },
	{ "another with another host", &CODE_vs_twice, RAISED_NEVER,
	  BASE OTHER("y", "{hosts: [a.example.com], http: []}") },
	{ "another for a gateway", &CODE_vs_twice, RAISED_NEVER,
	  BASE OTHER("y", "{hosts: [old.example.com], gateways: [g], http: []}") },
	{ "another that is not visible here", &CODE_vs_twice, RAISED_NEVER,
	  VS("x") "  hosts: [old.example.com]\n  exportTo: [shop]\n  http: [{" TO_OLD
		  "}]\n" OTHER("y", "{hosts: [old.example.com], exportTo: [b], http: [{}]}") },
	{ "another of another control plane", &CODE_vs_twice, RAISED_NEVER,
	  "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: x, "
	  "namespace: shop, labels: {istio.io/rev: a}}\nspec: {hosts: [old.example.com], http: "
	  "[{" TO_OLD
	  "}]}\n---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: y, "
	  "namespace: shop, labels: {istio.io/rev: b}}\nspec: {hosts: [old.example.com], http: "
	  "[]}\n" },
	{ "another for the same namespace", &CODE_vs_twice, 12,
	  VS("x") "  hosts: [old.example.com]\n  exportTo: [shop]\n  http: [{" TO_OLD
		  "}]\n" OTHER("y", "{hosts: [OLD.example.com], exportTo: ['.'], http: [{}]}") },

	{ "for a gateway", &CODE_vs_gateway, 6,
	  VS("x") "  hosts: [old.example.com]\n  gateways: [g]\n  http: [{" TO_OLD "}]\n" },
	{ "for a gateway, and another leads the mesh to it", &CODE_vs_gateway, RAISED_NEVER,
	  VS("x") "  hosts: [old.example.com]\n  gateways: [g]\n  http: [{" TO_OLD "}]\n" OTHER(
		  "y",
		  "{hosts: [old.example.com], http: [{route: [{destination: {host: a.b}}]}]}") },
	{ "for a gateway, and another for another gateway", &CODE_vs_gateway, 6,
	  VS("x") "  hosts: [old.example.com]\n  gateways: [g]\n  http: [{" TO_OLD
		  "}]\n" OTHER("y", "{hosts: [old.example.com], gateways: [h], http: []}") },
	{ "a delegate of a gateway", &CODE_vs_gateway, 13,
	  DELEGATE OTHER("root", "\n  hosts: [old.example.com]\n  gateways: [g]\n  http: "
				 "[{delegate: {name: x}}]") },
	{ "a delegate of the mesh", &CODE_vs_gateway, RAISED_NEVER,
	  DELEGATE OTHER("root", "{hosts: [old.example.com], http: [{delegate: {name: x}}]}") },
	{ "for a gateway and the mesh", &CODE_vs_gateway, RAISED_NEVER,
	  VS("x") "  hosts: [old.example.com]\n  gateways: [g, mesh]\n  http: [{" TO_OLD "}]\n" },
	{ "for a gateway, with the gateway's host", &CODE_vs_gateway, RAISED_NEVER,
	  VS("x") "  hosts: [a.example.com]\n  gateways: [g]\n  http: [{" TO_OLD "}]\n" },

	{ "a match by source", &CODE_vs_plane, 1,
	  ROUTES "  - {match: [{sourceLabels: {a: b}}], " TO_OLD "}\n" },
	{ "a match by path", &CODE_vs_plane, RAISED_NEVER,
	  ROUTES "  - {match: [{uri: {prefix: /a}}], " TO_OLD "}\n" },
	{ "half a percent", &CODE_vs_plane, 1,
	  ROUTES "  - {mirror: {host: a.b}, mirrorPercentage: {value: 0.5}, " TO_OLD "}\n" },
	{ "five percent", &CODE_vs_plane, RAISED_NEVER,
	  ROUTES "  - {mirror: {host: a.b}, mirrorPercentage: {value: 5}, " TO_OLD "}\n" },
	{ "headers of a destination", &CODE_vs_plane, 1,
	  ROUTES "  - route: [{destination: {host: old.example.com}, headers: {request: {remove: "
		 "[a]}}}]\n" },
	{ "a source in a route that stays", &CODE_vs_plane, RAISED_NEVER,
	  ROUTES
	  "  - {match: [{sourceLabels: {a: b}}], route: [{destination: {host: a.b}}]}\n  - " TO_OLD
	  "\n" },
	{ NULL },
};

#define SIDECAR(hosts) ISTIO("Sidecar") "  egress: [{hosts: " hosts "}]\n"
#define FILTER(name)                                                                               \
	ISTIO("EnvoyFilter") "  configPatches: [{match: {cluster: {name: '" name "'}}}]\n"

const struct rule_row rows_around[] = {
	{ "old alone", &CODE_sidecar, 13, BASE SIDECAR("[./old.example.com]") },
	{ "old and new", &CODE_sidecar, RAISED_NEVER,
	  BASE SIDECAR("[./old.example.com, '*/new.example.com']") },
	{ "a wildcard for both", &CODE_sidecar, RAISED_NEVER, BASE SIDECAR("['./*.example.com']") },
	{ "everything", &CODE_sidecar, RAISED_NEVER, BASE SIDECAR("['./*']") },

	{ "another route mirrors to old", &CODE_mirror_to_old, 8,
	  BASE "  - {mirror: {host: old.example.com}, route: [{destination: {host: a.b}}]}\n" },
	{ "another VirtualService has it among its mirrors", &CODE_mirror_to_old, 12,
	  BASE OTHER("o",
		     "{hosts: [a.b], http: [{mirrors: [{destination: {host: old.example.com}}], "
		     "route: [{destination: {host: a.b}}]}]}") },
	{ "a mirror to the new host", &CODE_mirror_to_old, RAISED_NEVER,
	  BASE "  - {mirror: {host: new.example.com}, route: [{destination: {host: a.b}}]}\n" },

	{ "a cluster of old", &CODE_named, 9, BASE FILTER("outbound|80||old.example.com") },
	{ "a cluster of a longer name", &CODE_named, RAISED_NEVER,
	  BASE FILTER("outbound|80||very-old.example.com") },
	{ "a policy for old", &CODE_named, 9,
	  BASE
	  "---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: x}\n"
	  "spec: {rules: [{to: [{operation: {hosts: ['old.example.com:80']}}]}]}\n" },
	{ "a policy for another", &CODE_named, RAISED_NEVER,
	  BASE
	  "---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: x}\n"
	  "spec: {rules: [{to: [{operation: {hosts: [a.example.com]}}]}]}\n" },
	{ NULL },
};
