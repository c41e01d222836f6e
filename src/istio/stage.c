#include "istio/stage.h"

#include <stdio.h>

const struct stages stages_default = {
	{ { STAGE_MIRROR, 0 },
	  { STAGE_WEIGHT, 10 },
	  { STAGE_WEIGHT, 25 },
	  { STAGE_WEIGHT, 50 },
	  { STAGE_WEIGHT, 100 } },
	5,
};

/* The stages that have a name, by their kind. */
static const char *const names[] = { [STAGE_START] = "start",
				     [STAGE_MIRROR] = "mirror",
				     [STAGE_WEIGHT] = NULL,
				     [STAGE_DONE] = "done" };

bool stage_parse(struct slice text, struct stage *out)
{
	long percent;

	for (int kind = STAGE_START; kind <= STAGE_DONE; kind++)
		if (names[kind] && slice_is(text, names[kind])) {
			*out = (struct stage){ (enum stage_kind)kind, 0 };
			return true;
		}
	if (slice_ends(text, SLICE("%")))
		text.len--;
	if (!parse_int(text, 1, 100, &percent))
		return false;
	*out = (struct stage){ STAGE_WEIGHT, (int)percent };
	return true;
}

void stage_name(struct stage s, char out[8])
{
	if (s.kind == STAGE_WEIGHT)
		(void)snprintf(out, 8, "%d", s.percent);
	else
		(void)snprintf(out, 8, "%s", names[s.kind]);
}

int stage_cmp(struct stage a, struct stage b)
{
	if (a.kind != b.kind)
		return a.kind < b.kind ? -1 : 1;
	return a.percent - b.percent;
}

int stages_read(const struct slice *items, size_t n, struct stages *out, struct err *err)
{
	struct stages list = { .n = 0 };

	for (size_t i = 0; i < n; i++) {
		struct stage s;

		if (!stage_parse(slice_trim(items[i]), &s) || s.kind == STAGE_START ||
		    s.kind == STAGE_DONE)
			return err_set(
				err, &CODE_stage_bad, NOWHERE,
				"'%" SLICE_FMT
				"' is not a stage: use mirror, or a percentage from 1 to 100",
				SLICE_ARG(items[i]));
		if (list.n && stage_cmp(list.items[list.n - 1], s) >= 0)
			return err_set(err, &CODE_stage_bad, NOWHERE,
				       "the stages must increase: '%" SLICE_FMT "' is out of order",
				       SLICE_ARG(items[i]));
		list.items[list.n++] = s;
	}
	if (!list.n)
		return err_set(err, &CODE_stage_bad, NOWHERE, "at least one stage is required");
	*out = list;
	return 0;
}

bool stages_have(const struct stages *list, struct stage s)
{
	for (size_t i = 0; i < list->n; i++)
		if (stage_cmp(list->items[i], s) == 0)
			return true;
	return s.kind == STAGE_START;
}
