#include "migrate/past.h"

#include "base/alloc.h"
#include "base/map.h"
#include "istio/converge.h"

#include <stdlib.h>
#include <string.h>

/* One file for one migration, while the walk goes on. */
struct track {
	struct past_file result;
	size_t file;               /* number of the path */
	size_t home;               /* number of the migration file's path; MAP_NONE: there is none */
	size_t next, next_of_home; /* the next track of the same path, of the same migration file; MAP_NONE: the last */
	bool named, have;          /* a version was seen; one that can be read was */
	long level;                /* of the last version seen */
	size_t routes;             /* that it has of the move */
	struct slice since;        /* who made it */
	struct slice since_author;
	bool settled;           /* the newest change of the stage is known, or there is none */
	bool done, counted_out; /* nothing more is wanted; left out of `undone` */
};

/* A path of the walk: a manifest, or a migration file. */
struct watched {
	struct slice path;
	size_t tracks;               /* the first track of a manifest, or of a migration file; MAP_NONE: none */
	bool migration;              /* it is a migration file */
	const struct yaml_file *now; /* of past_now; NULL: not known */
	bool begun;                  /* a migration file that did not exist before here */
	struct slices held_since;    /* commits that wrote a version with a hold */
	size_t held_cap;
};

struct past {
	struct arena *arena;
	struct track *tracks;
	size_t ntracks, tracks_cap;
	size_t undone; /* tracks that want more */
	struct watched *watched;
	size_t nwatched, watched_cap;
	struct map numbers;       /* of the watched paths */
	struct yaml_file **files; /* parsed baselines */
	size_t nfiles, files_cap;
	const struct past *under; /* what is not here is there; NULL: nothing is */
};

struct past *past_new(void)
{
	struct past *p = xzalloc(sizeof(*p));

	p->arena = arena_new();
	return p;
}

void past_free(struct past *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->nfiles; i++)
		yaml_file_free(p->files[i]);
	for (size_t i = 0; i < p->nwatched; i++)
		free(p->watched[i].held_since.items);
	map_release(&p->numbers);
	free(p->files);
	free(p->tracks);
	free(p->watched);
	arena_free(p->arena);
	free(p);
}

/* The number of a path, which is watched from now on. */
static size_t watch(struct past *p, struct slice path, bool migration)
{
	size_t at = map_get(&p->numbers, path);

	if (at != MAP_NONE)
		return at;
	ROOM(p->watched, p->nwatched, p->watched_cap);
	p->watched[p->nwatched] =
		(struct watched){ .path = arena_copy(p->arena, path), .tracks = MAP_NONE, .migration = migration };
	map_set(&p->numbers, p->watched[p->nwatched].path, p->nwatched);
	return p->nwatched++;
}

void past_want(struct past *p, struct slice path, const struct migration *m)
{
	struct track t = { .result = { .m = m }, .home = MAP_NONE, .next_of_home = MAP_NONE };

	if (past_find(p, path, m))
		return;
	t.file = watch(p, path, false);
	t.result.path = p->watched[t.file].path;
	t.next = p->watched[t.file].tracks;
	p->watched[t.file].tracks = p->ntracks;
	if (m->path.len) {
		t.home = watch(p, m->path, true);
		t.next_of_home = p->watched[t.home].tracks;
		p->watched[t.home].tracks = p->ntracks;
	}
	ROOM(p->tracks, p->ntracks, p->tracks_cap);
	p->tracks[p->ntracks++] = t;
	p->undone++;
}

void past_now(struct past *p, const struct yaml_file *file)
{
	size_t at = map_get(&p->numbers, yaml_name(file));

	if (at != MAP_NONE)
		p->watched[at].now = file;
}

struct slices past_paths(const struct past *p)
{
	struct slices list = { arena_array(p->arena, p->nwatched, sizeof(struct slice)), p->nwatched };

	for (size_t i = 0; i < p->nwatched; i++)
		list.items[i] = p->watched[i].path;
	return list;
}

