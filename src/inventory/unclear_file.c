#include "inventory/unclear_file.h"

#include "gitops/kustomization.h"
#include "inventory/host_tokens.h"
#include "kube/group.h"

/*
 * True if other manifests may be made of the file: a template, values, or a part of a
 * kustomization. An object that only mentions the host, such as the Deployment of a client, is what
 * it says.
 */
static bool is_source_of_others(const struct source *s)
{
	bool rendered = !s->file || !s->objects.n || kustomization_is(s->path);

	for (size_t i = 0; i < s->objects.n && !rendered; i++) {
		const struct object *o = &s->objects.items[i];

		rendered = slice_is(o->kind, "HelmRelease") ||
			   object_is(o, ARGO_GROUP, "Application") ||
			   object_is(o, ARGO_GROUP, "ApplicationSet");
	}
	return rendered;
}

/* True if what the file is rendered into may route to the host of the needle. */
static bool is_unclear(const struct source *s, const struct migration *m, struct slice needle)
{
	if (!s->text.ptr || (!s->file && !s->why))
		return false;
	if (migration_covers(m, s->path) && inventory_may_hide_host(s->text))
		return true;
	return slice_find_case(s->text, needle) != SIZE_MAX && is_source_of_others(s);
}

const struct source *unclear_file(const struct inventory *inv, const struct migration *m)
{
	struct slice needle = host_needle(m->move.from);

	for (const struct inventory *at = inv; at; at = inventory_under(at)) {
		size_t n;
		struct source *const *sources = inventory_sources(at, &n);

		for (size_t i = 0; i < n; i++)
			if (is_unclear(sources[i], m, needle))
				return sources[i];
	}
	return NULL;
}
