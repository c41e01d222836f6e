#include "inventory/carried.h"

#include "base/alloc.h"
#include "inventory/inventory_internal.h"
#include "kube/group.h"

static bool in_text(struct slice text, void *ctx)
{
	const struct inventory *inv = ctx;

	return carried_hosts_in(&inv->hosts, text);
}

static bool in_part(struct slice text, void *ctx)
{
	const struct inventory *inv = ctx;

	return carried_hosts_part_in(&inv->hosts, text);
}

/* Of files that are searched for tokens, those with one are in the inventory. */
static bool in_file(struct slice path, void *ctx)
{
	const struct inventory *inv = ctx;
	const struct source *s = inventory_find(inv, path);

	if (!s)
		return !inventory_wants_path(inv, path);
	return !s->bytes.ptr || carried_hosts_in(&inv->hosts, s->bytes);
}

static struct slice read_file(struct slice path, void *ctx)
{
	const struct inventory *inv = ctx;
	const struct source *s = inventory_find(inv, path);

	return s ? s->bytes : SLICE_NONE;
}

bool carried_in_file(const struct inventory *inv, struct slice path)
{
	while (inv->under)
		inv = inv->under;
	return in_file(path, (void *)(uintptr_t)inv);
}

struct carried carried_files(const struct inventory *inv, const struct environment_index *index,
			     struct arena *arena)
{
	const struct carry_query query = { in_text, in_part, in_file, read_file,
					   (void *)(uintptr_t)inv };

	if (!inv->hosts.names.n)
		return (struct carried){ .names = MAP_INIT };
	return build_carried(index, &query, arena);
}

bool carried_wants(struct slice bytes)
{
	return slice_find(bytes, SLICE(ISTIO_GROUP)) != SIZE_MAX ||
	       slice_find(bytes, SLICE(GKE_GROUP)) != SIZE_MAX;
}

void carried_add(struct inventory *inv, struct slice path, struct slice bytes, unsigned mode)
{
	struct source *s;

	inventory_add_parsed(inv, path, bytes, mode);
	s = inventory_find(inv, path);
	inventory_index(inv, s);
	ROOM(inv->carried.items, inv->carried.n, inv->carried.cap);
	inv->carried.items[inv->carried.n++] = s;
}

struct source *const *carried_sources(const struct inventory *inv, size_t *n)
{
	while (inv->under)
		inv = inv->under;
	*n = inv->carried.n;
	return inv->carried.items;
}
