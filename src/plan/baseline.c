#include "plan/baseline.h"

#include "base/alloc.h"
#include "base/map.h"
#include "istio/converge.h"

#include <stdlib.h>
#include <string.h>

/* A manifest for one migration, while the history is walked. */
struct track {
	struct baseline_file result;
	const struct yaml_file *parsed; /* the baseline, if it was needed */
	struct slice current;           /* bytes, whose state is known; absent: it is not */
	struct version_state state;     /* of `current` */
	size_t file;                    /* index of the path */
	size_t home; /* index of the path of the migration file; MAP_NONE: there is none */
	size_t next, next_of_home; /* the next track of the same path, of the same migration file;
				      MAP_NONE: the last */
	bool named, have;          /* a version was seen; one that can be read was */
	long level;                /* of the last version seen */
	size_t routes;             /* that it has of the move */
	struct slice since;        /* the commit that made it */
	struct slice since_author;
	bool settled;           /* the newest change of the stage is known, or does not exist */
	bool complete, counted; /* no more versions are wanted; not counted in `nincomplete` */
};

/* A path whose history is wanted: a manifest, or a migration file. */
struct watched {
	struct slice path;
	size_t tracks;  /* the first track of a manifest, or of a migration file; MAP_NONE: none */
	bool migration; /* it is a migration file */
	bool begun;     /* a version was seen in which the migration file did not exist */
	struct slices held_since; /* commits that made a version with a hold */
	size_t held_cap;
};

struct baselines {
	struct arena *arena;
	struct track *tracks;
	size_t ntracks, tracks_cap;
	size_t nincomplete; /* tracks that need more versions */
	struct watched *watched;
	size_t nwatched, watched_cap;
	struct map indices;       /* of the watched paths */
	struct yaml_file **files; /* parsed baselines, owned */
	size_t nfiles, files_cap;
	const struct baselines *under; /* NULL: none */
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
	map_release(&p->indices);
	free(p->files);
	free(p->tracks);
	free(p->watched);
	arena_free(p->arena);
	free(p);
}

/* The index of a path, which is added if needed. */
static size_t watch_path(struct baselines *p, struct slice path, bool migration)
{
	size_t at = map_get(&p->indices, path);

	if (at != MAP_NONE)
		return at;
	ROOM(p->watched, p->nwatched, p->watched_cap);
	p->watched[p->nwatched] = (struct watched){ .path = arena_copy(p->arena, path),
						    .tracks = MAP_NONE,
						    .migration = migration };
	map_set(&p->indices, p->watched[p->nwatched].path, p->nwatched);
	return p->nwatched++;
}

void baselines_want(struct baselines *p, struct slice path, const struct migration *m)
{
	struct track t = { .result = { .m = m }, .home = MAP_NONE, .next_of_home = MAP_NONE };

	if (baselines_find(p, path, m))
		return;
	t.file = watch_path(p, path, false);
	t.result.path = p->watched[t.file].path;
	t.next = p->watched[t.file].tracks;
	p->watched[t.file].tracks = p->ntracks;
	if (m->path.len) {
		t.home = watch_path(p, m->path, true);
		t.next_of_home = p->watched[t.home].tracks;
		p->watched[t.home].tracks = p->ntracks;
	}
	ROOM(p->tracks, p->ntracks, p->tracks_cap);
	p->tracks[p->ntracks++] = t;
	p->nincomplete++;
}

struct slices baselines_paths(const struct baselines *p)
{
	struct slices list = { arena_array(p->arena, p->nwatched, sizeof(struct slice)),
			       p->nwatched };

	for (size_t i = 0; i < p->nwatched; i++)
		list.items[i] = p->watched[i].path;
	return list;
}

/*
 * True if the migration file did not exist yet: older changes of the weights are none of a stage.
 */
static bool has_begun(const struct baselines *p, const struct track *t)
{
	return t->home != MAP_NONE && p->watched[t->home].begun;
}

/* True if the commit wrote a migration file with a hold. */
static bool wrote_hold(const struct baselines *p, const struct track *t, struct slice commit)
{
	return t->home != MAP_NONE && slices_have(p->watched[t->home].held_since, commit);
}

