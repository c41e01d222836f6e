/*
 * property.h - what must hold of every file and every edit. Used with random files (yaml-soak) and
 * by the fuzzers.
 *
 * Each returns true when all holds, or false with the reason in `why`.
 */
#ifndef GCB_TESTS_PROPERTIES_PROPERTY_H
#define GCB_TESTS_PROPERTIES_PROPERTY_H

#include "base/str.h"

/* How often something came to pass. */
struct tally {
	unsigned long parsed, unreadable, edited, refused;
};

/*
 * Of any bytes: refused with a code, a reason and a place; or read, and then written again without
 * an edit they are the same (P1); spans and regions are in order, and what is between them is
 * blanks, comments and indicators (P7); what is written for each value is read as the same value.
 */
bool property_parse(struct slice bytes, struct tally *tally, struct str *why);

/*
 * Of edits drawn from the script: refused with a code that is not the editor's own mistake, and
 * then there is no output (P12); or the result has the intended values (P2), bytes outside of what
 * the edits are about are the same (P3), no more lines are changed than they are about (P10), new
 * entries can be deleted again and values set back (P4), setting again changes nothing (P5), values
 * set together are as those set one after the other (P6), and with CRLF, a byte order mark or a
 * comment in front it is the same (P8). `out` gets the result, or stays empty.
 */
bool property_edit(struct slice bytes, struct slice script, struct tally *tally, struct str *out,
		   struct str *why);

#endif
