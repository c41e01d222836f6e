/*
 * plan_inputs.h - what a plan is made of.
 */
#ifndef GCB_PLAN_PLAN_INPUTS_H
#define GCB_PLAN_PLAN_INPUTS_H

#include "base/parallel.h"
#include "base/progress.h"
#include "gitops/environment_index.h"
#include "inventory/inventory.h"
#include "plan/baseline.h"
#include "plan/partition.h"

struct builds;
struct owners;

/* A place in a file of the commit that contains a host. */
struct host_reference {
	struct slice path;
	uint32_t offset, line, col;
};

struct plan_inputs {
	struct inventory *inventory; /* parsed, or scanned if there is a partition */
	struct partition *partition; /* of the inventory; NULL: it is planned as one shard */
	struct baselines *baselines;
	const struct environment_index *environments; /* NULL: unknown, as for a single file */
	const struct owners *owners; /* NULL: no other migration has a host of these */
	struct builds **builds;      /* of the inventory: made when they are first needed; NULL: the
					caller does not want any */
	each_fn *each;               /* runs work on many files */
	each_fn *each_shard;         /* runs work on many shards; with a partition */
	const struct progress *progress;         /* NULL: not reported */
	struct slice vs_template;                /* the template of manifests.create */
	const struct host_reference *references; /* GO_DELETE_ENTRY: all of the old host, except
					   those in migration files and documentation */
	size_t nreferences;
};

#endif
