#include "istio/host.h"

#include <criterion/criterion.h>

Test(host, short_names_belong_to_the_namespace)
{
	AUTO_ARENA struct arena *a = arena_new();
	static const struct {
		const char *host, *ns, *full;
	} rows[] = {
		{ "web", "shop", "web.shop.svc.cluster.local" },
		{ "web.shop", "shop", "web.shop" },
		{ "web.", "shop", "web." },
		{ "*", "shop", "*" },
		{ "web", NULL, "web" },
		{ "::1", "shop", "::1" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice full = host_resolve(slice_of(rows[i].host), slice_of(rows[i].ns), a);

		cr_assert(slice_is(full, rows[i].full), "%s is %.*s", rows[i].host,
			  SLICE_ARG(full));
	}
}

Test(host, near_is_not_same)
{
	cr_assert(host_same(SLICE("a.b"), SLICE("a.b")) && !host_near(SLICE("a.b"), SLICE("a.b")));
	cr_assert(!host_same(SLICE("a.b."), SLICE("a.b")) &&
		  host_near(SLICE("a.b."), SLICE("a.b")));
	cr_assert(!host_same(SLICE("A.b"), SLICE("a.b")) && host_near(SLICE("A.b"), SLICE("a.b")));
	cr_assert(!host_near(SLICE("a.c"), SLICE("a.b")));
	cr_assert(host_near(SLICE("a.b"), SLICE("a.b.svc.cluster.local")));
	cr_assert(host_near(SLICE("a.b.svc"), SLICE("a.b.svc.cluster.local")));
	cr_assert(!host_near(SLICE("a.c"), SLICE("a.b.svc.cluster.local")));
}

Test(host, wildcards_cover)
{
	cr_assert(host_covered(SLICE("*.example.com"), SLICE("a.example.com")));
	cr_assert(host_covered(SLICE("*"), SLICE("a.example.com")));
	cr_assert(!host_covered(SLICE("*.example.com"), SLICE("example.com")));
	cr_assert(!host_covered(SLICE("a.example.com"), SLICE("a.example.com")));
}

Test(host, check)
{
	static const struct {
		const char *host;
		bool fine;
	} rows[] = {
		{ "web", true },
		{ "web-1.example.com", true },
		{ "WEB.example.com.", true },
		{ "", false },
		{ "a b", false },
		{ "a..b", false },
		{ "-a.b", false },
		{ "a_b.c", false },
		{ "*.a.com", false },
		{ "10.0.0.1", false },
		{ "a.b/c", false },
		{ "1.example.com", true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = ERR_INIT;

		cr_assert_eq(host_check(slice_of(rows[i].host), "the host", &err) == 0,
			     rows[i].fine, "'%s'", rows[i].host);
		cr_assert(rows[i].fine || err.code == &CODE_host_bad, "'%s'", rows[i].host);
	}
}
