/*
 * baseline.h - what the history of manifests shows: their baselines, who changed them last, and
 * weights that were lowered without a hold.
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

/*
 * Adds the next older version of the file with index `file`; absent `bytes`: it did not exist.
 * `since` is the commit that made the version (any text, compared for equality), `author` its
 * author.
 */
enum baselines_answer baselines_add_version(struct baselines *p, size_t file, struct slice bytes,
					    struct slice since, struct slice author);

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

/* What the history shows of a manifest for a migration. */
struct baseline_file {
	struct slice path;
	const struct migration *m;
	struct slice baseline;       /* its bytes; absent: none was found */
	struct slice commit, author; /* of the current version */
	bool lowered; /* the newest change of the stage lowered it, without a hold in the same
			 commit */
	struct slice lowered_by, lowered_in; /* author and commit of that change */
};

/* What is known of a manifest; NULL: it was never wanted. */
const struct baseline_file *baselines_find(const struct baselines *p, struct slice path,
					   const struct migration *m);

/*
 * The baseline of a manifest, parsed; owned by `p`. NULL: there is none, or it cannot be parsed.
 */
const struct yaml_file *baselines_parsed(struct baselines *p, struct slice path,
					 const struct migration *m);

#endif
