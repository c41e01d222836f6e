/*
 * kustomization_graph_internal.h - the kustomizations of a repository and the paths that they
 * reference.
 */
#ifndef GCB_GITOPS_KUSTOMIZATION_GRAPH_INTERNAL_H
#define GCB_GITOPS_KUSTOMIZATION_GRAPH_INTERNAL_H

#include "base/map.h"
#include "gitops/environment.h"
#include "gitops/repository_id.h"

struct kustomization {
	struct slice path, directory;
	const struct yaml_node *root; /* NULL: it cannot be read */
	struct environment *overlay;  /* itself as an environment; NULL: it is none */
	bool collects;                /* an overlay, or collected by one, that does nothing but
					 reference others (kustomization_graph_collects) */
	bool plain; /* each item of its lists of objects (kustomization_graph_lists) is a path of
		       the repository, and in them once, so that the references have them all */
	struct environment *collected; /* what it is instead of the overlay that collects it, where
					  these are told apart; NULL: none does, or it `collects` */
};

/* One of the kustomizations that reference a path, by number, and the node that does so. */
struct kustomization_reference {
	size_t kustomization, next;
	const struct yaml_node *entry;
};

/* The fields that list objects: resources, bases, components. */
enum { OBJECT_LISTS = 3 };
extern const char *const kustomization_graph_lists[OBJECT_LISTS];

struct kustomization_graph {
	const struct repository_id *repository;
	struct arena *arena;
	struct kustomization *items;
	size_t n, cap;
	struct map in; /* directory, to the number of its kustomization */
	struct kustomization_reference *references; /* those of one kustomization in its order */
	size_t nreferences, references_cap;
	struct map to; /* path, to the number of the last reference to it */
};

/* Frees the lists; the arena is the owner's. */
void kustomization_graph_release(struct kustomization_graph *g);

/* Adds a kustomization and what it references. `root` is NULL when it cannot be read. */
void kustomization_graph_add(struct kustomization_graph *g, struct slice path,
			     const struct yaml_node *root);

/* The number of the kustomization in a directory, or MAP_NONE. */
size_t kustomization_graph_in(const struct kustomization_graph *g, struct slice directory);

/* Is it a kustomization that no other one references, and no Component? */
bool kustomization_graph_is_root(const struct kustomization_graph *g,
				 const struct kustomization *k);

/* Most kustomizations that collect others on one way. */
enum { COLLECT_DEPTH = 16 };

/*
 * Does it reference several kustomizations of the repository, none of them a base of another, and
 * change nothing of what they make?
 * So does one that references nothing but such a one.
 */
bool kustomization_graph_collects(const struct kustomization_graph *g,
				  const struct kustomization *k);

/* The kustomization that a text in `k` references, by number, or MAP_NONE. */
size_t kustomization_graph_find(const struct kustomization_graph *g, const struct kustomization *k,
				struct slice reference);

/*
 * Moves `*directory` one level up, to find the Flux Kustomizations that generate a kustomization of
 * all files below a directory. False at the root, and when the directory above has a kustomization
 * of its own, which Flux uses instead.
 */
bool kustomization_graph_up(const struct kustomization_graph *g, struct slice *directory);

#endif
