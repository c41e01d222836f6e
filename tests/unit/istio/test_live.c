/*
 * The checks of a move against the objects of a cluster: for each rule the smallest cluster that
 * raises it, and the nearest that does not.
 */
#include "istio/live_index.h"
#include "istio/live_references.h"
#include "tests/unit/istio/scene.h"

#include <criterion/criterion.h>
#include <string.h>

#define HEAD(api, kind, ns, name)                                                                  \
	"---\napiVersion: " api "\nkind: " kind "\nmetadata:\n  name: " name "\n  namespace: " ns  \
	"\n"
#define ISTIO_HEAD(kind, ns, name) HEAD("networking.istio.io/v1", kind, ns, name)
#define AGE(day) "  creationTimestamp: \"2026-01-0" day "T00:00:00Z\"\n"
#define OLD "{destination: {host: old.example.com}"
#define NEW "{destination: {host: new.example.com}"
#define SPLIT(old, new)                                                                            \
	"  http:\n  - route: [" OLD ", weight: " old "}, " NEW ", weight: " new "}]\n"
#define HOSTS "  hosts: [old.example.com]\n"

/* The commit: shop/web at 10 %. */
#define COMMIT VS("web") HOSTS SPLIT("90", "10")
/*
 * The same in the cluster, with a place for more metadata; a backend; a younger and an older other
 * one.
 */
#define LIVE_(meta, spec) ISTIO_HEAD("VirtualService", "shop", "web") AGE("5") meta "spec:\n" spec
#define LIVE(meta) LIVE_(meta, HOSTS SPLIT("90", "10"))
#define BACKEND                                                                                    \
	HEAD("networking.gke.io/v1", "GCPBackend", "shop", "b")                                    \
	"spec: {hostname: new.example.com}\n"
#define FINE LIVE("") BACKEND
#define OTHER(ns, day, spec) ISTIO_HEAD("VirtualService", ns, "other") AGE(day) "spec:\n" spec
#define ROUTE "  http: [{route: [{destination: {host: x}}]}]\n"
#define SIDECAR(hosts) ISTIO_HEAD("Sidecar", "shop", "s") "spec: {egress: [{hosts: " hosts "}]}\n"
#define MANAGER(name, field)                                                                       \
	"  managedFields: [{manager: " name                                                        \
	", time: \"2026-01-06T00:00:00Z\", fieldsV1: {\"f:spec\": {\"" field "\": {}}}}]\n"
#define APP(differences)                                                                           \
	HEAD("argoproj.io/v1alpha1", "Application", "argocd", "shop")                              \
	"spec: {ignoreDifferences: [" differences "]}\n"
#define TRACKED                                                                                    \
	"  annotations: {argocd.argoproj.io/tracking-id: "                                         \
	"'shop:networking.istio.io/VirtualService:shop/web'}\n"
#define HIDES(more) "{group: networking.istio.io, kind: VirtualService, " more "}"
#define ROLLOUT(ns, istio)                                                                         \
	HEAD("argoproj.io/v1alpha1", "Rollout", ns, "r")                                           \
	"spec: {strategy: {canary: {trafficRouting: {istio: " istio "}}}}\n"
#define CANARY(ns, spec) HEAD("flagger.app/v1beta1", "Canary", ns, "c") "spec: " spec "\n"

