#include "git/object_writer_internal.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/map.h"
#include "git/libgit2_internal.h"
#include "git/pack_internal.h"
#include "git/permission_internal.h"
#include "git/repo_internal.h"

#include <dirent.h>
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
	bool cruft;     /* there are packs of unreachable objects: an object that exists may be in
			   one, and is written again */
	size_t again;   /* how many are */
	struct map ids; /* of the names, 20 bytes each */
};

/*
 * True if a directory of packs has a cruft pack (gitformat-pack(5)): git gc removes its objects by
 * times of their own, which only a new copy outlives.
 */
static bool has_cruft(const char *packs)
{
	const struct dirent *entry;
	bool found = false;
	DIR *dir = opendir(packs);

	while (dir && !found && (entry = readdir(dir)) != NULL)
		found = slice_ends(slice_of(entry->d_name), SLICE(".mtimes"));
	if (dir)
		(void)closedir(dir);
	return found;
}

struct object_writer *object_writer_new(struct repo *r)
{
	struct object_writer *w = xzalloc(sizeof(*w));
	AUTO_STR struct str packs = STR_INIT;

	str_addf(&packs, "%s/pack", r->objects.ptr);
	w->loose = !file_exists(packs.ptr);
	w->cruft = has_cruft(packs.ptr);
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
	bool exists;

	*added = at == MAP_NONE;
	if (!*added)
		return at;
	map_set(&w->ids, name, o->n);
	ROOM(o->items, o->n, o->cap);
	/* To look for new packs for each object would take most of the time. */
	exists = git_odb_exists_ext(w->repo->odb, id, GIT_ODB_LOOKUP_NO_REFRESH) == 1;
	w->again += exists && w->cruft;
	o->items[o->n] = (struct pack_object){ .id = *id,
					       .type = type,
					       .exists = exists && !w->cruft,
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
	return w->loose || (w->objects.fresh < PACK_FROM && !w->again);
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
	if (base && !o->exists && !base->exists && base->chain < CHAIN_MOST &&
	    pack_delta(earlier->bytes, bytes, &delta)) {
		o->base = earlier->number;
		o->chain = base->chain + 1;
		bytes = str_slice(&delta);
	}
	o->bytes = arena_copy(w->arena, bytes.ptr ? bytes : SLICE(""));
	return at;
}

/*
 * Writes an object loose. If it exists, libgit2 gives it, or its pack, a new modification time
 * instead, so that no git gc removes it meanwhile; one that git gc removed is written again.
 */
static int write_object(const struct object_writer *w, const struct pack_object *o, struct err *err)
{
	AUTO_STR struct str path = STR_INIT;
	char hex[GIT_OID_HEXSZ + 1];
	git_oid id;

	if (git_odb_write(&id, w->repo->odb, o->bytes.ptr, o->bytes.len, o->type) < 0)
		return git_fail(err, place_of(repo_where(w->repo)), "cannot write an object");
	(void)git_oid_tostr(hex, sizeof(hex), &id);
	str_addf(&path, "%s/%.2s/%s", w->repo->objects.ptr, hex, hex + 2);
	permission_share_below(w->repo, path.ptr, w->repo->objects.ptr);
	return 0;
}

/* Writes all objects one by one, or those that exist. */
static int write_objects(const struct object_writer *w, bool all, struct err *err)
{
	bool any = false;

	for (size_t i = 0; i < w->objects.n; i++) {
		if (!all && !w->objects.items[i].exists)
			continue;
		any = true;
		if (write_object(w, &w->objects.items[i], err) < 0)
			return -1;
	}
	/* libgit2 syncs the directories below. */
	return any ? directory_sync(w->repo->objects.ptr, err) : 0;
}

int object_writer_write(struct object_writer *w, struct err *err)
{
	bool loose = is_loose(w);

	if (write_objects(w, loose, err) < 0)
		return -1;
	return loose ? 0 : pack_write(w->repo, &w->objects, err);
}
