#include "plan/yaml_pool.h"

#include "base/alloc.h"

#include <stdlib.h>

void yaml_pool_init(struct yaml_pool *pool)
{
	*pool = (struct yaml_pool){ .arena = arena_new() };
}

void yaml_pool_release(struct yaml_pool *pool)
{
	for (size_t i = 0; i < pool->n; i++)
		yaml_file_free(pool->files[i]);
	free(pool->files);
	arena_free(pool->arena);
	*pool = (struct yaml_pool){ .n = 0 };
}

void yaml_pool_add(struct yaml_pool *pool, struct yaml_file *file)
{
	ROOM(pool->files, pool->n, pool->cap);
	pool->files[pool->n++] = file;
}

struct yaml_file *yaml_pool_parse(struct yaml_pool *pool, struct slice path, struct slice bytes,
				  struct err *err)
{
	struct yaml_file *file = NULL;

	if (yaml_parse(&file, path, bytes, err) < 0)
		return NULL;
	yaml_pool_add(pool, file);
	return file;
}

struct yaml_file *yaml_pool_apply(struct yaml_pool *pool, const struct yaml_edits *edits,
				  struct slice path, struct err *err)
{
	AUTO_STR struct str text = STR_INIT;
	struct yaml_file *file;

	if (yaml_apply_parsed(edits, &text, &file, err) < 0)
		return NULL;
	if (!file)
		return yaml_pool_parse(pool, path, arena_copy(pool->arena, str_slice(&text)), err);
	yaml_pool_add(pool, file);
	return file;
}
