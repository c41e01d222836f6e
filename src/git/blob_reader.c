#include "git/blob_reader_internal.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/parallel.h"
#include "git/libgit2_internal.h"
#include "git/promisor_internal.h"
#include "git/repo_internal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/*
 * AT_A_TIME blobs are read at once, by as many threads as parallel.h has. The bytes that wait to be
 * reported stay below HELD_MOST, or little more; what exceeds it is read when it is reported.
 *
 * libgit2 takes locks of the whole process for each object. If files are small and stored as
 * deltas, two threads block each other and take longer than one; if there is more to inflate, they
 * take little more than half the time. Which applies depends on the pack and is measured: TURN
 * files by one thread, TURN by all, and from then on whichever was faster.
 */
enum { AT_A_TIME = 4096, HANDLES = 8, TURN = 512 };
static const size_t HELD_MOST = (size_t)4 << 20;

/* A file to be reported. */
struct queued_file {
	struct tree_file file;
	git_odb_object *object;
	enum { TO_READ, IS_READ, NOT_WANTED } state;
};

struct reading_speed {
	long long ns;
	size_t files;
};

struct blob_reader {
	struct repo *repo;
	const struct tree_query *query;
	struct err *err;
	struct arena *arena; /* of the paths of `items` */
	struct queued_file items[AT_A_TIME];
	size_t n;
	atomic_size_t held;
	git_odb *handles[HANDLES]; /* those that no thread uses now; one is the repository's */
	size_t nhandles;
	struct str objects; /* the directory; empty: all threads share the repository's handle */
	pthread_mutex_t lock;
	struct reading_speed alone, together;
};

struct blob_reader *blob_reader_new(struct repo *r, const struct tree_query *query, struct err *err)
{
	struct blob_reader *b = xzalloc(sizeof(*b));

	b->repo = r;
	b->query = query;
	b->err = err;
	b->arena = arena_new();
	b->objects = (struct str)STR_INIT;
	if (!getenv("GIT_OBJECT_DIRECTORY") &&
	    !getenv("GIT_ALTERNATE_OBJECT_DIRECTORIES")) /* else more than one directory */
		str_addf(&b->objects, "%sobjects", git_repository_commondir(r->git));
	b->handles[b->nhandles++] = r->odb;
	(void)pthread_mutex_init(&b->lock, NULL);
	return b;
}

void blob_reader_free(struct blob_reader *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->n; i++)
		git_odb_object_free(b->items[i].object);
	for (size_t i = 0; i < b->nhandles; i++)
		if (b->handles[i] != b->repo->odb)
			git_odb_free(b->handles[i]);
	(void)pthread_mutex_destroy(&b->lock);
	str_release(&b->objects);
	arena_free(b->arena);
	free(b);
}

/* A database that no other thread uses, or the shared one; NULL: it cannot be opened. */
static git_odb *take_handle(struct blob_reader *b)
{
	git_odb *odb = NULL;

	if (!b->objects.len)
		return b->repo->odb;
	(void)pthread_mutex_lock(&b->lock);
	if (b->nhandles)
		odb = b->handles[--b->nhandles];
	(void)pthread_mutex_unlock(&b->lock);
	if (!odb && git_odb_open(&odb, b->objects.ptr) < 0)
		return NULL;
	return odb;
}

/* Returns a database for the next thread. */
static void return_handle(struct blob_reader *b, git_odb *odb)
{
	if (!b->objects.len)
		return;
	(void)pthread_mutex_lock(&b->lock);
	if (b->nhandles < HANDLES) {
		b->handles[b->nhandles++] = odb;
		odb = NULL;
	}
	(void)pthread_mutex_unlock(&b->lock);
	if (odb != b->repo->odb)
		git_odb_free(odb);
}

/* Reads one blob, of a large one only the size. Returns libgit2's error code, or 0. */
static int read_blob(const struct blob_reader *b, git_odb *odb, struct queued_file *w)
{
	git_object_t type;
	git_oid id;
	size_t size;
	int code;

	oid_to_git(&w->file.id, &id);
	code = git_odb_read_header(&size, &type, odb, &id);
	if (code < 0)
		return code;
	w->file.size = size;
	if (size <= b->query->max)
		code = git_odb_read(&w->object, odb, &id);
	if (w->object)
		w->file.bytes = (struct slice){ git_odb_object_data(w->object),
						git_odb_object_size(w->object) };
	return code;
}

