/*
 * partition.h - the selected migrations a few at a time, so that the memory for parsed manifests
 * stays the same however many they are, and so that the parts can be worked on by several threads.
 *
 * Migrations that may change one file are in one part, and so are all that create files, since they
 * may be listed in one kustomization. All else that a plan needs of other files is found in every
 * part that asks for it (inventory_subset).
 *
 * Calling order: partition_new with an inventory that has looked at all files; partition_learn;
 * when partition_ask says so, another round over the tree, with inventory_scan; partition_tell; the
 * history; then partition_open and partition_close of one after the other, or of several at once.
 * Pure.
 */
#ifndef GCB_PLAN_PARTITION_H
#define GCB_PLAN_PARTITION_H

#include "inventory/inventory.h"
#include "plan/baseline.h"

struct partition;

/*
 * Divides them. Inventory and migrations are borrowed, and outlive the parts. Freed with
 * partition_free; NULL is fine.
 */
struct partition *partition_new(struct inventory *inv, const struct migration *const *migrations,
				size_t n);
void partition_free(struct partition *p);

/* How many there are, and which one a migration is in. */
size_t partition_count(const struct partition *p);
size_t partition_of(const struct partition *p, const struct migration *m);

/*
 * Judges the manifests of all migrations as they are today (version_read), and notes what other
 * files they ask for. Those whose bytes say as much are not parsed for that.
 */
void partition_learn(struct partition *p, each_fn *each);

/*
 * Are there words that files may hold which the inventory did not want so far? It does from now on.
 */
bool partition_ask(struct partition *p);

/*
 * Tells the past which files the migrations want the history of, and what was seen of these today.
 */
void partition_tell(const struct partition *p, struct baselines *baselines);

/*
 * The inventory of a part, whole and parsed, until partition_close. Each part is opened by one
 * thread at a time.
 */
struct inventory *partition_open(struct partition *p, size_t part, each_fn *each);
void partition_close(struct partition *p, size_t part);

/*
 * The same for who looks at one part after the other, and maybe several times at one: it is closed
 * when another one is looked at so.
 */
struct inventory *partition_stay(struct partition *p, size_t part, each_fn *each);

#endif
