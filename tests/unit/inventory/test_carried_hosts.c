#include "inventory/carried_hosts.h"

#include <criterion/criterion.h>

static const struct {
	const char *text;
	bool host, part;
} rows[] = {
	{ "host: pay-vm.example.com", true, true },
	{ "host: \"PAY-vm.example.com.\"", true, true },
	{ "{\"op\":\"add\",\"value\":\"new.example.com\"}", true, true },
	{ "- {op: replace, path: /spec/host, value: '*.example.com'}", true, true },
	{ "hosts: ['*.com']", true, true },
	{ "hosts: ['*-vm.example.com']", true, true },
	{ "value: '*', path: /spec/host", true, true },
	{ "exportTo: ['*']", false, false },
	{ "name: pay-vm", false, true },
	{ "pay-vm.yaml", false, true },
	{ "host: pay-vm.example.org", false, true },
	{ "host: xpay-vm.example.com", false, false },
	{ "host: example.com", false, false },
	{ "host: ledger", true, true }, /* a cluster service has short names */
	{ "host: ledger.shop.svc", true, true },
	{ "", false, false },
	{ "-._*", false, false },
	{ "\xff\xfe", false, false },
};

Test(carried_hosts, rows)
{
	struct arena *arena = arena_new();
	const struct migration vm = { .move = { .from = SLICE_INIT("pay-vm.example.com"),
						.to = SLICE_INIT("new.example.com") } };
	const struct migration service = { .move = { .from = SLICE_INIT("ledger"),
						     .ns = SLICE_INIT("shop") } };
	struct carried_hosts h;

	carried_hosts_init(&h);
	cr_expect_not(carried_hosts_in(&h, SLICE("host: pay-vm.example.com")));
	carried_hosts_add(&h, &vm, arena);
	carried_hosts_add(&h, &service, arena);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice text = slice_of(rows[i].text);

		cr_expect_eq(carried_hosts_in(&h, text), rows[i].host, "%s", rows[i].text);
		cr_expect_eq(carried_hosts_part_in(&h, text), rows[i].part, "%s", rows[i].text);
	}
	carried_hosts_release(&h);
	arena_free(arena);
}
