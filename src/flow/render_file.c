#include "flow/render_file.h"

#include "base/alloc.h"

int single_make(struct single_result *out, const struct single *s, struct stage stage,
		struct err *err)
{
	struct single_result r = { .inventory = inventory_new(), .baselines = baselines_new() };
	struct intent intent = { .m = s->m, .direction = GO_ANYWHERE, .to = stage };
	struct plan_inputs in = { .inventory = r.inventory,
				  .baselines = r.baselines,
				  .each = each_in_turn };
	struct yaml_file *baseline = NULL;
	struct source *source;

	inventory_watch(r.inventory, s->m);
	(void)inventory_add(r.inventory, s->name, s->bytes, 0100644);
	inventory_parse(r.inventory, each_in_turn);
	source = inventory_find(r.inventory, s->name);
	if (!source->file) {
		*err = *source->why;
		single_release(&r);
		return -1;
	}
	if (s->baseline.ptr && yaml_parse(&baseline, s->name, s->baseline, err) < 0) {
		single_release(&r);
		return err_wrap(err, "the baseline");
	}
	yaml_file_free(baseline);
	baselines_set_baseline(r.baselines, s->name, s->m,
			       s->baseline.ptr ? s->baseline : s->bytes);
	plan_make(&r.plan, &in, &intent, 1);
	r.text = r.plan.changes.n ? r.plan.changes.items[0].after : s->bytes;
	*out = r;
	return 0;
}

void single_release(struct single_result *r)
{
	plan_release(&r->plan);
	baselines_free(r->baselines);
	inventory_free(r->inventory);
}