static const struct {
	const char *name, *live, *codes, *part; /* part: a part of the first reason */
} rows[] = {
	{ "all is well", FINE, "", NULL },
	/* the commit and the cluster */
	{ "not there", BACKEND, "GCB5004", "'shop/web' is not in the cluster" },
	{ "there in another namespace",
	  ISTIO_HEAD("VirtualService", "x", "web") "spec:\n  hosts: [z]\n" BACKEND, "GCB5004",
	  NULL },
	{ "behind", LIVE_("", HOSTS "  http: [{route: [" OLD "}]}]\n") BACKEND, "GCB5005",
	  "gets no requests in the cluster, 10% of the requests in the commit" },
	{ "behind: a mirror",
	  LIVE_("", HOSTS "  http: [{mirror: {host: new.example.com}, mirrorPercentage: {value: "
			  "10}, route: [" OLD "}]}]\n") BACKEND,
	  "GCB5005", "gets mirrored requests only" },
	{ "ahead", LIVE_("", HOSTS SPLIT("75", "25")) BACKEND, "GCB5006",
	  "25% of the requests in the cluster" },
	{ "edited",
	  LIVE_("", HOSTS "  http: [{timeout: 5s, route: [" OLD ", weight: 90}, " NEW
			  ", weight: 10}]}]\n") BACKEND,
	  "GCB5007", NULL },
	{ "another order of keys, as JSON",
	  LIVE_("", HOSTS "  http: [{\"route\": [{\"weight\": 90, \"destination\": {\"host\": "
			  "\"old.example.com\"}}, " NEW ", weight: 10}]}]\n") BACKEND,
	  "", NULL },
	{ "a number became text",
	  LIVE_("", HOSTS "  http: [{route: [" OLD ", weight: 90}, " NEW ", weight: '10'}]}]\n")
		  BACKEND,
	  "GCB5005", NULL },
	{ "labels do not matter", LIVE("  labels: {a: b}\n") BACKEND, "", NULL },
	/* who wins the host */
	{ "an older one", FINE OTHER("shop", "1", HOSTS ROUTE), "GCB5008",
	  "takes precedence over 'web' for workloads of every namespace" },
	{ "a younger one", FINE OTHER("shop", "9", HOSTS ROUTE), "GCB5009", NULL },
	{ "as old, and its name is earlier", FINE OTHER("shop", "5", HOSTS ROUTE), "GCB5008",
	  NULL },
	{ "as old and of the same name, in a later namespace",
	  FINE ISTIO_HEAD("VirtualService", "zoo", "web") AGE("5") "spec:\n" HOSTS ROUTE, "GCB5009",
	  NULL },
	{ "of another host", FINE OTHER("shop", "1", "  hosts: [x.example.com]\n" ROUTE), "",
	  NULL },
	{ "a wildcard loses to an exact host",
	  FINE OTHER("shop", "1", "  hosts: ['*.example.com']\n" ROUTE), "", NULL },
	{ "private and elsewhere", FINE OTHER("x", "1", HOSTS "  exportTo: [.]\n" ROUTE), "GCB5008",
	  "of the namespace 'x'" },
	{ "younger, but private in a namespace of workloads",
	  FINE OTHER("x", "9", HOSTS "  exportTo: [.]\n" ROUTE), "GCB5008",
	  "of the namespace 'x'" },
	{ "younger, but exported by name", FINE OTHER("x", "9", HOSTS "  exportTo: [zoo]\n" ROUTE),
	  "GCB5008", "of the namespace 'zoo'" },
	{ "ours is private, theirs older and public",
	  LIVE_("", HOSTS "  exportTo: [.]\n" SPLIT("90", "10"))
		  BACKEND OTHER("x", "1", HOSTS ROUTE),
	  "GCB5009", NULL },
	{ "both private, each at home",
	  LIVE_("", HOSTS "  exportTo: [.]\n" SPLIT("90", "10"))
		  BACKEND OTHER("x", "1", HOSTS "  exportTo: [.]\n" ROUTE),
	  "", NULL },
	{ "exported to no namespace", FINE OTHER("x", "1", HOSTS "  exportTo: ['~']\n" ROUTE), "",
	  NULL },
	{ "on a gateway of its own", FINE OTHER("shop", "1", HOSTS "  gateways: [g]\n" ROUTE), "",
	  NULL },
	{ "on the same gateway",
	  LIVE_("", HOSTS "  gateways: [g]\n" SPLIT("90", "10"))
		  BACKEND OTHER("shop", "1", HOSTS "  gateways: [shop/g]\n" ROUTE),
	  "GCB5009", "on the gateway 'shop/g'" },
	{ "on a gateway of the same name elsewhere",
	  LIVE_("", HOSTS "  gateways: [g]\n" SPLIT("90", "10"))
		  BACKEND OTHER("x", "1", HOSTS "  gateways: [g]\n" ROUTE),
	  "", NULL },
	{ "not there yet, so it will be younger", BACKEND OTHER("shop", "9", HOSTS ROUTE),
	  "GCB5004 GCB5008", NULL },
	/* the new host */
	{ "no GCPBackend", LIVE(""), "GCB5011", NULL },
	{ "one of another host",
	  LIVE("") HEAD("networking.gke.io/v1", "GCPBackend", "shop", "b") "spec: {hostname: x}\n",
	  "GCB5011", NULL },
	{ "the host deep in the spec",
	  LIVE("") HEAD("networking.gke.io/v1", "GCPBackend", "shop",
			"b") "spec: {a: [{b: x}, {c: [new.example.com]}], d: e}\n",
	  "", NULL },
	{ "one that is not well",
	  FINE "status: {conditions: [{type: Ready, status: \"False\", reason: NoEndpoints, "
	       "message: none is healthy}]}\n",
	  "GCB5012", "Ready is False: NoEndpoints none is healthy" },
	/* Sidecars */
	{ "a Sidecar with old alone", FINE SIDECAR("['*/old.example.com']"), "GCB1510", NULL },
	{ "with both", FINE SIDECAR("['*/old.example.com', '*/new.example.com']"), "", NULL },
	{ "with a wildcard", FINE SIDECAR("['shop/*.example.com']"), "", NULL },
	{ "with neither", FINE SIDECAR("['istio-system/*']"), "", NULL },
	{ "its own namespace", FINE SIDECAR("['./*']"), "", NULL },
	{ "old at home, new elsewhere",
	  LIVE("") HEAD("networking.gke.io/v1", "GCPBackend", "infra",
			"b") "spec: {h: new.example.com}\n" SIDECAR("['./*']"),
	  "GCB1501", NULL },
	{ "two of them",
	  FINE SIDECAR("['*/old.example.com']") ISTIO_HEAD(
		  "Sidecar", "x", "t") "spec: {egress: [{hosts: ['*/old.example.com']}]}\n",
	  "GCB1510 GCB1510", NULL },
	/* what files are checked for, too */
	{ "a ServiceEntry that is TCP",
	  FINE ISTIO_HEAD("ServiceEntry", "shop",
			  "e") "spec: {hosts: [old.example.com], ports: [{number: 80, protocol: "
			       "TCP}], resolution: DNS, location: MESH_EXTERNAL}\n",
	  "GCB1004", NULL },
	{ "TLS for old",
	  FINE ISTIO_HEAD(
		  "DestinationRule", "shop",
		  "d") "spec: {host: old.example.com, trafficPolicy: {tls: {mode: SIMPLE}}}\n",
	  "GCB1005", NULL },
	/* status */
	{ "an analyzer's message",
	  LIVE("") "status: {validationMessages: [{level: WARNING, type: {code: IST0130}}, {level: "
		   "INFO, type: {code: IST0131}}]}\n" BACKEND,
	  "GCB5012", "WARNING IST0130" },
	{ "the one expected for the",
	  LIVE("") "status: {validationMessages: [{level: ERROR, code: IST0101, message: not "
		   "found}]}\n" BACKEND,
	  "GCB5012", "IST0101: not found (expected for the" },
	{ "a condition that is true",
	  LIVE("") "status: {conditions: [{type: PassedAnalysis, status: \"True\"}]}\n" BACKEND, "",
	  NULL },
	/* who else writes */
	{ "a Rollout", FINE ROLLOUT("shop", "{virtualService: {name: web}}"), "GCB5013", NULL },
	{ "a Rollout with a list, elsewhere",
	  FINE ROLLOUT("x", "{virtualServices: [{name: z}, {name: web.shop}]}"), "GCB5013", NULL },
	{ "a Rollout of another one", FINE ROLLOUT("shop", "{virtualService: {name: z}}"), "",
	  NULL },
	{ "a Rollout of the same name elsewhere",
	  FINE ROLLOUT("x", "{virtualService: {name: web}}"), "", NULL },
	{ "a Canary", FINE CANARY("shop", "{targetRef: {name: web}}"), "GCB5013", NULL },
	{ "a Canary of another service",
	  FINE CANARY("shop", "{targetRef: {name: web}, service: {name: z}}"), "", NULL },
	{ "a Canary that uses nginx",
	  FINE CANARY("shop", "{provider: nginx, targetRef: {name: web}}"), "", NULL },
	{ "an edit by hand", LIVE(MANAGER("kubectl-edit", "f:http")) BACKEND, "GCB5014",
	  "'kubectl-edit' at 2026-01-06" },
	{ "a person's label", LIVE(MANAGER("kubectl-edit", "f:hosts")) BACKEND, "", NULL },
	{ "Argo CD", LIVE(MANAGER("argocd-controller", "f:http")) BACKEND, "", NULL },
	{ "kubectl apply", LIVE(MANAGER("kubectl-client-side-apply", "f:http")) BACKEND, "", NULL },
	{ "differences ignored", LIVE(TRACKED) BACKEND APP(HIDES("jsonPointers: [/spec/http/0]")),
	  "GCB5015", NULL },
	{ "by jq", LIVE(TRACKED) BACKEND APP(HIDES("jqPathExpressions: ['.spec.http[].route']")),
	  "GCB5015", NULL },
	{ "all of spec, of all kinds",
	  LIVE(TRACKED) BACKEND APP("{group: '*', kind: '*', jsonPointers: [/spec]}"), "GCB5015",
	  NULL },
	{ "of another object",
	  LIVE(TRACKED) BACKEND APP(HIDES("name: z, jsonPointers: [/spec/http]")), "", NULL },
	{ "other fields", LIVE(TRACKED) BACKEND APP(HIDES("jsonPointers: [/spec/hosts, /status]")),
	  "", NULL },
	{ "an Application that does not keep it",
	  LIVE("") BACKEND APP(HIDES("jsonPointers: [/spec/http]")), "", NULL },
	{ "one that lists it",
	  LIVE("") BACKEND APP(HIDES(
		  "jsonPointers: [/spec/http]")) "status: {resources: [{kind: VirtualService, "
						 "name: web, namespace: shop}]}\n",
	  "GCB5015", NULL },
};

