#include "migration/migration.h"

#include "base/alloc.h"
#include "gitops/kustomization.h"
#include "gitops/path.h"
#include "migration/record_yaml.h"

#include <stddef.h>

#define AT(member) offsetof(struct migration_fields, member)
#define META(member) offsetof(struct migration_meta, member)
#define SPEC(member) offsetof(struct migration_spec, member)
#define PART(part, member)                                                                         \
	(offsetof(struct migration_spec, part.member) - offsetof(struct migration_spec, part))
#define END_OF_FIELDS                                                                              \
	{                                                                                          \
		.name = NULL                                                                       \
	}

static const char *const modes[] = { "direct", "pull-request", NULL };

static const struct record metadata_record = {
	.fields =
		(const struct field[]){
			{ .name = "name",
			  .kind = VALUE_STRING,
			  .offset = META(name),
			  .flags = FIELD_REQUIRED },
			{ .name = "labels",
			  .kind = VALUE_PAIRS,
			  .offset = META(labels),
			  .flag = "label",
			  .arg = "KEY=VALUE",
			  .help = "A label of the migration, for selecting it with -l" },
			{ .name = "annotations", .kind = VALUE_PAIRS, .offset = META(annotations) },
			END_OF_FIELDS,
		},
};

static const struct record from_record = {
	.fields =
		(const struct field[]){
			{ .name = "host",
			  .kind = VALUE_STRING,
			  .offset = PART(from, host),
			  .flag = "from",
			  .arg = "HOST",
			  .flags = FIELD_REQUIRED,
			  .help = "The host of the ServiceEntry that traffic goes to today" },
			{ .name = "namespace",
			  .kind = VALUE_STRING,
			  .offset = PART(from, ns),
			  .flag = "namespace",
			  .letter = 'n',
			  .arg = "NAMESPACE",
			  .help = "The namespace of the ServiceEntry; short host names and "
				  "VirtualServices that do not say theirs are read in it" },
			END_OF_FIELDS,
		},
};

static const struct record to_record = {
	.fields =
		(const struct field[]){
			{ .name = "host",
			  .kind = VALUE_STRING,
			  .offset = PART(to, host),
			  .flag = "to",
			  .arg = "HOST",
			  .flags = FIELD_REQUIRED,
			  .help = "The host of the GCPBackend that traffic shall go to" },
			{ .name = "port",
			  .kind = VALUE_INT,
			  .offset = PART(to, port),
			  .min = 1,
			  .max = 65535,
			  .flag = "to-port",
			  .arg = "PORT",
			  .help = "The port of the new host; needed where the old destination "
				  "names its own" },
			{ .name = "hostHeader",
			  .kind = VALUE_STRING,
			  .offset = PART(to, host_header),
			  .flag = "host-header",
			  .arg = "HOST",
			  .help = "The Host header that the new host shall see; the client's own "
				  "when left out" },
			END_OF_FIELDS,
		},
};

static const struct record manifests_record = {
	.fields =
		(const struct field[]){
			{ .name = "path",
			  .kind = VALUE_STRING,
			  .offset = PART(manifests, path),
			  .flag = "path",
			  .arg = "DIR",
			  .help = "The folder whose manifests may be changed; the whole repository "
				  "when left out" },
			{ .name = "virtualService",
			  .kind = VALUE_STRING,
			  .offset = PART(manifests, virtual_service),
			  .flag = "virtual-service",
			  .arg = "FILE",
			  .help = "The one file whose VirtualServices are changed" },
			{ .name = "create",
			  .kind = VALUE_STRING,
			  .offset = PART(manifests, create),
			  .flag = "create",
			  .arg = "FILE",
			  .help = "The file to render a VirtualService into when there is none for "
				  "the old host" },
			{ .name = "environments",
			  .kind = VALUE_LIST,
			  .offset = PART(manifests, environments),
			  .flag = "environments",
			  .arg = "LIST",
			  .help = "The environments that the manifests end up in: needed where "
				  "several share one; plan and discover name them" },
			{ .name = "search",
			  .kind = VALUE_LIST,
			  .offset = PART(manifests, search),
			  .flag = "search",
			  .arg = "LIST",
			  .help = "Folders beside path that hold all else about the two hosts: "
				  "stages look nowhere else, which is fast" },
			END_OF_FIELDS,
		},
};

static const struct record mirror_record = {
	.fields =
		(const struct field[]){
			{ .name = "percent",
			  .kind = VALUE_INT,
			  .offset = PART(mirror, percent),
			  .min = 1,
			  .max = 100,
			  .flag = "mirror-percent",
			  .arg = "PERCENT",
			  .help = "How many of the requests that may be mirrored are" },
			{ .name = "methods",
			  .kind = VALUE_LIST,
			  .offset = PART(mirror, methods),
			  .flag = "mirror-methods",
			  .arg = "LIST",
			  .help = "The methods whose requests may be sent twice" },
			END_OF_FIELDS,
		},
};

