/*
 * baseline.h - what the history of manifests shows: their baselines, who changed them last, and
 * whether the stage was lowered without a hold.
 *
 * The newest change of the stage decides. Two versions are compared route by route
 * (route_levels.h). If routes went down, the migration is held, unless the same commit wrote
 * spec.hold; if they went up, it is not. If some went up and others down, or routes were replaced
 * by others at a lower level, that cannot be judged, and the migration is held. A route that was
 * added or removed, a rename, or a comment changes no stage. Nor does a version that cannot be
 * read, or in which the file does not exist: the versions around it are compared. Changes before
 * the migration file existed do not count; if the file was deleted and added again, it existed
 * before, and the hold that it had lives on.
 *
 * This judges one file after the other along the first parents. Where that is not enough (routes
 * came to a file or left it; a merge raised the stage, but the commits before it lowered it: struct
 * baseline_doubt; files were changed on the sides of merges), the caller judges the routes of whole
 * commits (stage_history.h), and sets the result.
 *
 * Calling order: baselines_new; baselines_want for each manifest of each migration; then
 * baselines_add_version for the versions of each of the baselines_paths, newest first, as the
 * caller walks the history; then the queries. A file that several migrations change has a baseline
 * for each of them. The baseline is the newest version in which nothing is moved: no route to the
 * old host also goes to the new one or has the mirror of the migration, and some route goes to the
 * old host or none to the new one.
 *
 * No version stays parsed: with ten thousand files they would take most of the memory. Baselines
 * are parsed again when they are needed.
 */
#ifndef GCB_PLAN_BASELINE_H
#define GCB_PLAN_BASELINE_H

#include "base/finding.h"
#include "migration/migration.h"
#include "plan/baseline_version.h"

struct baselines;

/* Makes an empty history; freed with baselines_free. NULL is fine. */
struct baselines *baselines_new(void);
void baselines_free(struct baselines *p);

/*
 * Wants the history of the manifest `path` for a migration, which must outlive `p`, and the history
 * of the migration file. Does nothing if it is already wanted.
 */
void baselines_want(struct baselines *p, struct slice path, const struct migration *m);

/*
 * Sets the current bytes of a wanted manifest, which must outlive `p`, and their state: a version
 * with the same bytes is not parsed again.
 */
void baselines_set_current(struct baselines *p, struct slice path, const struct migration *m,
			   struct slice bytes, const struct version_state *state);

/*
 * The manifests and migration files whose history is wanted, in the order of the indices that
 * baselines_add_version takes. Valid until the next baselines_want.
 */
struct slices baselines_paths(const struct baselines *p);

/* Which older versions are still wanted. */
enum baselines_answer { BASELINES_MORE, BASELINES_FILE_DONE, BASELINES_ALL_DONE };

/* The commit that made a version. */
struct version_commit {
	struct slice id; /* any text, compared for equality */
	struct slice author;
	bool merge;
};

/*
 * Adds the next older version of the file with index `file`; absent `bytes`: it did not exist.
 * After an absent version, the caller may find older ones, or adds another absent one when it gives
 * up.
 */
enum baselines_answer baselines_add_version(struct baselines *p, size_t file, struct slice bytes,
					    const struct version_commit *by);

/* Wants a manifest, and sets its baseline (render --baseline). */
void baselines_set_baseline(struct baselines *p, struct slice path, const struct migration *m,
			    struct slice bytes);

/*
 * Makes a history on top of `under`, which must outlive it and is only read, also by several
 * threads. The baselines that are parsed are kept in the overlay.
 */
struct baselines *baselines_overlay(const struct baselines *under);

/*
 * Adds to an overlay a version of a manifest that is newer than all others: one that is about to be
 * committed. `file` is parsed from it, `current` from the newest version so far (NULL: there is
 * none); both must outlive `p`.
 */
void baselines_add_newest(struct baselines *p, struct slice path, const struct migration *m,
			  const struct yaml_file *file, const struct yaml_file *current);

/* A commit that put a migration on hold without writing spec.hold, or what is to be known of it. */
struct hold_sign {
	enum hold_kind {
		HOLD_NONE,    /* there is no such commit */
		HOLD_LOWERED, /* the newest change of the stage lowered it */
		HOLD_UNCLEAR, /* it cannot be judged whether a commit lowered the stage */
		HOLD_LOST     /* spec.hold was lost, other than by removing it */
	} kind;
	struct slice by, in; /* author and commit */
	struct slice did;    /* what the author did: "lowered the weight" */
};

/* A commit that raised the stage of a migration while it was on hold. */
struct hold_breach {
	struct slice by, in; /* author and commit; absent: there is none */
	struct slice since;  /* the commit that put the migration on hold */
};

/* What the history shows of a manifest for a migration. */
struct baseline_file {
	struct slice path;
	const struct migration *m;
	struct slice baseline;       /* its bytes; absent: none was found */
	struct slice commit, author; /* of the current version */
	struct hold_sign sign;
	struct hold_breach breach;
};

/* A migration that the files alone do not show to be on hold or not. */
struct baseline_doubt {
	const struct migration *m;
	struct slice commit; /* in which routes came to a manifest or left it; absent: none, but a
				file of it was changed beside the line of first parents */
};

/*
 * All of these, of one migration at most a few for each file. Valid until the next call that adds
 * one or a version.
 */
const struct baseline_doubt *baselines_doubts(const struct baselines *p, size_t *n);

/* Adds a doubt for the migrations of the file with this index. */
void baselines_doubt_file(struct baselines *p, size_t file);

/* Is the path with this index the migration file of `m`, or one of its manifests? */
bool baselines_is_of(const struct baselines *p, size_t file, const struct migration *m);

/* Replaces what the files show of holds by what whole commits show. */
void baselines_set_hold(struct baselines *p, const struct migration *m,
			const struct hold_sign *sign, const struct hold_breach *breach);

/* What is known of a manifest; NULL: it was never wanted. */
const struct baseline_file *baselines_find(const struct baselines *p, struct slice path,
					   const struct migration *m);

/*
 * The baseline of a manifest, parsed; owned by `p`. NULL: there is none, or it cannot be parsed.
 */
const struct yaml_file *baselines_parsed(struct baselines *p, struct slice path,
					 const struct migration *m);

#endif
