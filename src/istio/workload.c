#include "istio/workload_internal.h"

#include "kube/group.h"

static bool is_group(const struct object *o)
{
	return object_is(o, ISTIO_GROUP, "WorkloadGroup");
}

bool is_workload(const struct object *o)
{
	return object_is(o, ISTIO_GROUP, "WorkloadEntry") || is_group(o);
}

/* What the workload is: the spec of the WorkloadEntry. */
static const struct yaml_node *entry_of(const struct object *o)
{
	return is_group(o) ? yaml_get(o->spec, "template") : o->spec;
}

void workload_labels(const struct object *o, const struct yaml_node *maps[WORKLOAD_LABELS])
{
	maps[0] = is_group(o) ? yaml_path(o->spec, "metadata", "labels", NULL) :
				yaml_get(o->metadata, "labels");
	maps[1] = yaml_get(entry_of(o), "labels");
}

/* The value of a label; NULL: it has none. */
static const struct yaml_node *label_of(const struct object *o, struct slice name)
{
	const struct yaml_node *maps[WORKLOAD_LABELS];

	workload_labels(o, maps);
	for (size_t i = 0; i < WORKLOAD_LABELS; i++)
		for (const struct yaml_node *c =
			     maps[i] && maps[i]->kind == YAML_MAP ? maps[i]->first : NULL;
		     c; c = c->next)
			if (slice_eq(c->key->text, name))
				return c;
	return NULL;
}

bool workload_is_selected(const struct object *o, const struct object *entry)
{
	const struct yaml_node *wanted = yaml_path(entry->spec, "workloadSelector", "labels", NULL);

	if (!wanted || wanted->kind != YAML_MAP || !wanted->first)
		return false;
	for (const struct yaml_node *c = wanted->first; c; c = c->next) {
		const struct yaml_node *value = label_of(o, c->key->text);

		if (!value || !slice_eq(yaml_string(value), yaml_string(c)))
			return false;
	}
	return true;
}

bool endpoint_expects_mtls(const struct yaml_node *account, const struct yaml_node *mode)
{
	return mode ? slice_is(yaml_string(mode), "istio") : yaml_string(account).len > 0;
}

bool workload_expects_mtls(const struct object *o)
{
	return endpoint_expects_mtls(yaml_get(entry_of(o), "serviceAccount"),
				     label_of(o, SLICE("security.istio.io/tlsMode")));
}