/* What the index picks of the objects must lead to the same findings as all of them. */
static void expect_same_by_index(const struct live_scene *scene, const struct findings *all)
{
	struct live_index *index = live_index_new(scene->objects, scene->nobjects);
	struct findings some = { .arena = scene->arena };
	struct live_scene picked = *scene;

	live_index_pick(index, &picked);
	live_check(&picked, &some);
	cr_expect_eq(some.n, all->n, "%zu findings by the index, %zu of all", some.n, all->n);
	for (size_t i = 0; i < some.n && i < all->n; i++)
		cr_expect(some.items[i].code == all->items[i].code &&
				  slice_eq(some.items[i].reason, all->items[i].reason),
			  "%s, not %s", some.items[i].reason.ptr, all->items[i].reason.ptr);
	live_index_free(index);
}

/*
 * Checks a cluster for the commit; `level` is the coverage of all kinds, and of namespace `ns`
 * alone with COVERED_SOME.
 */
static void check_cluster(struct file *commit, struct file *live, const char *text,
			  enum coverage_level level, struct slice *ns)
{
	struct move move = scene_move();
	struct coverage coverages[16] = { 0 };
	const struct object **objects;
	struct live_scene scene = {
		.move = &move, .vss = &commit->vs, .nvss = 1, .coverages = coverages
	};

