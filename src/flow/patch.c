#include "flow/patch.h"

#include "flow/publish_internal.h"
#include "git/format_patch.h"

/* Has one of the changes a line that ends with CR LF? */
static bool has_crlf(const struct changes *changes)
{
	for (size_t i = 0; i < changes->n; i++)
		if (slice_find(changes->items[i].before, SLICE("\r\n")) != SIZE_MAX ||
		    slice_find(changes->items[i].after, SLICE("\r\n")) != SIZE_MAX)
			return true;
	return false;
}

int session_patch(struct session *s, const struct plan *plan, const struct publish_options *options,
		  struct str *out, bool *crlf, struct err *err)
{
	size_t total = 0, number = 0;

	*crlf = has_crlf(&plan->changes);
	for (size_t i = 0; i < plan->n; i++)
		total += step_has_work(&plan->steps[i]);
	if (options->batch && total) {
		AUTO_STR struct str message = STR_INIT;

		batch_message(plan, &message);
		return format_patch(s->repo,
				    &(struct commit_patch){ message.ptr, &plan->changes, 1, 1 },
				    out, err);
	}
	for (size_t i = 0; i < plan->n; i++) {
		const struct step *step = &plan->steps[i];
		AUTO_STR struct str message = STR_INIT;

		if (!step_has_work(step))
			continue;
		number++;
		if (step_message(s, step, options, &message, err) < 0 ||
		    format_patch(
			    s->repo,
			    &(struct commit_patch){ message.ptr, &step->changes, number, total },
			    out, err) < 0)
			return -1;
	}
	return 0;
}
