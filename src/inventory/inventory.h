/*
 * inventory.h - the files of a commit that are relevant to some migrations: their bytes, their
 * objects, and the objects by host (inventory_index.h).
 *
 * Calling order: inventory_new; inventory_watch for each migration; for each file of the tree
 * inventory_wants_path, inventory_wants and inventory_add; inventory_parse. If inventory_complete
 * then returns false, the files contain new tokens to search for, and the tree must be read once
 * more.
 *
 * With many migrations, inventory_scan replaces inventory_parse: it parses only what is relevant to
 * all of them, and inventory_subset makes an inventory of the files of a few migrations at a time
 * (inventory_subset.h). The files are read by the caller.
 */
#ifndef GCB_INVENTORY_INVENTORY_H
#define GCB_INVENTORY_INVENTORY_H

#include "base/arena.h"
#include "base/parallel.h"
#include "kube/object.h"
#include "migration/migration.h"

/* The maximum size of a manifest; a larger file that a migration covers is an error. */
#define MANIFEST_MAX YAML_MAX_BYTES

/* A file of the inventory. */
struct source {
	struct slice path, bytes;
	struct slice text; /* the characters, for searching (file_text.h); absent like the bytes */
	unsigned mode;
	struct yaml_file *file; /* NULL: it cannot be parsed */
	struct err *why;        /* why not; NULL: it can */
	struct objects objects;
	struct yaml_file *loose;  /* a template that may define environments or write weights,
				     parsed leniently; NULL: it is none, or cannot be parsed */
	struct objects templated; /* of `loose` */
	bool common;              /* relevant to all migrations */
	bool unfilled;            /* it may contain hosts that another program fills in */
	bool many_tokens;         /* relevant to many migrations: parsed once for all of them */
	bool listed, indexed;     /* whether its objects are in the lists, and in the index */
};

/* An object and its file. */
struct object_ref {
	const struct object *object;
	const struct source *source;
};

struct inventory;

/* Makes an empty inventory; freed with inventory_free together with its files. NULL is fine. */
struct inventory *inventory_new(void);
void inventory_free(struct inventory *inv);

/*
 * Makes an inventory on top of `under`, which must outlive it and is only read: the files that are
 * added hide those of `under` with the same paths. inventory_sources lists the added files only;
 * Sidecars and kustomizations are those of `under`.
 */
struct inventory *inventory_overlay(const struct inventory *under);

/* What an overlay is on top of; NULL: it is none. */
const struct inventory *inventory_under(const struct inventory *inv);

/*
 * Makes files relevant that may contain a host of the migration, which must outlive `inv`, or a
 * VirtualService with the name of one that it creates.
 */
void inventory_watch(struct inventory *inv, const struct migration *m);

/*
 * Makes files relevant that define environments (environments.h): kustomizations, charts, and
 * files with Applications or Flux Kustomizations.
 */
void inventory_want_environments(struct inventory *inv);

/*
 * True if a file with this path can be relevant: .yaml, .yml, .json in any letter case, a wanted
 * kustomization.
 */
bool inventory_wants_path(const struct inventory *inv, struct slice path);

/*
 * True if the file may be relevant: its bytes contain the first label of a host of a watched
 * migration in any letter case, or a wildcard that covers one; or the file is relevant for another
 * reason. Takes time linear in the bytes, independent of the number of migrations.
 */
bool inventory_wants(const struct inventory *inv, struct slice path, struct slice bytes);

/* True if the bytes may contain a VirtualService whose host is filled in by another program. */
bool inventory_may_hide_host(struct slice bytes);

/* The same of a DestinationRule. */
bool inventory_may_hide_rule(struct slice bytes);

/* Is it a DestinationRule whose host is a placeholder (host_is_placeholder)? */
bool rule_has_placeholder(const struct object *o);

/* True if the file is a wanted kustomization, or may define an environment. */
bool inventory_wants_definition(const struct inventory *inv, struct slice path, struct slice bytes);

/*
 * Adds a file and returns it; the path and the bytes are copied. A path that is already there is
 * not added again. A caller that has parsed the bytes may set `file`, which `inv` then owns.
 */
struct source *inventory_add(struct inventory *inv, struct slice path, struct slice bytes,
			     unsigned mode);

/* Adds a file that is read and never relevant by its hosts, such as a patch, and parses it. */
void inventory_add_parsed(struct inventory *inv, struct slice path, struct slice bytes,
			  unsigned mode);

/* Adds a file that is too large to be read, as one that cannot be parsed. */
void inventory_add_large(struct inventory *inv, struct slice path, size_t size);

/* Parses the files that are not yet parsed, by `each`, and indexes their objects. */
void inventory_parse(struct inventory *inv, each_fn *each);

/*
 * Adds a token, which is copied, that makes other files with VirtualServices relevant
 * (relatives_each_token).
 */
void inventory_add_related(struct inventory *inv, struct slice token);

/*
 * After the whole tree was read: true if all relevant files are in the inventory. False: related
 * tokens were found, and the tree must be read once more; the second time it is always true.
 */
bool inventory_complete(struct inventory *inv);

/* Whether the whole tree was read, so that a missing object does not exist. Set by the caller. */
void inventory_set_whole(struct inventory *inv, bool whole);
bool inventory_whole(const struct inventory *inv);

/* All files, in the order in which they were added. */
struct source *const *inventory_sources(const struct inventory *inv, size_t *n);

/*
 * All files that are parsed and no kustomizations, of an overlay and of what is under it, without
 * those that it hides; in `arena`.
 */
struct source *const *inventory_parsed(const struct inventory *inv, size_t *n, struct arena *arena);

/* The kustomizations that can be parsed. */
struct source *const *inventory_kustomizations(const struct inventory *inv, size_t *n);

/* All Istio Sidecars, with their files. */
const struct object_ref *inventory_sidecars(const struct inventory *inv, size_t *n);

/* All Gateways of Istio, with their files. */
const struct object_ref *inventory_gateways(const struct inventory *inv, size_t *n);

/*
 * All VirtualServices (vs_find_placeholder) and DestinationRules with a placeholder as a host, with
 * their files; in `arena`.
 */
struct object_list {
	const struct object_ref **items;
	size_t n;
};
struct object_list inventory_unfilled(const struct inventory *inv, struct arena *arena);

/* All objects that may write weights (istio/writer.h), with their files. */
const struct object_ref *inventory_writers(const struct inventory *inv, size_t *n);

/* The files that cannot be parsed. */
struct source *const *inventory_broken(const struct inventory *inv, size_t *n);

/* The file with this path, or NULL. */
struct source *inventory_find(const struct inventory *inv, struct slice path);

#endif
