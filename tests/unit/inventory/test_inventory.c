#include "inventory/inventory.h"
#include "inventory/inventory_index.h"

#include <criterion/criterion.h>

Test(inventory, wants_what_may_name_a_host)
{
	struct migration m = { .move = { .from = SLICE("pay-vm.example.com"),
					 .to = SLICE("pay.gcp.example.com") } };
	struct inventory *inv = inventory_new();
	static const struct {
		const char *bytes;
		bool wanted;
	} rows[] = {
		{ "host: pay-vm.example.com\n", true },
		{ "host: \"pay-vm\"", true },
		{ "host: PAY-VM.example.com.", true },
		{ "{host: pay.gcp.example.com}", true },
		{ "host: '*.example.com'", true },
		{ "host: \"*.com\"", true },
		{ "url: http://pay-vm.example.com:80", true },
		{ "host: pay-vm", true },
		{ "*.example.com", true },
		{ "host: '*.example.org'", false },
		{ "host: '*pay-vm.example.com'", false },
		{ "host: .pay-vm.example.com", false },
		{ "host: my-pay-vm.example.com", false },
		{ "host: pay-vmx", false },
		{ "host: example.com", false },
		{ "", false },
	};

	inventory_watch(inv, &m);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_assert_eq(inventory_wants(inv, SLICE("a.yaml"), slice_of(rows[i].bytes)),
			     rows[i].wanted, "%s", rows[i].bytes);
	inventory_free(inv);
}

Test(inventory, finds_objects_by_host)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct inventory *inv = inventory_new();
	struct object_refs found;

	inventory_add(inv, SLICE("b.yaml"),
		      SLICE("apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: "
			    "{name: b}\n"
			    "spec: {http: [{route: [{destination: {host: pay}}]}]}\n"),
		      0100644);
	inventory_add(inv, SLICE("a.yaml"),
		      SLICE("apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: "
			    "{name: a}\nspec: {host: '*.example.com'}\n"),
		      0100644);
	inventory_add(inv, SLICE("c.yaml"), SLICE("broken: [\n"), 0100644);
	inventory_parse(inv, each_in_turn);
	found = inventory_by_host(inv, SLICE("pay.example.com"), arena);
	cr_assert_eq(found.n, 2);
	cr_assert(slice_is(found.items[0].object->name, "a") &&
		  slice_is(found.items[1].object->name, "b"));
	cr_assert(inventory_find(inv, SLICE("c.yaml")) &&
		  !inventory_find(inv, SLICE("c.yaml"))->file);
	inventory_free(inv);
}
