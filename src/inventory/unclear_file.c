#include "inventory/unclear_file.h"

#include "gitops/kustomization.h"
#include "inventory/host_tokens.h"
#include "istio/rules.h"

/* True if the file declares objects in which hosts are looked for. */
static bool is_manifest(const struct source *s)
{
	for (size_t i = 0; s->file && i < s->objects.n; i++)
		if (vs_is(&s->objects.items[i]) || rules_want(&s->objects.items[i]) ||
		    slice_starts(s->objects.items[i].group, SLICE("gcpbackend")))
			return !kustomization_is(s->path);
	return false;
}

/* True if what the file is rendered into may route to the host of the needle. */
static bool is_unclear(const struct source *s, const struct migration *m, struct slice needle)
{
	if (!s->bytes.ptr || (!s->file && !s->why))
		return false;
	if (migration_covers(m, s->path) && inventory_may_hide_host(s->bytes))
		return true;
	return slice_find_case(s->bytes, needle) != SIZE_MAX && !is_manifest(s);
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
