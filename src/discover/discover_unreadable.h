/*
 * discover_unreadable.h - files of which it is not known what is applied, and that may be about
 * hosts of ServiceEntries: templates and other files that cannot be parsed, values of charts,
 * HelmReleases, patches, replacements and variables. Hosts and objects are found in their text.
 */
#ifndef GCB_DISCOVER_DISCOVER_UNREADABLE_H
#define GCB_DISCOVER_DISCOVER_UNREADABLE_H

#include "discover/discover.h"

/*
 * Lists the files, and adds findings to the candidates whose hosts are in them: an error for a file
 * that cannot be parsed, a warning (host_rendered) for others. Sets `unclear` of the candidates.
 */
void discover_list_unreadable(struct discovery *d, const struct discover_inputs *in);

/*
 * Adds a host that is a placeholder to the list, with `object`, in which it is. Before
 * discover_list_unreadable.
 */
void discover_add_placeholder(struct discovery *d, const struct object *object,
			      const struct yaml_node *host);

#endif
