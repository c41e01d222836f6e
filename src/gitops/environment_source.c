#include "gitops/environment_source_internal.h"

#include "gitops/glob.h"
#include "gitops/path.h"

/* The beginning of a path as far as it is known, without "./" in front. */
static struct slice trim_prefix(struct slice text)
{
	while (slice_starts(text, SLICE("./")) || slice_starts(text, SLICE("/")))
		text = slice_sub(text, text.ptr[0] == '.' ? 2 : 1, text.len);
	return text;
}

struct environment_source environment_source_at(struct environment *e, struct slice text,
						const struct parameters *p, struct arena *arena)
{
	struct environment_source s = { .environment = e };
	bool whole;
	struct slice path = parameters_fill(p, text, &whole, arena);

	s.prefix = !whole;
	s.directory = whole ? path_join(SLICE(""), path, arena) : trim_prefix(path);
	return s;
}

enum source_tool environment_source_tool(const struct environment_source *s, bool built, bool chart)
{
	if (s->tool != TOOL_DETECTED)
		return s->tool;
	return built ? TOOL_KUSTOMIZE : chart ? TOOL_HELM : TOOL_DIRECTORY;
}

bool environment_source_builds(const struct environment_source *s)
{
	return s->tool == TOOL_DETECTED || s->tool == TOOL_KUSTOMIZE || s->tool == TOOL_FLUX;
}

bool environment_source_reads(const struct environment_source *s, struct slice path)
{
	struct slice name = path_from(path, s->directory);

	if (!name.len || (!s->recurse && slice_find_byte(name, '/') != SIZE_MAX))
		return false;
	if (!slice_ends(name, SLICE(".yaml")) && !slice_ends(name, SLICE(".yml")) &&
	    !slice_ends(name, SLICE(".json")))
		return false;
	if (s->exclude.len && glob_match(GLOB_GOBWAS, s->exclude, name, false))
		return false;
	return !s->include.len || glob_match(GLOB_GOBWAS, s->include, name, true);
}
