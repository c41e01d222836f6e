/*
 * change.h - changes of files: the value that plan, diff and commit share.
 */
#ifndef GCB_BASE_CHANGE_H
#define GCB_BASE_CHANGE_H

#include "base/slice.h"

/* One path, before and after. */
struct change {
	struct slice path;          /* in the repository, '/' between names */
	struct slice before, after; /* bytes; absent before: a new file; absent after: deleted */
	unsigned mode;              /* Git's file mode, 0100644 or 0100755; of a new file 0100644 */
};

struct changes {
	struct change *items;
	size_t n;
};

#endif
