#include "git/object_writer_internal.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/map.h"
#include "git/libgit2_internal.h"
#include "git/pack_internal.h"
#include "git/repo_internal.h"

#include <sha1.h>
#include <stdio.h>
#include <stdlib.h>

/* From this many new objects on, a pack is written; fewer are written loose, as git does. */
enum { PACK_FROM = 64 };

/* The longest chain of deltas, as in git. */
enum { CHAIN_MOST = 50 };

struct object_writer {
	struct repo *repo;
	struct arena *arena;
	struct pack_objects objects;
	bool loose;     /* there is no directory for packs: libgit2 would not find one */
	struct map ids; /* of the names, 20 bytes each */
};

struct object_writer *object_writer_new(struct repo *r)
{
	struct object_writer *w = xzalloc(sizeof(*w));
	AUTO_STR struct str packs = STR_INIT;

	str_addf(&packs, "%s/pack", r->objects.ptr);
	w->loose = !file_exists(packs.ptr);
	w->repo = r;
	w->arena = arena_new();
	return w;
}

void object_writer_free(struct object_writer *w)
{
	if (!w)
		return;
	map_release(&w->ids);
	arena_free(w->arena);
	for (size_t i = 0; i < w->objects.n; i++)
		str_release(&w->objects.items[i].deflated);
	free(w->objects.items);
	free(w);
}

void object_name(git_object_t type, struct slice bytes, git_oid *out)
{
	char head[32];
	int len = snprintf(head, sizeof(head), "%s %zu", git_object_type2string(type), bytes.len);
	SHA1_CTX sha;

	SHA1Init(&sha);
	SHA1Update(&sha, (const uint8_t *)head, (size_t)len + 1); /* with the NUL */
	SHA1Update(&sha, (const uint8_t *)bytes.ptr, bytes.len);
	SHA1Final(out->id, &sha);
}

/*
 * Adds an object without bytes if it was not added yet, which sets `*added`: it needs its bytes.
 * Returns its number.
 */
static size_t add_named(struct object_writer *w, git_object_t type, const git_oid *id, bool *added)
{
	struct slice name =
		arena_copy(w->arena, (struct slice){ (const char *)id->id, sizeof(id->id) });
	struct pack_objects *o = &w->objects;
	size_t at = map_get(&w->ids, name);

	*added = at == MAP_NONE;
	if (!*added)
		return at;
	map_set(&w->ids, name, o->n);
	ROOM(o->items, o->n, o->cap);
	/* To look for new packs for each object would take most of the time. */
	o->items[o->n] =
		(struct pack_object){ .id = *id,
				      .type = type,
				      .exists = git_odb_exists_ext(w->repo->odb, id,
								   GIT_ODB_LOOKUP_NO_REFRESH) == 1,
				      .base = SIZE_MAX,
				      .deflated = STR_INIT };
	o->fresh += !o->items[o->n].exists;
	return o->n++;
}

void object_writer_add_blob(struct object_writer *w, struct slice bytes, const git_oid *id)
{
	bool added;
	size_t at = add_named(w, GIT_OBJECT_BLOB, id, &added);

	if (added)
		w->objects.items[at].bytes = bytes.ptr ? bytes : SLICE("");
}

void object_writer_add(struct object_writer *w, git_object_t type, struct slice bytes, git_oid *out)
{
	(void)object_writer_add_after(w, type, bytes,
				      &(struct earlier_object){ { NULL, 0 }, SIZE_MAX }, out);
}

/* True if the objects are to be written loose, as far as is known. */
static bool is_loose(const struct object_writer *w)
{
	return w->loose || w->objects.fresh < PACK_FROM;
}

size_t object_writer_add_after(struct object_writer *w, git_object_t type, struct slice bytes,
			       const struct earlier_object *earlier, git_oid *out)
{
	AUTO_STR struct str delta = STR_INIT;
	const struct pack_object *base;
	bool added, loose = is_loose(w);
	struct pack_object *o;
	size_t at;

	object_name(type, bytes, out);
	at = add_named(w, type, out, &added);
	o = &w->objects.items[at];
	if (!added)
		return at;
	base = loose || earlier->number == SIZE_MAX ? NULL : &w->objects.items[earlier->number];
	if (base && !base->exists && base->chain < CHAIN_MOST &&
	    pack_delta(earlier->bytes, bytes, &delta)) {
		o->base = earlier->number;
		o->chain = base->chain + 1;
		bytes = str_slice(&delta);
	}
	o->bytes = arena_copy(w->arena, bytes.ptr ? bytes : SLICE(""));
	return at;
}

/*
 * Writes the objects one by one. Those that exist get a new modification time, so that no git gc
 * removes them meanwhile.
 */
static int write_loose(const struct object_writer *w, struct err *err)
{
	for (size_t i = 0; i < w->objects.n; i++) {
		const struct pack_object *o = &w->objects.items[i];
		git_oid id;

		if (git_odb_write(&id, w->repo->odb, o->bytes.ptr, o->bytes.len, o->type) < 0)
			return git_fail(err, place_of(repo_where(w->repo)),
					"cannot write an object");
	}
	/* libgit2 syncs the directories below. */
	return directory_sync(w->repo->objects.ptr, err);
}

int object_writer_write(struct object_writer *w, struct err *err)
{
	return is_loose(w) ? write_loose(w, err) : pack_write(w->repo, &w->objects, err);
}