/* How far a version is: 0 nothing moved, 1 a mirror, above that by new's share of the weights, in thousandths. */
static long level_of(const struct vs_list *list)
{
	long total = 0, moved = 0;
	bool mirror = false;

	for (size_t v = 0; v < list->n; v++)
		for (size_t i = 0; i < list->items[v].n; i++) {
			const struct route *r = &list->items[v].routes[i];

			mirror = mirror || r->our_mirror;
			for (size_t d = 0; d < r->n && r->nold; d++) {
				long weight = r->dests[d].value > 0 ? r->dests[d].value : 0;

				total += r->dests[d].side == SIDE_OTHER ? 0 : weight;
				moved += r->dests[d].side == SIDE_NEW ? weight : 0;
			}
		}
	if (moved)
		return 2 + moved * 1000 / total;
	return mirror;
}

/* How many routes the move is about; where one came or went, levels cannot be compared. */
static size_t routes_of(const struct vs_list *list)
{
	size_t n = 0;

	for (size_t v = 0; v < list->n; v++)
		for (size_t i = 0; i < list->items[v].n; i++)
			n += list->items[v].routes[i].nold && !list->items[v].routes[i].our_copy;
	return n;
}

/* Was the migration file not there yet? Then no change of the stage is ours to judge. */
static bool has_begun(const struct past *p, const struct track *t)
{
	return t->home != MAP_NONE && p->watched[t->home].begun;
}

/* Does the version send to new, and nothing to old? */
static bool is_done(const struct vs_list *list)
{
	bool any = false;

	for (size_t i = 0; i < list->n; i++) {
		if (list->items[i].nold)
			return false;
		any = any || vs_is_done(&list->items[i]);
	}
	return any;
}

/* Is nothing of the move in this version? */
static bool untouched(const struct vs_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (vs_is_moved(&list->items[i]))
			return false;
	return !is_done(list);
}

/* Did the migration file hold in the version that this commit wrote? */
static bool held_in(const struct past *p, const struct track *t, struct slice commit)
{
	return t->home != MAP_NONE && slices_have(p->watched[t->home].held_since, commit);
}

/* The newest change of the stage is between this version and the newer one before. */
static void settle(const struct past *p, struct track *t, long level)
{
	t->settled = true;
	if (level < t->level || held_in(p, t, t->since))
		return;
	t->result.lowered = true;
	t->result.lowered_by = t->since_author;
	t->result.lowered_in = t->since;
}

/* A version parsed, and kept as long as the past; NULL: it is broken. */
static const struct yaml_file *parse_version(struct past *p, const struct track *t, struct slice bytes)
{
	const struct yaml_file *now = p->watched[t->file].now;
	struct yaml_file *file = NULL;
	struct err ignored = ERR_INIT;

	if (now && slice_eq(yaml_bytes(now), bytes))
		return now;
	if (yaml_parse(&file, t->result.path, arena_copy(p->arena, bytes), &ignored) < 0)
		return NULL;
	ROOM(p->files, p->nfiles, p->files_cap);
	p->files[p->nfiles++] = file;
	return file;
}

/* Frees the version that was parsed last, if it is this one. */
static void drop_version(struct past *p, const struct yaml_file *file)
{
	if (p->nfiles && p->files[p->nfiles - 1] == file)
		yaml_file_free(p->files[--p->nfiles]);
}

/* One version of one manifest for one migration. */
static void track_version(struct past *p, struct track *t, struct slice bytes, struct slice since, struct slice author)
{
	AUTO_ARENA struct arena *arena = arena_new();
	const struct yaml_file *file;
	struct vs_list list = { NULL, 0 };
	struct objects objects;
	struct err ignored = ERR_INIT;
	size_t routes;
	long level = 0;

	if (!t->named) {
		t->named = true;
		t->result.commit = since;
		t->result.author = author;
	}
	if (!bytes.ptr) {
		t->settled = t->done = true;
		return;
	}
	file = parse_version(p, t, bytes);
	if (!file)
		return; /* a broken version tells nothing; the walk goes on past it */
	objects = objects_of(file, arena);
	if (vs_list_read(&list, &objects, &t->result.m->move, arena, NULL, &ignored) == 0) {
		level = level_of(&list);
		routes = routes_of(&list);
		if (t->have && !t->settled && level != t->level && routes == t->routes && !has_begun(p, t))
			settle(p, t, level);
		t->have = true;
		t->level = level;
		t->routes = routes;
		t->since = since;
		t->since_author = author;
		if (!t->result.file && untouched(&list)) {
			t->result.file = file;
			t->result.baseline = yaml_bytes(file);
			return;
		}
	}
	drop_version(p, file);
}

