/*
 * words.h - the words that make a file matter: first labels of hosts, and wildcards. Most words of
 * a manifest are none of them, and a bit says so at once. A part of inventory.
 */
#ifndef GCB_MIGRATE_WORDS_H
#define GCB_MIGRATE_WORDS_H

#include "base/map.h"

enum { WORDS_BITS = 1 << 18 };

struct words {
	struct map labels;          /* wherever they stand */
	struct map asked;           /* in files with VirtualServices only */
	unsigned char letters[256]; /* what may stand in a host name, in lower case, and the star of
				       a wildcard; 0: anything else */
	uint64_t seen[WORDS_BITS / 64]; /* by the hash of a word of both maps */
};

/* No words yet. */
void words_init(struct words *w);

/* Frees what it holds. */
void words_release(struct words *w);

/*
 * Adds the first label of a host, or a wildcard ("*.example.com"), which outlives the words;
 * `asked`: it matters in VirtualServices only.
 */
void words_add(struct words *w, struct slice word, bool asked);

/*
 * Calls `word` for each of them that stands in the bytes: as the first label of a name, or as a
 * wildcard, in any letter case; for each time it does. Linear in the bytes. Ends when a call
 * returns true, and returns that.
 */
bool words_each(const struct words *w, struct slice bytes,
		bool (*word)(struct slice word, void *ctx), void *ctx);

/* Does one of them stand in the bytes? */
bool words_in(const struct words *w, struct slice bytes);

#endif
