#include "gitops/source_index_internal.h"

#include "base/alloc.h"

#include <stdlib.h>

/*
 * Is the source in another repository? `known`: some source has the URL of one of the remotes. If
 * none has, the engines use other URLs than the remotes, and any source may be in this repository.
 */
static bool is_foreign(const struct environment_source *s, const struct repository_id *repository,
		       bool known)
{
	return known && s->url.len && !parameters_in(s->url) &&
	       !repository_id_has_url(repository, s->url);
}

void source_index_build(struct source_index *x, struct environment_list *l)
{
	bool known = false;

	for (size_t i = 0; i < l->nsources && !known; i++)
		known = l->sources[i].url.len &&
			repository_id_has_url(l->repository, l->sources[i].url);
	x->items = l->sources;
	for (size_t i = 0; i < l->nsources; i++) {
		struct environment_source *s = &l->sources[i];

		s->foreign = is_foreign(s, l->repository, known);
		if (s->foreign)
			continue;
		if (s->prefix) {
			ROOM(x->prefixes, x->nprefixes, x->prefixes_cap);
			x->prefixes[x->nprefixes++] = s;
			continue;
		}
		s->next = source_index_find(x, s->directory);
		map_set(&x->at, s->directory, i);
	}
}

void source_index_release(struct source_index *x)
{
	free(x->prefixes);
	map_release(&x->at);
}

const struct environment_source *source_index_find(const struct source_index *x,
						   struct slice directory)
{
	size_t i = map_get(&x->at, directory);

	return i == MAP_NONE ? NULL : &x->items[i];
}
