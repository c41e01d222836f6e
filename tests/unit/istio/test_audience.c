/*
 * Whose requests a route gets: gateways and match blocks, routes behind one that takes all,
 * exportTo, Sidecars.
 */
#include "istio/audience.h"
#include "istio/binding.h"
#include "tests/unit/istio/scene.h"

#include <criterion/criterion.h>

#include <string.h>

#define HOSTS "  hosts: [a.example.com]\n"
#define OLD "route: [{destination: {host: old.example.com}}]"
#define TO_B "route: [{destination: {host: b}}]"
#define SIDECAR(ns, spec)                                                                          \
	"---\napiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: default, "       \
	"namespace: " ns "}\nspec: " spec "\n"
#define ROOT(spec)                                                                                 \
	"---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: root, "   \
	"namespace: shop}\nspec: " spec "\n"
#define GATEWAY(port, rest)                                                                        \
	"---\napiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: public, "        \
	"namespace: in}\nspec: {servers: [{port: " port ", hosts: ['*'], " rest "}]}\n"
#define UNSERVED                                                                                   \
	"no request of the gateway in/public reaches this route: no HTTP server of it has a host " \
	"of the VirtualService and a port that the route matches"
#define EGRESS(host) "{egress: [{hosts: [" host "]}]}"

/* The audience of the last route that names the old host: callers, and behind "|" the limits. */
static const struct {
	const char *name, *spec, *others, *want;
} rows[] = {
	{ "the mesh", HOSTS "  http: [{" OLD "}]\n", "", "sidecars|" },
	{ "named", HOSTS "  gateways: [mesh]\n  http: [{" OLD "}]\n", "", "sidecars|" },
	{ "a gateway", HOSTS "  gateways: [in/public]\n  http: [{" OLD "}]\n", "",
	  "gateway in/public|" },
	{ "both", HOSTS "  gateways: [in/public, mesh]\n  http: [{" OLD "}]\n", "",
	  "gateway in/public sidecars|" },
	{ "a match for the mesh",
	  HOSTS "  gateways: [in/public, mesh]\n  http: [{match: [{gateways: [mesh]}], " OLD "}]\n",
	  "", "sidecars|" },
	{ "a match for its own gateway, called shorter",
	  HOSTS "  gateways: [shop/public, mesh]\n  http: [{match: [{gateways: [public]}], " OLD
		"}]\n",
	  "", "gateway shop/public|" },
	{ "a match for a gateway that it is not bound to",
	  HOSTS "  http: [{match: [{gateways: [in/public]}], " OLD "}]\n", "", "|" },
	{ "one of two blocks",
	  HOSTS "  gateways: [in/public, mesh]\n  http: [{match: [{gateways: [mesh]}, {uri: "
		"{exact: /a}}], " OLD "}]\n",
	  "", "gateway in/public sidecars|" },
	{ "behind a route for all", HOSTS "  http: [{name: b, " TO_B "}, {" OLD "}]\n", "",
	  "|no request of sidecars reaches this route: route 1 (b) matches all of them" },
	{ "behind one by its prefix",
	  HOSTS "  http: [{match: [{uri: {prefix: /}}], " TO_B "}, {" OLD "}]\n", "",
	  "|no request of sidecars reaches this route: route 1 matches all of them" },
	{ "behind one for its port, and one for the other callers",
	  HOSTS
	  "  gateways: [in/public, mesh]\n  http: [{match: [{gateways: [mesh], port: 80}], " TO_B
	  "}, {match: [{gateways: [in/public]}, {port: 80}], " OLD "}]\n",
	  "",
	  "gateway in/public|no request of sidecars reaches this route: route 1 matches all of "
	  "them" },
	{ "behind one for another port",
	  HOSTS "  http: [{match: [{port: 80}], " TO_B "}, {match: [{port: 81}], " OLD "}]\n", "",
	  "sidecars|" },
	{ "behind one with a header",
	  HOSTS "  http: [{match: [{uri: {prefix: /}, headers: {a: {exact: b}}}], " TO_B "}, {" OLD
		"}]\n",
	  "", "sidecars|" },
	{ "behind a longer prefix",
	  HOSTS "  http: [{match: [{uri: {prefix: /a}}], " TO_B "}, {" OLD "}]\n", "",
	  "sidecars|" },
	{ "behind one for all of a gateway",
	  HOSTS "  gateways: [in/public, mesh]\n  http: [{match: [{uri: {prefix: /}, gateways: "
		"[in/public]}], " TO_B "}, {" OLD "}]\n",
	  "",
	  "sidecars|no request of the gateway in/public reaches this route: route 1 matches all of "
	  "them" },
	{ "in front of one for all",
	  HOSTS "  http: [{match: [{uri: {exact: /a}}], " OLD "}, {" TO_B "}]\n", "", "sidecars|" },
	{ "exported to its own", HOSTS "  exportTo: [.]\n  http: [{" OLD "}]\n", "",
	  "sidecars|visible only to callers in these namespaces (exportTo): shop" },
	{ "exported to some, snake case", HOSTS "  export_to: [a, b]\n  http: [{" OLD "}]\n", "",
	  "sidecars|visible only to callers in these namespaces (exportTo): a, b" },
	{ "exported to all", HOSTS "  exportTo: ['*']\n  http: [{" OLD "}]\n", "", "sidecars|" },
	{ "a Sidecar that shows all", HOSTS "  http: [{" OLD "}]\n", SIDECAR("x", EGRESS("'*/*'")),
	  "sidecars|" },
	{ "a Sidecar without egress", HOSTS "  http: [{" OLD "}]\n", SIDECAR("x", "{}"),
	  "sidecars|" },
	{ "a Sidecar that shows its namespace", HOSTS "  http: [{" OLD "}]\n",
	  SIDECAR("x", EGRESS("shop/*")), "sidecars|" },
	{ "a Sidecar that shows the host", HOSTS "  http: [{" OLD "}]\n",
	  SIDECAR("x", EGRESS("'*/a.example.com'")), "sidecars|" },
	{ "a Sidecar that shows a wildcard", HOSTS "  http: [{" OLD "}]\n",
	  SIDECAR("x", EGRESS("'*/*.example.com'")), "sidecars|" },
	{ "a Sidecar that shows another namespace", HOSTS "  http: [{" OLD "}]\n",
	  SIDECAR("x", EGRESS("y/*")),
	  "sidecars|not visible to workloads of the namespace x (Sidecar 'default')" },
	{ "a Sidecar that shows another host", HOSTS "  http: [{" OLD "}]\n",
	  SIDECAR("x", EGRESS("'*/b.example.com'")),
	  "sidecars|not visible to workloads of the namespace x (Sidecar 'default')" },
	{ "a Sidecar that shows its own", HOSTS "  http: [{" OLD "}]\n",
	  SIDECAR("x", EGRESS("./*")),
	  "sidecars|not visible to workloads of the namespace x (Sidecar 'default')" },
	{ "its own Sidecar", HOSTS "  http: [{" OLD "}]\n", SIDECAR("shop", EGRESS("./*")),
	  "sidecars|" },
	{ "a Sidecar of some workloads", HOSTS "  http: [{" OLD "}]\n",
	  SIDECAR("x", "{workloadSelector: {labels: {a: b}}, egress: [{hosts: [y/*]}]}"),
	  "sidecars|not visible to some workloads of the namespace x (Sidecar 'default')" },
	{ "a delegate of a gateway", "  http: [{" OLD "}]\n",
	  ROOT("{hosts: [a.example.com], gateways: [in/public], http: [{delegate: {name: x}}]}"),
	  "gateway in/public|" },
	{ "a delegate of the mesh and a gateway, of which the root's match takes one",
	  "  http: [{" OLD "}]\n",
	  ROOT("{hosts: [a.example.com], gateways: [in/public, mesh], http: [{match: [{gateways: "
	       "[mesh]}], delegate: {name: x}}]}"),
	  "sidecars|" },
	{ "a delegate of a root that is exported to some", "  http: [{" OLD "}]\n",
	  ROOT("{hosts: [a.example.com], exportTo: [b], http: [{delegate: {name: x}}]}"),
	  "sidecars|visible only to callers in these namespaces (exportTo): b" },
	{ "a delegate of two routes", "  http: [{" OLD "}]\n",
	  ROOT("{hosts: [a.example.com], http: [{match: [{uri: {prefix: /a}}], delegate: {name: "
	       "x}}, "
	       "{delegate: {name: x}}]}"),
	  "sidecars|" },
	{ "a delegate of none", "  http: [{" OLD "}]\n", "",
	  "|no VirtualService that delegates to it was found: its callers are not known" },
	{ "a gateway that passes TLS through",
	  HOSTS "  gateways: [in/public, mesh]\n  http: [{" OLD "}]\n",
	  GATEWAY("{number: 443, protocol: HTTPS}", "tls: {mode: PASSTHROUGH}"),
	  "sidecars|" UNSERVED },
	{ "a gateway that ends TLS", HOSTS "  gateways: [in/public]\n  http: [{" OLD "}]\n",
	  GATEWAY("{number: 443, protocol: HTTPS}", "tls: {mode: SIMPLE}"), "gateway in/public|" },
	{ "a port that the gateway has not",
	  HOSTS "  gateways: [in/public]\n  http: [{match: [{port: 8080}], " OLD "}]\n",
	  GATEWAY("{number: 80, protocol: HTTP}", "name: web"), "|" UNSERVED },
	{ "a port of the root that the gateway has not", "  http: [{" OLD "}]\n",
	  ROOT("{hosts: [a.example.com], gateways: [in/public], http: [{match: [{port: 8080}], "
	       "delegate: {name: x}}]}") GATEWAY("{number: 80, protocol: HTTP}", "name: web"),
	  "|" UNSERVED },
	{ "gateways do not look at Sidecars",
	  HOSTS "  gateways: [in/public]\n  http: [{" OLD "}]\n", SIDECAR("x", EGRESS("y/*")),
	  "gateway in/public|" },
};

