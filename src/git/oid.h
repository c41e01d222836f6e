/*
 * oid.h - object names.
 */
#ifndef GCB_GIT_OID_H
#define GCB_GIT_OID_H

#include <stdbool.h>

/* An object name: 20 bytes of SHA-1. */
struct oid {
	unsigned char id[20];
};

/* True if both name the same object. */
bool oid_eq(const struct oid *a, const struct oid *b);

/* Writes the 40 hexadecimal digits and a NUL. */
void oid_text(const struct oid *id, char out[41]);

/* Reads what oid_text writes. False: it is no object name. */
bool oid_parse(const char *text, struct oid *out);

#endif
