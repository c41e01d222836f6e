#include "base/arena.h"

#include "base/alloc.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The first blocks are small, because most arenas are and there may be thousands of them; later
 * ones grow with the arena, so that there are few and little of the last one is wasted.
 */
enum { BLOCK_LEAST = 512, BLOCK_MOST = 64 * 1024 };

struct block {
	struct block *next;
	size_t used, size;
	alignas(max_align_t) char bytes[];
};

struct arena {
	struct block *blocks; /* the current one first */
	size_t used;
};

struct arena *arena_new(void)
{
	return xzalloc(sizeof(struct arena));
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	for (struct block *b = a->blocks, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(a);
}

void arena_auto_(struct arena **a)
{
	arena_free(*a);
}

/* A block with room for `size` bytes becomes the current one. */
static struct block *block_add(struct arena *a, size_t size)
{
	size_t room = a->used / 8;
	struct block *b;

	if (size > SIZE_MAX / 2)
		fatal("out of memory");
	if (room < BLOCK_LEAST)
		room = BLOCK_LEAST;
	if (room > BLOCK_MOST)
		room = BLOCK_MOST;
	if (room < size)
		room = size;
	b = xrealloc_array(NULL, 1, sizeof(*b) + room);
	b->used = 0;
	b->size = room;
	b->next = a->blocks;
	a->blocks = b;
	return b;
}

void *arena_alloc(struct arena *a, size_t size)
{
	struct block *b = a->blocks;
	size_t need;
	void *p;

	if (size > SIZE_MAX / 2)
		fatal("out of memory");
	need = (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
	if (!b || b->size - b->used < need)
		b = block_add(a, need);
	p = b->bytes + b->used;
	b->used += need;
	a->used += need;
	return memset(p, 0, need); /* not the whole block: unused pages stay untouched */
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	if (size && n > SIZE_MAX / size)
		fatal("out of memory");
	return arena_alloc(a, n * size);
}

struct slice arena_copy(struct arena *a, struct slice s)
{
	char *p;

	if (!s.ptr)
		return s;
	p = arena_alloc(a, s.len + 1);
	memcpy(p, s.ptr, s.len);
	return (struct slice){ p, s.len };
}

struct slice arena_join(struct arena *a, const struct slice *parts, size_t n)
{
	size_t len = 0;
	char *p, *at;

	for (size_t i = 0; i < n; i++)
		len += parts[i].len;
	p = at = arena_alloc(a, len + 1);
	for (size_t i = 0; i < n; i++) {
		if (parts[i].len)
			memcpy(at, parts[i].ptr, parts[i].len);
		at += parts[i].len;
	}
	return (struct slice){ p, len };
}

struct slice arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	int len;
	char *p;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0)
		fatal("text cannot be formatted");
	p = arena_alloc(a, (size_t)len + 1);
	va_start(ap, fmt);
	(void)vsnprintf(p, (size_t)len + 1, fmt, ap);
	va_end(ap);
	return (struct slice){ p, (size_t)len };
}

void *arena_grow(struct arena *a, const void *list, size_t n, size_t *cap, size_t size)
{
	void *larger;

	*cap = *cap ? 2 * *cap : 8;
	larger = arena_array(a, *cap, size);
	return n ? memcpy(larger, list, n * size) : larger;
}
