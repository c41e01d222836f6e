#include "git/pack_internal.h"

#include "base/alloc.h"
#include "base/file.h"

#include <sha1.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * New objects. A few are written loose, as git does, many into one pack (pack_write.c). libgit2's
 * own pack builder spends its time looking for deltas (measured: ten times as long as all the
 * rest); the only deltas here are of folders in a row of commits, and known beforehand.
 */

/* From this many new objects on a pack is made. */
enum { PACK_FROM = 64 };

/*
 * So long may a chain of deltas get, as git itself makes them; and so much of the bytes must be the
 * same that one is worth it.
 */
enum { CHAIN_MOST = 50, DELTA_FROM = 1024 };

struct batch *batch_new(struct repo *r)
{
	struct batch *b = xzalloc(sizeof(*b));
	AUTO_STR struct str packs = STR_INIT;

	str_addf(&packs, "%s/pack", r->objects.ptr);
	b->loose = !file_exists(packs.ptr);
	b->repo = r;
	b->arena = arena_new();
	return b;
}

void batch_free(struct batch *b)
{
	if (!b)
		return;
	map_release(&b->ids);
	arena_free(b->arena);
	for (size_t i = 0; i < b->n; i++)
		str_release(&b->items[i].deflated);
	free(b->items);
	free(b);
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
 * Adds an object without bytes if it is not in the batch yet; `*fresh`: its bytes are wanted. Its
 * number.
 */
static size_t add_named(struct batch *b, git_object_t type, const git_oid *id, bool *fresh)
{
	struct slice name =
		arena_copy(b->arena, (struct slice){ (const char *)id->id, sizeof(id->id) });
	size_t at = map_get(&b->ids, name);

	*fresh = at == MAP_NONE;
	if (!*fresh)
		return at;
	map_set(&b->ids, name, b->n);
	ROOM(b->items, b->n, b->cap);
	/* Looking for packs that came meanwhile, for each object, would take most of the time. */
	b->items[b->n] =
		(struct object){ .id = *id,
				 .type = type,
				 .there = git_odb_exists_ext(b->repo->odb, id,
							     GIT_ODB_LOOKUP_NO_REFRESH) == 1,
				 .base = BATCH_NONE,
				 .deflated = STR_INIT };
	b->fresh += !b->items[b->n].there;
	return b->n++;
}

void batch_add_blob(struct batch *b, struct slice bytes, const git_oid *id)
{
	bool fresh;
	size_t at = add_named(b, GIT_OBJECT_BLOB, id, &fresh);

	if (fresh)
		b->items[at].bytes = bytes.ptr ? bytes : SLICE("");
}

void batch_add(struct batch *b, git_object_t type, struct slice bytes, git_oid *out)
{
	(void)batch_add_after(b, type, bytes, SLICE_NONE, BATCH_NONE, out);
}

/* A size in a delta: seven bits a byte, low ones first. */
static void add_size(struct str *out, size_t size)
{
	for (; size > 0x7f; size >>= 7)
		str_addc(out, (char)(0x80 | (size & 0x7f)));
	str_addc(out, (char)size);
}

/* Instructions of a delta that copy [from, to) of the base. */
static void add_copy(struct str *out, size_t from, size_t to)
{
	enum { MOST = 0xffff };

	for (; from < to; from += to - from < MOST ? to - from : MOST) {
		size_t n = to - from < MOST ? to - from : MOST;

		str_addc(out, (char)0xbf); /* four bytes of offset, two of size */
		for (int shift = 0; shift < 32; shift += 8)
			str_addc(out, (char)(from >> shift & 0xff));
		str_addc(out, (char)(n & 0xff));
		str_addc(out, (char)(n >> 8));
	}
}

/* Instructions that insert bytes. */
static void add_insert(struct str *out, struct slice bytes)
{
	enum { MOST = 0x7f };

	for (size_t at = 0; at < bytes.len; at += MOST) {
		struct slice part = slice_sub(bytes, at, MOST);

		str_addc(out, (char)part.len);
		str_add(out, part);
	}
}

/*
 * The delta (gitformat-pack(5)) from `old` to `now`, which are the same but for one stretch, as a
 * folder is after one of its files changed. False: they have too little in common.
 */
static bool delta_of(struct slice old, struct slice now, struct str *out)
{
	enum { STRIDE = 256 }; /* so many bytes are compared at a time, where that goes */
	size_t least = old.len < now.len ? old.len : now.len, front = 0, back = 0;

	if (least < DELTA_FROM || now.len > UINT32_MAX)
		return false;
	while (front + STRIDE <= least && !memcmp(old.ptr + front, now.ptr + front, STRIDE))
		front += STRIDE;
	while (front < least && old.ptr[front] == now.ptr[front])
		front++;
	while (back + STRIDE <= least - front && !memcmp(old.ptr + old.len - back - STRIDE,
							 now.ptr + now.len - back - STRIDE, STRIDE))
		back += STRIDE;
	while (back < least - front && old.ptr[old.len - 1 - back] == now.ptr[now.len - 1 - back])
		back++;
	if (now.len - front - back > now.len / 4)
		return false;
	add_size(out, old.len);
	add_size(out, now.len);
	add_copy(out, 0, front);
	add_insert(out, slice_sub(now, front, now.len - front - back));
	add_copy(out, old.len - back, old.len);
	return true;
}

size_t batch_add_after(struct batch *b, git_object_t type, struct slice bytes, struct slice old,
		       size_t number, git_oid *out)
{
	AUTO_STR struct str delta = STR_INIT;
	bool fresh, small = b->loose ||
			    b->fresh < PACK_FROM; /* it may still be that all are written loose */
	struct object *o;
	size_t at;

	object_name(type, bytes, out);
	at = add_named(b, type, out, &fresh);
	o = &b->items[at];
	if (!fresh)
		return at;
	if (!small && number != BATCH_NONE && !b->items[number].there &&
	    b->items[number].chain < CHAIN_MOST && delta_of(old, bytes, &delta)) {
		o->base = number;
		o->chain = b->items[number].chain + 1;
		bytes = str_slice(&delta);
	}
	o->bytes = arena_copy(b->arena, bytes.ptr ? bytes : SLICE(""));
	return at;
}

/*
 * One by one. Those that are there are made young again, so that no git gc takes them for garbage
 * meanwhile.
 */
static int write_loose(const struct batch *b, struct err *err)
{
	for (size_t i = 0; i < b->n; i++) {
		const struct object *o = &b->items[i];
		git_oid id;

		if (git_odb_write(&id, b->repo->odb, o->bytes.ptr, o->bytes.len, o->type) < 0)
			return git_fail(err, place_of(repo_where(b->repo)),
					"cannot write an object");
	}
	return directory_sync(b->repo->objects.ptr,
			   err); /* of its own folders libgit2 syncs the lower ones */
}

int batch_write(struct batch *b, struct err *err)
{
	return b->loose || b->fresh < PACK_FROM ? write_loose(b, err) : pack_write(b, err);
}
