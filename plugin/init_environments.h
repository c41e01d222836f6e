/*
 * init_environments.h - which environments a new migration moves, if its manifests are those of
 * several.
 */
#ifndef GCB_PLUGIN_INIT_ENVIRONMENTS_H
#define GCB_PLUGIN_INIT_ENVIRONMENTS_H

#include "inventory/environments.h"
#include "migration/migration.h"
#include "plugin/command.h"

/* A new migration, and the environments of its manifests. */
struct init_environments {
	const struct app *app;
	struct migration *m;
	const struct placements *placements;
	bool yes; /* questions that need more than yes or no are not asked */
};

/*
 * Chooses the environments: those that manifests.environments lists, all of them if there is only
 * one, else those that the user specifies on the terminal. Lists them in the migration if there are
 * several, and narrows its path if not all were chosen. Errors: environments_shared, with the
 * options for a run without a terminal; environments_differ; not_confirmed.
 */
int init_environments_choose(const struct init_environments *c, struct err *err);

#endif
