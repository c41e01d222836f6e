#include "gitops/guard.h"

#include "gitops/environment_index.h"

/* Does kustomize drop every object of the file? */
static bool is_local(const struct yaml_file *file)
{
	for (size_t i = 0; i < yaml_documents(file); i++) {
		const struct yaml_node *annotations =
			yaml_path(yaml_root(file, i), "metadata", "annotations", NULL);

		if (yaml_root(file, i) &&
		    !slice_is(yaml_string(yaml_get(annotations, GUARD_KUSTOMIZE)), "true"))
			return false;
	}
	return true;
}

unsigned guard_open(const struct yaml_file *file, unsigned ways)
{
	unsigned shut = 0;

	if (slice_find(yaml_bytes(file), SLICE(GUARD_ARGOCD)) != SIZE_MAX)
		shut |= SOURCE_DIRECTORY;
	if (is_local(file))
		shut |= SOURCE_KUSTOMIZE;
	if (shut == (SOURCE_DIRECTORY | SOURCE_KUSTOMIZE))
		shut |= SOURCE_UNKNOWN;
	return ways & ~shut;
}
