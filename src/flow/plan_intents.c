#include "flow/plan_intents.h"

#include "base/parallel.h"
#include "flow/host_references.h"
#include "plan/owners.h"

/* Drops findings about routes that other migrations move; these are read if they are wanted. */
static void filter_owned(const struct evidence *evidence, struct plan *plan)
{
	const struct base_commit *base = &evidence->fleet->base;
	AUTO_FLEET struct fleet all = { .n = 0 };
	struct owners *owners = evidence->owners;
	struct err ignored = ERR_INIT;
	bool wanted = false;

	for (size_t i = 0; i < plan->n && !wanted; i++)
		wanted = owners_are_wanted(&plan->steps[i]);
	if (!wanted)
		return;
	if (!owners) {
		if (fleet_open_at(base->session, &base->id, NULL, &all, &ignored) < 0)
			return;
		owners = owners_new(all.all, all.n);
	}
	for (size_t i = 0; i < plan->n; i++)
		owners_filter(owners, &plan->steps[i]);
	if (owners != evidence->owners)
		owners_free(owners);
}

int plan_intents(const struct evidence *evidence, const struct intent *intents, size_t n,
		 struct plan *out, struct err *err)
{
	const struct progress *progress = session_progress(evidence->fleet->base.session);
	struct host_references references = { .n = 0 };
	struct plan_inputs in = { .inventory = evidence->inventory,
				  .partition = evidence->partition,
				  .baselines = evidence->baselines,
				  .environments = evidence->environments,
				  .each = parallel_each,
				  .each_shard = parallel_parts,
				  .progress = progress,
				  .vs_template = evidence->vs_template };

	for (size_t i = 0; i < n; i++)
		if (intents[i].direction == GO_DELETE_ENTRY &&
		    host_references_find(evidence->fleet, intents[i].m, &references, err) < 0)
			return -1;
	in.references = references.items;
	in.nreferences = references.n;
	plan_make(out, &in, intents, n);
	filter_owned(evidence, out);
	progress_report(progress, NULL, 0, 0);
	return 0;
}