/* Frees the bytes of a file that is not wanted. */
static void drop_unwanted(const struct blob_reader *b, struct queued_file *w)
{
	if (!w->object || !b->query->bytes_wanted ||
	    b->query->bytes_wanted(w->file.path, w->file.bytes, b->query->ctx))
		return;
	git_odb_object_free(w->object);
	w->object = NULL;
	w->state = NOT_WANTED;
}

/* Reads number `i` in a thread. What fails is read again when it is reported, to set the error. */
static void read_queued(struct blob_reader *b, size_t i)
{
	struct queued_file *w = &b->items[i];
	git_odb *odb;

	if (w->state != TO_READ || atomic_load(&b->held) > HELD_MOST)
		return;
	odb = take_handle(b);
	if (!odb)
		return;
	if (read_blob(b, odb, w) == 0) {
		w->state = IS_READ;
		drop_unwanted(b, w);
		atomic_fetch_add(&b->held, w->object ? w->file.bytes.len : 0);
	}
	return_handle(b, odb);
}

/* Reports one file, and frees its bytes. */
static int report_file(struct blob_reader *b, struct queued_file *w)
{
	int result = 0;

	if (w->state == TO_READ) {
		if (read_blob(b, b->repo->odb, w) < 0)
			return missing_object(b->repo, (struct place){ w->file.path, 0, 0 },
					      "cannot read the file", b->err);
		w->state = IS_READ;
		drop_unwanted(b, w);
	}
	if (w->state == IS_READ)
		result = b->query->file(&w->file, b->query->ctx, b->err);
	git_odb_object_free(w->object);
	w->object = NULL;
	return result;
}

/* In a partial clone: fetches everything that is needed at once. */
static void fetch_missing(struct blob_reader *b)
{
	AUTO_FREE git_oid *ids = NULL;
	size_t n = 0;

	if (!b->repo->promisor)
		return;
	ids = xrealloc_array(NULL, b->n + 1, sizeof(*ids));
	for (size_t i = 0; i < b->n; i++)
		if (b->items[i].state == TO_READ)
			oid_to_git(&b->items[i].file.id, &ids[n++]);
	promisor_fetch_blobs(b->repo, ids, n);
}

/* True if the next turn is read by one thread. */
static bool is_alone(const struct blob_reader *b)
{
	if (b->alone.files < TURN || b->together.files < TURN)
		return b->alone.files < TURN;
	return (double)b->alone.ns / (double)b->alone.files <
	       (double)b->together.ns / (double)b->together.files;
}

/* The files of a turn. */
struct reading_turn {
	struct blob_reader *b;
	size_t from;
};

static void read_in_turn(void *ctx, size_t i)
{
	const struct reading_turn *t = ctx;

	read_queued(t->b, t->from + i);
}

/* Reads a turn of files, and measures how long it takes. */
static void read_turn(struct blob_reader *b, size_t from, size_t n)
{
	bool alone = is_alone(b);
	struct reading_speed *speed = alone ? &b->alone : &b->together;
	struct reading_turn t = { b, from };
	long long begin = clock_ns();

	(alone ? each_in_turn : parallel_each)(n, read_in_turn, &t);
	speed->ns += clock_ns() - begin;
	speed->files += n;
}

int blob_reader_flush(struct blob_reader *b)
{
	int result = 0;

	fetch_missing(b);
	atomic_store(&b->held, 0);
	for (size_t from = 0; from < b->n; from += TURN)
		read_turn(b, from, b->n - from < TURN ? b->n - from : TURN);
	for (size_t i = 0; i < b->n && !result; i++)
		result = report_file(b, &b->items[i]);
	for (size_t i = 0; i < b->n && result; i++)
		git_odb_object_free(b->items[i].object);
	b->n = 0;
	arena_free(b->arena);
	b->arena = arena_new();
	return result;
}

int blob_reader_add(struct blob_reader *b, const struct tree_file *file, bool blob)
{
	struct queued_file *w = &b->items[b->n++];

	*w = (struct queued_file){ .file = *file, .state = blob ? TO_READ : IS_READ };
	w->file.path = arena_copy(b->arena, file->path);
	return b->n == AT_A_TIME ? blob_reader_flush(b) : 0;
}
