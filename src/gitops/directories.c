#include "gitops/directories_internal.h"

#include "base/alloc.h"
#include "gitops/path.h"

#include <stdlib.h>

void directories_release(struct directories *d)
{
	free(d->items);
	map_release(&d->at);
	map_release(&d->charts);
}

void directories_add(struct directories *d, struct slice path)
{
	for (struct slice at = path_directory(path); at.len && !map_has(&d->at, at);
	     at = path_directory(at)) {
		map_set(&d->at, at, d->n);
		ROOM(d->items, d->n, d->cap);
		d->items[d->n++] = at;
	}
}

void directories_add_chart(struct directories *d, struct slice path)
{
	map_add(&d->charts, path_directory(path));
}

bool directories_have_chart(const struct directories *d, struct slice directory)
{
	return map_has(&d->charts, directory);
}
