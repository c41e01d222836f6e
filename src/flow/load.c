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
	const struct session *s = ((const struct loading *)ctx)->s;

	return slice_ends(path, SLICE(".yaml")) && (!s->only.n || map_get(&s->only, session_name_of(path)) != MAP_NONE);
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
 * Reads the files of the names that were asked for, where each lies right in the folder, whose other files are none of our business then. Returns 1
 * when one does not.
 */
static int load_named(struct loading *l, struct err *err)
{
	struct session *s = l->s;
	const struct slices *names = &s->options->only;
	int missing = names->n == 0;

	for (size_t i = 0; i < names->n && !missing; i++) {
		struct slice path = arena_printf(s->arena, "%s/%" SLICE_FMT ".yaml", s->migrations_dir, SLICE_ARG(names->items[i]));
		struct tree_file file;

		if (map_get(&s->only, names->items[i]) != i)
			continue; /* it is named once more behind */
		missing = 1;
		if (migration_name_ok(names->items[i]))
			missing = tree_find(s->repo, &s->base, path.ptr, MIGRATION_MAX, s->arena, &file, err);
		if (!missing)
			missing = take_migration(&file, l, err);
	}
	return missing;
}

/* Reads the files: those of the names, or all. A name that lies deeper is looked for in all of the folder. */
static int load_files(struct loading *l, struct err *err)
{
	int missing = l->s->only.n ? load_named(l, err) : 1;
	struct session *s = l->s;

	if (missing <= 0)
		return missing;
	l->n = 0;
	return tree_each(s->repo, &s->base, s->migrations_dir, wants_file, MIGRATION_MAX, take_migration, l, err);
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
