/*
 * Cases in which traffic would go astray, or a rollback would not be made, if the parts did not
 * know of each other.
 */
#include "tests/unit/plan/sketch.h"

#include <criterion/criterion.h>
#include <string.h>

/*
 * The same old host in two migrations: each is right alone, both together would give away more than
 * there is.
 */
Test(safety, two_migrations_of_one_destination)
{
	static const char *const stages[] = { "mirror", "10", "25", "100" };

	for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
		struct sketch *s = sketch_new();
		const struct plan *plan;
		struct intent intents[2];

		sketch_file(s, "vs.yaml", VS("x") "  - route:\n" DEST(OLD, "100"));
		sketch_file(s, "b2.yaml", BACKEND("new2.example.com"));
		(void)sketch_migration(s, "a", OLD, NEW, "");
		(void)sketch_migration(s, "b", OLD, "new2.example.com", "");
		sketch_survey(s);
		intents[0] = sketch_intent(s, 0, GO_UP, stages[i]);
		intents[1] = sketch_intent(s, 1, GO_UP, stages[i]);
		plan = sketch_plan(s, intents, 2);
		cr_expect(!plan->steps[0].refused && plan->steps[0].changes.n == 1, "%s",
			  stages[i]);
		cr_expect(plan->steps[1].refused && plan->steps[1].changes.n == 0, "%s", stages[i]);
		expect_finding(&plan->steps[1].findings, yaml_overlap, "vs.yaml",
			       strcmp(stages[i], "mirror") ? 7 : 6, "another selected migration");
		sketch_free(s);
	}
}

/* Two old hosts in one route are two shares of it: both may move at once. */
Test(safety, two_migrations_of_two_destinations_of_a_route)
{
	struct sketch *s = sketch_new();
	struct intent intents[2];

	sketch_file(s, "vs.yaml",
		    VS("x") "  - route:\n" DEST(OLD, "50") DEST("old2.example.com", "50"));
	sketch_file(s, "b2.yaml", BACKEND("new2.example.com"));
	(void)sketch_migration(s, "a", OLD, NEW, "");
	(void)sketch_migration(s, "b", "old2.example.com", "new2.example.com", "");
	sketch_survey(s);
	intents[0] = sketch_intent(s, 0, GO_UP, "10");
	intents[1] = sketch_intent(s, 1, GO_UP, "50");
	(void)sketch_plan(s, intents, 2);
	expect_after(s, &s->plan.changes, "vs.yaml",
		     VS("x") "  - route:\n" DEST(OLD, "45") DEST(NEW, "5")
			     DEST("old2.example.com", "25") DEST("new2.example.com", "25"));
	sketch_free(s);
}