static const struct record git_record = {
	.fields =
		(const struct field[]){
			{ .name = "branch",
			  .kind = VALUE_STRING,
			  .offset = PART(git, branch),
			  .flag = "branch",
			  .arg = "BRANCH",
			  .help = "The branch that is applied; the checked-out one when left out" },
			{ .name = "remote",
			  .kind = VALUE_STRING,
			  .offset = PART(git, remote),
			  .flag = "remote",
			  .arg = "NAME",
			  .help = "The remote that the branch is fetched from and pushed to; the "
				  "branch's own, or origin, when left out" },
			{ .name = "mode",
			  .kind = VALUE_ENUM,
			  .offset = PART(git, mode),
			  .choices = modes,
			  .flag = "mode",
			  .arg = "MODE",
			  .help = "Where stages are committed: on the branch that is applied, or "
				  "on a branch of their own" },
			{ .name = "rollback",
			  .kind = VALUE_ENUM,
			  .offset = PART(git, rollback),
			  .choices = modes,
			  .flag = "rollback-mode",
			  .arg = "MODE",
			  .help = "Where rollbacks are committed" },
			END_OF_FIELDS,
		},
};

const struct record migration_spec_record = {
	.size = sizeof(struct migration_spec),
	.fields =
		(const struct field[]){
			{ .name = "from",
			  .kind = VALUE_RECORD,
			  .offset = SPEC(from),
			  .of = &from_record,
			  .flags = FIELD_REQUIRED },
			{ .name = "to",
			  .kind = VALUE_RECORD,
			  .offset = SPEC(to),
			  .of = &to_record,
			  .flags = FIELD_REQUIRED },
			{ .name = "manifests",
			  .kind = VALUE_RECORD,
			  .offset = SPEC(manifests),
			  .of = &manifests_record },
			{ .name = "routes",
			  .kind = VALUE_LIST,
			  .offset = SPEC(routes),
			  .flag = "routes",
			  .arg = "LIST",
			  .help = "The kinds of routes that are moved: http, and tls and tcp if "
				  "named; http alone when left out" },
			{ .name = "stages",
			  .kind = VALUE_LIST,
			  .offset = SPEC(stages),
			  .flag = "stages",
			  .arg = "LIST",
			  .help = "The stages in rising order: mirror and percentages" },
			{ .name = "mirror",
			  .kind = VALUE_RECORD,
			  .offset = SPEC(mirror),
			  .of = &mirror_record },
			{ .name = "git",
			  .kind = VALUE_RECORD,
			  .offset = SPEC(git),
			  .of = &git_record },
			{ .name = "allow",
			  .kind = VALUE_PAIRS,
			  .offset = SPEC(allow),
			  .flag = "allow",
			  .arg = "CODE=REASON",
			  .help = "Accept findings of a code, with the reason" },
			{ .name = "hold",
			  .kind = VALUE_STRING,
			  .offset = SPEC(hold),
			  .flag = "hold",
			  .arg = "REASON",
			  .help = "Why no stage may go up for now" },
			END_OF_FIELDS,
		},
};

const struct record migration_record = {
	.kind = MIGRATION_KIND,
	.size = sizeof(struct migration_fields),
	.fields =
		(const struct field[]){
			{ .name = "apiVersion",
			  .kind = VALUE_STRING,
			  .offset = AT(api_version),
			  .flags = FIELD_REQUIRED },
			{ .name = "kind",
			  .kind = VALUE_STRING,
			  .offset = AT(kind),
			  .flags = FIELD_REQUIRED },
			{ .name = "metadata",
			  .kind = VALUE_RECORD,
			  .offset = AT(metadata),
			  .of = &metadata_record,
			  .flags = FIELD_REQUIRED },
			{ .name = "spec",
			  .kind = VALUE_RECORD,
			  .offset = AT(spec),
			  .of = &migration_spec_record,
			  .flags = FIELD_REQUIRED },
			END_OF_FIELDS,
		},
};

void migration_defaults(struct migration_spec *spec)
{
	static struct slice safe[] = { SLICE_INIT("GET"), SLICE_INIT("HEAD") };

	spec->mirror.percent = 10;
	spec->mirror.methods = (struct slices){ safe, 2 };
}

bool migration_by_request(const struct migration *m, bool rollback)
{
	return (rollback ? m->f.spec.git.rollback : m->f.spec.git.mode) == MODE_PULL_REQUEST;
}

/*
 * The name is the file's; a file NAME.yaml that calls itself otherwise would be found under
 * neither.
 */
