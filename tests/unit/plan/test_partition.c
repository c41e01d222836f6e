/*
 * Many migrations, a few at a time. Each sketch_plan checks that a plan is the same with and
 * without a partition.
 */
#include "tests/unit/plan/sketch.h"

#include "inventory/inventory_index.h"
#include "inventory/inventory_subset.h"

#include "base/alloc.h"

#include <criterion/criterion.h>

#include <stdlib.h>

enum { MANY = 40 };

/* A VirtualService that routes to host number `i` alone. */
#define ROUTING(i)                                                                                 \
	"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: "              \
	"vs-%zu}\nspec:\n  hosts: [vm-%zu.example.com]\n"                                          \
	"  http:\n  - route: [{destination: {host: vm-%zu.example.com}}]\n",                       \
		(i), (i), (i)

/* An inventory of MANY migrations, from vm-N to cloud-N, and their parts. */
struct many {
	struct arena *arena;
	struct inventory *inventory;
	struct migration items[MANY];
	const struct migration *list[MANY];
	struct partition *partition;
};

/* Migrations only, and no files; `rest` is added to the spec of some of them. */
static struct many *many_new(const char *rest)
{
	struct many *m = xzalloc(sizeof(*m));
	struct err err = ERR_INIT;

	m->arena = arena_new();
	m->inventory = inventory_new();
	for (size_t i = 0; i < MANY; i++) {
		struct slice text = arena_printf(
			m->arena,
			"apiVersion: gcpbackend/v1alpha1\nkind: Migration\nmetadata: {name: "
			"m-%zu}\nspec:\n"
			"  from: {host: vm-%zu.example.com}\n  to: {host: cloud-%zu.example.com}\n",
			i, i, i);

		if (i % 10 == 3)
			text = arena_printf(m->arena, "%s%s", text.ptr, rest);
		cr_assert_eq(migration_read(&m->items[i],
					    arena_printf(m->arena, ".gcpbackend/m-%zu.yaml", i),
					    text, 0100644, &err),
			     0, "%s", err.reason);
		m->list[i] = &m->items[i];
		inventory_watch(m->inventory, m->list[i]);
	}
	return m;
}

static void many_free(struct many *m)
{
	partition_free(m->partition);
	inventory_free(m->inventory);
	for (size_t i = 0; i < MANY; i++)
		migration_release(&m->items[i]);
	arena_free(m->arena);
	free(m);
}

static void add(struct many *m, struct slice path, struct slice text)
{
	(void)inventory_add(m->inventory, path, text, 0100644);
}

/* A file for each migration. */
static void add_each(struct many *m)
{
	for (size_t i = 0; i < MANY; i++)
		add(m, arena_printf(m->arena, "apps/%zu.yaml", i),
		    arena_printf(m->arena, ROUTING(i)));
}

static void divide(struct many *m)
{
	inventory_scan(m->inventory, each_in_turn);
	m->partition = partition_new(m->inventory, m->list, MANY);
	partition_read_manifests(m->partition, each_in_turn);
}

/* Are two migrations in one part? */
static bool together(const struct many *m, size_t a, size_t b)
{
	return partition_shard_of(m->partition, m->list[a]) ==
	       partition_shard_of(m->partition, m->list[b]);
}

Test(partition, of_migrations_that_have_nothing_in_common)
{
	struct many *m = many_new("");
	size_t sizes[MANY] = { 0 };

	add_each(m);
	divide(m);
	cr_expect_eq(partition_count(m->partition), 3);
	for (size_t i = 0; i < MANY; i++)
		sizes[partition_shard_of(m->partition, m->list[i])]++;
	cr_expect(sizes[0] == 16 && sizes[1] == 16 && sizes[2] == 8);
	cr_expect_not(partition_add_related(m->partition));
	many_free(m);
}

Test(partition, who_may_change_a_file_is_in_one)
{
	struct many *m = many_new("");

	add_each(m);
	add(m, SLICE("both.yaml"),
	    arena_join(m->arena,
		       (struct slice[]){ arena_printf(m->arena, ROUTING((size_t)1)), SLICE("---\n"),
					 arena_printf(m->arena, ROUTING((size_t)39)) },
		       3));
	divide(m);
	cr_expect(together(m, 1, 39));
	cr_expect_not(together(m, 0, 38));
	many_free(m);
}

