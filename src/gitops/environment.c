#include "gitops/environment.h"

bool environment_is_named(const struct environment *e, struct slice text)
{
	struct slice path = slice_sub(text, 0, e->at.path.len),
		     rest = slice_sub(text, e->at.path.len, text.len);

	if (slice_eq(text, e->name))
		return true;
	return slice_eq(path, e->at.path) && slice_starts(rest, SLICE(":")) &&
	       slice_eq(slice_sub(rest, 1, rest.len), e->object);
}

const char *environment_kind_text(enum environment_kind kind)
{
	static const char *const texts[] = { "Application", "Flux Kustomization", "kustomization",
					     "Config Sync source", "directory" };

	return texts[kind];
}

bool environment_is_assumed(const struct environment *e)
{
	return e->kind == ENVIRONMENT_OVERLAY || e->kind == ENVIRONMENT_DIRECTORY;
}
