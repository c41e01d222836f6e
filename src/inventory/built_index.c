#include "inventory/built_index_internal.h"

#include "inventory/host_tokens.h"
#include "istio/route.h"

struct built_index built_index_make(const struct built_set *set, struct arena *arena)
{
	return (struct built_index){ .set = set,
				     .arena = arena,
				     .origins = { .first = MAP_INIT },
				     .ids = { .first = MAP_INIT },
				     .files = { .first = MAP_INIT },
				     .tokens = { .first = MAP_INIT_FOLD } };
}

void built_index_release(struct built_index *x)
{
	map_release(&x->origins.first);
	map_release(&x->ids.first);
	map_release(&x->files.first);
	map_release(&x->tokens.first);
}

/* --- making --------------------------------------------------------------- */

/* The index while keys of one object are added. */
struct keying {
	struct built_index *x;
	struct built_keys *keys;
	size_t item;
};

/* Adds a key of the object at hand, once. Objects are added from the last one to the first. */
static void add_key(const struct keying *k, struct slice key)
{
	struct built_keys *keys = k->keys;
	size_t first = map_get(&keys->first, key);

	if (first != MAP_NONE && keys->links[first].item == k->item)
		return;
	map_set(&keys->first, key, keys->n);
	ARENA_ROOM(k->x->arena, keys->links, keys->n, keys->cap);
	keys->links[keys->n++] = (struct built_link){ k->item, first };
}

/* Adds the keys of all objects, unless that was done. */
static void make_keys(struct built_index *x, struct built_keys *keys,
		      void (*add)(const struct keying *k, const struct built *b))
{
	struct keying k = { x, keys, x->set->n };

	while (!keys->made && k.item) {
		k.item--;
		add(&k, &x->set->items[k.item]);
	}
	keys->made = true;
}

/* The address of an object as a key: the bytes of the pointer. */
static struct slice address_key(const struct object *const *address)
{
	return (struct slice){ (const char *)address, sizeof(*address) };
}

static void add_origin(const struct keying *k, const struct built *b)
{
	add_key(k, address_key(&b->origin));
}

/* What makes two objects the same, as a key. */
static struct slice id_key(const struct object *o, struct arena *arena)
{
	const struct slice zero = { "", 1 };

	return arena_join(
		arena, (struct slice[]){ o->name, zero, o->ns, zero, o->kind, zero, o->group }, 7);
}

static void add_id(const struct keying *k, const struct built *b)
{
	add_key(k, id_key(&b->object, k->x->arena));
}

static void add_files(const struct keying *k, const struct built *b)
{
	add_key(k, b->path);
	for (const struct built_patch *p = b->patches; p; p = p->next)
		add_key(k, p->path);
}

/* Adds the token of a host. */
static void add_host(struct slice host, void *ctx)
{
	if (host.len)
		add_key(ctx, host_token(host));
}

static void add_tokens(const struct keying *k, const struct built *b)
{
	struct keying copy = *k;

	if (!b->as_written && vs_is(&b->object))
		vs_each_host(&b->object, add_host, &copy);
}

/* --- finding -------------------------------------------------------------- */

/* The first object with a key; NULL: there is none. */
static const struct built *find_first(const struct built_index *x, const struct built_keys *keys,
				      struct slice key)
{
	size_t at = map_get(&keys->first, key);

	return at == MAP_NONE ? NULL : &x->set->items[keys->links[at].item];
}

const struct built *built_index_find(struct built_index *x, const struct object *origin)
{
	make_keys(x, &x->origins, add_origin);
	return find_first(x, &x->origins, address_key(&origin));
}

const struct built *built_index_next(struct built_index *x, const struct built *built)
{
	const struct built_keys *keys = &x->origins;
	size_t at;

	make_keys(x, &x->origins, add_origin);
	at = map_get(&keys->first, address_key(&built->origin));
	while (at != MAP_NONE && &x->set->items[keys->links[at].item] != built)
		at = keys->links[at].next;
	at = at == MAP_NONE ? at : keys->links[at].next;
	return at == MAP_NONE ? NULL : &x->set->items[keys->links[at].item];
}

const struct built *built_index_find_same(struct built_index *x, const struct built *like)
{
	AUTO_ARENA struct arena *scratch = arena_new();

	make_keys(x, &x->ids, add_id);
	return find_first(x, &x->ids, id_key(&like->object, scratch));
}

size_t built_index_file(struct built_index *x, struct slice path)
{
	make_keys(x, &x->files, add_files);
	return map_get(&x->files.first, path);
}

size_t built_index_token(struct built_index *x, struct slice token)
{
	make_keys(x, &x->tokens, add_tokens);
	return map_get(&x->tokens.first, token);
}
