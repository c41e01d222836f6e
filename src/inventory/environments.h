/*
 * environments.h - the environments that use the files of a migration, and whether the migration
 * lists them.
 *
 * An edit of a file that several environments use moves the traffic of all of them at once. It is
 * refused until spec.manifests.environments lists exactly these environments, so that one that is
 * added later is noticed as well.
 */
#ifndef GCB_INVENTORY_ENVIRONMENTS_H
#define GCB_INVENTORY_ENVIRONMENTS_H

#include "base/finding.h"
#include "gitops/environment_index.h"
#include "gitops/environment_use.h"
#include "inventory/environment_view.h"

/* A file and the environments that use it. */
struct placement {
	struct slice path;
	struct environment_uses uses;
	bool edited; /* the step may write it; else it only belongs to the migration */
};

struct placements {
	struct placement *items;
	size_t n;
};

/* Is it the same environment? Directories of two steps are, if they have the same path. */
bool environments_same(const struct environment *a, const struct environment *b);

/*
 * Makes the index of the environments that the files of an inventory define. The inventory contains
 * their definitions (inventory_want_environments) and is parsed; it and `repository` must outlive
 * the index. `more`: a path outside of the inventory that may be looked up; absent: none. Freed
 * with environment_index_free.
 */
struct environment_index *environments_read(const struct inventory *inv,
					    const struct repository_id *repository,
					    struct slice more);

/*
 * The environments that use a file, in `arena`. `kustomization`: the path of the kustomization that
 * will list the file, which does not exist yet; absent: none.
 */
struct placement environments_of(const struct environment_index *r, struct slice path,
				 struct slice kustomization, struct arena *arena);

/* The same in the view of a migration. */
struct placement environments_place(const struct environment_view *v, struct slice path,
				    struct slice kustomization, struct arena *arena);

/*
 * The names of all environments that use the files and follow the branch, each once, by name,
 * in `arena`.
 */
struct slices environments_names(const struct placements *l, struct arena *arena);

/* The environments that follow the branch and use a file that is edited, each once, by name. */
struct environment_uses environments_moved(const struct placements *l, struct arena *arena);

/*
 * Adds findings about an edit of these files: they are used by several environments and none are
 * `listed` (environments_shared), or the list differs from them (environments_differ), both with
 * the list to paste; or it is unknown whether an environment uses a file (environments_unsure).
 * `at` is the place of the list.
 */
void environments_check(const struct placements *l, struct slices listed, struct place at,
			struct findings *findings);

/*
 * Adds a finding for each edited file that environments apply, none of them from the branch
 * (branch_not_followed): a commit on the branch reaches no cluster by itself.
 */
void environments_check_branch(const struct placements *l, struct findings *findings);

/*
 * The other revision that all environments which apply edited files follow, without "refs/heads/";
 * absent: some follow the branch, they do not agree, or there are none.
 */
struct slice environments_other_branch(const struct placements *l);

/*
 * Adds a finding for each of the first few files that may define environments and cannot be parsed
 * (environment_index_unread).
 */
void environments_note_unread(const struct environment_index *r, struct findings *findings);

/*
 * Adds a finding of `code`, with a remedy, for each environment that would apply a migration file
 * and that the file is not guarded against (gitops/guard.h). The bytes are those of a valid
 * migration file.
 */
void environments_check_guards(const struct environment_index *r, struct slice path,
			       struct slice bytes, const struct code *code,
			       struct findings *findings);

#endif
