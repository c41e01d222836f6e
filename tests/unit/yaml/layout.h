/*
 * layout.h - random YAML files: the same seed gives the same file. They parse, and hold no
 * duplicate keys, anchors or templates.
 */
#ifndef GCB_TESTS_YAML_LAYOUT_H
#define GCB_TESTS_YAML_LAYOUT_H

#include "base/str.h"

/*
 * Appends a file of one or several documents: block and flow, steps, gaps, quotes, comments, line
 * ends at random.
 */
void layout_random(uint64_t seed, struct str *out);

#endif
