/*
 * fleet.h - the migration files of a commit, and which of them a command is about.
 */
#ifndef GCB_FLOW_FLEET_H
#define GCB_FLOW_FLEET_H

#include "base/change.h"
#include "base/finding.h"
#include "flow/base_commit.h"
#include "migration/migration.h"

struct selected {
	const struct migration **items; /* in the arena of the session */
	size_t n;
};

struct fleet {
	struct base_commit base;
	struct migration **all; /* the files that can be read, in the order of their paths: all of
				   the commit, or those of the selected names */
	size_t n;
	bool named;                /* only files of the selected names were read */
	struct findings broken;    /* files that cannot be read */
	struct findings recovered; /* those of which an earlier version was read instead */
	struct selected selected;
};

/* Which migrations a command is about: names, or those whose labels match, or all. */
struct selection {
	struct slices names;
	struct slice selector; /* absent: none */
	bool all;
	bool read_all;    /* with names: read all migration files none the less */
	bool recover;     /* of a file that cannot be read, the last version that can is used */
	bool check_later; /* the caller does fleet_check_clean when it has a plan */
};

/*
 * Reads the migration files of the default branch (base_commit_default), or of the branch that they
 * specify in spec.git, on which all selected ones must agree. `selection` NULL: all files, none is
 * selected. A selected migration file that differs in the working tree is refused. Errors: those of
 * base_commit_default, nothing_selected, no_migration (with the nearest name, or the way to commit
 * or push it), migration_dirty, detached, no_branch, usage (a bad selector), and what is wrong with
 * a file of one of the names.
 */
int fleet_open(struct session *s, const struct selection *selection, struct fleet *out,
	       struct err *err);

/*
 * The same for a commit in the past: it stays there, whatever branch the files specify, and the
 * working tree does not matter.
 */
int fleet_open_at(struct session *s, const struct oid *commit, const struct selection *selection,
		  struct fleet *out, struct err *err);

/* Frees what it owns. A fleet of zeros is fine. */
void fleet_release(struct fleet *fleet);

/* Releases a fleet when the variable goes out of scope. */
#define AUTO_FLEET __attribute__((cleanup(fleet_release)))

/*
 * Refuses a selected migration whose file in the working tree is neither the committed one nor what
 * `planned` (NULL: nothing) makes of it, as a command leaves it that was killed before it could
 * move the branch. Error: migration_dirty.
 */
int fleet_check_clean(const struct fleet *fleet, const struct changes *planned, struct err *err);

/* The names of the files that cannot be read: "x" of ".gcpbackend/x.yaml". */
struct slices fleet_broken_names(const struct fleet *fleet);

/* Are these the path and bytes of a migration file, which names hosts but is no manifest? */
bool fleet_has_file(const struct fleet *fleet, struct slice path, struct slice bytes);

#endif
