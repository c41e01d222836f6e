/*
 * sketch.h - a repository in memory for the tests of migrations: manifests, migration files, and
 * their history.
 *
 * Calling order: sketch_new, then sketch_file and sketch_migration, then sketch_survey,
 * sketch_version (newest first), sketch_go or sketch_plan as often as wanted, sketch_free. What
 * cannot be done ends the test.
 */
#ifndef GCB_TESTS_UNIT_PLAN_SKETCH_H
#define GCB_TESTS_UNIT_PLAN_SKETCH_H

#include "base/finding.h"
#include "base/change.h"
#include "plan/plan.h"
#include "plan/scope.h"

#define OLD "old.example.com"
#define NEW "new.example.com"

/*
 * A VirtualService without its routes, which follow indented by two; one of a namespace. The first
 * route is on line 6.
 */
#define VS(name)                                                                                   \
	"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: " name         \
	"}\nspec:\n  http:\n"
#define VS_IN(ns, name)                                                                            \
	"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: " name         \
	", namespace: " ns "}\nspec:\n  http:\n"

/*
 * One destination, and a route of one or two that lets only GET through, so that it gets the mirror
 * itself.
 */
#define DEST(host, weight) "    - destination:\n        host: " host "\n      weight: " weight "\n"
#define ROUTE "  - match: [{method: {exact: GET}}]\n    route:\n"
#define ALL_OLD ROUTE DEST(OLD, "100")
#define SPLIT(old, new) ROUTE DEST(OLD, old) DEST(NEW, new)
#define MIRRORED                                                                                   \
	ALL_OLD "    mirror:\n      host: " NEW "\n    mirrorPercentage:\n      value: 10\n"

/* A GCPBackend, without which nothing goes up. */
#define BACKEND(host)                                                                              \
	"apiVersion: networking.gke.io/v1\nkind: GCPBackend\nmetadata: {name: b}\nspec: "          \
	"{hostname: " host "}\n"

/* What `create` renders, with its routes at some stage; `ns` is the line of the namespace or "". */
#define CREATED(name, ns, routes)                                                                  \
	"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n  name: " name       \
	"\n" ns "spec:\n  http:\n" routes

struct sketch {
	struct arena *arena;
	struct inventory *inventory;
	struct baselines *baselines;
	struct migration *migrations[4];
	size_t n;
	struct slice template; /* of the VirtualService that `create` renders */
	struct repository_id repository;
	struct environment_index *environments; /* of sketch_environments; NULL: none */
	struct plan plan;                       /* of the last sketch_plan */
};

/* An empty one; it holds a GCPBackend for NEW, in backend.yaml. */
struct sketch *sketch_new(void);
void sketch_free(struct sketch *s);

/* The manifest `path` of today. */
void sketch_file(struct sketch *s, const char *path, const char *text);

/*
 * A migration in .gcpbackend/NAME.yaml from `from` to `to`; `rest` is added to spec,
 * indented by two. The hosts are on the lines 5 and 6 of the file, the rest from line 7 on.
 */
const struct migration *sketch_migration(struct sketch *s, const char *name, const char *from,
					 const char *to, const char *rest);

/* All is there: parses the manifests, and names the wanted files to the past. */
void sketch_survey(struct sketch *s);

/*
 * After the survey: the manifests define the environments, in a repository without
 * remotes, on the branch main.
 */
void sketch_environments(struct sketch *s);

/*
 * The next older version of a file; no `text`: it did not exist. The name of a merge begins with m.
 */
enum baselines_answer sketch_version(struct sketch *s, const char *path, const char *text,
				     const char *commit, const char *author);

/*
 * A sketch with one manifest vs.yaml, a migration "web" from OLD to NEW, and one older version of
 * the manifest unless that is NULL.
 */
struct sketch *sketch_of(const char *now, const char *before);

/*
 * Plans the intents, and checks that the plan is the same with a partition; it lives
 * until the next one.
 */
const struct plan *sketch_plan(struct sketch *s, const struct intent *intents, size_t n);

/*
 * Plans one intent for the first migration, with a direction and a stage ("next", "10"); returns
 * its step.
 */
const struct step *sketch_go(struct sketch *s, enum direction direction, const char *stage);

/* An intent of migration number `i`, for sketch_plan. */
struct intent sketch_intent(const struct sketch *s, size_t i, enum direction direction,
			    const char *stage);

/* The new bytes of a path in some changes; "" when it does not change. */
const char *sketch_after(const struct sketch *s, const struct changes *changes, const char *path);

/* The name of a stage, valid until the next call. */
const char *stage_text(struct stage s);

/* The first finding of a code, or NULL. */
const struct finding *finding_of(const struct findings *findings, const struct code *code);

/*
 * Checks that there is a finding of this code in this line of this file, and that its reason holds
 * `part`.
 */
#define expect_finding(findings, name, file, row, part)                                            \
	do {                                                                                       \
		const struct finding *f_ = finding_of((findings), &CODE_##name);                   \
		cr_assert_not_null(f_, "no finding '" #name "'");                                  \
		cr_expect(slice_is(f_->at.path, (file)), "it is in %" SLICE_FMT,                   \
			  SLICE_ARG(f_->at.path));                                                 \
		cr_expect_eq(f_->at.line, (row), "it is in line %u", (unsigned)f_->at.line);       \
		cr_expect(slice_find(f_->reason, slice_of(part)) != SIZE_MAX,                      \
			  "the reason is: %" SLICE_FMT, SLICE_ARG(f_->reason));                    \
	} while (0)

/* Checks the bytes that a path gets. */
#define expect_after(s, changes, path, text)                                                       \
	do {                                                                                       \
		const char *after_ = sketch_after((s), (changes), (path));                         \
		cr_expect_str_eq(after_, (text), "%s becomes:\n%s", (path), after_);               \
	} while (0)

/* Checks the stages of a step that is not refused. */
#define expect_step(step, there, here)                                                             \
	do {                                                                                       \
		cr_expect(!(step)->refused, "it is refused: %s", why_refused(step));               \
		cr_expect((step)->known && !(step)->mixed, "the stage is not known");              \
		cr_expect_str_eq(stage_text((step)->from), (there), "it is at %s",                 \
				 stage_text((step)->from));                                        \
		cr_expect_str_eq(stage_text((step)->to), (here), "it goes to %s",                  \
				 stage_text((step)->to));                                          \
	} while (0)

/* Checks that a step is refused with a code, and leaves nothing in the plan. */
#define expect_refused(s, step, name, file, row, part)                                             \
	do {                                                                                       \
		cr_expect((step)->refused, "it is not refused");                                   \
		cr_expect((step)->changes.n == 0 && (s)->plan.changes.n == 0,                      \
			  "it changes something");                                                 \
		expect_finding(&(step)->findings, name, file, row, part);                          \
	} while (0)

/* The reason of the finding that stops a step, valid until the next call. */
const char *why_refused(const struct step *step);

#endif
