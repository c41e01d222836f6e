#include "plan/baseline.h"

#include "base/alloc.h"
#include "base/map.h"
#include "istio/converge.h"

#include <stdlib.h>
#include <string.h>

/* One file for one migration, while the walk goes on. */
struct track {
	struct baseline_file result;
	const struct yaml_file *parsed; /* the baseline, as soon as somebody wanted it so */
	struct slice now;               /* today's bytes, judged already; absent: they are not */
	struct version_reading verdict;
	size_t file; /* number of the path */
	size_t home; /* number of the migration file's path; MAP_NONE: there is none */
	size_t next, next_of_home; /* the next track of the same path, of the same migration file;
				      MAP_NONE: the last */
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
	size_t tracks;  /* the first track of a manifest, or of a migration file; MAP_NONE: none */
	bool migration; /* it is a migration file */
	bool begun;     /* a migration file that did not exist before here */
	struct slices held_since; /* commits that wrote a version with a hold */
	size_t held_cap;
};

struct baselines {
	struct arena *arena;
	struct track *tracks;
	size_t ntracks, tracks_cap;
	size_t undone; /* tracks that want more */
	struct watched *watched;
	size_t nwatched, watched_cap;
	struct map numbers;       /* of the watched paths */
	struct yaml_file **files; /* parsed baselines, owned */
	size_t nfiles, files_cap;
	const struct baselines *under; /* what is not here is there; NULL: nothing is */
};

struct baselines *baselines_new(void)
{
	struct baselines *p = xzalloc(sizeof(*p));

	p->arena = arena_new();
	return p;
}

void baselines_free(struct baselines *p)
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
static size_t watch(struct baselines *p, struct slice path, bool migration)
{
	size_t at = map_get(&p->numbers, path);

	if (at != MAP_NONE)
		return at;
	ROOM(p->watched, p->nwatched, p->watched_cap);
	p->watched[p->nwatched] = (struct watched){ .path = arena_copy(p->arena, path),
						    .tracks = MAP_NONE,
						    .migration = migration };
	map_set(&p->numbers, p->watched[p->nwatched].path, p->nwatched);
	return p->nwatched++;
}

