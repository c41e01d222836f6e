#include "flow/patch.h"

#include "flow/message.h"
#include "flow/session_internal.h"
#include "git/diff.h"
#include "git/format_patch.h"

int patch_of_change(const struct change *change, struct str *patch, size_t *added, size_t *removed,
		    struct err *err)
{
	return diff_bytes(change, patch, added, removed, err);
}

/* Does one of the changes have a line that ends with CR LF? */
static bool has_crlf(const struct changes *changes)
{
	for (size_t i = 0; i < changes->n; i++)
		if (slice_find(changes->items[i].before, SLICE("\r\n")) != SIZE_MAX ||
		    slice_find(changes->items[i].after, SLICE("\r\n")) != SIZE_MAX)
			return true;
	return false;
}

/* Appends one patch for all steps. */
static int add_batch(struct session *s, const struct plan *plan, struct str *out, struct err *err)
{
	AUTO_STR struct str message = STR_INIT;

	message_of_batch(plan, &message);
	return format_patch(s->repo, &(struct commit_patch){ message.ptr, &plan->changes, 1, 1 },
			    out, err);
}

int patch_of_plan(struct session *s, const struct plan *plan, const struct publish_options *options,
		  struct plan_patch *out, struct err *err)
{
	size_t total = 0, number = 0;

	out->crlf = has_crlf(&plan->changes);
	for (size_t i = 0; i < plan->n; i++)
		total += step_has_work(&plan->steps[i]);
	if (options->batch && total)
		return add_batch(s, plan, &out->text, err);
	for (size_t i = 0; i < plan->n; i++) {
		const struct step *step = &plan->steps[i];
		AUTO_STR struct str message = STR_INIT;

		if (!step_has_work(step))
			continue;
		number++;
		if (message_of_step(s, step, options, &message, err) < 0 ||
		    format_patch(
			    s->repo,
			    &(struct commit_patch){ message.ptr, &step->changes, number, total },
			    &out->text, err) < 0)
			return -1;
	}
	return 0;
}