/* Records the newest change of the stage: from this version to the next newer one. */
static void record_change(const struct baselines *p, struct track *t, long level)
{
	t->settled = true;
	if (level < t->level || wrote_hold(p, t, t->since))
		return;
	t->result.lowered = true;
	t->result.lowered_by = t->since_author;
	t->result.lowered_in = t->since;
}

/* A version of a manifest, parsed when the first track of the path needs it. */
struct manifest_version {
	struct slice path, bytes; /* bytes absent: the file did not exist */
	struct arena *arena;      /* NULL: not parsed yet */
	struct yaml_file *file;   /* NULL: cannot be parsed */
	struct objects objects;
};

static void release_version(struct manifest_version *v)
{
	yaml_file_free(v->file);
	arena_free(v->arena);
}

/* The state of the track's move in a version. */
static struct version_state read_version(const struct track *t, struct manifest_version *v)
{
	struct err ignored = ERR_INIT;

	if (t->current.ptr && slice_eq(v->bytes, t->current))
		return t->state;
	if (!v->arena) {
		v->arena = arena_new();
		if (yaml_parse(&v->file, v->path, v->bytes, &ignored) == 0)
			v->objects = objects_of(v->file, v->arena);
	}
	return v->file ? version_state_of(&v->objects, &t->result.m->move) :
			 (struct version_state){ .readable = false };
}

/* The number of routes of a version; counts those of the current one if needed. */
static size_t count_routes(struct track *t, size_t routes)
{
	struct manifest_version current = { .path = t->result.path, .bytes = t->current };

	if (routes != ROUTES_UNCOUNTED)
		return routes;
	t->current = SLICE_NONE;
	t->state.routes = read_version(t, &current).routes;
	t->current = current.bytes;
	release_version(&current);
	return t->state.routes;
}

/* True if the track has the same number of routes as in the next newer version. */
static bool has_same_routes(struct track *t, size_t routes)
{
	t->routes = count_routes(t, t->routes);
	return count_routes(t, routes) == t->routes;
}

/* Adds a version of a manifest to the track of one migration. */
static void track_version(struct baselines *p, struct track *t, struct manifest_version *version,
			  struct slice since, struct slice author)
{
	struct slice bytes = version->bytes;
	struct version_state state;

	if (!t->named) {
		t->named = true;
		t->result.commit = since;
		t->result.author = author;
	}
	if (!bytes.ptr) {
		t->settled = t->complete = true;
		return;
	}
	state = read_version(t, version);
	if (!state.readable)
		return; /* a broken version is skipped */
	if (t->have && !t->settled && state.level != t->level && !has_begun(p, t) &&
	    has_same_routes(t, state.routes))
		record_change(p, t, state.level);
	t->have = true;
	t->level = state.level;
	t->routes = state.routes;
	t->since = since;
	t->since_author = author;
	if (!t->result.baseline.ptr && state.untouched)
		t->result.baseline = t->current.ptr && slice_eq(bytes, t->current) ?
					     t->current :
					     arena_copy(p->arena, bytes);
}

/* Adds a version of a migration file: records holds, and where the migration begins. */
static void track_migration(struct watched *w, struct slice bytes, struct slice since)
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

/* Marks the track as complete if all is known of it. */
static void update_complete(struct baselines *p, struct track *t)
{
	if (t->counted)
		return;
	t->complete = t->complete ||
		      (t->have && t->result.baseline.ptr && (t->settled || has_begun(p, t)));
	t->counted = t->complete;
	p->nincomplete -= t->complete;
}

/* The next track of the watched path after `t`. */
static size_t next_track(const struct watched *w, const struct track *t)
{
	return w->migration ? t->next_of_home : t->next;
}

enum baselines_answer baselines_add_version(struct baselines *p, size_t file, struct slice bytes,
					    struct slice since, struct slice author)
{
	struct watched *w = &p->watched[file];
	struct slice commit = arena_copy(p->arena, since), who = arena_copy(p->arena, author);
	struct manifest_version version = { .path = w->path, .bytes = bytes };
	bool wanted = false;