/* A version of a migration file: remembers holds, and where the migration begins. */
static void migration_version(struct watched *w, struct slice bytes, struct slice since)
{
	struct yaml_file *file = NULL;
	struct err ignored = ERR_INIT;

	w->begun = w->begun || !bytes.ptr;
	if (!bytes.ptr || slice_find(bytes, SLICE("hold")) == SIZE_MAX || yaml_parse(&file, w->path, bytes, &ignored) < 0)
		return;
	if (yaml_string(yaml_path(yaml_root(file, 0), "spec", "hold", NULL)).len) {
		ROOM(w->held_since.items, w->held_since.n, w->held_cap);
		w->held_since.items[w->held_since.n++] = since;
	}
	yaml_file_free(file);
}

/* Is all known of the track? */
static void finish(struct past *p, struct track *t)
{
	if (t->counted_out)
		return;
	t->done = t->done || (t->have && t->result.file && (t->settled || has_begun(p, t)));
	t->counted_out = t->done;
	p->undone -= t->done;
}

/* The track behind `t` of the watched path. */
static size_t next_track(const struct watched *w, const struct track *t)
{
	return w->migration ? t->next_of_home : t->next;
}

enum past_answer past_version(struct past *p, size_t file, struct slice bytes, struct slice since, struct slice author)
{
	struct watched *w = &p->watched[file];
	struct slice commit = arena_copy(p->arena, since), who = arena_copy(p->arena, author);
	bool mine = false;

	if (w->migration)
		migration_version(w, bytes, commit);
	for (size_t i = w->tracks; i != MAP_NONE; i = next_track(w, &p->tracks[i])) {
		struct track *t = &p->tracks[i];

		if (!w->migration && !t->done)
			track_version(p, t, bytes, commit, who);
		finish(p, t);
		mine = mine || !t->done;
	}
	if (!p->undone)
		return PAST_ALL_DONE;
	return mine && !w->begun ? PAST_MORE : PAST_FILE_DONE;
}

void past_set_baseline(struct past *p, struct slice path, const struct migration *m, struct slice bytes)
{
	past_want(p, path, m);
	for (size_t i = p->watched[map_get(&p->numbers, path)].tracks; i != MAP_NONE; i = p->tracks[i].next)
		if (p->tracks[i].result.m == m)
			track_version(p, &p->tracks[i], bytes, SLICE(""), SLICE(""));
}

const struct past_file *past_find(const struct past *p, struct slice path, const struct migration *m)
{
	size_t file = map_get(&p->numbers, path);

	for (size_t i = file == MAP_NONE ? MAP_NONE : p->watched[file].tracks; i != MAP_NONE;
	     i = next_track(&p->watched[file], &p->tracks[i]))
		if (p->tracks[i].result.m == m)
			return &p->tracks[i].result;
	return p->under ? past_find(p->under, path, m) : NULL;
}

struct past *past_over(const struct past *under)
{
	struct past *p = past_new();

	p->under = under;
	return p;
}

/* Makes the file the baseline if nothing of the move is in it. */
static void take_untouched(struct past *p, struct past_file *result, const struct yaml_file *file)
{
	struct objects objects = objects_of(file, p->arena);
	struct err ignored = ERR_INIT;
	struct vs_list list;

	if (vs_list_read(&list, &objects, &result->m->move, p->arena, NULL, &ignored) < 0 || !untouched(&list))
		return;
	result->file = file;
	result->baseline = yaml_bytes(file);
}

void past_grow(struct past *p, struct slice path, const struct migration *m, const struct yaml_file *file,
	       const struct yaml_file *today)
{
	const struct past_file *before = past_find(p, path, m);
	struct track t = { .result = { .m = m }, .home = MAP_NONE, .next_of_home = MAP_NONE, .done = true };

	if (before)
		t.result = *before;
	if (!t.result.file && today)
		take_untouched(p, &t.result, today);
	take_untouched(p, &t.result, file);
	t.file = watch(p, path, false);
	t.result.path = p->watched[t.file].path;
	t.next = p->watched[t.file].tracks;
	p->watched[t.file].tracks = p->ntracks;
	ROOM(p->tracks, p->ntracks, p->tracks_cap);
	p->tracks[p->ntracks++] = t;
}
