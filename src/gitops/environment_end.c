#include "gitops/environment_internal.h"

#include "base/alloc.h"
#include "gitops/kustomization.h"

/* --- addresses ------------------------------------------------------------ */

/* Cuts the last part off an address; ".git", slashes and a colon at its end are nothing. */
static struct slice last_part(struct slice *url)
{
	size_t end = url->len, begin;

	while (end && (url->ptr[end - 1] == '/' || url->ptr[end - 1] == ':'))
		end--;
	if (slice_ends(slice_sub(*url, 0, end), SLICE(".git")))
		end -= 4;
	for (begin = end; begin && url->ptr[begin - 1] != '/' && url->ptr[begin - 1] != ':';)
		begin--;
	*url = slice_sub(*url, 0, begin);
	return slice_sub((struct slice){ url->ptr + begin, end - begin }, 0, end - begin);
}

/* Is there something in the text that is filled in later? */
static bool is_open(struct slice text)
{
	return slice_find(text, SLICE("{{")) != SIZE_MAX ||
	       slice_find(text, SLICE("${")) != SIZE_MAX;
}

bool url_same(struct slice a, struct slice b)
{
	struct slice x, y;

	if (!slice_eq_case(last_part(&a), last_part(&b)))
		return false;
	x = last_part(&a);
	y = last_part(&b);
	return slice_eq_case(x, y) || slice_is(x, "_git") || slice_is(y, "_git");
}

/* Is it the address of one of the remotes? */
static bool is_ours(const struct repository_id *here, struct slice url)
{
	for (size_t i = 0; i < here->urls.n; i++)
		if (url_same(here->urls.items[i], url))
			return true;
	return false;
}

bool revision_follows(const struct repository_id *here, struct slice revision)
{
	if (slice_starts(revision, SLICE("refs/heads/")))
		revision = slice_sub(revision, 11, revision.len);
	return !revision.len || slice_is(revision, "HEAD") || !here->branch.len ||
	       slice_eq(revision, here->branch) || is_open(revision);
}

struct slice reference_path(const struct environment_index *r, struct slice folder,
			    struct slice reference)
{
	struct slice rest = reference, query = SLICE_NONE;
	size_t mark = slice_find_byte(reference, '?'), split,
	       scheme = slice_find(reference, SLICE("://"));

	if (slice_find_byte(reference, '\n') != SIZE_MAX)
		return SLICE_NONE;
	if (mark != SIZE_MAX) {
		rest = slice_sub(reference, 0, mark);
		query = slice_sub(reference, mark + 1, reference.len);
	}
	scheme = scheme == SIZE_MAX ? 0 : scheme + 3;
	split = slice_find(slice_sub(rest, scheme, rest.len), SLICE("//"));
	if (split == SIZE_MAX || !r->here->urls.n ||
	    !is_ours(r->here, slice_sub(rest, 0, scheme + split)))
		return path_join(folder, reference, r->arena);
	if (slice_starts(query, SLICE("ref=")) &&
	    !revision_follows(r->here, slice_sub(query, 4, query.len)))
		return SLICE_NONE;
	return path_join(SLICE(""), slice_sub(rest, scheme + split + 2, rest.len), r->arena);
}

/* --- the end -------------------------------------------------------------- */

bool claim_builds(const struct claim *c)
{
	return c->kind == CLAIM_AUTO || c->kind == CLAIM_KUSTOMIZE || c->kind == CLAIM_FLUX;
}

bool generating_above(const struct environment_index *r, struct slice *folder)
{
	if (!folder->len)
		return false;
	*folder = path_folder(*folder);
	return kustomization_in(r, *folder) == NONE;
}

/*
 * Enters the claims but for those of other repositories: with addresses that are none of the
 * remotes', where some claims have one that is. Where none has, the remotes are called otherwise
 * here than there, and all may be ours.
 */
static void enter_claims(struct environment_index *r)
{
	bool known = false;

	for (size_t i = 0; i < r->nclaims; i++)
		known = known || (r->claims[i].url.len && is_ours(r->here, r->claims[i].url));
	for (size_t i = 0; i < r->nclaims; i++) {
		struct claim *c = &r->claims[i];

		if (known && c->url.len && !is_open(c->url) && !is_ours(r->here, c->url))
			continue;
		if (c->prefix) {
			ROOM(r->prefixes, r->nprefixes, r->prefixes_cap);
			r->prefixes[r->nprefixes++] = i;
			continue;
		}
		c->next = map_get(&r->claim_at, c->folder);
		map_set(&r->claim_at, c->folder, i);
	}
}

