#include "inventory/inventory_internal.h"

#include "base/alloc.h"
#include "istio/host.h"

#include <stdlib.h>

/* "*.example.com" of ".example.com". */
static struct slice wildcard_of(struct slice suffix, struct arena *arena)
{
	return arena_join(arena, (struct slice[]){ SLICE("*"), suffix }, 2);
}

/* The words of one host. */
static void each_word(struct slice host, struct arena *arena,
		      void (*word)(struct slice word, void *ctx), void *ctx)
{
	for (size_t at = slice_find_byte(host, '.'); at < host.len;) {
		struct slice suffix = slice_sub(host, at, host.len);
		size_t next;

		word(wildcard_of(suffix, arena), ctx);
		next = slice_find_byte(slice_sub(suffix, 1, suffix.len), '.');
		at = next == SIZE_MAX ? host.len : at + 1 + next;
	}
	if (host.len)
		word(host_first_label(host), ctx);
}

void inventory_each_word(const struct migration *m, struct arena *arena,
			 void (*word)(struct slice word, void *ctx), void *ctx)
{
	each_word(host_resolve(m->move.from, m->move.ns, arena), arena, word, ctx);
	each_word(host_resolve(m->move.to, m->move.ns, arena), arena, word, ctx);
}

struct slice inventory_word(struct slice host)
{
	return slice_starts(host, SLICE("*")) ? host : host_first_label(host);
}

/* Order of the files, then of the documents. */
static int by_file(const void *a, const void *b)
{
	const struct holding *x = a, *y = b;
	int order = slice_cmp(x->source->path, y->source->path);

	return order ? order : (x->object > y->object) - (x->object < y->object);
}

/* Is a file of `low` hidden by one of the inventories over it, from `top` on? */
static bool is_hidden(const struct inventory *top, const struct inventory *low, struct slice path)
{
	for (; top != low; top = top->under)
		if (map_has(&top->paths, path))
			return true;
	return false;
}

/* Adds what is entered under a word, here and below. */
static void collect(const struct inventory *inv, struct slice word, struct holding **items,
		    size_t *n, size_t *cap)
{
	for (const struct inventory *at = inv; at; at = at->under)
		for (size_t i = map_get(&at->by_label, word); i != MAP_NONE;
		     i = at->entries[i].next) {
			if (is_hidden(inv, at, at->entries[i].holding.source->path))
				continue;
			ROOM(*items, *n, *cap);
			(*items)[(*n)++] = at->entries[i].holding;
		}
}

struct holdings inventory_by_host(const struct inventory *inv, struct slice host,
				  struct arena *arena)
{
	struct holding *items = NULL, *kept;
	size_t n = 0, cap = 0, unique = 0;

	collect(inv, host_first_label(host), &items, &n, &cap);
	for (size_t i = 0; i < host.len; i++)
		if (host.ptr[i] == '.')
			collect(inv, wildcard_of(slice_sub(host, i, host.len), arena), &items, &n,
				&cap);
	if (n)
		qsort(items, n, sizeof(*items), by_file);
	kept = arena_array(arena, n, sizeof(*kept));
	for (size_t i = 0; i < n; i++)
		if (!i || items[i].object != items[i - 1].object)
			kept[unique++] = items[i];
	free(items);
	return (struct holdings){ kept, unique };
}
