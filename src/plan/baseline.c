#include "plan/baseline.h"

#include "base/alloc.h"
#include "base/map.h"
#include "istio/converge.h"
#include "plan/route_levels.h"

#include <stdlib.h>
#include <string.h>

/* A commit that made a version: its place in the history, 0 the newest, and its texts. */
struct made_by {
	size_t age;
	struct slice commit, author;
	bool merge;
};

/* A change of the stage between two versions of a manifest. */
struct stage_change {
	enum level_change kind; /* LEVELS_SAME: none */
	struct made_by by;      /* of the newer version */
	bool remade;            /* between the versions, the file did not exist */
};

/* A manifest for one migration, while the history is walked. */
struct track {
	struct baseline_file result;
	const struct yaml_file *parsed; /* the baseline, if it was needed */
	struct slice current;           /* bytes, whose state is known; absent: it is not */
	struct version_state state;     /* of `current` */
	size_t file;                    /* index of the path */
	size_t home; /* index of the path of the migration file; MAP_NONE: there is none */
	size_t next, next_of_home;   /* the next track of the same path, of the same migration file;
					MAP_NONE: the last */
	bool named, have;            /* a version was seen; one that can be read was */
	long level;                  /* of the last version seen */
	size_t routes;               /* that it has of the move */
	struct made_by by;           /* the commit that made it */
	struct route_levels levels;  /* of it, in `arena` */
	struct arena *arena;         /* NULL: the levels were not read, and it is `current` */
	bool gap, absent;            /* behind a version in which the file did not exist; at one */
	struct stage_change change;  /* the newest one of the stage */
	struct stage_change pending; /* the same, if the migration file existed before */
	bool merged;                 /* newer changes of the stage are merges that raised it */
	bool settled;                /* the newest change of the stage is known */
	bool ended;                  /* there are no older versions */
	bool complete, counted;      /* no more versions are wanted; not counted in `nincomplete` */
};

/* A path whose history is wanted: a manifest, or a migration file. */
struct watched {
	struct slice path;
	size_t tracks;  /* the first track of a manifest, or of a migration file; MAP_NONE: none */
	bool migration; /* it is a migration file, and all that follows is about it */
	bool gap;       /* the last version is one in which it did not exist */
	bool begun;     /* it did not exist before either, as far as was searched */
	struct slices held_since; /* commits that made a version with a hold */
	size_t held_cap;
	bool seen;           /* a version was seen */
	struct slice hold;   /* the current one; absent: none */
	struct made_by held; /* the oldest version known so far that has had it ever since */
	bool hold_known;     /* there is no older one */
	struct slice last;   /* the hold of the last version, while the file existed */
	struct made_by by;   /* the commit that made it */
	struct made_by lost; /* the commit that added the file again, without the hold it had */
};

