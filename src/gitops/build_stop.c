#include "gitops/build_stop_internal.h"

void *build_fail(struct build_stop *stop, const struct yaml_node *at, const char *why)
{
	*stop = (struct build_stop){ BUILD_FAILS, yaml_place(at), why };
	return NULL;
}

void *build_unknown(struct build_stop *stop, const struct yaml_node *at, const char *why)
{
	*stop = (struct build_stop){ BUILD_UNKNOWN, yaml_place(at), why };
	return NULL;
}
