/*
 * migration_write.h - writes migration files: a new one, and the hold and the proposed stage of an
 * existing one.
 */
#ifndef GCB_MIGRATION_MIGRATION_WRITE_H
#define GCB_MIGRATION_MIGRATION_WRITE_H

#include "migration/migration.h"

/*
 * Appends the text of a new migration file at `path` with these fields to `out`: the template
 * `template_bytes` (templates/migration.yaml), filled in and checked by reading the result.
 */
int migration_write(const struct migration_fields *f, struct slice template_bytes,
		    struct slice path, struct str *out, struct err *err);

/*
 * Adds edits to `e`, an edit list of `file` (a parsed migration file), that set or replace
 * spec.hold; an empty `reason` removes it. Their texts are allocated in `arena`.
 */
void migration_edit_hold(struct yaml_edits *e, const struct yaml_file *file, struct slice reason,
			 struct arena *arena);

/*
 * The same for spec.proposed: "stage 10" in a commit for review, "none after COMMIT" in a rollback,
 * which undoes what COMMIT began. Both commits change this line, so that git cannot merge a branch
 * that was open before a rollback without a conflict. Two rollbacks never write the same text:
 * otherwise a branch from before the first one could be merged after the second one.
 */
void migration_edit_proposed(struct yaml_edits *e, const struct yaml_file *file, struct slice text,
			     struct arena *arena);

#endif
