/*
 * baseline.h - what the history of the files says: baselines, who changed a stage last, and weights
 * lowered without a hold.
 *
 * Pure: somebody walks the history (newest first) and pushes versions in. Files are keyed by path
 * and migration, since each migration has a baseline of its own in a file that several share. The
 * baseline of a file is its newest version in which no route that names old also names new or has
 * our mirror, and in which routes to new are not all there is.
 *
 * No version stays parsed: of ten thousand files that would take most of the memory. Baselines are
 * parsed again where they are needed.
 */
#ifndef GCB_PLAN_BASELINE_H
#define GCB_PLAN_BASELINE_H

#include "base/finding.h"
#include "istio/vs_list.h"
#include "migration/migration.h"

struct baselines;

/* An empty past; freed with baselines_free, with all that it was given. */
struct baselines *baselines_new(void);
void baselines_free(struct baselines *p);

/*
 * The file at `path` matters to the migration; `m` must outlive the past. Its migration file is
 * wanted too. Again: no change.
 */
void baselines_want(struct baselines *p, struct slice path, const struct migration *m);

/* What a version of a file says of a move. */
struct version_reading {
	bool readable;  /* else it tells nothing */
	bool untouched; /* nothing of the move is in it: it may be the baseline */
	long level; /* how far it is: 0 nothing moved, 1 a mirror, above that by new's share of the
		       weights, in thousandths */
	size_t routes; /* that name old, without generated copies; where one came or went, levels
			  cannot be compared */
};

/* Routes that nobody has counted; the past does so itself when it has to. */
#define ROUTES_UNCOUNTED SIZE_MAX

/*
 * What the routes of objects are to a move: some go to old; or some to new alone, as where it is
 * done; or neither.
 */
enum version_routes { VERSION_ROUTES_NONE, VERSION_ROUTES_DONE, VERSION_ROUTES_OLD };
enum version_routes version_routes(const struct objects *objects, const struct move *move);

/* Judges a version by its objects. */
struct version_reading version_read(const struct objects *objects, const struct move *move);

/*
 * A wanted file as it is now, which somebody has judged already: a version with these bytes, which
 * outlive the past, is not parsed again.
 */
void baselines_now(struct baselines *p, struct slice path, const struct migration *m,
		   struct slice bytes, const struct version_reading *verdict);

/*
 * The paths to walk, in the order of the numbers that baselines_version takes: manifests and
 * migration files. Valid until the next baselines_want.
 */
struct slices baselines_paths(const struct baselines *p);

enum baselines_answer { BASELINES_MORE, BASELINES_FILE_DONE, BASELINES_ALL_DONE };

/*
 * Takes in a version of file number `file`, older than those before it. `bytes` absent: it did not
 * exist. `since` is the commit that made it so (any text, compared for equality), `author` who
 * committed that. Says whether more of the file, or of any, is wanted.
 */
enum baselines_answer baselines_version(struct baselines *p, size_t file, struct slice bytes,
					struct slice since, struct slice author);

/* Sets the baseline by hand (render --baseline). `path` and `m` as with baselines_want. */
void baselines_set_baseline(struct baselines *p, struct slice path, const struct migration *m,
			    struct slice bytes);

/*
 * A past that is `under`, but for the files that baselines_grow is told of: these get one more
 * version, newer than all, which nobody has committed yet. `file` is its parse, `today` that of the
 * newest committed one (NULL: there is none); they outlive the past, as `under` does. What is
 * parsed is kept here; `under` is only read, by as many threads as may be.
 */
struct baselines *baselines_over(const struct baselines *under);
void baselines_grow(struct baselines *p, struct slice path, const struct migration *m,
		    const struct yaml_file *file, const struct yaml_file *today);

/* What the past says of a file for a migration. */
struct baseline_file {
	struct slice path;
	const struct migration *m;
	struct slice baseline;       /* its bytes; absent: none was found */
	struct slice commit, author; /* of the newest version: who wrote today's bytes */
	bool lowered; /* the newest change of the stage went down, without a hold in the same commit
		       */
	struct slice lowered_by, lowered_in; /* author and commit of that */
};

/* NULL: baselines_want never named it. */
const struct baseline_file *baselines_find(const struct baselines *p, struct slice path,
					   const struct migration *m);

/*
 * The baseline of a file, parsed now or before; lives as long as the past. NULL: there is none, or
 * it cannot be read.
 */
const struct yaml_file *baselines_baseline(struct baselines *p, struct slice path,
					   const struct migration *m);

#endif