Test(audience, of_a_route)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STR struct str text = STR_INIT, got = STR_INIT;
		const struct object *items[1], *gateways[1];
		struct audience_scene scene = { { items, 0 }, gateways, 0 };
		struct audiences all = { .n = 0 };
		const struct route *route = NULL;
		struct file f;
		str_addf(&text, "%s%s%s", VS("x"), rows[i].spec, rows[i].others);
		cr_assert_eq(file_read_vs(&f, text.ptr), 0, "%s: %s", rows[i].name, f.err.reason);
		for (size_t o = 1; o < f.objects.n; o++)
			if (sidecar_is(&f.objects.items[o]))
				items[scene.sidecars.n++] = &f.objects.items[o];
			else if (gateway_is(&f.objects.items[o]))
				gateways[scene.ngateways++] = &f.objects.items[o];
			else
				vs_add_roots(&f.vs, &f.objects.items[o], f.arena);
		for (size_t r = 0; r < f.vs.n; r++)
			route = f.vs.routes[r].nold ? &f.vs.routes[r] : route;
		all.arena = f.arena;
		audience_add(&all, &f.vs, route, &scene);
		cr_assert_eq(all.n, 1);
		for (size_t c = 0; c < all.items[0].callers.n; c++)
			str_addf(&got, "%s%" SLICE_FMT, c ? " " : "",
				 SLICE_ARG(all.items[0].callers.items[c]));
		for (size_t l = 0; l < all.items[0].limits.n || !l; l++)
			str_addf(&got, "|%" SLICE_FMT,
				 SLICE_ARG(all.items[0].limits.n ? all.items[0].limits.items[l] :
								   SLICE("")));
		cr_expect_str_eq(got.ptr, rows[i].want, "%s: %s", rows[i].name, got.ptr);
		cr_expect_eq(all.items[0].plain, !strcmp(rows[i].want, "sidecars|"), "%s",
			     rows[i].name);
		file_close(&f);
	}
}
