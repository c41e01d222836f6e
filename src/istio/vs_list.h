/*
 * vs_list.h - the VirtualServices of a file, and the same ones in another version of it.
 */
#ifndef GCB_ISTIO_VS_LIST_H
#define GCB_ISTIO_VS_LIST_H

#include "istio/route.h"

/* All VirtualServices of a file, in their order. */
struct vs_list {
	struct vs *items;
	size_t n;
};

/*
 * Reads all VirtualServices among the objects of a file, and marks their generated copies. Errors:
 * those of vs_read.
 */
int vs_list_read(struct vs_list *out, const struct objects *objects, const struct move_context *c,
		 struct err *err);

/*
 * The VirtualService of `list` that is number `i` of `of`: of its namespace and name, and among
 * several of these the one in the same position. NULL: none.
 */
const struct vs *vs_list_pair(const struct vs_list *list, const struct vs_list *of, size_t i);

#endif
