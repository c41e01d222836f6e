#include "gitops/environment_index.h"

#include "base/alloc.h"
#include "gitops/kustomization.h"
#include "gitops/environment_internal.h"
#include "kube/group.h"

#include <stdlib.h>

/* Comparisons of folders with patterns that ApplicationSets may make in all. */
#define PATIENCE 5000000

struct environment_index *environment_index_new(const struct repository_id *here)
{
	struct environment_index *r = xzalloc(sizeof(*r));

	r->here = here;
	r->arena = arena_new();
	r->patience = PATIENCE;
	return r;
}

void environment_index_free(struct environment_index *r)
{
	if (!r)
		return;
	free(r->environments);
	free(r->claims);
	free(r->kustomizations);
	free(r->references);
	free(r->sources);
	free(r->flux);
	free(r->sets);
	free(r->unread);
	free(r->folders);
	free(r->prefixes);
	map_release(&r->folder_at);
	map_release(&r->kustomization_at);
	map_release(&r->mention_at);
	map_release(&r->claim_at);
	map_release(&r->chart_at);
	arena_free(r->arena);
	free(r);
}

bool environment_index_wants(struct slice bytes)
{
	if (slice_find(bytes, SLICE(ARGO_GROUP)) != SIZE_MAX &&
	    slice_find(bytes, SLICE("Application")) != SIZE_MAX)
		return true;
	if (slice_find(bytes, SLICE("toolkit.fluxcd.io")) == SIZE_MAX)
		return false;
	return slice_find(bytes, SLICE("Kustomization")) != SIZE_MAX ||
	       slice_find(bytes, SLICE("GitRepository")) != SIZE_MAX;
}

bool chart_is(struct slice path)
{
	return slice_is(path_base(path), "Chart.yaml");
}

void environment_index_path(struct environment_index *r, struct slice path)
{
	for (struct slice f = path_folder(path); f.len && map_get(&r->folder_at, f) == MAP_NONE;
	     f = path_folder(f)) {
		map_set(&r->folder_at, f, r->nfolders);
		ROOM(r->folders, r->nfolders, r->folders_cap);
		r->folders[r->nfolders++] = f;
	}
}

struct environment *environment_new(struct environment_index *r, enum environment_kind kind,
				    const struct object *o)
{
	struct environment *e = arena_alloc(r->arena, sizeof(*e));

	e->kind = kind;
	if (o) {
		e->object = o->name;
		e->ns = o->ns;
		e->at = yaml_place(o->node);
		e->object_node = o->node;
		e->spec = o->spec;
	}
	e->number = r->nenvironments;
	ROOM(r->environments, r->nenvironments, r->environments_cap);
	r->environments[r->nenvironments++] = e;
	return e;
}

void claim_add(struct environment_index *r, const struct claim *claim)
{
	struct environment *e = claim->environment;

	if (!claim->folder.ptr)
		return;
	if (!e->folder.ptr)
		e->folder = claim->folder;
	e->unsure = e->unsure || claim->prefix;
	ROOM(r->claims, r->nclaims, r->claims_cap);
	r->claims[r->nclaims] = *claim;
	r->claims[r->nclaims++].next = NONE;
}

void environment_index_add(struct environment_index *r, struct slice path,
			   const struct objects *objects)
{
	environment_index_path(r, path);
	for (size_t i = 0; i < objects->n; i++) {
		const struct object *o = &objects->items[i];

		if (object_is(o, ARGO_GROUP, "Application")) {
			application_read(r, environment_new(r, ENVIRONMENT_ARGOCD, o), o->spec,
					 NULL);
		} else if (object_is(o, ARGO_GROUP, "ApplicationSet")) {
			ROOM(r->sets, r->nsets, r->sets_cap);
			r->sets[r->nsets++] = o;
		} else if (object_is(o, "kustomize.toolkit.fluxcd.io", "Kustomization")) {
			ROOM(r->flux, r->nflux, r->flux_cap);
			r->flux[r->nflux++] = o;
		} else if (slice_is(o->group, "source.toolkit.fluxcd.io")) {
			flux_source_read(r, o);
		}
	}
}

/* One reference of the newest kustomization. */
static void add_mention(struct slice reference, void *ctx)
{
	struct environment_index *r = ctx;
	size_t number = r->nkustomizations - 1;
	struct slice path = reference_path(r, r->kustomizations[number].folder, reference);
	size_t first = path.ptr ? map_get(&r->mention_at, path) : NONE;

	if (!path.ptr || (first != NONE && r->references[first].kustomization == number))
		return;
	map_set(&r->mention_at, path, r->nreferences);
	ROOM(r->references, r->nreferences, r->mentions_cap);
	r->references[r->nreferences++] = (struct mention_of){ number, first };
}

void environment_index_kustomization(struct environment_index *r, struct slice path,
				     const struct yaml_node *root)
{
	struct slice folder = path_folder(path);

	environment_index_path(r, path);
	if (map_get(&r->kustomization_at, folder) == NONE)
		map_set(&r->kustomization_at, folder, r->nkustomizations);
	ROOM(r->kustomizations, r->nkustomizations, r->kustomizations_cap);
	r->kustomizations[r->nkustomizations++] =
		(struct kustomization){ path, folder, root, NULL };
	kustomization_each(root, add_mention, r);
}

void environment_index_chart(struct environment_index *r, struct slice path)
{
	map_set(&r->chart_at, path_folder(path), 0);
}

void environment_index_unread(struct environment_index *r, struct slice path)
{
	ROOM(r->unread, r->nunread, r->unread_cap);
	r->unread[r->nunread++] = path;
}

struct slices environment_index_unread_files(const struct environment_index *r)
{
	return (struct slices){ r->unread, r->nunread };
}

bool environment_index_any(const struct environment_index *r)
{
	return r->nenvironments || r->nunread;
}

size_t kustomization_in(const struct environment_index *r, struct slice folder)
{
	return map_get(&r->kustomization_at, folder);
}

const char *environment_word(enum environment_kind kind)
{
	static const char *const words[] = { "Application", "Flux Kustomization", "kustomization" };

	return words[kind];
}

bool environment_use_is_many(const struct environment_use *a)
{
	return a->environment->many || a->roots > 1;
}

bool environment_uses_shared(const struct environment_uses *a)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++)
		n += a->items[i].environment->elsewhere    ? 0 :
		     environment_use_is_many(&a->items[i]) ? 2 :
							     1;
	return n > 1;
}
