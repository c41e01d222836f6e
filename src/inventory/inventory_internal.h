/*
 * inventory_internal.h - what the files of the inventory share. Nobody else includes it.
 *
 *	inventory.c       files and their objects
 *	inventory_host.c  hosts as words, and objects by host
 *	inventory_part.c  a few migrations' files at a time
 */
#ifndef GCB_INVENTORY_INVENTORY_INTERNAL_H
#define GCB_INVENTORY_INVENTORY_INTERNAL_H

#include "base/arena.h"
#include "base/map.h"
#include "inventory/inventory.h"
#include "inventory/host_tokens.h"

/* Objects that name a word, as linked lists. */
struct entry {
	struct holding holding;
	size_t next; /* number of the next entry, MAP_NONE: the last */
};

/* Files that hold a word, as linked lists. */
struct held {
	size_t source, next;
};

/* A list of files. */
struct list {
	struct source **items;
	size_t n, cap;
};

struct inventory {
	struct arena *arena;
	struct host_tokens words; /* of hosts of migrations; for VirtualServices, of their
			       relatives: for the second round */
	struct map paths;         /* to the number of the source */
	struct map creates;       /* files that migrations would create: needed if they are there */
	struct map by_label;      /* to the number of the newest entry */
	struct entry *entries;
	size_t nentries, entries_cap;
	struct list sources, broken, kustomizations;
	size_t nlooked;     /* of the sources, the first ones: inventory_look has seen them */
	struct map by_word; /* to the number of the newest of `held`; filled by inventory_look */
	struct held *held;
	size_t nheld, held_cap;
	struct slices asked; /* words that files of this one asked for */
	size_t asked_cap;
	const struct object **sidecars;
	size_t nsidecars, sidecars_cap;
	const struct inventory *under; /* what is not here is there; NULL: nothing is */
	bool want_kustomizations, environments, whole, second;
};

/*
 * Calls `word` for the words of both hosts of a migration that make a file matter: the wildcards
 * that cover them, as they are resolved (in `arena`), and their first labels.
 */
void inventory_each_word(const struct migration *m, struct arena *arena,
			 void (*word)(struct slice word, void *ctx), void *ctx);

/* The word that a host is found by: its first label; of a wildcard, all of it. */
struct slice inventory_word(struct slice host);

/*
 * May the bytes hold a Sidecar of Istio? A VirtualService with a name that is spelled with escapes,
 * so that no word of it can be told?
 */
bool inventory_may_be_sidecar(struct slice bytes);
bool inventory_may_escape(struct slice bytes);

/*
 * The inventory asks for the relatives of a VirtualService (inventory_relatives), unless it has
 * asked before.
 */
void inventory_note_relatives(struct inventory *inv, const struct object *o);

/* Adds a file, which is not there yet, without a copy of its path and bytes. */
struct source *inventory_share(struct inventory *inv, struct slice path, struct slice bytes,
			       unsigned mode);

/* Parses a file, unless it is, or cannot be. */
void inventory_parse_source(const struct inventory *inv, struct source *s);

/*
 * Lists the objects of a file that was parsed, and what of them is found otherwise than by host; or
 * the file among those that cannot be. Once.
 */
void inventory_list(struct inventory *inv, struct source *s);

/* Enters the objects of a listed file under their hosts. Once. */
void inventory_enter(struct inventory *inv, struct source *s);

#endif
