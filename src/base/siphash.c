#include "base/siphash.h"

#include <endian.h>
#include <string.h>

/* Jean-Philippe Aumasson and Daniel J. Bernstein, "SipHash: a fast short-input PRF", 2012. */
struct state {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t rotate_left(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

/* SipRound. */
static inline void mix_state(struct state *s)
{
	s->v0 += s->v1;
	s->v2 += s->v3;
	s->v1 = rotate_left(s->v1, 13) ^ s->v0;
	s->v3 = rotate_left(s->v3, 16) ^ s->v2;
	s->v0 = rotate_left(s->v0, 32);
	s->v2 += s->v1;
	s->v0 += s->v3;
	s->v1 = rotate_left(s->v1, 17) ^ s->v2;
	s->v3 = rotate_left(s->v3, 21) ^ s->v0;
	s->v2 = rotate_left(s->v2, 32);
}

/* Adds a word of the message. */
static inline void add_word(struct state *s, uint64_t word)
{
	s->v3 ^= word;
	mix_state(s);
	s->v0 ^= word;
}

/* Eight bytes with their capital letters in lower case, all at once. */
static inline uint64_t fold_word(uint64_t word)
{
	const uint64_t each = 0x0101010101010101, high = 0x80 * each, low = word & 0x7f * each;
	uint64_t from_a = low + (0x80 - 'A') * each, above_z = low + (0x7f - 'Z') * each;

	return word |
	       ((from_a ^ above_z) & ~word & high) >> 2; /* 0x20 is what the cases differ by */
}

uint64_t siphash(struct siphash_key key, struct slice bytes, bool fold)
{
	struct state s = { key.low ^ 0x736f6d6570736575, key.high ^ 0x646f72616e646f6d,
			   key.low ^ 0x6c7967656e657261, key.high ^ 0x7465646279746573 };
	size_t whole = bytes.len / 8 * 8;
	uint64_t word;

	for (size_t i = 0; i < whole; i += 8) {
		memcpy(&word, bytes.ptr + i, 8);
		word = le64toh(word);
		add_word(&s, fold ? fold_word(word) : word);
	}
	word = 0;
	if (bytes.len > whole)
		memcpy(&word, bytes.ptr + whole, bytes.len - whole);
	word = le64toh(word);
	add_word(&s, (fold ? fold_word(word) : word) | (uint64_t)bytes.len << 56);
	s.v2 ^= 0xff;
	for (int i = 0; i < 3; i++)
		mix_state(&s);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
