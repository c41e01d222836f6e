/* The rules: each on the smallest manifests that raise it, and the nearest that do not. */
#include "istio/rules_internal.h"
#include "tests/unit/istio/rule_rows.h"

#include <criterion/criterion.h>

static const struct rule_row *const tables[] = { rows_backend,     rows_port,  rows_entry,
						 rows_destination, rows_route, rows_around };
enum { TABLES = sizeof(tables) / sizeof(tables[0]) };

/* The findings of all rules about a file whose first object is a VirtualService. */
static void check_text(struct file *f, struct move *move, const char *text, enum stage_kind to,
		       bool whole)
{
	struct rule_scene scene = { .move = move,
				    .vss = &f->vs,
				    .nvss = 1,
				    .to = { to, 0 },
				    .thorough = true,
				    .whole = whole };
	const struct object **objects, **sidecars;

	cr_assert_eq(file_read_vs(f, text), 0, "%s", f->err.reason);
	if (move->tcp || !slice_is(move->from, "old.example.com"))
		cr_assert_eq(vs_read(&f->vs, &f->objects.items[0],
				     &(struct move_context){ move, f->arena, NULL }, &f->err),
			     0, "%s", f->err.reason);
	objects = arena_array(f->arena, f->objects.n, sizeof(*objects));
	sidecars = arena_array(f->arena, f->objects.n, sizeof(*sidecars));
	for (size_t i = 0; i < f->objects.n; i++) {
		objects[i] = &f->objects.items[i];
		if (sidecar_is(objects[i]))
			sidecars[scene.sidecars.n++] = objects[i];
	}
	scene.objects = objects;
	scene.nobjects = f->objects.n;
	scene.sidecars.items = sidecars;
	scene.at = (struct place){ SLICE("migration.yaml"), RAISED_MOVE, 1 };
	scene.arena = f->arena;
	f->findings.n = 0; /* those of the reader have their own tests */
	rules_check(&scene, &f->findings);
}

/* Is the row's code raised just once, at its line; or never? */
static void check_row(const struct rule_row *row)
{
	struct move move = scene_move();
	size_t raised = 0;
	unsigned line = 0;
	struct file f;

	move.port = row->port;
	move.from = row->from ? slice_of(row->from) : move.from;
	move.ns = slice_of(row->ns);
	move.tls = move.tcp = row->raw;
	check_text(&f, &move, row->text, row->to, true);
	for (size_t i = 0; i < f.findings.n; i++)
		if (f.findings.items[i].code == row->code) {
			raised++;
			line = f.findings.items[i].at.line;
		}
	cr_expect_eq(raised, row->line != RAISED_NEVER, "%s, %s: raised %zu times: %s",
		     row->code->id, row->name, raised, file_codes(&f));
	cr_expect_eq(line, (unsigned)row->line, "%s, %s: line %u, not %d", row->code->id, row->name,
		     line, row->line);
	file_close(&f);
}

Test(rules, table)
{
	for (size_t t = 0; t < TABLES; t++)
		for (const struct rule_row *row = tables[t]; row->name; row++)
			check_row(row);
}

/*
 * Has the code a row that raises it, or one that does not? `mirror_writes` is in a test of its own.
 */
static bool has_row(const struct code *code, bool raised)
{
	for (size_t t = 0; t < TABLES; t++)
		for (const struct rule_row *row = tables[t]; row->name; row++)
			if (row->code == code && (row->line != RAISED_NEVER) == raised)
				return true;
	return code == &CODE_mirror_writes;
}

Test(rules, each_has_both)
{
	for (size_t i = 0; i < nrule_tables; i++)
		for (const struct rule *r = rule_tables[i]; r->code; r++) {
			cr_expect(has_row(r->code, true), "nothing raises %s", r->code->id);
			cr_expect(has_row(r->code, false), "nothing is near %s without raising it",
				  r->code->id);
		}
}

