#include "gitops/guard.h"

#include "gitops/environment_use.h"

/* Does kustomize drop every object of the file? */
static bool is_local_config(const struct yaml_file *file)
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

unsigned guard_open(const struct yaml_file *file, unsigned types)
{
	unsigned guarded = 0;

	if (slice_find(yaml_bytes(file), SLICE(GUARD_ARGOCD)) != SIZE_MAX)
		guarded |= SOURCE_DIRECTORY;
	if (is_local_config(file))
		guarded |= SOURCE_KUSTOMIZE;
	if (guarded == (SOURCE_DIRECTORY | SOURCE_KUSTOMIZE))
		guarded |= SOURCE_UNKNOWN;
	return types & ~guarded;
}
