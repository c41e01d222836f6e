/*
 * past.h - what the history of the files says: baselines, who changed a stage last, and weights
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
#ifndef GCB_MIGRATE_PAST_H
#define GCB_MIGRATE_PAST_H

#include "istio/route.h"
#include "migrate/migration.h"

struct past;

/* An empty past; freed with past_free, with all that it was given. */
struct past *past_new(void);
void past_free(struct past *p);

/*
 * The file at `path` matters to the migration; `m` must outlive the past. Its migration file is
 * wanted too. Again: no change.
 */
void past_want(struct past *p, struct slice path, const struct migration *m);

/* What a version of a file says of a move. */
struct past_verdict {
	bool readable;  /* else it tells nothing */
	bool untouched; /* nothing of the move is in it: it may be the baseline */
	long level; /* how far it is: 0 nothing moved, 1 a mirror, above that by new's share of the
		       weights, in thousandths */
	size_t routes; /* that name old, without generated copies; where one came or went, levels
			  cannot be compared */
};

/* Routes that nobody has counted; the past does so itself when it has to. */
#define PAST_UNCOUNTED SIZE_MAX

/*
 * What the routes of objects are to a move: some go to old; or some to new alone, as where it is
 * done; or neither.
 */
enum past_routes { PAST_NONE, PAST_DONE, PAST_OLD };
enum past_routes past_routes(const struct objects *objects, const struct move *move);

/* Judges a version by its objects. */
struct past_verdict past_judge(const struct objects *objects, const struct move *move);

/*
 * A wanted file as it is now, which somebody has judged already: a version with these bytes, which
 * outlive the past, is not parsed again.
 */
void past_now(struct past *p, struct slice path, const struct migration *m, struct slice bytes,
	      const struct past_verdict *verdict);

/*
 * The paths to walk, in the order of the numbers that past_version takes: manifests and migration
 * files. Valid until the next past_want.
 */
struct slices past_paths(const struct past *p);

enum past_answer { PAST_MORE, PAST_FILE_DONE, PAST_ALL_DONE };

/*
 * Takes in a version of file number `file`, older than those before it. `bytes` absent: it did not
 * exist. `since` is the commit that made it so (any text, compared for equality), `author` who
 * committed that. Says whether more of the file, or of any, is wanted.
 */
enum past_answer past_version(struct past *p, size_t file, struct slice bytes, struct slice since,
			      struct slice author);

/* Sets the baseline by hand (render --baseline). `path` and `m` as with past_want. */
void past_set_baseline(struct past *p, struct slice path, const struct migration *m,
		       struct slice bytes);

/*
 * A past that is `under`, but for the files that past_grow is told of: these get one more version,
 * newer than all, which nobody has committed yet. `file` is its parse, `today` that of the newest
 * committed one (NULL: there is none); they outlive the past, as `under` does. What is parsed is
 * kept here; `under` is only read, by as many threads as may be.
 */
struct past *past_over(const struct past *under);
void past_grow(struct past *p, struct slice path, const struct migration *m,
	       const struct yaml_file *file, const struct yaml_file *today);

/* What the past says of a file for a migration. */
struct past_file {
	struct slice path;
	const struct migration *m;
	struct slice baseline;       /* its bytes; absent: none was found */
	struct slice commit, author; /* of the newest version: who wrote today's bytes */
	bool lowered; /* the newest change of the stage went down, without a hold in the same commit
		       */
	struct slice lowered_by, lowered_in; /* author and commit of that */
};

/* NULL: past_want never named it. */
const struct past_file *past_find(const struct past *p, struct slice path,
				  const struct migration *m);

/*
 * The baseline of a file, parsed now or before; lives as long as the past. NULL: there is none, or
 * it cannot be read.
 */
const struct yaml_file *past_baseline(struct past *p, struct slice path, const struct migration *m);

/*
 * vs_list.c: the VirtualServices of a file that are about a move, read; the k-th of a name is the
 * k-th of that name anywhere.
 */
struct vs_list {
	struct vs *items;
	size_t n;
};
int vs_list_read(struct vs_list *out, const struct objects *objects, const struct move *move,
		 struct arena *arena, struct findings *findings, struct err *err);

/* The VirtualService of `list` that is the same object as number `i` of `of`; NULL: none. */
const struct vs *vs_list_pair(const struct vs_list *list, const struct vs_list *of, size_t i);

#endif
