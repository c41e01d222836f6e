/*
 * environment_view.h - the environments around one migration.
 *
 * What applies a file is declared by objects of engines and by kustomizations (environment_use.h).
 * Where none does, two things show that parts of the repository are for different clusters:
 *
 *	directories	that hold the same object (kind, namespace, name) twice. Each is then an
 *			environment of its own, from the level on at which their paths differ. Plain
 *			files outside of such directories are one pool, which no environment has.
 *	kustomizations	that another one collects, which does nothing else, and that build the same
 *			object twice, of one file or of copies.
 *
 * Only objects that concern the migration decide, so that the environments of a migration do not
 * depend on which others are planned with it.
 */
#ifndef GCB_INVENTORY_ENVIRONMENT_VIEW_H
#define GCB_INVENTORY_ENVIRONMENT_VIEW_H

#include "gitops/environment_index.h"
#include "gitops/environment_use.h"
#include "inventory/inventory_index.h"

struct environment_view;

/*
 * Makes the view of an index that has been finished; `around` are the objects that concern the
 * migration, with those that it moves. It is in `arena`, and so are its directories.
 */
const struct environment_view *environment_view_new(const struct environment_index *x,
						    const struct object_refs *around,
						    struct arena *arena);

/* Is an environment known at all, or a file that may declare one? */
bool environment_view_any(const struct environment_view *v);

/* The environments that apply a file, as environment_uses_of, in `arena`. */
struct environment_uses environment_view_uses(const struct environment_view *v, struct slice path,
					      struct arena *arena);

/* The same of a kustomization file, and so of every file that it references. */
struct environment_uses environment_view_kustomization(const struct environment_view *v,
						       struct slice path, struct arena *arena);

/*
 * May two environments be one cluster, by what is specified about them? Directories are, if one
 * contains the other.
 */
bool environments_may_be_one_cluster(const struct environment *a, const struct environment *b);

#endif
