#include "inventory/host_tokens.h"

#include "base/ascii.h"
#include "istio/host.h"

#include <string.h>

struct slice host_token(struct slice host)
{
	return slice_starts(host, SLICE("*")) ? host : host_first_label(host);
}

struct slice host_wildcard(struct slice suffix, struct arena *arena)
{
	return arena_join(arena, (struct slice[]){ SLICE("*"), suffix }, 2);
}

bool host_is_odd_wildcard(struct slice host)
{
	return slice_starts(host, SLICE("*")) && !slice_starts(host, SLICE("*."));
}

/* Is an item behind "host:" or "hosts:" such a wildcard? Up to the colon of the next key. */
static bool list_has_odd_wildcard(struct slice bytes)
{
	for (size_t i = 0; i < bytes.len && bytes.ptr[i] != ':'; i++) {
		bool start = !i || strchr(" \t\r\n[,\"'", bytes.ptr[i - 1]);

		if (bytes.ptr[i] == '*' && start && !(i + 1 < bytes.len && bytes.ptr[i + 1] == '.'))
			return true;
	}
	return false;
}

bool host_odd_wildcard_in(struct slice bytes)
{
	if (slice_find_byte(bytes, '*') == SIZE_MAX)
		return false;
	for (size_t at = slice_find(bytes, SLICE("host")); at != SIZE_MAX;
	     at = slice_find(bytes, SLICE("host"))) {
		size_t colon;

		bytes = slice_sub(bytes, at + 4, bytes.len);
		colon = slice_find_byte(slice_sub(bytes, 0, 3), ':'); /* s, and a quote */
		if (colon != SIZE_MAX &&
		    list_has_odd_wildcard(slice_sub(bytes, colon + 1, bytes.len)))
			return true;
	}
	return false;
}

struct slice host_needle(struct slice host)
{
	return slice_ends(host, SLICE(".svc.cluster.local")) ? host_first_label(host) : host;
}

/* The tokens of one host. */
static void each_token(struct slice host, struct arena *arena, host_token_fn *found, void *ctx)
{
	for (size_t at = slice_find_byte(host, '.'); at < host.len;) {
		struct slice suffix = slice_sub(host, at, host.len);
		size_t next;

		found(host_wildcard(suffix, arena), ctx);
		next = slice_find_byte(slice_sub(suffix, 1, suffix.len), '.');
		at = next == SIZE_MAX ? host.len : at + 1 + next;
	}
	if (host.len)
		found(host_first_label(host), ctx);
}

void host_tokens_of(const struct migration *m, struct arena *arena, host_token_fn *found, void *ctx)
{
	each_token(host_resolve(m->move.from, m->move.ns, arena), arena, found, ctx);
	each_token(host_resolve(m->move.to, m->move.ns, arena), arena, found, ctx);
}

void host_tokens_of_created(const struct migration *m, host_token_fn *found, void *ctx)
{
	struct slice name = host_first_label(m->name);

	if (!m->f.spec.manifests.create.len)
		return;
	found(name, ctx);
	for (size_t i = 1; i + 1 < name.len; i++)
		if (name.ptr[i] == '-') {
			found(slice_sub(name, 0, i), ctx);
			found(slice_sub(name, i + 1, name.len), ctx);
		}
}

void host_tokens_init(struct host_tokens *t)
{
	memset(t, 0, sizeof(*t));
	t->labels = t->related = (struct map)MAP_INIT_FOLD;
	for (size_t c = 1; c < sizeof(t->letters); c++)
		if (ascii_is_alnum((char)c) || strchr("-_.*", (int)c))
			t->letters[c] = (unsigned char)ascii_to_lower((char)c);
}

void host_tokens_release(struct host_tokens *t)
{
	map_release(&t->labels);
	map_release(&t->related);
}

/* The hash of a word with one more letter; the hash of the empty word is 0. */
static uint32_t hash_letter(uint32_t hash, unsigned char letter)
{
	return (hash ^ letter) * 0x9e3779b1u;
}

/* The bit of a hash: its upper 18 bits, which are the well mixed ones. */
static uint32_t bit_of(uint32_t hash)
{
	return hash >> 14;
}

/* False if no token has this hash. */
static bool may_have(const struct host_tokens *t, uint32_t hash)
{
	return t->bitmap[bit_of(hash) / 64] >> bit_of(hash) % 64 & 1;
}

void host_tokens_add(struct host_tokens *t, struct slice token, bool related)
{
	uint32_t hash = 0;

	for (size_t i = 0; i < token.len; i++)
		hash = hash_letter(hash, t->letters[(unsigned char)token.ptr[i]]);
	t->bitmap[bit_of(hash) / 64] |= (uint64_t)1 << bit_of(hash) % 64;
	map_add(related ? &t->related : &t->labels, token);
}

/* May the bytes contain an object that is found by related tokens? */
static bool has_relative_kind(struct slice bytes)
{
	static const char *const kinds[] = { "VirtualService", "WorkloadEntry", "WorkloadGroup" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (slice_find(bytes, slice_of(kinds[i])) != SIZE_MAX)
			return true;
	return false;
}

bool host_tokens_each(const struct host_tokens *t, struct slice bytes,
		      bool (*found)(struct slice token, void *ctx), void *ctx)
{
	bool related = t->related.n && has_relative_kind(bytes);

	for (size_t i = 0, start, end; i < bytes.len; i++) {
		uint32_t label = 0, hash = 0;
		unsigned char c;
		struct slice token;

		for (start = i, end = SIZE_MAX;
		     i < bytes.len && (c = t->letters[(unsigned char)bytes.ptr[i]]) != 0; i++) {
			if (c == '.' && end == SIZE_MAX) {
				end = i;
				label = hash;
			}
			hash = hash_letter(hash, c);
		}
		if (i == start)
			continue;
		if (end == SIZE_MAX || bytes.ptr[start] == '*') {
			end = i;
			label = hash;
		}
		token = slice_sub(bytes, start, end - start);
		if (may_have(t, label) &&
		    (map_has(&t->labels, token) || (related && map_has(&t->related, token))) &&
		    found(token, ctx))
			return true;
	}
	return false;
}

/* Stops at the first token. */
static bool stop_at_first(struct slice token, void *ctx)
{
	(void)token;
	(void)ctx;
	return true;
}

bool host_tokens_in(const struct host_tokens *t, struct slice bytes)
{
	return host_tokens_each(t, bytes, stop_at_first, NULL);
}
