#include "flow/render_file.h"

#include "base/alloc.h"

int render_file_make(struct render_result *out, const struct render_input *input,
		     struct stage stage, struct err *err)
{
	struct render_result r = { .inventory = inventory_new(), .baselines = baselines_new() };
	struct intent intent = { .m = input->m, .direction = GO_ANYWHERE, .to = stage };
	struct plan_inputs in = { .inventory = r.inventory,
				  .baselines = r.baselines,
				  .each = each_in_turn };
	struct yaml_file *baseline = NULL;
	struct source *source;

	inventory_watch(r.inventory, input->m);
	(void)inventory_add(r.inventory, input->name, input->bytes, 0100644);
	inventory_parse(r.inventory, each_in_turn);
	source = inventory_find(r.inventory, input->name);
	if (!source->file) {
		*err = *source->why;
		render_file_release(&r);
		return -1;
	}
	if (input->baseline.ptr && yaml_parse(&baseline, input->name, input->baseline, err) < 0) {
		render_file_release(&r);
		return err_wrap(err, "the baseline");
	}
	yaml_file_free(baseline);
	baselines_set_baseline(r.baselines, input->name, input->m,
			       input->baseline.ptr ? input->baseline : input->bytes);
	plan_make(&r.plan, &in, &intent, 1);
	r.text = r.plan.changes.n ? r.plan.changes.items[0].after : input->bytes;
	*out = r;
	return 0;
}

void render_file_release(struct render_result *r)
{
	plan_release(&r->plan);
	baselines_free(r->baselines);
	inventory_free(r->inventory);
}
