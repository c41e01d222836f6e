/*
 * items.h - a Kubernetes list as JSON, cut into its items while it arrives, so that a list of any
 * size needs the memory of one item.
 *
 * Only the outer object and its `items` are parsed, byte by byte; the items themselves are left to
 * a real parser. Unlike `-o jsonpath`, which prints an item a line, the outer object shows whether
 * the output is complete. Calling order: a struct items with `item` and `ctx` set and the rest
 * zero, items_feed with each piece, items_end, items_release.
 */
#ifndef GCB_LIVE_ITEMS_H
#define GCB_LIVE_ITEMS_H

#include "base/err.h"
#include "base/str.h"

/* The largest item: far above the limit of etcd (1.5 MiB). */
#define ITEM_MAX ((size_t)8 << 20)

struct items {
	int (*item)(void *ctx, struct slice bytes,
		    struct err *err); /* gets each item, borrowed; -1 ends the reading */
	void *ctx;
	struct str text; /* the item so far, or the last string of the outer object; set by
			    items_feed */
	unsigned depth;
	bool begun, in_string, escaped, in_items, started;
};

/* Takes a piece. Errors: live_answer (no JSON object, an item too large), and those of `item`. */
int items_feed(struct items *s, struct slice bytes, struct err *err);

/* The end: was it one whole object? Nothing at all is an empty list. Errors: live_answer. */
int items_end(const struct items *s, struct err *err);

/* Frees the text. */
void items_release(struct items *s);

#endif
