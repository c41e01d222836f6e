#include "git/pack_internal.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/parallel.h"

#include <errno.h>
#include <fcntl.h>
#include <sha1.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

/*
 * A pack and its index, version 2 of each, as gitformat-pack(5) has them and git fast-import writes
 * them: names and places of all objects are known here, so the index is made from those. libgit2's
 * indexer would inflate, put together and hash each object once more, which takes as long as all
 * the rest (measured: a third of a thousand commits). libgit2 offers no SHA-1 of free bytes for the
 * trailers; libmd does.
 */

/*
 * So many objects are deflated at a time, of so many that are in work and of about so many bytes;
 * no pack is larger, so that its index needs no long offsets.
 */
enum { PORTION = 32, AT_A_TIME = 1024, BYTES_AT_A_TIME = 16 << 20 };
static const size_t LARGEST = (size_t)1 << 31;

/*
 * A pack while it is written, portion by portion: one is deflated while the one before it goes to
 * the file.
 */
struct packing {
	struct batch *batch;
	struct str temp; /* the file's name until it is complete */
	int fd;
	SHA1_CTX sha;
	unsigned char digest[SHA1_DIGEST_LENGTH];
	struct str bytes; /* for the file */
	size_t offset;    /* of these in the pack */
	size_t next, end; /* numbers of the objects to be deflated */
	int failed;       /* errno of a write */
};

/* --- entries -------------------------------------------------------------- */

/*
 * Type and size of a pack entry: three bits of type, then the size in groups of 4, 7, 7 ... bits,
 * low ones first.
 */
static void add_header(struct str *out, unsigned type, size_t size)
{
	unsigned char c = (unsigned char)(type << 4 | (size & 15));

	for (size >>= 4; size; size >>= 7) {
		str_addc(out, (char)(c | 0x80));
		c = size & 0x7f;
	}
	str_addc(out, (char)c);
}

/*
 * How far back in the pack the base of a delta is: groups of seven bits, high ones first, each but
 * the last one less by one.
 */
static void add_distance(struct str *out, size_t distance)
{
	char groups[10];
	size_t at = sizeof(groups);

	groups[--at] = (char)(distance & 0x7f);
	while (distance >>= 7)
		groups[--at] = (char)(0x80 | (--distance & 0x7f));
	str_add(out, (struct slice){ groups + at, sizeof(groups) - at });
}

/* One object of the pack. */
static void add_object(struct packing *p, struct object *o)
{
	size_t begin = p->bytes.len;

	o->offset = p->offset + begin;
	if (o->base == BATCH_NONE) {
		add_header(&p->bytes, (unsigned)o->type, o->bytes.len);
	} else {
		add_header(&p->bytes, GIT_OBJECT_OFS_DELTA, o->bytes.len);
		add_distance(&p->bytes, o->offset - p->batch->items[o->base].offset);
	}
	str_add(&p->bytes, str_slice(&o->deflated));
	str_release(&o->deflated);
	o->crc = (uint32_t)crc32(0, (const unsigned char *)p->bytes.ptr + begin,
				 (uInt)(p->bytes.len - begin));
}

/*
 * How objects are deflated. Trees, and deltas of trees, are mostly names of other objects, which
 * nothing makes shorter: they are stored. For an object of some kilobytes a table of codes takes as
 * many bytes as it saves, and whoever inflates it spends most of the time on that: it gets the
 * fixed one.
 */
enum { STORED, FIXED, USUAL, NSTREAMS };

static const struct {
	int level, strategy;
} ways[NSTREAMS] = { { Z_NO_COMPRESSION, Z_DEFAULT_STRATEGY },
		     { Z_BEST_SPEED, Z_FIXED },
		     { Z_BEST_SPEED, Z_DEFAULT_STRATEGY } };

