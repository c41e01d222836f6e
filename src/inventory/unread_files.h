/*
 * unread_files.h - files that may route to a host in a way that is not read.
 */
#ifndef GCB_INVENTORY_UNREAD_FILES_H
#define GCB_INVENTORY_UNREAD_FILES_H

#include "inventory/inventory.h"

/* A file of that kind, and why it is not read. */
typedef void unread_file_fn(const struct source *s, const char *why, void *ctx);

/*
 * Calls `found` for the files that may contain a VirtualService that routes to this host, the old
 * one of the migration, and that are not read: the text (file_text.h) contains both, and the file
 * cannot be parsed, or the host is only the value of an anchor; the file is too large; or the
 * migration covers it, and its content is elsewhere (file_text_replaced). Takes time by the number
 * of files that contain the host's token, or that cannot be parsed.
 */
void unread_files(const struct inventory *inv, const struct migration *m, struct slice host,
		  unread_file_fn *found, void *ctx);

#endif
