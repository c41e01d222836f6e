#include "tests/unit/istio/rule_rows.h"

#define NEW BACKEND("{hostname: new.example.com}")
#define RUN BACKEND("{type: CloudRun, hostname: new.example.com, cloudrun: {service: s}}")
#define OTHER_BACKEND(name, ns)                                                                    \
	"---\napiVersion: networking.gke.io/v1\nkind: GCPBackend\nmetadata: {name: " name          \
	", namespace: " ns "}\nspec: {hostname: new.example.com}\n"
#define NEW_ENTRY(ports) ISTIO("ServiceEntry") "  hosts: [new.example.com]\n  ports: " ports "\n"
#define WITH(route) ROUTES "  - {" route ", route: [{destination: {host: old.example.com}}]}\n"

const struct rule_row rows_backend[] = {
	{ "there is none", &CODE_no_backend, RAISED_MOVE, BASE },
	{ "there is one", &CODE_no_backend, RAISED_NEVER, BASE NEW },
	{ "of another host", &CODE_no_backend, RAISED_MOVE,
	  BASE BACKEND("{hostname: n.example.com}") },
	{ "in another letter case", &CODE_no_backend, RAISED_MOVE,
	  BASE BACKEND("{hostname: New.example.com}") },
	{ "of another group", &CODE_no_backend, RAISED_MOVE,
	  BASE "---\napiVersion: a.com/v1\nkind: GCPBackend\nmetadata: {name: b}\nspec: {hostname: "
	       "new.example.com}\n" },

	{ "in another namespace", &CODE_backend_ns, 9, BASE OTHER_BACKEND("b", "infra") },
	{ "in the same", &CODE_backend_ns, RAISED_NEVER, BASE NEW },
	{ "in both", &CODE_backend_ns, RAISED_NEVER, BASE NEW OTHER_BACKEND("b", "infra") },

	{ "two", &CODE_backend_twice, 14, BASE NEW OTHER_BACKEND("c", "shop") },
	{ "the same for two environments", &CODE_backend_twice, RAISED_NEVER, BASE NEW NEW },

	{ "a ServiceEntry of new", &CODE_new_taken, 9, BASE NEW_ENTRY("[]") },
	{ "a Service of new", &CODE_new_taken, RAISED_NEVER,
	  BASE "---\napiVersion: v1\nkind: Service\nmetadata: {name: new}\nspec: {}\n" },
	{ "a ServiceEntry of new's neighbour", &CODE_new_taken, RAISED_NEVER,
	  BASE ISTIO("ServiceEntry") "  hosts: [a.example.com]\n" },

	{ "a GCPBackend of old", &CODE_backend_old, 9,
	  BASE BACKEND("{hostname: old.example.com}") },
	{ "a GCPBackend of new alone", &CODE_backend_old, RAISED_NEVER, BASE NEW },

	{ "without the port", &CODE_new_port, 9, BASE NEW_ENTRY("[{number: 80}]"), .port = 8080 },
	{ "with the port", &CODE_new_port, RAISED_NEVER,
	  BASE NEW_ENTRY("[{number: 80}, {number: 8080}]"), .port = 8080 },
	{ "no port is specified", &CODE_new_port, RAISED_NEVER, BASE NEW_ENTRY("[{number: 80}]") },
	{ "a GCPBackend may have any port", &CODE_new_port, RAISED_NEVER,
	  BASE NEW NEW_ENTRY("[{number: 80}]"), .port = 8080 },

	{ "a mirror to Cloud Run", &CODE_run_mirror, 9, BASE RUN, .to = STAGE_MIRROR },
	{ "a weight of Cloud Run", &CODE_run_mirror, RAISED_NEVER, BASE RUN, .to = STAGE_WEIGHT },
	{ "a mirror to a backend service", &CODE_run_mirror, RAISED_NEVER, BASE NEW,
	  .to = STAGE_MIRROR },
	{ "Cloud Run by its part alone", &CODE_run_mirror, 9,
	  BASE BACKEND("{hostname: new.example.com, cloudRun: {}}"), .to = STAGE_MIRROR },

	{ "Cloud Run with the client's Host", &CODE_run_host, 5, BASE RUN },
	{ "Cloud Run with a Host of its own", &CODE_run_host, RAISED_NEVER,
	  WITH("rewrite: {authority: new.example.com}") RUN },
	{ "a backend service with the client's Host", &CODE_run_host, RAISED_NEVER, BASE NEW },

	{ "the client's Host", &CODE_host_kept, 5, BASE NEW },
	{ "the route sets it", &CODE_host_kept, RAISED_NEVER,
	  WITH("rewrite: {authority: a.example.com}") NEW },
	{ "headers of the route set it", &CODE_host_kept, RAISED_NEVER,
	  WITH("headers: {request: {set: {Host: a.b}}}") NEW },
	{ "headers of the response", &CODE_host_kept, 5,
	  WITH("headers: {response: {set: {Host: a.b}}}") NEW },

	{ "copies", &CODE_mirror_shadow, RAISED_MOVE, BASE NEW, .to = STAGE_MIRROR },
	{ "a mirror of its own", &CODE_mirror_shadow, RAISED_NEVER,
	  WITH("mirror: {host: a.example.com}") NEW, .to = STAGE_MIRROR },
	{ "no copies", &CODE_mirror_shadow, RAISED_NEVER, BASE NEW, .to = STAGE_WEIGHT },
	{ NULL },
};

