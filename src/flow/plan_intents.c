#include "flow/plan_intents.h"

#include "base/parallel.h"
#include "flow/host_references.h"
#include "plan/owners.h"

int plan_intents(const struct evidence *evidence, const struct intent *intents, size_t n,
		 struct plan *out, struct err *err)
{
	const struct progress *progress = session_progress(evidence->fleet->base.session);
	struct host_references references = { .n = 0 };
	struct plan_inputs in = { .inventory = evidence->inventory,
				  .partition = evidence->partition,
				  .baselines = evidence->baselines,
				  .environments = evidence->environments,
				  .owners = evidence->owners,
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
	for (size_t i = 0; i < out->n && evidence->owners; i++)
		owners_filter(evidence->owners, &out->steps[i]);
	progress_report(progress, NULL, 0, 0);
	return 0;
}
