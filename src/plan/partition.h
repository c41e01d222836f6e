/*
 * partition.h - the selected migrations, divided into shards that are planned one by one or by
 * several threads, so that the memory for parsed manifests does not grow with their number.
 *
 * Migrations that may change the same file are in one shard, and so are all that create files,
 * since one kustomization may list them. Other files that a plan needs are in each shard that needs
 * them (inventory_subset).
 *
 * Calling order: partition_new with a scanned inventory (inventory_scan); partition_read_manifests;
 * if partition_add_related returns true, the tree is read and scanned once more;
 * partition_want_baselines; the history; then partition_open and partition_close of each shard,
 * also of several at the same time.
 */
#ifndef GCB_PLAN_PARTITION_H
#define GCB_PLAN_PARTITION_H

#include "inventory/inventory.h"
#include "plan/baseline.h"

struct partition;

/*
 * Divides the migrations. The inventory and the migrations are borrowed, and must outlive the
 * partition. Freed with partition_free; NULL is fine.
 */
struct partition *partition_new(struct inventory *inv, const struct migration *const *migrations,
				size_t n);
void partition_free(struct partition *p);

/* The number of shards, and the index of the shard of a migration. */
size_t partition_count(const struct partition *p);
size_t partition_shard_of(const struct partition *p, const struct migration *m);

/*
 * Reads the current state of the manifests of all migrations (version_state_of), by `each`, and
 * their related tokens. A manifest is not parsed if its bytes are sufficient.
 */
void partition_read_manifests(struct partition *p, each_fn *each);

/*
 * Adds the related tokens of the manifests to the inventory. True if other files may contain one
 * that was not wanted so far.
 */
bool partition_add_related(struct partition *p);

/* Wants the history of the manifests, and sets their current bytes and state. */
void partition_want_baselines(const struct partition *p, struct baselines *baselines);

/*
 * The inventory of a shard, parsed by `each`, until partition_close. Each shard is opened by one
 * thread at a time.
 */
struct inventory *partition_open(struct partition *p, size_t shard, each_fn *each);
void partition_close(struct partition *p, size_t shard);

/*
 * Opens a shard as partition_open does, and leaves it open until another shard is opened in this
 * way: for a caller that needs one shard after the other, and each maybe several times.
 */
struct inventory *partition_switch(struct partition *p, size_t shard, each_fn *each);

#endif
