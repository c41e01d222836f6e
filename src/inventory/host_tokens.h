/*
 * host_tokens.h - the tokens by which files and objects are found: first labels of hosts, and
 * wildcards.
 *
 * Most words of a manifest are no token of a set. A bitmap of hashes rejects them without a lookup.
 */
#ifndef GCB_INVENTORY_HOST_TOKENS_H
#define GCB_INVENTORY_HOST_TOKENS_H

#include "base/map.h"
#include "migration/migration.h"

enum { HOST_TOKENS_BITS = 1 << 18 };

struct host_tokens {
	struct map labels;          /* relevant in all files */
	struct map related;         /* relevant in files with VirtualServices or workloads only */
	unsigned char letters[256]; /* characters of host names, in lower case, and the asterisk of
				       wildcards; 0: any other */
	uint64_t bitmap[HOST_TOKENS_BITS / 64]; /* of the hashes of the tokens of both maps */
};

/* A callback for each token. */
typedef void host_token_fn(struct slice token, void *ctx);

/* The token of a host: its first label; of a wildcard ("*.example.com"), the whole wildcard. */
struct slice host_token(struct slice host);

/* "*.example.com" for the suffix ".example.com", in `arena`. */
struct slice host_wildcard(struct slice suffix, struct arena *arena);

/*
 * Is it a wildcard that no token finds, since it covers a part of a label, or everything:
 * "*-vm.example.com", "*"?
 */
bool host_is_odd_wildcard(struct slice host);

/* True if the bytes may contain such a wildcard as a host. */
bool host_odd_wildcard_in(struct slice bytes);

/* The text that each reference to a host contains: for a cluster service, only its first label. */
struct slice host_needle(struct slice host);

/*
 * Calls `found` for the tokens of both hosts of a migration: the wildcards that cover the resolved
 * host (in `arena`), and its first label.
 */
void host_tokens_of(const struct migration *m, struct arena *arena, host_token_fn *found,
		    void *ctx);

/*
 * Calls `found` for the tokens of VirtualServices that may have the name of the one that a
 * migration creates, if it does: the first label of its name, and what remains of that without a
 * prefix or suffix that a kustomization adds, up to a hyphen.
 */
void host_tokens_of_created(const struct migration *m, host_token_fn *found, void *ctx);

/* Makes an empty set; freed with host_tokens_release. */
void host_tokens_init(struct host_tokens *t);

/* Frees the contents of the set. */
void host_tokens_release(struct host_tokens *t);

/*
 * Adds a token, which must outlive the set; `related`: it is relevant in files with VirtualServices
 * or workloads only.
 */
void host_tokens_add(struct host_tokens *t, struct slice token, bool related);

/*
 * Calls `found` for each occurrence of a token in the bytes, as the first label of a name or as a
 * wildcard, in any letter case. Takes time linear in the bytes. Stops and returns true when a call
 * returns true.
 */
bool host_tokens_each(const struct host_tokens *t, struct slice bytes,
		      bool (*found)(struct slice token, void *ctx), void *ctx);

/* True if the bytes contain a token. */
bool host_tokens_in(const struct host_tokens *t, struct slice bytes);

#endif
