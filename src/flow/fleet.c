#include "flow/session_internal.h"

#include "base/alloc.h"
#include "base/parallel.h"

#include <stdlib.h>

struct slice session_name_of(struct slice path)
{
	size_t start = path.len;

	while (start && path.ptr[start - 1] != '/')
		start--;
	path = slice_sub(path, start, path.len);
	return slice_ends(path, SLICE(".yaml")) ? slice_sub(path, 0, path.len - 5) : path;
}

/* Files of the migrations folder, and what is read of them. */
struct loading {
	struct session *s;
	const struct map *names; /* that are wanted; NULL: all are */
	struct loaded {
		struct migration m;
		struct slice path, bytes;
		unsigned mode;
		struct err *why; /* NULL: it can be read */
	} * *items;
	size_t n, cap;
};

/* Is it a file of the folder that is to be read? */
static bool wants_file(struct slice path, void *ctx)
{
	const struct map *names = ((const struct loading *)ctx)->names;

	return slice_ends(path, SLICE(".yaml")) &&
	       (!names || map_get(names, session_name_of(path)) != MAP_NONE);
}

/* One file of the migrations folder. */
static int take_migration(const struct tree_file *file, void *ctx, struct err *err)
{
	struct loading *l = ctx;
	struct arena *arena = l->s->arena;
	struct loaded *x = arena_alloc(arena, sizeof(*x));

	(void)err;
	progress_tell(&l->s->options->progress, "migration files read", l->n + 1, 0);
	x->path = arena_copy(arena, file->path);
	x->bytes = arena_copy(arena, file->bytes);
	x->mode = file->mode;
	session_know(l->s, &file->id, x->bytes);
	ROOM(l->items, l->n, l->cap);
	l->items[l->n++] = x;
	return 0;
}

/* Reads one of them. */
static void read_migration(void *ctx, size_t i)
{
	struct loaded *x = ((struct loading *)ctx)->items[i];
	struct err err = ERR_INIT;

	if (!x->bytes.ptr)
		(void)err_set(&err, &CODE_migration_field, (struct place){ x->path, 0, 0 },
			      "not a regular file of at most %zu bytes", MIGRATION_MAX);
	if (!x->bytes.ptr || migration_read(&x->m, x->path, x->bytes, x->mode, &err) < 0)
		x->why = err_keep(&err);
}

void session_unload(struct session *s)
{
	for (size_t i = 0; i < s->n; i++)
		migration_release(s->all[i]);
	free(s->all);
	s->all = NULL;
	s->n = 0;
	s->broken.n = 0;
}

/* Frees the rows but for the migrations. */
static void loading_release(struct loading *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->items[i]->why);
	free(l->items);
}

/*
 * Reads the files of the names that were asked for, where they lie right in the folder. Those that
 * do not are `missing`.
 */
static int load_named(struct loading *l, struct map *missing, struct err *err)
{
	struct session *s = l->s;
	const struct slices *names = &s->options->only;

	for (size_t i = 0; i < names->n; i++) {
		struct slice name = names->items[i];
		struct slice path = arena_printf(s->arena, "%s/%" SLICE_FMT ".yaml",
						 s->migrations_dir, SLICE_ARG(name));
		struct tree_file file;
		int absent = 1;

		if (map_get(&s->only, name) != i)
			continue; /* it is named once more behind */
		if (migration_name_ok(name))
			absent = tree_find(s->repo, &s->base, path.ptr, MIGRATION_MAX, s->arena,
					   &file, err);
		if (absent < 0 || (!absent && take_migration(&file, l, err) < 0))
			return -1;
		if (absent)
			map_set(missing, name, i);
	}
	return 0;
}

/*
 * Reads the files: all, or those of the names; which are looked for in the folder's own folders
 * where they are not right in it.
 */
static int load_files(struct loading *l, struct err *err)
{
	struct session *s = l->s;
	struct map missing = MAP_INIT;
	int result = 0;

	l->names = s->only.n ? &missing : NULL;
	if (s->only.n)
		result = load_named(l, &missing, err);
	if (!result && (!l->names || missing.n))
		result = tree_each(s->repo, &s->base, s->migrations_dir, wants_file, MIGRATION_MAX,
				   take_migration, l, err);
	map_release(&missing);
	return result;
}

int session_load(struct session *s, struct err *err)
{
	struct loading l = { .s = s };
	int result;

	session_unload(s);
	result = load_files(&l, err);
	parallel_each(l.n, read_migration, &l);
	s->all = xrealloc_array(NULL, l.n, sizeof(*s->all));
	for (size_t i = 0; i < l.n; i++)
		if (!l.items[i]->why)
			s->all[s->n++] = &l.items[i]->m;
		else
			findings_add_err(&s->broken, l.items[i]->why);
	loading_release(&l);
	progress_tell(&s->options->progress, NULL, 0, 0);
	return result;
}
