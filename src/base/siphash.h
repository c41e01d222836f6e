/*
 * siphash.h - SipHash-1-3, a keyed hash: without the key it is not feasible to choose texts whose
 * hashes collide.
 */
#ifndef GCB_BASE_SIPHASH_H
#define GCB_BASE_SIPHASH_H

#include "base/slice.h"

/* 128 bits. */
struct siphash_key {
	uint64_t low, high;
};

/* The hash of the bytes; with `fold`, of their lower-case form (ASCII letters only). */
uint64_t siphash(struct siphash_key key, struct slice bytes, bool fold);

#endif