/* Does something build the kustomization of this folder, or may it? */
static bool is_applied(const struct environment_index *r, struct slice folder)
{
	for (size_t i = map_get(&r->claim_at, folder); i != NONE; i = r->claims[i].next)
		if (claim_builds(&r->claims[i]))
			return true;
	for (size_t i = 0; i < r->nprefixes; i++)
		if (slice_starts(folder, r->claims[r->prefixes[i]].folder))
			return true;
	for (struct slice f = folder;; f = path_folder(f)) {
		for (size_t i = map_get(&r->claim_at, f); i != NONE; i = r->claims[i].next)
			if (r->claims[i].kind == CLAIM_UNKNOWN)
				return true;
		if (!f.len)
			break;
	}
	for (struct slice f = folder; generating_above(r, &f);)
		for (size_t i = map_get(&r->claim_at, f); i != NONE; i = r->claims[i].next)
			if (r->claims[i].kind == CLAIM_FLUX)
				return true;
	return false;
}

/* Kustomizations that nothing names or applies are environments. */
static void find_overlays(struct environment_index *r)
{
	for (size_t i = 0; i < r->nkustomizations; i++) {
		struct kustomization *k = &r->kustomizations[i];
		struct environment *e;

		if (map_has(&r->mention_at, k->folder) || kustomization_is_component(k->root) ||
		    is_applied(r, k->folder))
			continue;
		e = environment_new(r, ENVIRONMENT_OVERLAY, NULL);
		e->object = e->folder = k->folder.len ? k->folder : SLICE(".");
		e->ns = yaml_string(yaml_get(k->root, "namespace"));
		e->at = (struct place){ k->path, 0, 0 };
		k->overlay = e;
	}
}

/* Environments that are called alike get the file's name in front. */
static void find_names(struct environment_index *r)
{
	struct map counts = MAP_INIT;

	for (size_t i = 0; i < r->nenvironments; i++) {
		size_t n = map_get(&counts, r->environments[i]->object);

		map_set(&counts, r->environments[i]->object, n == MAP_NONE ? 1 : n + 1);
	}
	for (size_t i = 0; i < r->nenvironments; i++) {
		struct environment *e = r->environments[i];

		e->name = e->object;
		if (map_get(&counts, e->object) > 1)
			e->name = arena_join(
				r->arena, (struct slice[]){ e->at.path, SLICE(":"), e->object }, 3);
	}
	map_release(&counts);
}

/*
 * An Application or Kustomization whose own file ends up in several environments stands for
 * several. Those of one set follow each other.
 */
static void find_many(struct environment_index *r)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct environment_uses in = { NULL, 0 };
	struct slice path = SLICE_NONE;

	for (size_t i = 0; i < r->nenvironments; i++) {
		struct environment *e = r->environments[i];
		size_t n = 0;

		if (e->kind == ENVIRONMENT_OVERLAY)
			continue;
		if (!path.ptr || !slice_eq(path, e->at.path))
			in = environment_index_of(r, e->at.path, arena);
		path = e->at.path;
		for (size_t j = 0; j < in.n && n < 2; j++)
			n += in.items[j].environment != e && !in.items[j].environment->elsewhere;
		e->many = e->many || n > 1;
	}
}

void environment_index_finish(struct environment_index *r)
{
	for (size_t i = 0; i < r->nflux; i++)
		flux_read(r, r->flux[i]);
	for (size_t i = 0; i < r->nsets; i++)
		set_read(r, r->sets[i]);
	enter_claims(r);
	find_overlays(r);
	find_names(r);
	find_many(r);
}

bool environment_is(const struct environment *e, struct slice text)
{
	struct slice path = slice_sub(text, 0, e->at.path.len),
		     rest = slice_sub(text, e->at.path.len, text.len);

	if (slice_eq(text, e->name))
		return true;
	return slice_eq(path, e->at.path) && slice_starts(rest, SLICE(":")) &&
	       slice_eq(slice_sub(rest, 1, rest.len), e->object);
}