/* The way of an object. */
static int way_of(const struct object *o)
{
	enum { SMALL = 4096 };

	return o->type == GIT_OBJECT_TREE ? STORED : o->bytes.len <= SMALL ? FIXED : USUAL;
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

/*
 * Deflates `n` objects. A stream's table of hashes is small, since it is cleared for each of them.
 */
static void deflate_some(struct object *items, size_t n)
{
	z_stream streams[NSTREAMS];
	bool open[NSTREAMS] = { false };

	for (size_t i = 0; i < n; i++) {
		int way = way_of(&items[i]);

		if (items[i].there)
			continue;
		if (!open[way]) {
			streams[way] = (z_stream){ .zalloc = Z_NULL };
			if (deflateInit2(&streams[way], ways[way].level, Z_DEFLATED, MAX_WBITS, 5,
					 ways[way].strategy) != Z_OK)
				fatal("zlib");
			open[way] = true;
		}
		deflate_one(&streams[way], &items[i]);
	}
	for (int way = 0; way < NSTREAMS; way++)
		if (open[way])
			(void)deflateEnd(&streams[way]);
}

/* A number of 32 bits, high byte first. */
static void add_u32(struct str *out, uint32_t value)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		str_addc(out, (char)(value >> shift & 0xff));
}

/* --- the pack ------------------------------------------------------------- */

/* One thing to do: number 0 is to write, the others are to deflate some objects. */
static void pack_part(void *ctx, size_t i)
{
	struct packing *p = ctx;
	size_t from = p->next + (i - 1) * PORTION;

	if (i) {
		deflate_some(p->batch->items + from,
			     p->end - from < PORTION ? p->end - from : PORTION);
		return;
	}
	SHA1Update(&p->sha, (const uint8_t *)p->bytes.ptr, p->bytes.len);
	if (file_write_all(p->fd, str_slice(&p->bytes)) < 0)
		p->failed = errno;
}

/* Makes bytes of the objects that were deflated; those before are written. */
static void take_deflated(struct packing *p)
{
	p->offset += p->bytes.len;
	str_clear(&p->bytes);
	for (; p->next < p->end; p->next++)
		if (!p->batch->items[p->next].there)
			add_object(p, &p->batch->items[p->next]);
}

/* A temporary file beside packs, with a name that git gc knows. */
static int open_temp(const struct repo *r, const char *name, struct str *path, struct err *err)
{
	int fd;

	str_addf(path, "%s/pack/%s_XXXXXX", r->objects.ptr, name);
	fd = mkostemp(path->ptr, O_CLOEXEC);
	if (fd >= 0)
		return fd;
	(void)err_os(err, &CODE_io, place_of(path->ptr), "cannot write a pack");
	str_clear(path);
	return -1;
}

/* The end of the objects that are next in work. */
static size_t next_end(const struct packing *p)
{
	const struct batch *b = p->batch;
	size_t end = p->next;

	for (size_t bytes = 0; end < b->n && end - p->next < AT_A_TIME && bytes < BYTES_AT_A_TIME;
	     end++)
		bytes += b->items[end].bytes.len;
	return end;
}

/* Writes the whole pack into its file. */
static int write_objects(struct packing *p, struct err *err)
{
	const struct batch *b = p->batch;

	SHA1Init(&p->sha);
	str_adds(&p->bytes, "PACK");
	add_u32(&p->bytes, 2);
	add_u32(&p->bytes, (uint32_t)b->fresh);
	while ((p->next < b->n || p->bytes.len) && !p->failed && p->offset < LARGEST) {
		p->end = next_end(p);
		parallel_parts(1 + (p->end - p->next + PORTION - 1) / PORTION, pack_part, p);
		take_deflated(p);
	}
	if (p->offset >= LARGEST || str_over(&p->bytes))
		return err_set(err, &CODE_too_large, NOWHERE, "the commit is larger than %zu bytes",
			       LARGEST);
	SHA1Final(p->digest, &p->sha);
	if (!p->failed &&
	    file_write_all(p->fd, (struct slice){ (char *)p->digest, sizeof(p->digest) }) < 0)
		p->failed = errno;
	errno = p->failed;
	return errno ? err_os(err, &CODE_io, place_of(p->temp.ptr), "cannot write a pack") : 0;
}

/* --- its index ------------------------------------------------------------ */

static int by_id(const void *a, const void *b)
{
	const struct object *const *x = a, *const *y = b;

	return git_oid_cmp(&(*x)->id, &(*y)->id);
}

/* The objects of the pack by their names; freed by the caller. */
static const struct object **sorted(const struct batch *b)
{
	const struct object **list = xrealloc_array(NULL, b->fresh, sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++)
		if (!b->items[i].there)
			list[n++] = &b->items[i];
	qsort(list, n, sizeof(*list), by_id);
	return list;
}

