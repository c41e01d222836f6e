/*
 * carried_hosts.h - the hosts that a patch may put into an object.
 *
 * Stricter than the tokens by which files are found (host_tokens.h): a patch names the object that
 * it changes, and that is often called like the first label of a host.
 */
#ifndef GCB_INVENTORY_CARRIED_HOSTS_H
#define GCB_INVENTORY_CARRIED_HOSTS_H

#include "base/arena.h"
#include "base/map.h"
#include "migration/migration.h"

struct carried_hosts {
	struct map names;  /* hosts, and wildcards that cover them */
	struct map labels; /* the first labels of cluster services, which have short names */
	struct map parts;  /* the first labels of all hosts */
};

/* Makes an empty set; freed with carried_hosts_release. */
void carried_hosts_init(struct carried_hosts *h);
void carried_hosts_release(struct carried_hosts *h);

/* Adds the hosts of a migration, which must outlive the set; wildcards are made in `arena`. */
void carried_hosts_add(struct carried_hosts *h, const struct migration *m, struct arena *arena);

/* Does the text contain one of the hosts, or a wildcard that may cover one? */
bool carried_hosts_in(const struct carried_hosts *h, struct slice text);

/* The same; or the first label of one? */
bool carried_hosts_part_in(const struct carried_hosts *h, struct slice text);

#endif
