/*
 * pattern_internal.h - regular expressions of kustomizations.
 *
 * They are those of Go's regexp. The subset that POSIX reads alike is evaluated.
 */
#ifndef GCB_GITOPS_PATTERN_INTERNAL_H
#define GCB_GITOPS_PATTERN_INTERNAL_H

#include "base/slice.h"

enum match { MATCH_NO, MATCH_YES, MATCH_UNKNOWN };

/* Is the pattern a text that matches itself only? */
bool pattern_is_literal(struct slice pattern);

/* Does the pattern match the whole text? */
enum match pattern_match(struct slice pattern, struct slice text);

/* Does it match a part of the text, whether this is quoted or not? */
enum match pattern_find(struct slice pattern, struct slice text);

#endif
