/*
 * host_tokens.h - the words that make a file matter: first labels of hosts, and wildcards. Most
 * words of a manifest are none of them, and a bit says so at once. A part of inventory.
 */
#ifndef GCB_INVENTORY_HOST_TOKENS_H
#define GCB_INVENTORY_HOST_TOKENS_H

#include "base/map.h"

enum { HOST_TOKENS_BITS = 1 << 18 };

struct host_tokens {
	struct map labels;          /* wherever they stand */
	struct map asked;           /* in files with VirtualServices only */
	unsigned char letters[256]; /* what may stand in a host name, in lower case, and the star of
				       a wildcard; 0: anything else */
	uint64_t seen[HOST_TOKENS_BITS / 64]; /* by the hash of a word of both maps */
};

/* No words yet. */
void host_tokens_init(struct host_tokens *w);

/* Frees what it holds. */
void host_tokens_release(struct host_tokens *w);

/*
 * Adds the first label of a host, or a wildcard ("*.example.com"), which outlives the words;
 * `asked`: it matters in VirtualServices only.
 */
void host_tokens_add(struct host_tokens *w, struct slice word, bool asked);

/*
 * Calls `word` for each of them that stands in the bytes: as the first label of a name, or as a
 * wildcard, in any letter case; for each time it does. Linear in the bytes. Ends when a call
 * returns true, and returns that.
 */
bool host_tokens_each(const struct host_tokens *w, struct slice bytes,
		      bool (*word)(struct slice word, void *ctx), void *ctx);

/* Does one of them stand in the bytes? */
bool host_tokens_in(const struct host_tokens *w, struct slice bytes);

#endif