Test(rules, methods_that_write)
{
	static const struct slice methods[] = { SLICE_INIT("GET"), SLICE_INIT("POST") };
	static const char text[] =
		BASE BACKEND("{hostname: new.example.com}") ENTRY("  resolution: DNS\n");
	struct move move = scene_move();
	struct file f;

	move.methods = (struct slices){ (struct slice *)(uintptr_t)methods, 2 };
	check_text(&f, &move, text, STAGE_MIRROR, true);
	cr_expect_eq(f.findings.items[2].code, &CODE_mirror_writes, "%s", file_codes(&f));
	file_close(&f);
	check_text(&f, &move, text, STAGE_WEIGHT, true);
	cr_expect_str_eq(file_codes(&f), "GCB1507@5 GCB1218@14");
	file_close(&f);
	move.methods.n = 1;
	check_text(&f, &move, text, STAGE_MIRROR, true);
	cr_expect_str_eq(file_codes(&f), "GCB1507@5 GCB1508@999 GCB1218@14");
	file_close(&f);
}

Test(rules, a_service_of_kubernetes_beside_the_entry)
{
	static const char entry[] =
		VS("x") "  hosts: [old]\n  http: [{route: [{destination: {host: old}}]}]\n" ISTIO(
			"ServiceEntry") "  hosts: [old.shop.svc.cluster.local]\n  resolution: "
					"DNS\n";
	static const char service[] = "---\napiVersion: v1\nkind: Service\nmetadata: {name: old, "
				      "namespace: shop}\nspec: {}\n";
	AUTO_STR struct str both = STR_INIT;
	struct move move = scene_move();
	struct file f;

	move.from = SLICE("old.shop.svc.cluster.local");
	str_addf(&both, "%s%s", entry, service);
	file_open(&f, both.ptr);
	cr_assert_eq(vs_read(&f.vs, &f.objects.items[0],
			     &(struct move_context){ &move, f.arena, NULL }, &f.err),
		     0);
	rules_check(
		&(struct rule_scene){ .move = &move,
				      .vss = &f.vs,
				      .nvss = 1,
				      .objects = (const struct object *[]){ &f.objects.items[1],
									    &f.objects.items[2] },
				      .nobjects = 2,
				      .whole = true,
				      .arena = f.arena },
		&f.findings);
	cr_expect_str_eq(file_codes(&f), "GCB1003@0 GCB1216@15");
	file_close(&f);
}

Test(rules, what_was_not_seen_is_not_called_missing)
{
	struct move move = scene_move();
	struct file f;

	check_text(&f, &move, BASE, STAGE_WEIGHT, false);
	cr_expect_str_eq(file_codes(&f), "GCB1113@999 GCB1507@5");
	cr_expect_eq(f.findings.items[0].code, &CODE_unchecked);
	file_close(&f);
}

Test(rules, what_only_informs_is_left_out_unless_asked_for)
{
	struct move move = scene_move();
	struct file f;

	file_read_vs(&f, BASE);
	rules_check(
		&(struct rule_scene){
			.move = &move, .vss = &f.vs, .nvss = 1, .whole = true, .arena = f.arena },
		&f.findings);
	cr_expect_str_eq(file_codes(&f), "GCB1003@0");
	file_close(&f);
}

/* Counts and joins. */
static void join_host(struct slice host, void *ctx)
{
	if (host.len)
		str_addf(ctx, "%" SLICE_FMT "|", SLICE_ARG(host));
}

Test(rules, hosts_for_indexes)
{
	AUTO_STR struct str all = STR_INIT;
	struct file f;

	file_open(&f,
		  BASE BACKEND("{hostname: new.example.com}") ENTRY("") RULE("*.x", "{}")
			  ISTIO("Sidecar") "  egress: [{hosts: [a/b.c, '*/*']}]\n"
					   "---\napiVersion: v1\nkind: Service\nmetadata: {name: "
					   "s}\n" ISTIO("EnvoyFilter") "  x: 'outbound|80||d.e'\n");
	cr_assert_eq(f.objects.n, 7);
	cr_expect(!rules_want(&f.objects.items[0]));
	for (size_t i = 1; i < 7; i++) {
		cr_expect(rules_want(&f.objects.items[i]), "%zu", i);
		rules_each_host(&f.objects.items[i], join_host, &all);
	}
	cr_expect_str_eq(all.ptr,
			 "new.example.com|old.example.com|*.x|a|b.c|*|*|s|outbound|80|d.e|");
	file_close(&f);
}

Test(rules, delegates_for_indexes)
{
	AUTO_STR struct str all = STR_INIT;
	struct file f;

	file_open(&f, VS("x") "  http: [{delegate: {name: d}}, {route: []}]\n");
	rules_each_host(&f.objects.items[0], join_host, &all);
	cr_expect_str_eq(all.ptr, "d|");
	file_close(&f);
}