struct baselines {
	struct arena *arena;
	struct track *tracks;
	size_t ntracks, tracks_cap;
	size_t nincomplete; /* tracks that need more versions */
	struct watched *watched;
	size_t nwatched, watched_cap;
	struct map indices; /* of the watched paths */
	struct made_by by;  /* the commit of the last version added */
	struct baseline_doubt *doubts;
	size_t ndoubts, doubts_cap;
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
	for (size_t i = 0; i < p->ntracks; i++)
		arena_free(p->tracks[i].arena);
	map_release(&p->indices);
	free(p->doubts);
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

/* The migration file of the track; NULL: there is none. */
static struct watched *home_of(const struct baselines *p, const struct track *t)
{
	return t->home == MAP_NONE ? NULL : &p->watched[t->home];
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

/* Adds a commit after which the file alone does not show whether the migration is on hold. */
static void add_doubt(struct baselines *p, const struct track *t, const struct made_by *by)
{
	enum { MOST = 64 };

	if (p->ndoubts && p->doubts[p->ndoubts - 1].m == t->result.m &&
	    slice_eq(p->doubts[p->ndoubts - 1].commit, by->commit))
		return;
	if (p->ndoubts >= MOST * p->ntracks)
		return;
	ROOM(p->doubts, p->ndoubts, p->doubts_cap);
	p->doubts[p->ndoubts++] = (struct baseline_doubt){ t->result.m, by->commit };
}

/*
 * Records a change of the stage. A merge that raised it need not be the newest one: its other
 * parents may not know the commits before it.
 */
static void record_change(struct baselines *p, struct track *t, const struct stage_change *change)
{
	bool raised = change->kind == LEVELS_RAISED;

	if (t->change.kind == LEVELS_SAME)
		t->change = *change;
	t->settled = !raised || !change->by.merge;
	if (raised)
		t->merged = t->merged || change->by.merge;
	if (raised || wrote_hold(p, t, change->by.commit))
		return;
	if (t->merged)
		add_doubt(p, t, &change->by);
	t->result.sign = (struct hold_sign){
		change->kind == LEVELS_LOWERED ? HOLD_LOWERED : HOLD_UNCLEAR, change->by.author,
		change->by.commit,
		change->kind == LEVELS_UNCLEAR ?
			SLICE("changed routes and weights together (the stage before and after "
			      "cannot be compared)") :
		change->remade ? SLICE("added the manifest again with a lower weight") :
				 SLICE("lowered the weight")
	};
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

/* The levels of the last version seen. */
static const struct route_levels *newer_levels(struct track *t)
{
	if (t->arena)
		return &t->levels;
	t->arena = arena_new();
	t->levels = (struct route_levels){ .n = 0 };
	route_levels_add(&t->levels, t->result.path, t->current, &t->result.m->move, t->arena);
	return &t->levels;
}

/* Reads the levels of a version into a new arena; NULL: it is the current one, and not read. */
static struct arena *read_levels(const struct track *t, const struct manifest_version *v,
				 struct route_levels *out)
{
	struct vs_list list = { NULL, 0 };
	struct err ignored = ERR_INIT;
	struct arena *arena;

	*out = (struct route_levels){ .n = 0 };
	if (!v->file)
		return NULL;
	arena = arena_new();
	if (vs_list_read(&list, &v->objects,
			 &(struct move_context){ &t->result.m->move, v->arena, NULL },
			 &ignored) < 0)
		out->unreadable = true;
	else
		route_levels_add_list(out, &list, arena);
	return arena;
}

/* Judges the change from an older version, with these levels, to the last one seen. */
static void judge_change(struct baselines *p, struct track *t, const struct version_state *state,
			 const struct route_levels *levels)
{
	struct stage_change change = { LEVELS_SAME, t->by, t->absent };
	const struct watched *home = home_of(p, t);

	t->routes = count_routes(t, t->routes);
	if (count_routes(t, state->routes) != t->routes)
		add_doubt(p, t, &t->by);
	if (state->level || t->level) {
		struct route_levels current = { .n = 0 };
		AUTO_ARENA struct arena *arena = arena_new();

		if (!levels) /* the current bytes once more */
			route_levels_add(&current, t->result.path, t->current, &t->result.m->move,
					 arena);
		change.kind = route_levels_compare(levels ? levels : &current, newer_levels(t));
	}
	if (change.kind == LEVELS_SAME)
		return;
	if (!home || !home->gap)
		record_change(p, t, &change);
	else if (!t->pending.kind)
		t->pending = change;
}

/* Adds a readable version of a manifest to a track whose newest change is not known. */
static void compare_version(struct baselines *p, struct track *t, const struct version_state *state,
			    const struct manifest_version *v)
{
	struct route_levels levels;
	struct arena *arena = read_levels(t, v, &levels);

	if (t->have)
		judge_change(p, t, state, arena ? &levels : NULL);
	arena_free(t->arena);
	t->arena = arena;
	t->levels = levels;
	if (t->settled) {
		arena_free(t->arena);
		t->arena = NULL;
	}
}

/* The file did not exist: once more, if nothing older was found. */
static void track_absent(struct baselines *p, struct track *t)
{
	if (!t->gap && t->have && !t->settled && !has_begun(p, t))
		add_doubt(p, t, &t->by);
	t->ended = t->absent || t->home == MAP_NONE || (t->settled && t->result.baseline.ptr);
	t->gap = t->absent = true;
}

/* Adds a version of a manifest to the track of one migration. */
static void track_version(struct baselines *p, struct track *t, struct manifest_version *version)
{
	struct slice bytes = version->bytes;
	struct version_state state;

	if (!t->named) {
		t->named = true;
		t->result.commit = p->by.commit;
		t->result.author = p->by.author;
	}
	if (!bytes.ptr) {
		track_absent(p, t);
		return;
	}
	state = read_version(t, version);
	if (!state.readable)
		return; /* a broken version is skipped */
	if (!t->settled && !has_begun(p, t))
		compare_version(p, t, &state, version);
	t->absent = false;
	t->have = true;
	t->level = state.level;
	t->routes = state.routes;
	t->by = p->by;
	if (!t->result.baseline.ptr && state.untouched)
		t->result.baseline = t->current.ptr && slice_eq(bytes, t->current) ?
					     t->current :
					     arena_copy(p->arena, bytes);
}

/* The hold in a version of a migration file, in the arena; absent: there is none. */
static struct slice read_hold(const struct baselines *p, struct slice path, struct slice bytes)
{
	struct yaml_file *file = NULL;
	struct err ignored = ERR_INIT;
	struct slice hold;

	if (slice_find(bytes, SLICE("hold")) == SIZE_MAX ||
	    yaml_parse(&file, path, bytes, &ignored) < 0)
		return SLICE_NONE;
	hold = yaml_string(yaml_path(yaml_root(file, 0), "spec", "hold", NULL));
	hold = hold.len ? arena_copy(p->arena, hold) : SLICE_NONE;
	yaml_file_free(file);
	return hold;
}

/* The migration file existed before it was added: changes from that time count after all. */
static void close_gap(struct baselines *p, struct watched *w, struct slice hold)
{
	w->gap = false;
	if (hold.len && !w->last.len && !w->lost.commit.ptr)
		w->lost = w->by;
	for (size_t i = w->tracks; i != MAP_NONE; i = p->tracks[i].next_of_home)
		if (!p->tracks[i].settled && p->tracks[i].pending.kind != LEVELS_SAME)
			record_change(p, &p->tracks[i], &p->tracks[i].pending);
}

/* Adds a version of a migration file: records holds, and where the migration begins. */
static void track_migration(struct baselines *p, struct watched *w, struct slice bytes)
{
	struct slice hold;

	if (!bytes.ptr) {
		w->hold_known = true;
		w->begun = w->gap || !w->seen;
		w->gap = w->seen = true;
		return;
	}
	hold = read_hold(p, w->path, bytes);
	if (w->gap)
		close_gap(p, w, hold);
	if (!w->seen)
		w->hold = hold;
	w->hold_known = w->hold_known || !hold.len || !slice_eq(hold, w->hold);
	if (!w->hold_known)
		w->held = p->by;
	if (hold.len) {
		ROOM(w->held_since.items, w->held_since.n, w->held_cap);
		w->held_since.items[w->held_since.n++] = p->by.commit;
	}
	w->seen = true;
	w->last = hold;
	w->by = p->by;
}

/* Sets what is known of holds besides the newest change of the stage. */
static void note_holds(struct track *t, const struct watched *home)
{
	bool raised = t->change.kind == LEVELS_RAISED;

	if (home->hold.len && home->hold_known && raised && t->change.by.age < home->held.age)
		t->result.breach = (struct hold_breach){ t->change.by.author, t->change.by.commit,
							 home->held.commit };
	if (home->lost.commit.ptr && !t->result.sign.kind &&
	    !(raised && t->change.by.age <= home->lost.age))
		t->result.sign = (struct hold_sign){
			HOLD_LOST, home->lost.author, home->lost.commit,
			SLICE("added the migration file again without the hold it had")
		};
}

/* Marks the track as complete if all is known of it. */
static void update_complete(struct baselines *p, struct track *t)
{
	const struct watched *home = home_of(p, t);

	if (home)
		note_holds(t, home);
	if (t->counted)
		return;
	t->complete = (t->ended || (t->have && t->result.baseline.ptr)) &&
		      (t->settled || has_begun(p, t) || (t->ended && !(home && home->gap))) &&
		      (!home || !t->result.m->f.spec.hold.len || home->hold_known);
	t->counted = t->complete;
	p->nincomplete -= t->complete;
}

/* The next track of the watched path after `t`. */
static size_t next_track(const struct watched *w, const struct track *t)
{
	return w->migration ? t->next_of_home : t->next;
}

/* Sets the commit of the version that is added; those of one commit come one after the other. */
static void set_commit(struct baselines *p, const struct version_commit *by)
{
	if (p->by.commit.ptr && slice_eq(p->by.commit, by->id))
		return;
	p->by = (struct made_by){ p->by.age + 1, arena_copy(p->arena, by->id),
				  arena_copy(p->arena, by->author), by->merge };
}

enum baselines_answer baselines_add_version(struct baselines *p, size_t file, struct slice bytes,
					    const struct version_commit *by)
{
	struct watched *w = &p->watched[file];
	struct manifest_version version = { .path = w->path, .bytes = bytes };
	bool wanted = false;

	set_commit(p, by);
	if (w->migration)
		track_migration(p, w, bytes);
	for (size_t i = w->tracks; i != MAP_NONE; i = next_track(w, &p->tracks[i])) {
		struct track *t = &p->tracks[i];

		if (!w->migration && !t->complete)
			track_version(p, t, &version);
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
	set_commit(p, &(struct version_commit){ SLICE(""), SLICE(""), false });
	track_version(p, find_track(p, path, m), &version);
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

const struct baseline_doubt *baselines_doubts(const struct baselines *p, size_t *n)
{
	*n = p->ndoubts;
	return p->doubts;
}

void baselines_doubt_file(struct baselines *p, size_t file)
{
	const struct watched *w = &p->watched[file];

	for (size_t i = w->tracks; i != MAP_NONE; i = next_track(w, &p->tracks[i])) {
		ROOM(p->doubts, p->ndoubts, p->doubts_cap);
		p->doubts[p->ndoubts++] =
			(struct baseline_doubt){ p->tracks[i].result.m, SLICE_NONE };
	}
}

bool baselines_is_of(const struct baselines *p, size_t file, const struct migration *m)
{
	const struct watched *w = &p->watched[file];

	if (w->migration)
		return slice_eq(w->path, m->path);
	return find_track(p, w->path, m) != NULL;
}

void baselines_set_hold(struct baselines *p, const struct migration *m,
			const struct hold_sign *sign, const struct hold_breach *breach)
{
	for (size_t i = 0; i < p->ntracks; i++) {
		struct track *t = &p->tracks[i];

		if (t->result.m != m)
			continue;
		t->result.sign = *sign;
		t->result.breach = *breach;
	}
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
