/*
 * parts.h - the selected migrations a few at a time, so that the memory for parsed manifests stays
 * the same however many they are, and so that the parts can be worked on by several threads.
 *
 * Migrations that may change one file are in one part, and so are all that create files, since they
 * may be listed in one kustomization. All else that a plan needs of other files is found in every
 * part that asks for it (inventory_part).
 *
 * Calling order: parts_new with an inventory that has looked at all files; parts_learn; when
 * parts_ask says so, another round over the tree, with inventory_look; parts_tell; the history;
 * then parts_open and parts_close of one after the other, or of several at once. Pure.
 */
#ifndef GCB_MIGRATE_PARTS_H
#define GCB_MIGRATE_PARTS_H

#include "migrate/inventory.h"
#include "migrate/past.h"

struct parts;

/*
 * Divides them. Inventory and migrations are borrowed, and outlive the parts. Freed with
 * parts_free; NULL is fine.
 */
struct parts *parts_new(struct inventory *inv, const struct migration *const *migrations, size_t n);
void parts_free(struct parts *p);

/* How many there are, and which one a migration is in. */
size_t parts_count(const struct parts *p);
size_t parts_of(const struct parts *p, const struct migration *m);

/*
 * Judges the manifests of all migrations as they are today (past_judge), and notes what other files
 * they ask for. Those whose bytes say as much are not parsed for that.
 */
void parts_learn(struct parts *p, each_fn *each);

/*
 * Are there words that files may hold which the inventory did not want so far? It does from now on.
 */
bool parts_ask(struct parts *p);

/*
 * Tells the past which files the migrations want the history of, and what was seen of these today.
 */
void parts_tell(const struct parts *p, struct past *past);

/*
 * The inventory of a part, whole and parsed, until parts_close. Each part is opened by one thread
 * at a time.
 */
struct inventory *parts_open(struct parts *p, size_t part, each_fn *each);
void parts_close(struct parts *p, size_t part);

/*
 * The same for who looks at one part after the other, and maybe several times at one: it is closed
 * when another one is looked at so.
 */
struct inventory *parts_stay(struct parts *p, size_t part, each_fn *each);

#endif