#define PORTS(list) ENTRY("  ports: " list "\n")
#define RAW                                                                                        \
	VS("x")                                                                                    \
	"  hosts: [old.example.com]\n  tcp:\n  - route: [{destination: {host: "                    \
	"old.example.com}}]\n"
#define SAYS(port)                                                                                 \
	ROUTES "  - route: [{destination: {host: old.example.com, port: {number: " port "}}}]\n"

/* An egress chain: sidecars call the gateway, and the gateway calls the old host with TLS. */
#define CHAIN                                                                                      \
	VS("x")                                                                                    \
	"  hosts: [old.example.com]\n  gateways: [in/g, mesh]\n  http:\n"                          \
	"  - {match: [{gateways: [mesh], port: 80}], route: [{destination: {host: g.in}}]}\n"      \
	"  - {match: [{gateways: [in/g], port: 443}], route: [{destination: {host: "               \
	"old.example.com, port: {number: 443}}}]}\n"
#define BOTH_WAYS                                                                                  \
	VS("x")                                                                                    \
	"  hosts: [old.example.com]\n  gateways: [in/g, mesh]\n  http:\n"                          \
	"  - {route: [{destination: {host: old.example.com}}]}\n"
#define HTTPS_ONLY PORTS("[{number: 443, protocol: HTTPS}]")
#define GATEWAY(ns, port, tls)                                                                     \
	"---\napiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: g, "             \
	"namespace: " ns "}\nspec: {servers: [{port: " port ", tls: " tls                          \
	", hosts: ['*/old.example.com']}]}\n"

#define GATEWAY_VS                                                                                 \
	VS("x")                                                                                    \
	"  hosts: [old.example.com]\n  gateways: [x]\n"                                            \
	"  http: [{route: [{destination: {host: old.example.com}}]}]\n"
#define TWO_PORTS PORTS("[{number: 80, protocol: HTTP}, {number: 443, protocol: HTTPS}]")
#define SERVERS(list) ISTIO("Gateway") "  servers: [" list "]\n"

