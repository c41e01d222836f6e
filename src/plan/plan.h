/*
 * plan.h - what a command will do: every migration's step, and the changes of all of them together.
 *
 * The one pipe: inventory and past in, intents in, a value out that nobody changes afterwards.
 * `plan`, `diff`, `render`, `promote` and `rollback` are this, left at different points. A
 * migration that is refused is a step with findings; the others go on.
 */
#ifndef GCB_PLAN_PLAN_H
#define GCB_PLAN_PLAN_H

#include "base/finding.h"
#include "base/change.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "istio/audience.h"
#include "istio/converge.h"
#include "inventory/environments.h"
#include "inventory/inventory.h"
#include "plan/partition.h"
#include "plan/baseline.h"

/*
 * What is wanted of one migration. Survives every retry, since "next" is resolved to a stage once.
 */
enum direction {
	GO_ANYWHERE,    /* render, diff: any stage */
	GO_UP,          /* promote: never down, never past a hold */
	GO_DOWN,        /* rollback: never up, never held; writes a hold */
	GO_FINALIZE,    /* finalize: from 100 % to the end, where no route names old */
	GO_DELETE_ENTRY /* finalize --delete-service-entry: at the end, the ServiceEntry goes too */
};

struct intent {
	const struct migration *m;
	enum direction direction;
	bool next; /* the next stage that changes something; else `to` */
	struct stage to;
	bool adopt;  /* today's proportions are the baseline */
	bool resume; /* the hold ends */
	bool rules;  /* GO_FINALIZE: DestinationRules for the old host go, too */
	bool apart;  /* its changes are not on top of those of others, but on the files as they are:
			it gets a branch of its own. Needs parts */
	bool trial;  /* only the bytes matter, and whether it is refused: nobody reads what else the
			step says */
	bool brief;  /* nobody reads the shares, nor whose requests they are */
	bool survey; /* a refusal is no reason to stop looking for others; nothing comes of a step
			that is refused anyhow */
	struct slice hold;           /* GO_DOWN: the reason to write; absent: none is written */
	const struct findings *live; /* GO_DELETE_ENTRY: what a cluster says about the old host;
					NULL: nobody looked at one */
};

/* One migration's part of a plan. */
struct step {
	const struct migration *m;
	struct intent intent;
	bool known; /* `from` is the stage it is at; false: mixed, and `from` is how far the
		       furthest route is; or not told */
	struct stage from, to;
	bool mixed, held, refused, unchanged,
		finished;      /* finished: at the last stage already, nothing is next */
	struct slice hold;     /* why it is held: spec.hold, or what history shows */
	struct slices skipped; /* names of stages that would change nothing */
	struct shares shares;
	struct audiences audiences; /* of the routes that name old: whose requests they are */
	struct findings findings;
	struct placements placements; /* where its manifests end up; none where nothing names an
					 environment */
	struct slices files;          /* paths of the manifests of the migration */
	struct changes changes; /* of this step, on top of those of the steps before it, unless it
				   is apart */
};

struct plan {
	struct step *steps;
	size_t n;
	struct changes changes; /* of all steps that are not refused, sorted by path, each path
				   once, but for steps apart */
	struct arena *arena;
	struct arena **parts; /* of the steps, where there are parts */
	size_t nparts;
	struct yaml_file **made; /* files parsed for it while it is made */
	size_t nmade, made_cap;
};

/* A place in a file of the commit that names a host. */
struct host_reference {
	struct slice path;
	uint32_t offset, line, col;
};

/* Things from outside that the plan needs. */
struct plan_inputs {
	struct inventory *inventory; /* all of it parsed, unless there are parts */
	struct partition *parts;     /* of the inventory; NULL: none */
	struct baselines *baselines;
	const struct environment_index
		*environments; /* NULL: nothing is known of environments, as of a single file */
	each_fn *each;         /* how to do the same work on many files */
	each_fn *each_part;    /* and on many parts; NULL: there are none */
	const struct progress *progress;         /* NULL: nobody waits */
	struct slice vs_template;                /* bytes of the template that `create` renders */
	const struct host_reference *references; /* GO_DELETE_ENTRY: all of the old host, outside of
					   migration files and documentation */
	size_t nreferences;
};

/*
 * The manifests of a migration: files that it covers and that route to its old host; for
 * baselines_want. Allocated in `arena`.
 */
struct slices plan_files(const struct inventory *inv, const struct migration *m,
			 struct arena *arena);

/*
 * Makes the plan of `n` intents. Freed with plan_release. Everything in it lives as long as it, the
 * inventory and the past do; nothing points into parsed manifests. Refusals are in the steps. A
 * step up whose way back does not work is refused (migrate/undo.h).
 */
void plan_make(struct plan *out, const struct plan_inputs *in, const struct intent *intents,
	       size_t n);

/* Frees it. */
void plan_release(struct plan *p);

#endif