/* A rollback never fails because of the hold; a finding reports a hold that cannot be written. */
Test(safety, a_hold_never_stops_a_rollback)
{
	static const struct {
		const char *hold, *wanted; /* NULL: the file stays as it is */
	} rows[] = {
		{ "  hold: slow\n", "  hold: too slow\n" },
		{ "  hold: \"slow\"\n", "  hold: \"too slow\"\n" },
		{ "  hold: |\n    slow\n    since noon\n", "  hold: too slow\n" },
		{ "  hold: \"slow\n    since noon\"\n", "  hold: too slow\n" },
		{ "  hold: &h |\n    slow\n", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sketch *s = sketch_new();
		struct intent intent;
		const struct step *step;

		sketch_file(s, "vs.yaml", VS("x") SPLIT("90", "10"));
		(void)sketch_migration(s, "web", OLD, NEW, rows[i].hold);
		sketch_survey(s);
		(void)sketch_version(s, "vs.yaml", VS("x") SPLIT("90", "10"), "c2", "Ann");
		(void)sketch_version(s, "vs.yaml", VS("x") ALL_OLD, "c1", "Ann");
		intent = sketch_intent(s, 0, GO_DOWN, "start");
		intent.hold = SLICE("too slow");
		step = &sketch_plan(s, &intent, 1)->steps[0];
		expect_step(step, "10", "start");
		expect_after(s, &step->changes, "vs.yaml", VS("x") ALL_OLD);
		if (rows[i].wanted)
			cr_expect_not_null(
				strstr(sketch_after(s, &step->changes, ".gcpbackend/web.yaml"),
				       rows[i].wanted),
				"%zu: %s", i,
				sketch_after(s, &step->changes, ".gcpbackend/web.yaml"));
		else
			expect_finding(&step->findings, hold_unwritten, ".gcpbackend/web.yaml", 7,
				       "spec.hold cannot be written");
		sketch_free(s);
	}
}

/* A short name means a host of the namespace it is written in. */
Test(safety, a_short_new_name_in_another_namespace)
{
	struct sketch *s = sketch_new();

	sketch_file(s, "vs.yaml",
		    VS_IN("web", "x") ROUTE DEST("pay.shop.svc.cluster.local", "100"));
	sketch_file(s, "own.yaml", VS_IN("shop", "y") ROUTE DEST("pay", "100"));
	sketch_file(s, "b.yaml", BACKEND("paynew"));
	(void)sketch_migration(s, "web", "pay, namespace: shop", "paynew", "");
	sketch_survey(s);
	expect_step(sketch_go(s, GO_UP, "10"), "start", "10");
	expect_after(s, &s->plan.changes, "vs.yaml",
		     VS_IN("web", "x") ROUTE DEST("pay.shop.svc.cluster.local", "90")
			     DEST("paynew.shop.svc.cluster.local", "10"));
	expect_after(s, &s->plan.changes, "own.yaml",
		     VS_IN("shop", "y") ROUTE DEST("pay", "90") DEST("paynew", "10"));
	sketch_free(s);
}

/* A file that cannot be read may be about the host under its short name, too. */
Test(safety, a_broken_file_with_the_short_name)
{
	struct sketch *s = sketch_new();

	sketch_file(s, "vs.yaml", VS_IN("shop", "x") ROUTE DEST("pay", "100"));
	sketch_file(s, "broken.yaml", "host: pay\na: [\n");
	(void)sketch_migration(s, "web", "pay.shop.svc.cluster.local", NEW, "");
	sketch_survey(s);
	expect_refused(s, sketch_go(s, GO_UP, "10"), yaml_syntax, "broken.yaml", 3, "");
	sketch_free(s);
}

/* A route that its owner took away lowers nothing. */
Test(safety, a_route_that_went_is_no_hold)
{
	static const char *const now = VS("x") SPLIT("8", "2"),
				 *const both =
					 VS("x") SPLIT("8", "2") "  - route:\n" DEST(OLD, "75")
						 DEST(NEW, "25");
	struct sketch *s = sketch_of(now, NULL);

	(void)sketch_version(s, "vs.yaml", now, "c3", "Ann");
	(void)sketch_version(s, "vs.yaml", both, "c2", "Ann");
	(void)sketch_version(s, "vs.yaml",
			     VS("x") ROUTE DEST(OLD, "10") "  - route:\n" DEST(OLD, "100"), "c1",
			     "Ann");
	cr_expect(!sketch_go(s, GO_UP, "next")->held);
	sketch_free(s);
}

/* Where nothing was moved, and the file is still to be made, a rollback makes nothing. */
Test(safety, a_rollback_creates_nothing)
{
	struct sketch *s = sketch_new();
	struct intent intent;

	(void)sketch_migration(s, "web", OLD, NEW, "  manifests: {create: f.yaml}\n");
	sketch_survey(s);
	intent = sketch_intent(s, 0, GO_DOWN, "start");
	intent.hold = SLICE("why");
	(void)sketch_plan(s, &intent, 1);
	cr_expect(s->plan.steps[0].unchanged && !s->plan.steps[0].refused &&
		  s->plan.changes.n == 0);
	sketch_free(s);
}

/* A file that the migration would not look at is none to create. */
Test(safety, what_is_created_must_be_covered)
{
	static const struct {
		const char *rest;
		bool fine;
	} rows[] = {
		{ "  manifests: {path: apps, create: apps/a.yaml}\n", true },
		{ "  manifests: {path: apps, create: other/a.yaml}\n", false },
		{ "  manifests: {virtualService: a.yaml, create: b.yaml}\n", false },
		{ "  manifests: {create: b.yaml}\n", true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STR struct str text = STR_INIT;
		struct err err = ERR_INIT;
		struct migration m = { .arena = NULL };

		str_addf(&text,
			 "apiVersion: gcpbackend/v1alpha1\nkind: Migration\nmetadata: {name: "
			 "web}\nspec:\n  from: {host: %s}\n  to: {host: %s}\n%s",
			 OLD, NEW, rows[i].rest);
		cr_expect_eq(migration_read(&m, SLICE(".gcpbackend/web.yaml"), str_slice(&text),
					    0100644, &err),
			     rows[i].fine ? 0 : -1, "%s: %s", rows[i].rest, err.reason);
		cr_expect(rows[i].fine || err.code == &CODE_migration_field);
		migration_release(&m);
	}
}
