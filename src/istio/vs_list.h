/*
 * vs_list.h - the VirtualServices of a file that are about a move.
 */
#ifndef GCB_ISTIO_VS_LIST_H
#define GCB_ISTIO_VS_LIST_H

#include "istio/route.h"

/*
 * The VirtualServices of a file that are about a move, read; the k-th of a name is the
 * k-th of that name anywhere.
 */
struct vs_list {
	struct vs *items;
	size_t n;
};
int vs_list_read(struct vs_list *out, const struct objects *objects, const struct move *move,
		 struct arena *arena, struct findings *findings, struct err *err);

/* The VirtualService of `list` that is the same object as number `i` of `of`; NULL: none. */
const struct vs *vs_list_pair(const struct vs_list *list, const struct vs_list *of, size_t i);

#endif
