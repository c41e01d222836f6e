/*
 * inventory_internal.h - the contents of an inventory, for inventory_index.c and
 * inventory_subset.c.
 */
#ifndef GCB_INVENTORY_INVENTORY_INTERNAL_H
#define GCB_INVENTORY_INVENTORY_INTERNAL_H

#include "base/arena.h"
#include "base/map.h"
#include "inventory/carried_hosts.h"
#include "inventory/host_tokens.h"
#include "inventory/inventory.h"
#include "inventory/inventory_index.h"

/* An object of a token, as a linked list in an array. */
struct indexed_object {
	struct object_ref ref;
	size_t next; /* index of the next one; MAP_NONE: the last */
};

/* A file that contains a token, as a linked list in an array. */
struct occurrence {
	size_t source, next;
};

struct source_list {
	struct source **items;
	size_t n, cap;
};

struct inventory {
	struct arena *arena;
	struct host_tokens tokens; /* of hosts of migrations; and related ones, for the second time
				      that the tree is read */
	struct map paths;          /* to the index in `sources` */
	struct map creates;        /* paths of manifests.create: relevant if they exist */
	struct map by_token;       /* to the newest one in `objects` */
	struct indexed_object *objects;
	size_t nobjects, objects_cap;
	struct source_list sources, broken, kustomizations;
	struct source_list parsed; /* without kustomizations */
	struct source_list carried;
	struct carried_hosts hosts; /* of the watched migrations */
	size_t nscanned;            /* the number of `sources` that inventory_scan has seen */
	struct map containing;      /* of a token, to the newest one in `occurrences`; filled by
				       inventory_scan */
	struct occurrence *occurrences;
	size_t noccurrences, occurrences_cap;
	struct slices related; /* tokens of objects of this inventory */
	size_t related_cap;
	struct object_ref *sidecars;
	size_t nsidecars, sidecars_cap;
	struct object_ref *wildcards; /* with a host that no token finds (host_is_odd_wildcard) */
	size_t nwildcards, wildcards_cap;
	struct object_ref *gateways;
	size_t ngateways, gateways_cap;
	struct object_ref *writers;
	size_t nwriters, writers_cap;
	struct object_ref *unfilled;
	size_t nunfilled, unfilled_cap;
	const struct inventory *under; /* NULL: none */
	bool want_kustomizations, want_environments, whole;
	bool last_round; /* related tokens are not added any more */
};

/*
 * True if the bytes may contain a Sidecar or a Gateway of Istio, or a wildcard that no token finds:
 * these concern hosts that the bytes do not contain.
 */
bool inventory_may_configure_proxies(struct slice bytes);

/* Adds a file with a new path; the path and the bytes are borrowed. */
struct source *inventory_add_borrowed(struct inventory *inv, struct slice path, struct slice bytes,
				      unsigned mode);

/* Parses a file, unless it is parsed or cannot be. */
void inventory_parse_source(const struct inventory *inv, struct source *s);

/* Adds a parsed file to the lists: its kustomization, its Sidecars, or that it is broken. Once. */
void inventory_list(struct inventory *inv, struct source *s);

/* Adds the objects of a listed file to the index, and their related tokens. Once. */
void inventory_index(struct inventory *inv, struct source *s);

/* Adds the related tokens of a VirtualService or a ServiceEntry (relatives.h). */
void inventory_note_relatives(struct inventory *inv, const struct object *o);

#endif