const struct rule_row rows_port[] = {
	{ "HTTP", &CODE_not_http, RAISED_NEVER, BASE PORTS("[{number: 80, protocol: http}]") },
	{ "gRPC and HTTP/2", &CODE_not_http, RAISED_NEVER,
	  BASE PORTS("[{number: 80, protocol: GRPC}, {number: 81, protocol: HTTP2}]") },
	{ "sniffed", &CODE_not_http, RAISED_NEVER, BASE PORTS("[{number: 80}]") },
	{ "no ports", &CODE_not_http, RAISED_NEVER, BASE PORTS("[]") },
	{ "TCP", &CODE_not_http, 14, BASE PORTS("[{number: 80, protocol: TCP}]") },
	{ "HTTPS", &CODE_not_http, 14, BASE PORTS("[{number: 443, protocol: HTTPS}]") },
	{ "a proxy", &CODE_not_http, 14, BASE PORTS("[{number: 3128, protocol: HTTP_PROXY}]") },
	{ "TCP, behind a route for all requests", &CODE_not_http, RAISED_NEVER,
	  ROUTES "  - route: [{destination: {host: a.b}}]\n  - route: [{destination: {host: "
		 "old.example.com}}]\n" PORTS("[{number: 80, protocol: TCP}]") },
	{ "TCP on a port that the match does not have", &CODE_not_http, RAISED_NEVER,
	  ROUTES "  - {match: [{port: 81}], route: [{destination: {host: old.example.com, port: "
		 "{number: 80}}}]}\n" PORTS("[{number: 80, protocol: TCP}]") },
	{ "one of two is HTTP, and none is specified", &CODE_not_http, RAISED_NEVER,
	  BASE PORTS("[{number: 1, protocol: TCP}, {number: 80, protocol: HTTP}]") },
	{ "in on HTTP, out to HTTPS", &CODE_not_http, RAISED_NEVER,
	  SAYS("443") PORTS("[{number: 80, protocol: HTTP}, {number: 443, protocol: HTTPS}]") },
	{ "in on HTTPS alone", &CODE_not_http, 14,
	  ROUTES
	  "  - {match: [{port: 443}], route: [{destination: {host: old.example.com}}]}\n" PORTS(
		  "[{number: 443, protocol: HTTPS}, {number: 80, protocol: HTTP}]") },
	{ "HTTPS, for requests on port 80", &CODE_not_http, RAISED_NEVER, SAYS("443") HTTPS_ONLY },
	{ "HTTPS, for requests on port 80, for pods", &CODE_vs_gateway, 7, SAYS("443") HTTPS_ONLY },
	{ "HTTPS, to a port that is not there", &CODE_not_http, 14, SAYS("8443") HTTPS_ONLY },
	{ "TCP on port 80", &CODE_not_http, 14, SAYS("80") PORTS("[{number: 80, protocol: TCP}]") },
	{ "HTTPS, for requests on port 443 only", &CODE_not_http, 14,
	  ROUTES "  - {match: [{port: 443}], route: [{destination: {host: old.example.com, port: "
		 "{number: 443}}}]}\n" HTTPS_ONLY },
	{ "TCP, for callers of another host", &CODE_not_http, RAISED_NEVER,
	  VS("x") "  hosts: [a.example.com]\n  http:\n  - route: [{destination: {host: "
		  "old.example.com}}]\n" PORTS("[{number: 80, protocol: TCP}]") },
	{ "TCP, for callers of a wildcard", &CODE_not_http, 14,
	  VS("x") "  hosts: ['*.example.com']\n  http:\n  - route: [{destination: {host: "
		  "old.example.com}}]\n" PORTS("[{number: 80, protocol: TCP}]") },
	{ "TCP, for a gateway", &CODE_not_http, RAISED_NEVER,
	  VS("x") "  hosts: [old.example.com]\n  gateways: [g]\n  http: [{route: [{destination: "
		  "{host: old.example.com}}]}]\n" PORTS("[{number: 80, protocol: TCP}]") },
	{ "HTTPS, for the match of a gateway that begins TLS", &CODE_not_http, RAISED_NEVER,
	  CHAIN HTTPS_ONLY GATEWAY("in", "{number: 443, protocol: HTTPS}",
				   "{mode: ISTIO_MUTUAL}") },
	{ "HTTPS, for the match of a gateway that is not known", &CODE_not_http, RAISED_NEVER,
	  CHAIN HTTPS_ONLY },
	{ "the gateway passes TLS through", &CODE_route_dead, 9,
	  CHAIN HTTPS_ONLY GATEWAY("in", "{number: 443, protocol: TLS}", "{mode: PASSTHROUGH}") },
	{ "a match for a gateway that it does not have", &CODE_route_dead, 7,
	  ROUTES "  - {match: [{gateways: [in/g]}], route: [{destination: {host: "
		 "old.example.com}}]}\n" },
	{ "a match for a gateway that it has, which is not known", &CODE_route_dead, RAISED_NEVER,
	  CHAIN },
	{ "a match for a gateway that it does not have, and pods", &CODE_vs_gateway, RAISED_NEVER,
	  ROUTES "  - {match: [{gateways: [in/g]}], route: [{destination: {host: "
		 "old.example.com}}]}\n" },
	{ "the gateway has HTTP on another port", &CODE_route_dead, 9,
	  CHAIN HTTPS_ONLY GATEWAY("in", "{number: 80, protocol: HTTP}", "{}") },
	{ "the gateway of that name is another one", &CODE_not_http, RAISED_NEVER,
	  CHAIN HTTPS_ONLY GATEWAY("b", "{number: 80, protocol: HTTP}", "{}") },
	{ "HTTPS for sidecars, HTTP at the gateway", &CODE_not_http, RAISED_NEVER,
	  BOTH_WAYS HTTPS_ONLY GATEWAY("in", "{number: 80, protocol: HTTP}", "{}") },
	{ "HTTPS for sidecars, HTTP at the gateway, for pods", &CODE_vs_gateway, 8,
	  BOTH_WAYS HTTPS_ONLY GATEWAY("in", "{number: 80, protocol: HTTP}", "{}") },
	{ "HTTPS for sidecars, and a gateway that is not known", &CODE_not_http, 15,
	  BOTH_WAYS HTTPS_ONLY },
	{ "tcp on HTTP", &CODE_route_raw, 7, RAW PORTS("[{number: 80, protocol: HTTP}]"),
	  .raw = true },
	{ "tcp on TCP", &CODE_route_raw, RAISED_NEVER, RAW PORTS("[{number: 80, protocol: TCP}]"),
	  .raw = true },
	{ "tcp on a sniffed port", &CODE_route_raw, RAISED_NEVER, RAW PORTS("[{number: 80}]"),
	  .raw = true },
	{ "tcp on one of two", &CODE_route_raw, RAISED_NEVER,
	  RAW PORTS("[{number: 80, protocol: HTTP}, {number: 81, protocol: TCP}]"), .raw = true },
	{ "tcp that is not moved", &CODE_route_raw, RAISED_NEVER,
	  RAW PORTS("[{number: 80, protocol: HTTP}]") },
	{ "of another host", &CODE_not_http, RAISED_NEVER,
	  BASE ISTIO("ServiceEntry") "  hosts: [x.y]\n  ports: [{number: 1, protocol: TCP}]\n" },
	{ "in the namespace that is meant", &CODE_not_http, RAISED_NEVER,
	  BASE ENTRY(
		  "  ports: [{number: 80, protocol: HTTP}]\n") "---\napiVersion: "
							       "networking.istio.io/v1\nkind: "
							       "ServiceEntry\nmetadata: "
							       "{name: y, namespace: other}\nspec: "
							       "{hosts: [old.example.com], ports: "
							       "[{number: 1, protocol: TCP}]}\n",
	  .ns = "shop" },

	{ "gRPC", &CODE_entry_http2, 14, BASE PORTS("[{number: 80, protocol: grpc}]") },
	{ "HTTP/1.1", &CODE_entry_http2, RAISED_NEVER,
	  BASE PORTS("[{number: 80, protocol: HTTP}]") },
	{ "gRPC on a port that no route uses", &CODE_entry_http2, RAISED_NEVER,
	  SAYS("80") PORTS("[{number: 80, protocol: HTTP}, {number: 90, protocol: GRPC}]") },

	{ "no protocol", &CODE_entry_sniffed, 14, BASE PORTS("[{number: 80}]") },
	{ "a protocol", &CODE_entry_sniffed, RAISED_NEVER,
	  BASE PORTS("[{number: 80, protocol: HTTP}]") },

	{ "two ports", &CODE_entry_ports, 7,
	  BASE PORTS("[{number: 80, protocol: HTTP}, {number: 81, protocol: HTTP}]") },
	{ "two ports, for callers of another host", &CODE_entry_ports, RAISED_NEVER,
	  VS("x") "  hosts: [a.example.com]\n  http:\n  - route: [{destination: {host: "
		  "old.example.com}}]\n" PORTS(
			  "[{number: 80, protocol: HTTP}, {number: 81, protocol: HTTP}]") },
	{ "two ports, both of a gateway", &CODE_entry_ports, 7,
	  GATEWAY_VS TWO_PORTS SERVERS("{port: {number: 80, protocol: HTTP}, hosts: ['*']}, {port: "
				       "{number: 443, protocol: HTTPS}, hosts: ['*']}") },
	{ "two ports, one of a gateway", &CODE_entry_ports, RAISED_NEVER,
	  GATEWAY_VS TWO_PORTS SERVERS("{port: {number: 80, protocol: HTTP}, hosts: ['*']}, {port: "
				       "{number: 8443, protocol: HTTPS}, hosts: ['*']}") },
	{ "two ports, and a route that nothing reaches", &CODE_entry_ports, RAISED_NEVER,
	  ROUTES "  - route: [{destination: {host: a.b}}]\n  - route: [{destination: {host: "
		 "old.example.com}}]\n" PORTS(
			 "[{number: 80, protocol: HTTP}, {number: 81, protocol: HTTP}]") },
	{ "one port", &CODE_entry_ports, RAISED_NEVER,
	  BASE PORTS("[{number: 80, protocol: HTTP}]") },
	{ "two ports, one is not HTTP", &CODE_entry_ports, RAISED_NEVER,
	  BASE PORTS("[{number: 80, protocol: HTTP}, {number: 81, protocol: TCP}]") },
	{ "two ports, and the route specifies one", &CODE_entry_ports, RAISED_NEVER,
	  SAYS("80") PORTS("[{number: 80, protocol: HTTP}, {number: 81, protocol: HTTP}]") },
	{ "two ports, and the match specifies one", &CODE_entry_ports, RAISED_NEVER,
	  ROUTES
	  "  - {match: [{port: 80}], route: [{destination: {host: old.example.com}}]}\n" PORTS(
		  "[{number: 80, protocol: HTTP}, {number: 81, protocol: HTTP}]") },
	{ "two ports, and that of new is known", &CODE_entry_ports, RAISED_NEVER,
	  BASE PORTS("[{number: 80, protocol: HTTP}, {number: 81, protocol: HTTP}]"), .port = 80 },

	{ "an odd port", &CODE_entry_port, 7, BASE PORTS("[{number: 8080, protocol: HTTP}]") },
	{ "a port that is not HTTP, for a gateway", &CODE_entry_port, 8,
	  VS("x") "  hosts: [old.example.com]\n  gateways: [g]\n  http:\n"
		  "  - {route: [{destination: {host: old.example.com}}]}\n" HTTPS_ONLY },
	{ "a port that is not HTTP, for pods", &CODE_entry_port, RAISED_NEVER, BASE HTTPS_ONLY },
	{ "the usual port", &CODE_entry_port, RAISED_NEVER,
	  BASE PORTS("[{number: 80, protocol: HTTP}]") },
	{ "an odd port, and that of new is known", &CODE_entry_port, RAISED_NEVER,
	  BASE PORTS("[{number: 8080, protocol: HTTP}]"), .port = 8080 },
	{ NULL },
};
