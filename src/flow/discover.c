#include "flow/discover.h"

#include "base/parallel.h"

static bool wants_name(struct slice path, void *ctx)
{
	struct session *s = ctx;

	progress_tell(&s->options->progress, "files looked at", ++s->looked, 0);
	return inventory_wants_path(s->inventory, path);
}

static bool wants_bytes(struct slice path, struct slice bytes, void *ctx)
{
	const struct session *s = ctx;

	return !session_has_migration(s, path, bytes) &&
	       (discover_wants(bytes) || inventory_wants_definition(s->inventory, path, bytes));
}

/* One file into the inventory. */
static int take_file(const struct tree_file *file, void *ctx, struct err *err)
{
	struct session *s = ctx;

	(void)err;
	if (file->bytes.ptr)
		(void)inventory_add(s->inventory, file->path, file->bytes, file->mode);
	else if (file->size > MANIFEST_MAX)
		inventory_add_large(s->inventory, file->path, file->size);
	return 0;
}

struct slices session_taken(const struct session *s)
{
	struct slices names = { arena_array(s->arena, s->broken.n, sizeof(struct slice)), 0 };

	for (size_t i = 0; i < s->broken.n; i++) {
		struct slice path = s->broken.items[i].at.path;
		size_t begin = path.len;

		while (begin && path.ptr[begin - 1] != '/')
			begin--;
		path = slice_sub(path, begin, path.len);
		names.items[names.n++] =
			slice_ends(path, SLICE(".yaml")) ? slice_sub(path, 0, path.len - 5) : path;
	}
	return names;
}

int session_discover(struct session *s, int port, struct discovery *out, struct findings *unread,
		     struct err *err)
{
	const struct tree_query query = { .name_wanted = wants_name,
					  .bytes_wanted = wants_bytes,
					  .max = MANIFEST_MAX };
	struct source *const *broken;
	size_t n;

	s->inventory = inventory_new();
	inventory_want_environments(s->inventory);
	if (tree_search(s->repo, &s->base, &query, take_file, s, err) < 0)
		return -1;
	inventory_parse(s->inventory, parallel_each);
	broken = inventory_broken(s->inventory, &n);
	for (size_t i = 0; i < n; i++)
		if (!broken[i]->bytes.ptr || discover_wants(broken[i]->bytes))
			findings_add_err(unread, broken[i]->why);
	session_read_environments(s);
	progress_tell(&s->options->progress, NULL, 0, 0);
	environments_note_unread(s->reach, unread);
	discover_make(out, &(struct discover_inputs){
				   .inventory = s->inventory,
				   .migrations = (const struct migration *const *)s->all,
				   .n = s->n,
				   .taken = session_taken(s),
				   .port = port,
				   .environments = s->reach });
	return 0;
}