void baselines_want(struct baselines *p, struct slice path, const struct migration *m)
{
	struct track t = { .result = { .m = m }, .home = MAP_NONE, .next_of_home = MAP_NONE };

	if (baselines_find(p, path, m))
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

struct slices baselines_paths(const struct baselines *p)
{
	struct slices list = { arena_array(p->arena, p->nwatched, sizeof(struct slice)),
			       p->nwatched };

	for (size_t i = 0; i < p->nwatched; i++)
		list.items[i] = p->watched[i].path;
	return list;
}

/* Was the migration file not there yet? Then no change of the stage is ours to judge. */
static bool has_begun(const struct baselines *p, const struct track *t)
{
	return t->home != MAP_NONE && p->watched[t->home].begun;
}

/* Did the migration file hold in the version that this commit wrote? */
static bool held_in(const struct baselines *p, const struct track *t, struct slice commit)
{
	return t->home != MAP_NONE && slices_have(p->watched[t->home].held_since, commit);
}

/* The newest change of the stage is between this version and the newer one before. */
static void settle(const struct baselines *p, struct track *t, long level)
{
	t->settled = true;
	if (level < t->level || held_in(p, t, t->since))
		return;
	t->result.lowered = true;
	t->result.lowered_by = t->since_author;
	t->result.lowered_in = t->since;
}

/* A version of a manifest, parsed when the first track of the path needs it so. */
struct version {
	struct slice path, bytes; /* bytes absent: there was no such file */
	struct arena *arena;      /* NULL: not looked at yet */
	struct yaml_file *file;   /* NULL: cannot be read */
	struct objects objects;
};

static void version_free(struct version *v)
{
	yaml_file_free(v->file);
	arena_free(v->arena);
}

/* What a version says of the move of a track. */
static struct version_reading judge(const struct track *t, struct version *v)
{
	struct err ignored = ERR_INIT;

	if (t->now.ptr && slice_eq(v->bytes, t->now))
		return t->verdict;
	if (!v->arena) {
		v->arena = arena_new();
		if (yaml_parse(&v->file, v->path, v->bytes, &ignored) == 0)
			v->objects = objects_of(v->file, v->arena);
	}
	return v->file ? version_read(&v->objects, &t->result.m->move) :
			 (struct version_reading){ .readable = false };
}

/* Counts the routes of today's version, where that is still to be done. */
static size_t counted(struct track *t, size_t routes)
{
	struct version now = { .path = t->result.path, .bytes = t->now };

	if (routes != ROUTES_UNCOUNTED)
		return routes;
	t->now = SLICE_NONE;
	t->verdict.routes = judge(t, &now).routes;
	t->now = now.bytes;
	version_free(&now);
	return t->verdict.routes;
}

/* Does the track have as many routes in this version as in the one before? */
static bool same_routes(struct track *t, size_t routes)
{
	t->routes = counted(t, t->routes);
	return counted(t, routes) == t->routes;
}

/* One version of one manifest for one migration. */
static void track_version(struct baselines *p, struct track *t, struct version *version,
			  struct slice since, struct slice author)
{
	struct slice bytes = version->bytes;
	struct version_reading v;

	if (!t->named) {
		t->named = true;
		t->result.commit = since;
		t->result.author = author;
	}
	if (!bytes.ptr) {
		t->settled = t->done = true;
		return;
	}
	v = judge(t, version);
	if (!v.readable)
		return; /* a broken version tells nothing; the walk goes on past it */
	if (t->have && !t->settled && v.level != t->level && !has_begun(p, t) &&
	    same_routes(t, v.routes))
		settle(p, t, v.level);
	t->have = true;
	t->level = v.level;
	t->routes = v.routes;
	t->since = since;
	t->since_author = author;
	if (!t->result.baseline.ptr && v.untouched)
		t->result.baseline = t->now.ptr && slice_eq(bytes, t->now) ?
					     t->now :
					     arena_copy(p->arena, bytes);
}

/* A version of a migration file: remembers holds, and where the migration begins. */
static void migration_version(struct watched *w, struct slice bytes, struct slice since)
{
	struct yaml_file *file = NULL;
	struct err ignored = ERR_INIT;

	w->begun = w->begun || !bytes.ptr;
	if (!bytes.ptr || slice_find(bytes, SLICE("hold")) == SIZE_MAX ||
	    yaml_parse(&file, w->path, bytes, &ignored) < 0)
		return;
	if (yaml_string(yaml_path(yaml_root(file, 0), "spec", "hold", NULL)).len) {
		ROOM(w->held_since.items, w->held_since.n, w->held_cap);
		w->held_since.items[w->held_since.n++] = since;
	}
	yaml_file_free(file);
}

/* Is all known of the track? */
static void finish(struct baselines *p, struct track *t)
{
	if (t->counted_out)
		return;
	t->done = t->done || (t->have && t->result.baseline.ptr && (t->settled || has_begun(p, t)));
	t->counted_out = t->done;
	p->undone -= t->done;
}

/* The track behind `t` of the watched path. */
static size_t next_track(const struct watched *w, const struct track *t)
{
	return w->migration ? t->next_of_home : t->next;
}

enum baselines_answer baselines_version(struct baselines *p, size_t file, struct slice bytes,
					struct slice since, struct slice author)
{
	struct watched *w = &p->watched[file];
	struct slice commit = arena_copy(p->arena, since), who = arena_copy(p->arena, author);
	struct version version = { .path = w->path, .bytes = bytes };
	bool mine = false;

	if (w->migration)
		migration_version(w, bytes, commit);
	for (size_t i = w->tracks; i != MAP_NONE; i = next_track(w, &p->tracks[i])) {
		struct track *t = &p->tracks[i];

		if (!w->migration && !t->done)
			track_version(p, t, &version, commit, who);
		finish(p, t);
		mine = mine || !t->done;
	}
	version_free(&version);
	if (!p->undone)
		return BASELINES_ALL_DONE;
	return mine && !w->begun ? BASELINES_MORE : BASELINES_FILE_DONE;
}

/* The track of a file for a migration that is here, not in the past under it; NULL: none is. */
static struct track *track_of(const struct baselines *p, struct slice path,
			      const struct migration *m)
{
	size_t file = map_get(&p->numbers, path);

	for (size_t i = file == MAP_NONE ? MAP_NONE : p->watched[file].tracks; i != MAP_NONE;
	     i = next_track(&p->watched[file], &p->tracks[i]))
		if (p->tracks[i].result.m == m)
			return &p->tracks[i];
	return NULL;
}

void baselines_now(struct baselines *p, struct slice path, const struct migration *m,
		   struct slice bytes, const struct version_reading *verdict)
{
	struct track *t = track_of(p, path, m);

	if (!t)
		return;
	t->now = bytes;
	t->verdict = *verdict;
}

void baselines_set_baseline(struct baselines *p, struct slice path, const struct migration *m,
			    struct slice bytes)
{
	struct version version = { .path = path, .bytes = bytes };

	baselines_want(p, path, m);
	track_version(p, track_of(p, path, m), &version, SLICE(""), SLICE(""));
	version_free(&version);
}

const struct baseline_file *baselines_find(const struct baselines *p, struct slice path,
					   const struct migration *m)
{
	const struct track *t = track_of(p, path, m);

	if (t)
		return &t->result;
	return p->under ? baselines_find(p->under, path, m) : NULL;
}

/* Adds a track that no walk has to do with. */
static struct track *track_add(struct baselines *p, struct slice path,
			       const struct baseline_file *result)
{
	struct track t = {
		.result = *result, .home = MAP_NONE, .next_of_home = MAP_NONE, .done = true
	};

	t.file = watch(p, path, false);
	t.result.path = p->watched[t.file].path;
	t.next = p->watched[t.file].tracks;
	p->watched[t.file].tracks = p->ntracks;
	ROOM(p->tracks, p->ntracks, p->tracks_cap);
	p->tracks[p->ntracks] = t;
	return &p->tracks[p->ntracks++];
}

const struct yaml_file *baselines_baseline(struct baselines *p, struct slice path,
					   const struct migration *m)
{
	const struct baseline_file *result = baselines_find(p, path, m);
	struct track *t = track_of(p, path, m);
	struct yaml_file *file = NULL;
	struct err ignored = ERR_INIT;

	if (!result || !result->baseline.ptr || (t && t->parsed))
		return t ? t->parsed : NULL;
	if (!t)
		t = track_add(p, path, result);
	if (yaml_parse(&file, t->result.path, t->result.baseline, &ignored) < 0)
		return NULL;
	ROOM(p->files, p->nfiles, p->files_cap);
	p->files[p->nfiles++] = file;
	t->parsed = file;
	return file;
}

struct baselines *baselines_over(const struct baselines *under)
{
	struct baselines *p = baselines_new();

	p->under = under;
	return p;
}

/* Makes the file the baseline if nothing of the move is in it. */
static void take_untouched(struct baselines *p, struct track *t, const struct yaml_file *file)
{
	struct objects objects = objects_of(file, p->arena);
	struct version_reading v = version_read(&objects, &t->result.m->move);

	if (!v.readable || !v.untouched)
		return;
	t->parsed = file;
	t->result.baseline = yaml_bytes(file);
}

void baselines_grow(struct baselines *p, struct slice path, const struct migration *m,
		    const struct yaml_file *file, const struct yaml_file *today)
{
	const struct baseline_file *before = baselines_find(p, path, m);
	struct track *t = track_add(p, path, before ? before : &(struct baseline_file){ .m = m });

	if (!t->result.baseline.ptr && today)
		take_untouched(p, t, today);
	else if (today && slice_eq(t->result.baseline, yaml_bytes(today)))
		t->parsed = today;
	take_untouched(p, t, file);
}
