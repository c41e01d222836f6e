/*
 * step_work.h - the context of step_make, and what the files that make a step share.
 */
#ifndef GCB_PLAN_STEP_WORK_H
#define GCB_PLAN_STEP_WORK_H

#include "inventory/builds.h"
#include "plan/scope.h"
#include "plan/step.h"

/*
 * A VirtualService of the migration as an environment applies it, after patches or the like: not as
 * its file declares it.
 */
struct built_member {
	const struct environment *environment;
	const struct built *built;
	bool known;                /* else what the environment applies is not known */
	struct vs vs;              /* if known; of a file of its own */
	const struct vs *baseline; /* the same at the baseline; NULL: not known */
};

/* An environment that applies files of the step, with its members, `n` from `first` on. */
struct built_environment {
	const struct environment *environment;
	size_t first, n;
};

/* What step_builds.h has read. */
struct built_members {
	struct built_member *items; /* in the order of the environments */
	size_t n, cap;
	struct built_environment *environments; /* each once */
	size_t nenvironments, environments_cap;
	const struct member **by_object;       /* all of the scope, by the address of the object */
	const struct built_member **by_origin; /* `items`, by the addresses of environment and
						  origin */
	bool *replaced;      /* of the scope by number: applied only with changes, so that the file
				does not show its stage */
	struct slices files; /* of the step, sorted */
	struct slices built_files; /* those, and the files to whose objects patches of those are
				      applied: no others change by edits of the step, unless an
				      object is `linked` to others */
	bool linked;
};

/* A step while it is made. */
struct step_work {
	struct step *step;
	struct targets *targets;
	struct yaml_pool *pool;
	const struct plan_inputs *in;
	const struct intent *intent;
	const struct migration *m;
	struct scope scope;
	struct object_refs around;           /* scope_around */
	const struct environment_view *view; /* NULL: environments are unknown, or not wanted */
	struct builds *builds; /* what the environments apply now; NULL: no environment is known */
	struct built_members built;
};

/* The goal of a stage of this migration. */
struct goal step_goal(const struct step_work *w, struct stage stage);

/* The name of a stage, in the arena of the pool. */
struct slice step_stage_name(const struct step_work *w, struct stage stage);

/* The old host, resolved in the namespace of the migration. */
struct slice step_old_host(const struct step_work *w);

/* Refuses the step; the reason is already among its findings. Always -1. */
int step_refuse(const struct step_work *w);

/* The target of a file of the inventory, or of the created file; made on first use. */
struct target *step_target(const struct step_work *w, const struct source *source);

/* The target of the migration file, which is parsed as `file`; made on first use. */
struct target *step_migration_target(const struct step_work *w, const struct yaml_file *file);

/* True if the rollback of the step must be checked, provided that it changes something. */
bool step_needs_rollback(const struct step *step);

#endif
