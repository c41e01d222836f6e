/*
 * splice_internal.h - replacements of bytes, in order.
 */
#ifndef GCB_YAML_SPLICE_INTERNAL_H
#define GCB_YAML_SPLICE_INTERNAL_H

#include "yaml/edit_internal.h"

/* A replacement of the bytes [start, end) by `text`. */
struct splice {
	uint32_t start, end;
	struct slice text;
	struct slices comments; /* in `text` */
	int rank;   /* order of insertions at one place: the end of an inner entry comes before the
		       end of an outer one */
	bool alone; /* a second one at this place is a refusal */
	size_t seq;
};

struct splices {
	struct splice *items;
	size_t n, cap;
	struct arena *arena;
};

/* Adds a splice; the text is copied. The row may be completed until the next one is added. */
struct splice *splice_add(struct splices *s, uint32_t start, uint32_t end, struct slice text,
			  int rank);

/* Sorts the splices, drops equal ones of the same bytes, and refuses overlaps. */
int splices_sort(struct splices *s, const struct yaml_edits *e, struct err *err);

/* Appends the bytes [start, end) with the splices in them. */
void splices_render(const struct yaml_file *file, const struct splices *s, uint32_t start,
		    uint32_t end, struct str *out);

/* Refuses an edit that cannot be done exactly, and one of two at the same place. Return -1. */
int splice_refuse_style(const struct yaml_node *at, const char *what, struct err *err);
int splice_refuse_overlap(const struct yaml_node *at, struct err *err);

#endif