static int check_name(const struct migration *m, const struct yaml_node *root, struct err *err)
{
	const struct yaml_node *name = yaml_path(root, "metadata", "name", NULL);
	AUTO_STR struct str wanted = STR_INIT;

	if (!slice_is(m->f.api_version, MIGRATION_API) || !slice_is(m->f.kind, MIGRATION_KIND))
		return err_set(err, &CODE_migration_field, yaml_place(root), "not a %s of %s",
			       MIGRATION_KIND, MIGRATION_API);
	if (!migration_name_ok(m->name))
		return err_set(err, &CODE_migration_field, yaml_place(name),
			       "the name '%" SLICE_FMT
			       "' is not a DNS label (a-z, 0-9 and '-', at most 63)",
			       SLICE_ARG(m->name));
	str_addf(&wanted, "/%" SLICE_FMT ".yaml", SLICE_ARG(m->name));
	if (!slice_ends(m->path, str_slice(&wanted)))
		return err_set(err, &CODE_migration_field, yaml_place(name),
			       "the file of the migration '%" SLICE_FMT "' must be called '%s'",
			       SLICE_ARG(m->name), wanted.ptr + 1);
	return 0;
}

/* Where a node is, or the file when there is none. */
static struct place place_in(const struct migration *m, const struct yaml_node *node)
{
	return node ? yaml_place(node) : (struct place){ m->path, 0, 0 };
}

/* Reads all fields of the parsed file. */
static int read_file(struct migration *m, const struct yaml_file *file, struct err *err)
{
	const struct yaml_node *root = yaml_root(file, 0), *spec = yaml_get(root, "spec");

	if (yaml_documents(file) != 1)
		return err_set(err, &CODE_migration_field, (struct place){ m->path, 0, 0 },
			       "a migration file holds one document, this one %zu",
			       yaml_documents(file));
	migration_defaults(&m->f.spec);
	if (record_read(&migration_record, &m->f, root, m->arena, err) < 0)
		return -1;
	m->name = m->f.metadata.name;
	m->from_at = place_in(m, yaml_path(spec, "from", "host", NULL));
	m->to_at = place_in(m, yaml_path(spec, "to", "host", NULL));
	m->hold_at = place_in(m, yaml_get(spec, "hold"));
	m->environments_at = place_in(m, yaml_path(spec, "manifests", "environments", NULL));
	return check_name(m, root, err) < 0 ? -1 :
					      migration_check(m, m->arena, yaml_place(spec), err);
}

int migration_read(struct migration *out, struct slice path, struct slice bytes, unsigned mode,
		   struct err *err)
{
	struct migration m = { .path = path, .bytes = bytes, .mode = mode };
	struct yaml_file *file = NULL;
	int result;

	if (yaml_parse(&file, path, bytes, err) < 0)
		return -1;
	m.arena = arena_new();
	result = read_file(&m, file, err);
	yaml_file_free(file);
	if (result < 0)
		migration_release(&m);
	else
		*out = m;
	return result;
}

void migration_release(struct migration *m)
{
	if (!m)
		return;
	arena_free(m->arena);
	m->arena = NULL;
}

/* The folder as paths have it: "." is the root. */
static struct slice folder_of(struct slice said)
{
	return slice_is(said, ".") ? SLICE_NONE : said;
}

bool migration_covers(const struct migration *m, struct slice path)
{
	if (m->f.spec.manifests.virtual_service.len)
		return slice_eq(m->f.spec.manifests.virtual_service, path);
	return path_below(path, folder_of(m->f.spec.manifests.path));
}

/* Is the path in the folder, or a kustomization on the way to it? */
static bool searched_for(struct slice path, struct slice folder)
{
	folder = folder_of(folder);
	return path_below(path, folder) ||
	       (kustomization_is(path) && path_below(folder, path_directory(path)));
}

bool migration_searches(const struct migration *m, struct slice path)
{
	const struct slices *folders = &m->f.spec.manifests.search;
	bool found = !folders->n || searched_for(path, m->f.spec.manifests.path);

	for (size_t i = 0; i < folders->n && !found; i++)
		found = searched_for(path, folders->items[i]);
	return found;
}

struct slice migration_allows(const struct migration *m, const struct code *code)
{
	return code->allow ? pairs_get(m->f.spec.allow, slice_of(code->id)) : SLICE_NONE;
}

void migration_allow(const struct migration *m, size_t from, struct findings *findings)
{
	for (size_t i = from; i < findings->n; i++) {
		struct finding *f = &findings->items[i];
		struct slice reason = migration_allows(m, f->code);

		if (!reason.ptr || f->allowed)
			continue;
		f->allowed = true;
		f->reason =
			arena_printf(findings->arena, "%" SLICE_FMT " (allowed: %" SLICE_FMT ")",
				     SLICE_ARG(f->reason), SLICE_ARG(reason));
		f->remedy = SLICE("");
	}
}
