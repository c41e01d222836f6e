#include "inventory/host_tokens.h"

#include "base/ascii.h"

#include <string.h>

void host_tokens_init(struct host_tokens *w)
{
	memset(w, 0, sizeof(*w));
	w->labels = w->asked = (struct map)MAP_INIT_FOLD;
	for (size_t c = 1; c < sizeof(w->letters); c++)
		if (ascii_is_alnum((char)c) || strchr("-_.*", (int)c))
			w->letters[c] = (unsigned char)ascii_to_lower((char)c);
}

void host_tokens_release(struct host_tokens *w)
{
	map_release(&w->labels);
	map_release(&w->asked);
}

/* The hash of a word so far, with one more letter; of no word it is 0. */
static uint32_t hash_on(uint32_t hash, unsigned char letter)
{
	return (hash ^ letter) * 0x9e3779b1u;
}

/* Where the bit of a word is: the upper bits of the hash are the good ones, and there are 2^18. */
static uint32_t bit_of(uint32_t hash)
{
	return hash >> 14;
}

/* May a word with this hash be one of them? */
static bool may_be(const struct host_tokens *w, uint32_t hash)
{
	return w->seen[bit_of(hash) / 64] >> bit_of(hash) % 64 & 1;
}

void host_tokens_add(struct host_tokens *w, struct slice word, bool asked)
{
	uint32_t hash = 0;

	for (size_t i = 0; i < word.len; i++)
		hash = hash_on(hash, w->letters[(unsigned char)word.ptr[i]]);
	w->seen[bit_of(hash) / 64] |= (uint64_t)1 << bit_of(hash) % 64;
	map_add(asked ? &w->asked : &w->labels, word);
}

bool host_tokens_each(const struct host_tokens *w, struct slice bytes,
		      bool (*found)(struct slice word, void *ctx), void *ctx)
{
	bool asked = w->asked.n && slice_find(bytes, SLICE("VirtualService")) != SIZE_MAX;

	for (size_t i = 0, start, end; i < bytes.len; i++) {
		uint32_t label = 0, hash = 0;
		unsigned char c;
		struct slice word;

		for (start = i, end = SIZE_MAX;
		     i < bytes.len && (c = w->letters[(unsigned char)bytes.ptr[i]]) != 0; i++) {
			if (c == '.' && end == SIZE_MAX) {
				end = i;
				label = hash;
			}
			hash = hash_on(hash, c);
		}
		if (i == start)
			continue;
		if (end == SIZE_MAX || bytes.ptr[start] == '*') {
			end = i;
			label = hash;
		}
		word = slice_sub(bytes, start, end - start);
		if (may_be(w, label) &&
		    (map_has(&w->labels, word) || (asked && map_has(&w->asked, word))) &&
		    found(word, ctx))
			return true;
	}
	return false;
}

/* One is enough. */
static bool enough(struct slice word, void *ctx)
{
	(void)word;
	(void)ctx;
	return true;
}

bool host_tokens_in(const struct host_tokens *w, struct slice bytes)
{
	return host_tokens_each(w, bytes, enough, NULL);
}
