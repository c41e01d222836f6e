/*
 * migration.h - the migration file: one YAML document that specifies which traffic moves where.
 *
 * It is read strictly: an unknown field, a wrong type or a value out of range is an error with its
 * place, and the nearest known name if there is one. The record below is the only description of
 * the fields: of the file, of the options of `init`, and of the JSON output.
 */
#ifndef GCB_MIGRATION_MIGRATION_H
#define GCB_MIGRATION_MIGRATION_H

#include "base/finding.h"
#include "base/record.h"
#include "istio/move.h"
#include "yaml/yaml.h"

#define MIGRATION_API "gcpbackend/v1alpha1"
#define MIGRATION_KIND "Migration"
/* The directory of migration files, unless --migrations specifies another one. */
#define MIGRATION_DIR ".gcpbackend"
/* The maximum size of a migration file in bytes. */
#define MIGRATION_MAX ((size_t)1 << 20)

enum commit_mode { MODE_DIRECT, MODE_PULL_REQUEST };
/* Auto: direct, and pull-request if the branch takes no push. */
enum rollback_mode { ROLLBACK_AUTO, ROLLBACK_DIRECT, ROLLBACK_PULL_REQUEST };

/* The fields of spec; slices are borrowed from the file or the command line. */
struct migration_spec {
	struct {
		struct slice host, ns;
	} from;
	struct {
		struct slice host, host_header;
		long port;
	} to;
	struct {
		struct slice path, virtual_service, create;
		struct slices environments, search;
	} manifests;
	struct slices routes; /* types: http, tls, tcp; empty: http */
	struct slices stages;
	struct {
		long percent;
		struct slices methods;
	} mirror;
	struct migration_git {
		struct slice branch, remote;
		int mode, rollback;
	} git;
	struct pairs allow;
	struct slice hold;
	struct slice proposed; /* for information: the last stage that was committed for review, or
				  that there is none any more; see migration_write.h */
};

struct migration_meta {
	struct slice name;
	struct pairs labels, annotations;
};

/* The fields of the file, before they are interpreted. */
struct migration_fields {
	struct slice api_version, kind;
	struct migration_meta metadata;
	struct migration_spec spec;
};

extern const struct record migration_record;      /* the whole file */
extern const struct record migration_spec_record; /* spec, and the options of init */

struct migration {
	struct migration_fields f;
	struct slice name, path; /* metadata.name; the file's path in the repository */
	struct slice bytes;      /* of the file */
	unsigned mode;           /* Git's file mode */
	struct arena *arena;     /* of the values of the fields, owned */
	struct move move;
	const struct stages *stages; /* the list, or the default one */
	/*
	 * Places in the file, for messages; the file itself if the field is not set. Nowhere if
	 * the migration was not read from a file.
	 */
	struct place from_at, to_at, hold_at, environments_at;
};

/*
 * Reads and checks a migration file into `*out`; `path` and `bytes` are borrowed. Freed with
 * migration_release. The parsed file is not kept: for ten thousand files it would take most of the
 * memory, and only an edit of the file needs it again. Errors: migration_field, yaml_*, host_bad,
 * same_host, stage_bad, unsafe_path; all with a place.
 */
int migration_read(struct migration *out, struct slice path, struct slice bytes, unsigned mode,
		   struct err *err);

/* Frees what migration_read allocated. NULL is fine. */
void migration_release(struct migration *m);

/*
 * Runs the same checks on fields that were not read from a file (options of init and render), and
 * fills `out->move` and `out->stages`, in `arena`. `at` is the place of the errors.
 */
int migration_check(struct migration *out, struct arena *arena, struct place at, struct err *err);

/*
 * True if its stages, or its rollbacks, are committed on a branch of their own for a pull request
 * (spec.git.mode, spec.git.rollback).
 */
bool migration_uses_pull_request(const struct migration *m, bool rollback);

/*
 * Sets the fields that have a default other than zero: 10 % of GET and HEAD requests are mirrored.
 * Done before the fields are read.
 */
void migration_defaults(struct migration_spec *spec);

/*
 * True if the migration may change the file `path`: it is manifests.virtualService, or that is not
 * set and it is in manifests.path.
 */
bool migration_covers(const struct migration *m, struct slice path);

/*
 * True if the file `path` may be relevant to the migration: manifests.search is not set, or the
 * file is in manifests.path or a directory of manifests.search, or is a kustomization above one of
 * them.
 */
bool migration_searches(const struct migration *m, struct slice path);

/* The reason why the migration accepts findings of this code; absent: it does not. */
struct slice migration_allows(const struct migration *m, const struct code *code);

/*
 * Marks the findings from index `from` on that the migration accepts, and appends its reason to
 * theirs.
 */
void migration_allow(const struct migration *m, size_t from, struct findings *findings);

/* True for a DNS-1123 label: the valid names of migrations and of namespaces. */
bool migration_name_ok(struct slice s);

/*
 * Checks a path inside the repository: relative, without empty components, ".", "..", ".git",
 * control characters and backslashes. "." alone is the root. `what` names it in errors
 * (unsafe_path).
 */
int path_check(struct slice path, struct place at, const char *what, struct err *err);

#endif