/* The bytes of the index. */
static void make_index(const struct packing *p, struct str *out)
{
	const struct object **list = sorted(p->batch);
	unsigned char digest[SHA1_DIGEST_LENGTH];
	size_t n = p->batch->fresh, below = 0;
	SHA1_CTX sha;

	str_add(out, (struct slice){ "\377tOc", 4 });
	add_u32(out, 2);
	for (unsigned first = 0; first < 256; first++) {
		while (below < n && list[below]->id.id[0] == first)
			below++;
		add_u32(out, (uint32_t)below);
	}
	for (size_t i = 0; i < n; i++)
		str_add(out,
			(struct slice){ (const char *)list[i]->id.id, sizeof(list[i]->id.id) });
	for (size_t i = 0; i < n; i++)
		add_u32(out, list[i]->crc);
	for (size_t i = 0; i < n; i++)
		add_u32(out, (uint32_t)list[i]->offset);
	str_add(out, (struct slice){ (const char *)p->digest, sizeof(p->digest) });
	SHA1Init(&sha);
	SHA1Update(&sha, (const uint8_t *)out->ptr, out->len);
	SHA1Final(digest, &sha);
	str_add(out, (struct slice){ (char *)digest, sizeof(digest) });
	free(list);
}

/* Waits until the disk has a temporary file, which is complete, and gives it its name. */
static int give_name(int fd, const char *temp, const struct packing *p, const char *ending,
		     struct err *err)
{
	AUTO_STR struct str name = STR_INIT;
	git_oid trailer;
	char hex[41];

	memcpy(trailer.id, p->digest, sizeof(trailer.id));
	str_addf(&name, "%s/pack/pack-%s%s", p->batch->repo->objects.ptr,
		 git_oid_tostr(hex, sizeof(hex), &trailer), ending);
	if (fchmod(fd, file_mode_of_new(0444)) < 0 || fsync(fd) < 0 || rename(temp, name.ptr) < 0)
		return err_os(err, &CODE_io, place_of(name.ptr), "cannot write a pack");
	return 0;
}

/* Writes the index, and names it and the pack, which nobody sees before. */
static int write_index(struct packing *p, struct err *err)
{
	AUTO_STR struct str temp = STR_INIT, bytes = STR_INIT, folder = STR_INIT;
	int fd = open_temp(p->batch->repo, "tmp_idx", &temp, err), failed;

	if (fd < 0)
		return -1;
	make_index(p, &bytes);
	failed = file_write_all(fd, str_slice(&bytes)) < 0;
	if (failed)
		(void)err_os(err, &CODE_io, place_of(temp.ptr), "cannot write the index of a pack");
	failed = failed || give_name(p->fd, p->temp.ptr, p, ".pack", err) < 0 ||
		 give_name(fd, temp.ptr, p, ".idx", err) < 0;
	if (failed)
		(void)unlink(temp.ptr);
	(void)close(fd);
	str_addf(&folder, "%s/pack", p->batch->repo->objects.ptr);
	return failed ? -1 : directory_sync(folder.ptr, err);
}

/* libgit2 looks for the pack, and finds what was written last. */
static int look_for_it(const struct batch *b, struct err *err)
{
	size_t last = b->n - 1;

	while (b->items[last].there)
		last--;
	if (git_odb_refresh(b->repo->odb) == 0 &&
	    git_odb_exists(b->repo->odb, &b->items[last].id) == 1)
		return 0;
	return err_set(err, &CODE_git, place_of(b->repo->objects.ptr),
		       "the pack that was written cannot be read");
}

int pack_write(struct batch *b, struct err *err)
{
	struct packing p = { .batch = b, .temp = STR_INIT, .bytes = STR_INIT };
	int failed;

	p.fd = open_temp(b->repo, "tmp_pack", &p.temp, err);
	failed = p.fd < 0 || write_objects(&p, err) < 0 || write_index(&p, err) < 0;
	if (failed && p.temp.len)
		(void)unlink(p.temp.ptr); /* unless it has its name by now */
	if (p.fd >= 0)
		(void)close(p.fd);
	str_release(&p.temp);
	str_release(&p.bytes);
	return failed ? -1 : look_for_it(b, err);
}