	if (w->migration)
		track_migration(w, bytes, commit);
	for (size_t i = w->tracks; i != MAP_NONE; i = next_track(w, &p->tracks[i])) {
		struct track *t = &p->tracks[i];

		if (!w->migration && !t->complete)
			track_version(p, t, &version, commit, who);
		update_complete(p, t);
		wanted = wanted || !t->complete;
	}
	release_version(&version);
	if (!p->nincomplete)
		return BASELINES_ALL_DONE;
	return wanted && !w->begun ? BASELINES_MORE : BASELINES_FILE_DONE;
}

/* The track of a manifest in `p` itself, not under it; NULL: none. */
static struct track *find_track(const struct baselines *p, struct slice path,
				const struct migration *m)
{
	size_t file = map_get(&p->indices, path);

	for (size_t i = file == MAP_NONE ? MAP_NONE : p->watched[file].tracks; i != MAP_NONE;
	     i = next_track(&p->watched[file], &p->tracks[i]))
		if (p->tracks[i].result.m == m)
			return &p->tracks[i];
	return NULL;
}

void baselines_set_current(struct baselines *p, struct slice path, const struct migration *m,
			   struct slice bytes, const struct version_state *state)
{
	struct track *t = find_track(p, path, m);

	if (!t)
		return;
	t->current = bytes;
	t->state = *state;
}

void baselines_set_baseline(struct baselines *p, struct slice path, const struct migration *m,
			    struct slice bytes)
{
	struct manifest_version version = { .path = path, .bytes = bytes };

	baselines_want(p, path, m);
	track_version(p, find_track(p, path, m), &version, SLICE(""), SLICE(""));
	release_version(&version);
}

const struct baseline_file *baselines_find(const struct baselines *p, struct slice path,
					   const struct migration *m)
{
	const struct track *t = find_track(p, path, m);

	if (t)
		return &t->result;
	return p->under ? baselines_find(p->under, path, m) : NULL;
}

/* Adds a track that needs no versions. */
static struct track *add_track(struct baselines *p, struct slice path,
			       const struct baseline_file *result)
{
	struct track t = {
		.result = *result, .home = MAP_NONE, .next_of_home = MAP_NONE, .complete = true
	};

	t.file = watch_path(p, path, false);
	t.result.path = p->watched[t.file].path;
	t.next = p->watched[t.file].tracks;
	p->watched[t.file].tracks = p->ntracks;
	ROOM(p->tracks, p->ntracks, p->tracks_cap);
	p->tracks[p->ntracks] = t;
	return &p->tracks[p->ntracks++];
}

const struct yaml_file *baselines_parsed(struct baselines *p, struct slice path,
					 const struct migration *m)
{
	const struct baseline_file *result = baselines_find(p, path, m);
	struct track *t = find_track(p, path, m);
	struct yaml_file *file = NULL;
	struct err ignored = ERR_INIT;

	if (!result || !result->baseline.ptr || (t && t->parsed))
		return t ? t->parsed : NULL;
	if (!t)
		t = add_track(p, path, result);
	if (yaml_parse(&file, t->result.path, t->result.baseline, &ignored) < 0)
		return NULL;
	ROOM(p->files, p->nfiles, p->files_cap);
	p->files[p->nfiles++] = file;
	t->parsed = file;
	return file;
}

struct baselines *baselines_overlay(const struct baselines *under)
{
	struct baselines *p = baselines_new();

	p->under = under;
	return p;
}

/* Makes the file the baseline if nothing is moved in it. */
static void take_untouched(struct baselines *p, struct track *t, const struct yaml_file *file)
{
	struct objects objects = objects_of(file, p->arena);
	struct version_state state = version_state_of(&objects, &t->result.m->move);

	if (!state.readable || !state.untouched)
		return;
	t->parsed = file;
	t->result.baseline = yaml_bytes(file);
}

void baselines_add_newest(struct baselines *p, struct slice path, const struct migration *m,
			  const struct yaml_file *file, const struct yaml_file *current)
{
	const struct baseline_file *before = baselines_find(p, path, m);
	struct track *t = add_track(p, path, before ? before : &(struct baseline_file){ .m = m });

	if (!t->result.baseline.ptr && current)
		take_untouched(p, t, current);
	else if (current && slice_eq(t->result.baseline, yaml_bytes(current)))
		t->parsed = current;
	take_untouched(p, t, file);
}
