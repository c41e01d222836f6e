#include "base/alloc.h"
#include "base/file.h"
#include "base/map.h"
#include "base/parallel.h"
#include "git/internal.h"

#include <dirent.h>
#include <fcntl.h>
#include <sha1.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

/*
 * New objects. A few are written loose, as git does. Many go into one pack: libgit2's own pack builder spends its time looking for deltas
 * (measured: ten times as long as all the rest), so the stream is written here, without any, in the format of gitformat-pack(5); libgit2's
 * indexer reads it back, checks it and makes the index. libgit2 offers no SHA-1 of free bytes for the trailer; libmd does.
 */

/* From this many new objects on a pack is made; so many are deflated at a time, of so many that are in work. */
enum { PACK_FROM = 64, PORTION = 32, AT_A_TIME = 1024 };

/* So long may a chain of deltas get, as git itself makes them; and so much of the bytes must be the same that one is worth it. */
enum { CHAIN_MOST = 50, DELTA_FROM = 1024 };

struct object {
	git_oid id;
	git_object_t type;
	struct slice bytes; /* of the delta, if it is one */
	bool there;         /* the repository has it already */
	size_t base;        /* number of the object that it is a delta of; BATCH_NONE: it is none */
	unsigned chain;     /* deltas until one that is none */
	size_t offset;      /* in the pack */
	struct str deflated;
};

struct batch {
	struct repo *repo;
	struct arena *arena;
	struct object *items;
	size_t n, cap, fresh; /* `fresh`: not there yet */
	struct map ids;       /* of the names, 20 bytes each */
};