	cr_assert_eq(file_read_vs(commit, COMMIT), 0);
	commit->findings.n = 0;
	file_open(live, text);
	objects = arena_array(live->arena, live->objects.n, sizeof(*objects));
	for (size_t i = 0; i < live->objects.n; i++)
		objects[i] = &live->objects.items[i];
	for (size_t i = 0; i < live_nkinds; i++)
		coverages[i] = (struct coverage){ .kind = &live_kinds[i],
						  .level = level,
						  .namespaces = { ns, level == COVERED_SOME } };
	scene.objects = objects;
	scene.nobjects = live->objects.n;
	scene.arena = live->arena;
	live_check(&scene, &live->findings);
	expect_same_by_index(&scene, &live->findings);
}

/* The codes of the findings. */
static const char *codes_of(const struct findings *f)
{
	struct slice text = SLICE("");

	for (size_t i = 0; i < f->n; i++)
		text = arena_printf(f->arena, "%" SLICE_FMT "%s%s", SLICE_ARG(text), i ? " " : "",
				    f->items[i].code->id);
	return text.len ? text.ptr : "";
}

Test(live, rules)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct file commit, live;
		const char *found;

		check_cluster(&commit, &live, rows[i].live, COVERED_ALL, NULL);
		found = codes_of(&live.findings);
		cr_expect_str_eq(found, rows[i].codes, "%s: %s %s", rows[i].name, found,
				 live.findings.n ? live.findings.items[0].reason.ptr : "");
		if (rows[i].part && live.findings.n)
			cr_expect_not_null(strstr(live.findings.items[0].reason.ptr, rows[i].part),
					   "%s: %s", rows[i].name,
					   live.findings.items[0].reason.ptr);
		file_close(&live);
		file_close(&commit);
	}
}

