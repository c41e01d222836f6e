#include "git/read.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/parallel.h"
#include "git/internal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/*
 * So many are read at a time, by so many threads at most (parallel.h). Bytes that wait to be told
 * stay below HELD_MOST, or little more; what comes on top is read when it is its turn.
 *
 * libgit2 takes locks of the whole process for each object. Where files are small and stand in the
 * pack as deltas, two threads are in each other's way and take longer than one; where there is more
 * to inflate they take little more than half. Which it is depends on the pack, and is tried: TURN
 * files by one thread, TURN by all, and then as it went better.
 */
enum { AT_A_TIME = 4096, HANDLES = 8, TURN = 512 };
static const size_t HELD_MOST = (size_t)4 << 20;

struct reading {
	struct repo *repo;
	const struct tree_query *query;
	int (*file)(const struct tree_file *file, void *ctx, struct err *err);
	void *ctx;
	struct err *err;
	struct arena *arena; /* of the paths at hand */
	struct waiting {
		struct tree_file file;
		git_odb_object *object;
		enum { TO_READ, IS_READ, IS_NOTHING } state;
	} items[AT_A_TIME];
	size_t n;
	atomic_size_t held;
	git_odb *
		handles[HANDLES]; /* those that no thread uses right now; one is the repository's */
	size_t nhandles;
	struct str folder; /* of the objects; empty: the repository's handle is the only one, and
			      all share it */
	pthread_mutex_t lock;
	struct speed {
		long long ns;
		size_t files;
	} alone, together;
};

struct reading *reading_new(struct repo *r, const struct tree_query *query,
			    int (*file)(const struct tree_file *file, void *ctx, struct err *err),
			    void *ctx, struct err *err)
{
	struct reading *b = xzalloc(sizeof(*b));

	b->repo = r;
	b->query = query;
	b->file = file;
	b->ctx = ctx;
	b->err = err;
	b->arena = arena_new();
	b->folder = (struct str)STR_INIT;
	if (!getenv("GIT_OBJECT_DIRECTORY") &&
	    !getenv("GIT_ALTERNATE_OBJECT_DIRECTORIES")) /* else the folders are not known here */
		str_addf(&b->folder, "%sobjects", git_repository_commondir(r->git));
	b->handles[b->nhandles++] = r->odb;
	(void)pthread_mutex_init(&b->lock, NULL);
	return b;
}

void reading_free(struct reading *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->n; i++)
		git_odb_object_free(b->items[i].object);
	for (size_t i = 0; i < b->nhandles; i++)
		if (b->handles[i] != b->repo->odb)
			git_odb_free(b->handles[i]);
	(void)pthread_mutex_destroy(&b->lock);
	str_release(&b->folder);
	arena_free(b->arena);
	free(b);
}

/* A database that no other thread uses, or one that all share; NULL: there is none. */
static git_odb *handle_take(struct reading *b)
{
	git_odb *odb = NULL;

	if (!b->folder.len)
		return b->repo->odb;
	(void)pthread_mutex_lock(&b->lock);
	if (b->nhandles)
		odb = b->handles[--b->nhandles];
	(void)pthread_mutex_unlock(&b->lock);
	if (!odb && git_odb_open(&odb, b->folder.ptr) < 0)
		return NULL;
	return odb;
}

/* Another thread may have it. */
static void handle_give(struct reading *b, git_odb *odb)
{
	if (!b->folder.len)
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

/* Reads one: 0, or what libgit2 says. Too large ones get their size only. */
static int read_one(const struct reading *b, git_odb *odb, struct waiting *w)
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

/* Is it of interest? What is not is freed at once. */
static void filter(const struct reading *b, struct waiting *w)
{
	if (!w->object || !b->query->bytes_wanted ||
	    b->query->bytes_wanted(w->file.path, w->file.bytes, b->ctx))
		return;
	git_odb_object_free(w->object);
	w->object = NULL;
	w->state = IS_NOTHING;
}

/*
 * What a thread does for number `i`. What fails is tried again when it is told, where the error has
 * somewhere to go.
 */
static void work(void *ctx, size_t i)
{
	struct reading *b = ctx;
	struct waiting *w = &b->items[i];
	git_odb *odb;

	if (w->state != TO_READ || atomic_load(&b->held) > HELD_MOST)
		return;
	odb = handle_take(b);
	if (!odb)
		return;
	if (read_one(b, odb, w) == 0) {
		w->state = IS_READ;
		filter(b, w);
		atomic_fetch_add(&b->held, w->object ? w->file.bytes.len : 0);
	}
	handle_give(b, odb);
}

/* Tells of one, and forgets its bytes. */
static int tell(struct reading *b, struct waiting *w)
{
	int result = 0;

	if (w->state == TO_READ) {
		if (read_one(b, b->repo->odb, w) < 0)
			return missing_object(b->repo, (struct place){ w->file.path, 0, 0 },
					      "cannot read the file", b->err);
		w->state = IS_READ;
		filter(b, w);
	}
	if (w->state == IS_READ)
		result = b->file(&w->file, b->ctx, b->err);
	git_odb_object_free(w->object);
	w->object = NULL;
	return result;
}

/* In a partial clone: gets all that is needed at once. */
static void fetch_missing(struct reading *b)
{
	AUTO_FREE git_oid *ids = NULL;
	size_t n = 0;

	if (!b->repo->promise)
		return;
	ids = xrealloc_array(NULL, b->n + 1, sizeof(*ids));
	for (size_t i = 0; i < b->n; i++)
		if (b->items[i].state == TO_READ)
			oid_to_git(&b->items[i].file.id, &ids[n++]);
	promise_blobs(b->repo, ids, n);
}

/* Does the next turn go to one thread? */
static bool goes_alone(const struct reading *b)
{
	if (b->alone.files < TURN || b->together.files < TURN)
		return b->alone.files < TURN;
	return (double)b->alone.ns / (double)b->alone.files <
	       (double)b->together.ns / (double)b->together.files;
}

/* The files of a turn. */
struct turn {
	struct reading *b;
	size_t from;
};

static void work_in_turn(void *ctx, size_t i)
{
	const struct turn *t = ctx;

	work(t->b, t->from + i);
}

/* Reads a turn of files, and sees how long it takes. */
static void read_turn(struct reading *b, size_t from, size_t n)
{
	bool alone = goes_alone(b);
	struct speed *speed = alone ? &b->alone : &b->together;
	struct turn t = { b, from };
	long long begin = clock_ns();

	(alone ? each_in_turn : parallel_each)(n, work_in_turn, &t);
	speed->ns += clock_ns() - begin;
	speed->files += n;
}

int reading_flush(struct reading *b)
{
	int result = 0;

	fetch_missing(b);
	atomic_store(&b->held, 0);
	for (size_t from = 0; from < b->n; from += TURN)
		read_turn(b, from, b->n - from < TURN ? b->n - from : TURN);
	for (size_t i = 0; i < b->n && !result; i++)
		result = tell(b, &b->items[i]);
	for (size_t i = 0; i < b->n && result; i++)
		git_odb_object_free(b->items[i].object);
	b->n = 0;
	arena_free(b->arena);
	b->arena = arena_new();
	return result;
}

int reading_add(struct reading *b, const struct tree_file *file, bool blob)
{
	struct waiting *w = &b->items[b->n++];

	*w = (struct waiting){ .file = *file, .state = blob ? TO_READ : IS_READ };
	w->file.path = arena_copy(b->arena, file->path);
	return b->n == AT_A_TIME ? reading_flush(b) : 0;
}
