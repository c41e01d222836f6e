/*
 * migration.h - the migration file: one document that says what moves where.
 *
 * Read strictly: an unknown field, a wrong kind or a value out of range is an error with its place,
 * and the nearest known name where there is one. The record below is the one description of the
 * fields: of the file, of `init`'s options, and of the JSON.
 */
#ifndef GCB_MIGRATION_MIGRATION_H
#define GCB_MIGRATION_MIGRATION_H

#include "base/finding.h"
#include "base/record.h"
#include "istio/move.h"
#include "yaml/yaml.h"

#define MIGRATION_API "gcpbackend/v1alpha1"
#define MIGRATION_KIND "Migration"
/* Where migration files live unless --migrations says otherwise. */
#define MIGRATION_DIR ".gcpbackend"
/* Largest migration file. */
#define MIGRATION_MAX ((size_t)1 << 20)

enum commit_mode { MODE_DIRECT, MODE_PULL_REQUEST };

/* What stands under spec; slices are borrowed from the file or the command line. */
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
	struct slices routes; /* kinds: http, tls, tcp; empty: http */
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
};

struct migration_meta {
	struct slice name;
	struct pairs labels, annotations;
};

/* The fields as they stand in the file. */
struct migration_fields {
	struct slice api_version, kind;
	struct migration_meta metadata;
	struct migration_spec spec;
};

extern const struct record migration_record;      /* the whole file */
extern const struct record migration_spec_record; /* what stands under spec: init's options */

struct migration {
	struct migration_fields f;
	struct slice name, path; /* metadata.name; the file's path in the repository */
	struct slice bytes;      /* the file, as it was read */
	unsigned mode;           /* Git's file mode */
	struct arena *arena;     /* of the fields' texts, owned */
	struct move move;
	const struct stages *stages; /* the list, or the default one */
	/*
	 * Places in the file, for messages; the file's own where the field is not there. Nowhere
	 * when no file was read.
	 */
	struct place from_at, to_at, hold_at, environments_at;
};

/*
 * Reads and checks a migration file into `*out`; `path` and `bytes` are borrowed; migration_release
 * frees what was made of them. The parse is not kept: of ten thousand files it would take most of
 * the memory, and it is wanted again only where the file is edited. Errors: migration_field,
 * yaml_*, host_bad, same_host, stage_bad, unsafe_path; all with a place.
 */
int migration_read(struct migration *out, struct slice path, struct slice bytes, unsigned mode,
		   struct err *err);

/* Frees the texts. NULL is fine. */
void migration_release(struct migration *m);

/*
 * The same checks on fields that did not come from a file (options of init and render): fills
 * `out->move` and `out->stages`, in `arena`. `at` is the place errors name.
 */
int migration_check(struct migration *out, struct arena *arena, struct place at, struct err *err);

/*
 * Do its changes, those of a rollback or all others, go on a branch of their own
 * (spec.git.rollback, spec.git.mode)?
 */
bool migration_by_request(const struct migration *m, bool rollback);

/*
 * Defaults of the fields that are not set: mirror of 10 % of GET and HEAD. Called by migration_read
 * before reading.
 */
void migration_defaults(struct migration_spec *spec);

/*
 * Does the file `path` belong to the migration: is it, or lies it below, manifests.path, and is it
 * virtualService where that is set?
 */
bool migration_covers(const struct migration *m, struct slice path);

/*
 * May the file at `path` matter to the migration? Outside of manifests.path, the folders of
 * manifests.search and the kustomizations on the way there none does, says a migration that lists
 * any.
 */
bool migration_searches(const struct migration *m, struct slice path);

/* Does the migration accept findings of this code? The reason it gives, or an absent slice. */
struct slice migration_allows(const struct migration *m, const struct code *code);

/*
 * Marks the findings from number `from` on that the migration accepts, with its reason behind
 * theirs. The one place that does so.
 */
void migration_allow(const struct migration *m, size_t from, struct findings *findings);

/* A DNS-1123 label: a name that can be a file's and a branch's, or a namespace's. */
bool migration_name_ok(struct slice s);

/*
 * A path inside the repository: relative, no empty part, no ".", "..", control character or
 * backslash. "." alone is the root.
 */
int path_check(struct slice path, struct place at, const char *what, struct err *err);

/*
 * The text of a new migration file with these fields, made from the template `bytes`
 * (templates/migration.yaml) and checked by reading it.
 */
int migration_write(const struct migration_fields *f, struct slice template_bytes,
		    struct slice path, struct str *out, struct err *err);

/*
 * Adds edits to `e`, an edit list of `file`, a parse of a migration file, that set, change or
 * remove spec.hold. Empty `reason`: remove.
 */
void migration_edit_hold(struct yaml_edits *e, const struct yaml_file *file, struct slice reason,
			 struct arena *arena);

#endif