/* What could not be read is not missing; what is not installed is. */
Test(live, not_seen)
{
	static struct slice shop = SLICE_INIT("shop"), other = SLICE_INIT("other");
	static const struct {
		enum coverage_level level;
		struct slice *ns;
		const char *codes;
	} cases[] = {
		{ COVERED_ALL, NULL, "GCB5004 GCB5011" },
		{ COVERED_NOT_INSTALLED, NULL, "GCB5004 GCB5011" },
		{ COVERED_FORBIDDEN, NULL, "" },
		{ COVERED_FAILED, NULL, "" },
		{ COVERED_SOME, &other, "" },
		{ COVERED_SOME, &shop, "GCB5004" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct file commit, live;

		check_cluster(&commit, &live, "{}\n", cases[i].level, cases[i].ns);
		cr_expect_str_eq(codes_of(&live.findings), cases[i].codes, "%zu: %s", i,
				 codes_of(&live.findings));
		file_close(&live);
		file_close(&commit);
	}
}

Test(live, coverages)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct slice ns[] = { SLICE_INIT("a"), SLICE_INIT("b") };
	const struct coverage coverages[] = {
		{ &live_kinds[0], COVERED_ALL, { NULL, 0 }, { NULL, 0 } },
		{ &live_kinds[1], COVERED_NOT_INSTALLED, { NULL, 0 }, { NULL, 0 } },
		{ &live_kinds[2], COVERED_SOME, { ns, 2 }, SLICE_INIT("no") },
		{ &live_kinds[3], COVERED_FORBIDDEN, { NULL, 0 }, SLICE_INIT("not for you") },
		{ &live_kinds[4], COVERED_FAILED, { NULL, 0 }, SLICE_INIT("slow") },
	};
	struct findings f = { .arena = arena };

	live_note_coverage(coverages, 5, SLICE("prod"), &f);
	cr_assert_eq(f.n, 3);
	cr_expect_str_eq(f.items[0].reason.ptr, "serviceentries.networking.istio.io: could be read "
						"only in the namespaces a, b: no");
	cr_expect_str_eq(f.items[1].reason.ptr,
			 "sidecars.networking.istio.io: could not be read: not for you");
	cr_expect_str_eq(f.items[2].reason.ptr,
			 "gcpbackends.networking.gke.io: could not be read: slow");
	cr_expect(slice_is(f.items[0].at.path, "cluster prod"));
}

/* Of a cluster with others in it the index picks what concerns the move, in its order. */
Test(live, index_picks)
{
	/* clang-format off */
	static const char *const text =
		LIVE("") BACKEND
		OTHER("x", "1", "  hosts: [else.example.com]\n" ROUTE)
		ISTIO_HEAD("DestinationRule", "x", "d1") "spec: {host: else.example.com}\n"
		ISTIO_HEAD("DestinationRule", "x", "d2") "spec: {host: '*.example.com'}\n"
		ISTIO_HEAD("DestinationRule", "x", "d3") "spec: {host: OLD.example.com}\n"
		SIDECAR("['./*']")
		ROLLOUT("x", "{virtualService: {name: z}}")
		ROLLOUT("x", "{virtualService: {name: web.shop}}");
	/* clang-format on */
	static const char *const wanted[] = { "web", "b", "d2", "d3", "s", "r" };
	struct file commit, live;
	struct move move = scene_move();
	struct live_scene scene = { .move = &move, .vss = &commit.vs, .nvss = 1 };
	const struct object **objects;
	struct live_index *index;

	cr_assert_eq(file_read_vs(&commit, COMMIT), 0);
	file_open(&live, text);
	objects = arena_array(live.arena, live.objects.n, sizeof(*objects));
	for (size_t i = 0; i < live.objects.n; i++)
		objects[i] = &live.objects.items[i];
	scene.arena = live.arena;
	index = live_index_new(objects, live.objects.n);
	live_index_pick(index, &scene);
	cr_assert_eq(scene.nobjects, sizeof(wanted) / sizeof(wanted[0]), "%zu", scene.nobjects);
	for (size_t i = 0; i < scene.nobjects; i++)
		cr_expect(slice_is(scene.objects[i]->name, wanted[i]), "%zu: %s", i,
			  scene.objects[i]->name.ptr);
	live_index_free(index);
	file_close(&live);
	file_close(&commit);
}

