/*
 * session_internal.h - what the files of a session share. Nobody else includes it.
 *
 *	session.c  opened, what is selected, closed
 *	load.c     the migration files
 */
#ifndef GCB_FLOW_SESSION_INTERNAL_H
#define GCB_FLOW_SESSION_INTERNAL_H

#include "flow/session.h"

/*
 * The name of a migration from its file's path: what is behind the last slash, without ".yaml". A
 * part of `path`.
 */
struct slice session_name_of(struct slice path);

/*
 * Reads the migrations of the base commit, those of s->only when there are some, in the place of
 * those that were read before. Files that cannot be read as one become findings of s->broken.
 * Errors: git.
 */
int session_load(struct session *s, struct err *err);

/* Forgets them. */
void session_unload(struct session *s);

#endif
