/*
 * environments.h - the environments that the files of a migration end up in, and whether the
 * migration says so.
 *
 * An edit of a file that several environments share moves the traffic of all of them at once. That
 * is refused until the migration lists them in spec.manifests.environments: exactly those, so that
 * one that joins later is noticed, too.
 */
#ifndef GCB_INVENTORY_ENVIRONMENTS_H
#define GCB_INVENTORY_ENVIRONMENTS_H

#include "base/finding.h"
#include "gitops/environment_index.h"
#include "gitops/environment_use.h"

struct inventory;

/* One file and where it ends up. */
struct placement {
	struct slice path;
	struct environment_uses uses;
	bool edited; /* the step may write it; else it only belongs to the migration */
};

struct placements {
	struct placement *items;
	size_t n;
};

/*
 * What the files of an inventory say of environments; it was told to keep them
 * (inventory_want_environments), and has parsed them. `repository_id` and the inventory must
 * outlive it. `more`: a path that may be asked for and is in no inventory; absent: none. Freed with
 * environment_index_free.
 */
struct environment_index *environments_read(const struct inventory *inv,
					    const struct repository_id *repository_id,
					    struct slice more);

/*
 * Where a file ends up. `kustomization`: the path of one that will list the file, which is not
 * there yet; absent: none. In `arena`.
 */
struct placement environments_of(const struct environment_index *r, struct slice path,
				 struct slice kustomization, struct arena *arena);

/*
 * The names of all environments that follow the branch, each once, in the order in which they are
 * met. In `arena`.
 */
struct slices environments_names(const struct placements *l, struct arena *arena);

/*
 * Adds what speaks against editing these files: environments that are shared and not in `listed`, a
 * list that is not exactly right (environments_shared, environments_differ, both with the list to
 * paste), and what cannot be told (environments_unsure). `at` is the place of the list.
 */
void environments_check(const struct placements *l, struct slices listed, struct place at,
			struct findings *findings);

/*
 * Names files that may name more environments and cannot be read (environment_index_unread); the
 * first few of them.
 */
void environments_note_unread(const struct environment_index *r, struct findings *findings);

/*
 * Adds a finding of `code` for each environment that takes a migration file up and that the file
 * does not guard itself against (gitops/guard.h), with what to do about it. The bytes are those of
 * a migration file that can be read.
 */
void environments_check_guards(const struct environment_index *r, struct slice path,
			       struct slice bytes, const struct code *code,
			       struct findings *findings);

#endif