/* Who still names the old host: each row is one object, in the namespace shop. */
Test(live, named)
{
#define SPEC(kind, spec) ISTIO_HEAD(kind, "shop", "x") "spec: " spec "\n"
	static const struct {
		const char *name, *host, *text;
		bool named;
	} cases[] = {
		{ "a host of a VirtualService", "a.b.com",
		  SPEC("VirtualService", "{hosts: [a.b.com]}"), true },
		{ "a destination", "a.b.com",
		  SPEC("VirtualService", "{http: [{route: [{destination: {host: a.b.com}}]}]}"),
		  true },
		{ "a mirror", "a.b.com",
		  SPEC("VirtualService", "{http: [{mirror: {host: a.b.com}}]}"), true },
		{ "a DestinationRule", "a.b.com", SPEC("DestinationRule", "{host: a.b.com}"),
		  true },
		{ "a Sidecar", "a.b.com", SPEC("Sidecar", "{egress: [{hosts: ['*/a.b.com']}]}"),
		  true },
		{ "a Sidecar with a wildcard", "a.b.com",
		  SPEC("Sidecar", "{egress: [{hosts: ['*/*.b.com']}]}"), false },
		{ "a Sidecar that names a service shortly", "a.shop.svc.cluster.local",
		  SPEC("Sidecar", "{egress: [{hosts: [./a]}]}"), true },
		{ "in a text", "a.b.com", SPEC("Application", "{values: 'url: https://a.b.com/x'}"),
		  true },
		{ "a longer host", "a.b.com",
		  SPEC("VirtualService", "{hosts: [a.b.com.au, xa.b.com, x.a.b.com]}"), false },
		{ "the ServiceEntry itself", "a.b.com",
		  SPEC("ServiceEntry", "{hosts: [x, a.b.com], endpoints: [{address: a.b.com}]}"),
		  false },
		{ "another ServiceEntry that goes there", "a.b.com",
		  SPEC("ServiceEntry", "{hosts: [x], endpoints: [{address: a.b.com}]}"), true },
		{ "a comment of the metadata", "a.b.com",
		  "---\napiVersion: v1\nkind: X\nmetadata: {name: n, annotations: {a: "
		  "a.b.com}}\nspec: {}\n",
		  false },
		{ "a short name at home", "a.shop.svc.cluster.local",
		  SPEC("VirtualService", "{hosts: [a]}"), true },
		{ "with the namespace", "a.shop.svc.cluster.local",
		  SPEC("DestinationRule", "{host: a.shop}"), true },
		{ "and svc", "a.shop.svc.cluster.local",
		  SPEC("DestinationRule", "{host: a.shop.svc}"), true },
		{ "a short name that is another's", "a.zoo.svc.cluster.local",
		  SPEC("VirtualService", "{hosts: [a]}"), false },
		{ "a short name of an outside host", "a.b.com",
		  SPEC("VirtualService", "{hosts: [a]}"), false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct file live;
		const struct object *one;

		file_open(&live, cases[i].text);
		one = &live.objects.items[0];
		live_note_references(&one, 1, slice_of(cases[i].host), &live.findings);
		cr_expect_eq(live.findings.n, cases[i].named, "%s: %zu", cases[i].name,
			     live.findings.n);
		cr_expect(!live.findings.n ||
			  live.findings.items[0].code == &CODE_live_still_named);
		file_close(&live);
	}
}

Test(live, blind)
{
	AUTO_ARENA struct arena *arena = arena_new();
	const struct coverage coverages[] = {
		{ &live_kinds[0], COVERED_ALL, { NULL, 0 }, { NULL, 0 } },
		{ &live_kinds[1], COVERED_NOT_INSTALLED, { NULL, 0 }, { NULL, 0 } },
		{ &live_kinds[3], COVERED_FORBIDDEN, { NULL, 0 }, SLICE_INIT("not for you") },
	};
	struct findings f = { .arena = arena };

	live_note_blind(coverages, 2, SLICE(""), &f);
	cr_assert_eq(f.n, 0);
	live_note_blind(coverages, 3, SLICE(""), &f);
	cr_assert_eq(f.n, 1);
	cr_expect(f.items[0].code == &CODE_live_blind && findings_stop(&f) != NULL);
	cr_expect_str_eq(live_kinds[LIVE_MESH_KINDS - 1].kind, "GCPBackend");
}
