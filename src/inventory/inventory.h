/*
 * inventory.h - the documents of a tree that matter to some migrations: bytes, parsed once, found
 * by host.
 *
 * Calling order: inventory_new, inventory_watch for every migration, then for every file of the
 * tree inventory_wants_path, inventory_wants and inventory_add; inventory_parse; inventory_complete
 * says whether another round over the tree is needed because the files showed new words to look
 * for.
 *
 * Or, where the migrations are many, inventory_look instead of inventory_parse: then only what is
 * about all of them is parsed, and inventory_part makes an inventory of a few of them at a time
 * (migrate/parts.h), whose files are parsed, and freed with it. Pure: somebody else reads the
 * files.
 */
#ifndef GCB_INVENTORY_INVENTORY_H
#define GCB_INVENTORY_INVENTORY_H

#include "base/arena.h"
#include "base/parallel.h"
#include "kube/object.h"
#include "migration/migration.h"

/* Larger files are not manifests; one that a migration covers is refused. */
#define MANIFEST_MAX YAML_MAX_BYTES

struct source {
	struct slice path, bytes;
	unsigned mode;
	struct yaml_file *file; /* NULL: it cannot be parsed */
	struct err *why;        /* NULL: it can */
	struct objects objects;
	struct yaml_file *loose; /* a template that may name environments, to be read; NULL: it is
				    none, or cannot be parsed even so */
	struct objects named;    /* of `loose` */
	bool common, shared; /* all migrations have to do with it; many name a host that it names */
	bool listed, entered; /* how far it was taken in */
};

struct inventory;

/* An empty inventory; freed with inventory_free, with all that it holds. */
struct inventory *inventory_new(void);
void inventory_free(struct inventory *inv);

/* From now on files matter that may name the migration's hosts. `m` must outlive the inventory. */
void inventory_watch(struct inventory *inv, const struct migration *m);

/*
 * From now on files matter, too, that say where others end up (migrate/environments.h):
 * kustomizations, charts, and what names Applications or Kustomizations of Flux.
 */
void inventory_want_environments(struct inventory *inv);

/*
 * May the file of this name hold manifests (.yaml, .yml, .json), or is it a kustomization that is
 * needed?
 */
bool inventory_wants_path(const struct inventory *inv, struct slice path);

/*
 * The cheap filter: does some word of the bytes look like a host of a watched migration: its first
 * label in any letter case, or a wildcard that covers it? Linear in the bytes, whatever the number
 * of migrations.
 */
bool inventory_wants(const struct inventory *inv, struct slice path, struct slice bytes);

/* The part of inventory_wants that is about kustomizations and environments. */
bool inventory_wants_around(const struct inventory *inv, struct slice path, struct slice bytes);

/*
 * Takes a file in: copies bytes and path, and returns its row. Twice the same path: once. Who has
 * the bytes parsed already may set `file` in it, which the inventory frees.
 */
struct source *inventory_add(struct inventory *inv, struct slice path, struct slice bytes,
			     unsigned mode);

/*
 * Parses the files that are not parsed yet, by `each`. One that cannot be parsed is kept with its
 * error.
 */
void inventory_parse(struct inventory *inv, each_fn *each);

/*
 * Parses only what all migrations have to do with, of the files that were added since the last
 * time: kustomizations, what names environments, Sidecars. Notes which words the others hold, for
 * inventory_part; after inventory_ask, of all again.
 */
void inventory_look(struct inventory *inv, each_fn *each);

/*
 * An inventory, as inventory_over makes it, of the files that may name the hosts of these
 * migrations, and of those that their VirtualServices ask for (inventory_relatives), parsed by
 * `each`. It shares bytes and paths with `inv`, which it only reads: threads may make several at
 * once.
 */
struct inventory *inventory_part(const struct inventory *inv,
				 const struct migration *const *migrations, size_t n,
				 each_fn *each);

/*
 * Calls `ask` for the words of other files that a VirtualService makes matter: of a gateway, for
 * its hosts, which others may have, too; without hosts, for its name, by which others delegate to
 * it. And to ask for such a word, of which a copy is made: inventory_complete tells whether there
 * are any.
 */
void inventory_relatives(const struct object *o, void (*ask)(struct slice word, void *ctx),
			 void *ctx);
void inventory_ask(struct inventory *inv, struct slice word);

/*
 * Calls `source` for each file that may be a manifest with routes to a host (a VirtualService) and
 * holds the word, the first label of one.
 */
void inventory_each_routing(const struct inventory *inv, struct slice word,
			    void (*source)(const struct source *s, void *ctx), void *ctx);

/* A file that was too large to be read. */
void inventory_add_large(struct inventory *inv, struct slice path, size_t size);

/*
 * After a round over the tree: are all files in that must be? False: hosts of VirtualServices of
 * gateways turned up that others may share, or delegates that others name; go over the tree once
 * more. True after at most two rounds.
 */
bool inventory_complete(struct inventory *inv);

/* Was the whole tree gone over, so that what is missing is missing? Set by the caller. */
void inventory_set_whole(struct inventory *inv, bool whole);
bool inventory_whole(const struct inventory *inv);

/*
 * An inventory that is `under` but for the files that are added to it: they hide those of the same
 * paths. It looks for nothing by itself, and its sources, Sidecars and kustomizations apart, are
 * only its own. `under` must outlive it.
 */
struct inventory *inventory_over(const struct inventory *under);

/* All files, in the order they came. */
struct source *const *inventory_sources(const struct inventory *inv, size_t *n);

/* The kustomizations that could be parsed. */
struct source *const *inventory_kustomizations(const struct inventory *inv, size_t *n);

/* The Sidecars of Istio among the objects, whatever they name. */
const struct object *const *inventory_sidecars(const struct inventory *inv, size_t *n);

/* The files that cannot be parsed. */
struct source *const *inventory_broken(const struct inventory *inv, size_t *n);

/* The file of this path, or NULL. */
struct source *inventory_find(const struct inventory *inv, struct slice path);

/* One object and the file it is in. */
struct holding {
	const struct object *object;
	const struct source *source;
};

struct holdings {
	const struct holding *items;
	size_t n;
};

/*
 * The objects that name a host with the same first label as `host` (so also short names, near
 * misses), or a wildcard that covers it; each once, in the order of the files, in `arena`.
 */
struct holdings inventory_by_host(const struct inventory *inv, struct slice host,
				  struct arena *arena);

#endif
