/*
 * sources.h - where random files come from.
 */
#ifndef GCB_TESTS_PROPERTIES_SOURCES_H
#define GCB_TESTS_PROPERTIES_SOURCES_H

#include "base/str.h"

struct sources;

struct sources *sources_new(void);
void sources_free(struct sources *s);

/*
 * Takes the files of a directory, and of those in it, as something to mutate; returns how many. One
 * that is not there has none.
 */
size_t sources_add_folder(struct sources *s, const char *path);

/*
 * Appends the file number `seed` of the source `name` (NULL: chosen by the seed) and returns the
 * source's name.
 */
const char *sources_make(const struct sources *s, const char *name, unsigned long seed,
			 uint64_t *state, struct str *out);

/* A number below `n`. */
uint32_t sources_random(uint64_t *state, uint32_t n);

#endif