struct batch *batch_new(struct repo *r)
{
	struct batch *b = xzalloc(sizeof(*b));

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

/* Adds an object without bytes if it is not in the batch yet; `*fresh`: its bytes are wanted. Its number. */
static size_t add_named(struct batch *b, git_object_t type, const git_oid *id, bool *fresh)
{
	struct slice name = arena_copy(b->arena, (struct slice){ (const char *)id->id, sizeof(id->id) });
	size_t at = map_get(&b->ids, name);

	*fresh = at == MAP_NONE;
	if (!*fresh)
		return at;
	map_set(&b->ids, name, b->n);
	ROOM(b->items, b->n, b->cap);
	/* Looking for packs that came meanwhile, for each object, would take most of the time. */
	b->items[b->n] = (struct object){ .id = *id,
					  .type = type,
					  .there = git_odb_exists_ext(b->repo->odb, id, GIT_ODB_LOOKUP_NO_REFRESH) == 1,
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
	(void)batch_add_after(b, type, bytes, (struct slice){ NULL, 0 }, BATCH_NONE, out);
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
 * The delta (gitformat-pack(5)) from `old` to `now`, which are the same but for one stretch, as a folder is after one of its files changed.
 * False: they have too little in common.
 */
static bool delta_of(struct slice old, struct slice now, struct str *out)
{
	size_t least = old.len < now.len ? old.len : now.len, front = 0, back = 0;

	if (least < DELTA_FROM || now.len > UINT32_MAX)
		return false;
	while (front < least && old.ptr[front] == now.ptr[front])
		front++;
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

size_t batch_add_after(struct batch *b, git_object_t type, struct slice bytes, struct slice old, size_t number, git_oid *out)
{
	AUTO_STR struct str delta = STR_INIT;
	bool fresh, small = b->fresh < PACK_FROM; /* it may still be that all are written loose */
	struct object *o;
	size_t at;

	object_name(type, bytes, out);
	at = add_named(b, type, out, &fresh);
	o = &b->items[at];
	if (!fresh)
		return at;
	if (!small && number != BATCH_NONE && !b->items[number].there && b->items[number].chain < CHAIN_MOST &&
	    delta_of(old, bytes, &delta)) {
		o->base = number;
		o->chain = b->items[number].chain + 1;
		bytes = str_slice(&delta);
	}
	o->bytes = arena_copy(b->arena, bytes.ptr ? bytes : SLICE(""));
	return at;
}

/* One by one. Those that are there are made young again, so that no git gc takes them for garbage meanwhile. */
static int write_loose(const struct batch *b, struct err *err)
{
	AUTO_STR struct str folder = STR_INIT;

	for (size_t i = 0; i < b->n; i++) {
		const struct object *o = &b->items[i];
		git_oid id;

		if (git_odb_write(&id, b->repo->odb, o->bytes.ptr, o->bytes.len, o->type) < 0)
			return git_fail(err, place_of(repo_where(b->repo)), "cannot write an object");
	}
	str_addf(&folder, "%sobjects",
		 git_repository_commondir(b->repo->git)); /* of its own folders libgit2 syncs the lower ones */
	return folder_sync(folder.ptr, err);
}

/* Type and size of a pack entry: three bits of type, then the size in groups of 4, 7, 7 ... bits, low ones first. */
static void add_header(struct str *out, unsigned type, size_t size)
{
	unsigned char c = (unsigned char)(type << 4 | (size & 15));

	for (size >>= 4; size; size >>= 7) {
		str_addc(out, (char)(c | 0x80));
		c = size & 0x7f;
	}
	str_addc(out, (char)c);
}

/* How far back in the pack the base of a delta is: groups of seven bits, high ones first, each but the last one less by one. */
static void add_distance(struct str *out, size_t distance)
{
	char groups[10];
	size_t at = sizeof(groups);

	groups[--at] = (char)(distance & 0x7f);
	while (distance >>= 7)
		groups[--at] = (char)(0x80 | (--distance & 0x7f));
	str_add(out, (struct slice){ groups + at, sizeof(groups) - at });
}

/* A pack while it is written, portion by portion: one is deflated while the one before it is handed on. */
struct packing {
	struct batch *batch;
	git_odb_writepack *writer;
	git_indexer_progress progress;
	SHA1_CTX sha;
	struct str bytes; /* to be handed on */
	size_t offset;    /* of these in the pack */
	size_t next, end; /* numbers of the objects to be deflated */
	bool failed;
	struct err *err;
};

/* One object of the pack. */
static void add_object(struct packing *p, struct object *o)
{
	o->offset = p->offset + p->bytes.len;
	if (o->base == BATCH_NONE) {
		add_header(&p->bytes, (unsigned)o->type, o->bytes.len);
	} else {
		add_header(&p->bytes, GIT_OBJECT_OFS_DELTA, o->bytes.len);
		add_distance(&p->bytes, o->offset - p->batch->items[o->base].offset);
	}
	str_add(&p->bytes, str_slice(&o->deflated));
	str_release(&o->deflated);
}

/*
 * A stream for small objects, or for others. The table of hashes is small, since it is cleared for each object. A table of codes made for an object of
 * some kilobytes takes as many bytes as it saves, and whoever inflates it spends most of the time on that.
 */
static void stream_begin(z_stream *z, bool small)
{
	*z = (z_stream){ .zalloc = Z_NULL };
	if (deflateInit2(z, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS, 5, small ? Z_FIXED : Z_DEFAULT_STRATEGY) != Z_OK)
		fatal("zlib");
}

/* Deflates one object with a stream, of which all but the first use again what was set up. */
static void deflate_one(z_stream *z, struct object *o)
{
	unsigned char buf[16384];
	int status;

	if (deflateReset(z) != Z_OK)
		fatal("zlib");
	z->next_in = (unsigned char *)(uintptr_t)o->bytes.ptr;
	z->avail_in = (uInt)o->bytes.len;
	do {
		z->next_out = buf;
		z->avail_out = sizeof(buf);
		status = deflate(z, Z_FINISH);
		if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
			fatal("zlib");
		str_add(&o->deflated, (struct slice){ (char *)buf, sizeof(buf) - z->avail_out });
	} while (status != Z_STREAM_END);
}

/* Deflates `n` objects. */
static void deflate_some(struct object *items, size_t n)
{
	enum { SMALL = 4096 };
	z_stream streams[2];

	for (int small = 0; small < 2; small++)
		stream_begin(&streams[small], small);
	for (size_t i = 0; i < n; i++)
		if (!items[i].there)
			deflate_one(&streams[items[i].bytes.len <= SMALL], &items[i]);
	for (int small = 0; small < 2; small++)
		(void)deflateEnd(&streams[small]);
}

/* A number of 32 bits, high byte first. */
static void add_u32(struct str *out, uint32_t value)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		str_addc(out, (char)(value >> shift & 0xff));
}

/* Hands bytes to libgit2's indexer. */
static void hand_on(struct packing *p, struct slice bytes)
{
	if (p->writer->append(p->writer, bytes.ptr, bytes.len, &p->progress) < 0)
		p->failed = git_fail(p->err, place_of(repo_where(p->batch->repo)), "cannot write a pack") < 0;
}

/* One thing to do: number 0 is to hand the bytes on, the others are to deflate some objects. */
static void pack_part(void *ctx, size_t i)
{
	struct packing *p = ctx;
	size_t from = p->next + (i - 1) * PORTION;

	if (i == 0 && p->bytes.len) {
		SHA1Update(&p->sha, (const uint8_t *)p->bytes.ptr, p->bytes.len);
		hand_on(p, str_slice(&p->bytes));
	} else if (i) {
		deflate_some(p->batch->items + from, p->end - from < PORTION ? p->end - from : PORTION);
	}
}

/* Makes bytes of the objects that were deflated; those before were handed on. */
static void take_deflated(struct packing *p)
{
	p->offset += p->bytes.len;
	str_clear(&p->bytes);
	for (; p->next < p->end; p->next++)
		if (!p->batch->items[p->next].there)
			add_object(p, &p->batch->items[p->next]);
}

/* The whole pack. */
static void pack_all(struct packing *p)
{
	unsigned char digest[SHA1_DIGEST_LENGTH];
	const struct batch *b = p->batch;

	SHA1Init(&p->sha);
	str_adds(&p->bytes, "PACK");
	add_u32(&p->bytes, 2);
	add_u32(&p->bytes, (uint32_t)b->fresh);
	while ((p->next < b->n || p->bytes.len) && !p->failed) {
		p->end = b->n - p->next < AT_A_TIME ? b->n : p->next + AT_A_TIME;
		parallel_parts(1 + (p->end - p->next + PORTION - 1) / PORTION, pack_part, p);
		take_deflated(p);
	}
	if (p->failed)
		return;
	SHA1Final(digest, &p->sha);
	hand_on(p, (struct slice){ (char *)digest, sizeof(digest) });
	if (!p->failed && p->writer->commit(p->writer, &p->progress) < 0)
		p->failed = git_fail(p->err, place_of(repo_where(b->repo)), "cannot write a pack") < 0;
}

/* A pack is written in seconds; what has this prefix after so many of them was left by a process that was killed. */
#define PACK_UNFINISHED "pack_git2_"
enum { LEFT_BEHIND = 24 * 60 * 60 };

/* Takes away half-written packs of libgit2, which git gc does not know. What cannot be removed stays. */
static void remove_unfinished(struct repo *r)
{
	AUTO_STR struct str folder = STR_INIT;
	const struct dirent *entry;
	time_t now = time(NULL);
	struct stat st;
	DIR *dir;

	str_addf(&folder, "%sobjects/pack", git_repository_commondir(r->git));
	dir = opendir(folder.ptr);
	while (dir && (entry = readdir(dir)) != NULL)
		if (slice_starts(slice_of(entry->d_name), SLICE(PACK_UNFINISHED)) &&
		    fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
		    now - st.st_mtime > LEFT_BEHIND)
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		(void)closedir(dir);
}

/* Writes all objects as one pack. */
static int write_pack(struct batch *b, struct err *err)
{
	struct packing p = { .batch = b, .bytes = STR_INIT, .err = err };

	if (git_odb_write_pack(&p.writer, b->repo->odb, NULL, NULL) < 0)
		return git_fail(err, place_of(repo_where(b->repo)), "cannot write a pack");
	pack_all(&p);
	p.writer->free(p.writer);
	str_release(&p.bytes);
	if (!p.failed)
		remove_unfinished(b->repo);
	return p.failed ? -1 : 0;
}

int batch_write(struct batch *b, struct err *err)
{
	return b->fresh < PACK_FROM ? write_loose(b, err) : write_pack(b, err);
}
