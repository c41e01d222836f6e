/*
 * yaml_pool.h - the memory of a draft: an arena, and the YAML files that are parsed for it.
 */
#ifndef GCB_PLAN_YAML_POOL_H
#define GCB_PLAN_YAML_POOL_H

#include "base/arena.h"
#include "yaml/yaml.h"

struct yaml_pool {
	struct arena *arena;
	struct yaml_file **files; /* owned; NULL: taken out again */
	size_t n, cap;
};

/* Makes an empty pool; freed with yaml_pool_release. */
void yaml_pool_init(struct yaml_pool *pool);

/* Frees the arena and the files. */
void yaml_pool_release(struct yaml_pool *pool);

/* Adds a file, which the pool owns from then on. */
void yaml_pool_add(struct yaml_pool *pool, struct yaml_file *file);

/* Parses bytes into a file that the pool owns; NULL with the error. */
struct yaml_file *yaml_pool_parse(struct yaml_pool *pool, struct slice path, struct slice bytes,
				  struct err *err);

/* The file that the edits make of the one at `path`, owned by the pool; NULL with the error. */
struct yaml_file *yaml_pool_apply(struct yaml_pool *pool, const struct yaml_edits *edits,
				  struct slice path, struct err *err);

#endif
