/*
 * directories_internal.h - the directories of a repository, and which of them are Helm charts.
 */
#ifndef GCB_GITOPS_DIRECTORIES_INTERNAL_H
#define GCB_GITOPS_DIRECTORIES_INTERNAL_H

#include "base/map.h"
#include "base/slice.h"

struct directories {
	struct slice *items; /* without the root */
	size_t n, cap;
	struct map at;     /* directory, to its number */
	struct map charts; /* directories of charts */
};

/* Frees the lists. */
void directories_release(struct directories *d);

/* Adds the directories above a file. */
void directories_add(struct directories *d, struct slice path);

/* The directory of this file is a Helm chart. */
void directories_add_chart(struct directories *d, struct slice path);

/* Is the directory a Helm chart? */
bool directories_have_chart(const struct directories *d, struct slice directory);

#endif