Test(partition, who_only_reads_a_file_is_not)
{
	struct many *m = many_new("");

	add_each(m);
	add(m, SLICE("entry.yaml"),
	    SLICE("apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: e}\n"
		  "spec: {hosts: [vm-1.example.com, vm-39.example.com], ports: [{number: 80, name: "
		  "http, protocol: HTTP}]}\n"));
	divide(m);
	cr_expect_not(together(m, 1, 39));
	for (size_t i = 1; i < MANY; i += 38) {
		struct inventory *part = partition_open(
			m->partition, partition_shard_of(m->partition, m->list[i]), each_in_turn);

		cr_expect(inventory_find(part, SLICE("entry.yaml"))->file, "each has it parsed");
		partition_close(m->partition, partition_shard_of(m->partition, m->list[i]));
	}
	many_free(m);
}

Test(partition, who_creates_files_is_in_one)
{
	struct many *m = many_new("  manifests: {path: apps, create: apps/new.yaml}\n");

	add_each(m);
	divide(m);
	cr_expect(together(m, 3, 13) && together(m, 3, 23) && together(m, 3, 33));
	cr_expect_not(together(m, 3, 34));
	many_free(m);
}

Test(partition, a_file_of_many_hosts_is_parsed_once_for_all)
{
	struct many *m = many_new("");
	AUTO_STR struct str hosts = STR_INIT;
	const struct source *all;

	add_each(m);
	for (size_t i = 0; i < MANY; i++)
		str_addf(&hosts, "%svm-%zu.example.com", i ? ", " : "", i);
	add(m, SLICE("entry.yaml"),
	    arena_printf(m->arena,
			 "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: "
			 "e}\nspec: {hosts: [%s]}\n",
			 hosts.ptr));
	divide(m);
	all = inventory_find(m->inventory, SLICE("entry.yaml"));
	cr_assert(all && all->file);
	for (size_t i = 0; i < partition_count(m->partition); i++) {
		struct inventory *part = partition_open(m->partition, i, each_in_turn);

		cr_expect_eq(inventory_find(part, SLICE("entry.yaml")), all);
		cr_expect_eq(inventory_by_host(part, SLICE("vm-7.example.com"), m->arena).n,
			     i == partition_shard_of(m->partition, m->list[7]) ? 2 : 1);
		partition_close(m->partition, i);
	}
	many_free(m);
}

Test(partition, ask_for_the_relatives_of_a_gateway)
{
	static const char text[] = "apiVersion: networking.istio.io/v1\nkind: "
				   "VirtualService\nmetadata: {name: %s}\nspec:\n"
				   "  hosts: [shop.example.com]\n  gateways: [edge]\n  http:\n  - "
				   "route: [{destination: {host: %s}}]\n";
	struct many *m = many_new("");
	struct inventory *part;

	add(m, SLICE("mine.yaml"), arena_printf(m->arena, text, "mine", "vm-5.example.com"));
	divide(m);
	cr_assert(partition_add_related(m->partition));
	cr_expect(inventory_wants(m->inventory, SLICE("theirs.yaml"),
				  arena_printf(m->arena, text, "theirs", "else")));
	add(m, SLICE("theirs.yaml"), arena_printf(m->arena, text, "theirs", "else"));
	inventory_scan(m->inventory, each_in_turn);
	part = partition_open(m->partition, partition_shard_of(m->partition, m->list[5]),
			      each_in_turn);
	cr_expect_eq(inventory_by_host(part, SLICE("shop.example.com"), m->arena).n, 2);
	partition_close(m->partition, partition_shard_of(m->partition, m->list[5]));
	many_free(m);
}

Test(partition, one_stays_parsed_until_another_one_is_looked_at)
{
	struct many *m = many_new("");
	struct inventory *first;

	add_each(m);
	divide(m);
	first = partition_switch(m->partition, 0, each_in_turn);
	cr_expect_eq(partition_switch(m->partition, 0, each_in_turn), first);
	cr_expect(inventory_find(partition_switch(m->partition, 1, each_in_turn),
				 SLICE("apps/20.yaml"))
			  ->file);
	cr_expect(inventory_find(partition_switch(m->partition, 0, each_in_turn),
				 SLICE("apps/0.yaml"))
			  ->file);
	many_free(m);
}
