#include "migration/migration.h"

#include "base/alloc.h"
#include "base/ascii.h"
#include "gitops/kustomization.h"
#include "gitops/path.h"
#include "istio/host.h"
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
			  .help = "A label of the migration, to select it with -l" },
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
			  .help = "The old host: a host of a ServiceEntry" },
			{ .name = "namespace",
			  .kind = VALUE_STRING,
			  .offset = PART(from, ns),
			  .flag = "namespace",
			  .letter = 'n',
			  .arg = "NAMESPACE",
			  .help = "The namespace of the ServiceEntry; also the namespace of short "
				  "host "
				  "names and of VirtualServices without one" },
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
			  .help = "The new host: the host of a GCPBackend" },
			{ .name = "port",
			  .kind = VALUE_INT,
			  .offset = PART(to, port),
			  .min = 1,
			  .max = 65535,
			  .flag = "to-port",
			  .arg = "PORT",
			  .help = "The port of the new host. Required if the old destination "
				  "specifies a port" },
			{ .name = "hostHeader",
			  .kind = VALUE_STRING,
			  .offset = PART(to, host_header),
			  .flag = "host-header",
			  .arg = "HOST",
			  .help = "The Host header of requests to the new host. Defaults to that "
				  "of the client" },
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
			  .help = "The directory of the manifests that may be changed. Defaults to "
				  "the whole repository" },
			{ .name = "virtualService",
			  .kind = VALUE_STRING,
			  .offset = PART(manifests, virtual_service),
			  .flag = "virtual-service",
			  .arg = "FILE",
			  .help = "The only file whose VirtualServices may be changed" },
			{ .name = "create",
			  .kind = VALUE_STRING,
			  .offset = PART(manifests, create),
			  .flag = "create",
			  .arg = "FILE",
			  .help = "The file to create with a new VirtualService if none routes to "
				  "the "
				  "old host" },
			{ .name = "environments",
			  .kind = VALUE_LIST,
			  .offset = PART(manifests, environments),
			  .flag = "environments",
			  .arg = "LIST",
			  .help = "The environments that apply the manifests, as listed by plan "
				  "and discover. Required if more than one applies the same "
				  "manifest" },
			{ .name = "search",
			  .kind = VALUE_LIST,
			  .offset = PART(manifests, search),
			  .flag = "search",
			  .arg = "LIST",
			  .help = "Search for related objects only in path and these directories" },
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
			  .help = "The percentage of the matching requests to mirror" },
			{ .name = "methods",
			  .kind = VALUE_LIST,
			  .offset = PART(mirror, methods),
			  .flag = "mirror-methods",
			  .arg = "LIST",
			  .help = "The methods of the requests to mirror" },
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
			  .help = "The branch that is applied. Defaults to the one that is checked "
				  "out" },
			{ .name = "remote",
			  .kind = VALUE_STRING,
			  .offset = PART(git, remote),
			  .flag = "remote",
			  .arg = "NAME",
			  .help = "The remote to fetch the branch from and push it to. Defaults to "
				  "the upstream remote of the branch, or origin" },
			{ .name = "mode",
			  .kind = VALUE_ENUM,
			  .offset = PART(git, mode),
			  .choices = modes,
			  .flag = "mode",
			  .arg = "MODE",
			  .help = "Where stages are committed: direct, on the branch that is "
				  "applied; "
				  "pull-request, on a branch of their own" },
			{ .name = "rollback",
			  .kind = VALUE_ENUM,
			  .offset = PART(git, rollback),
			  .choices = modes,
			  .flag = "rollback-mode",
			  .arg = "MODE",
			  .help = "Where rollbacks are committed, with the same values as --mode" },
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
			  .help = "The types of routes to move: http, tls, tcp. Defaults to http" },
			{ .name = "stages",
			  .kind = VALUE_LIST,
			  .offset = SPEC(stages),
			  .flag = "stages",
			  .arg = "LIST",
			  .help = "The stages in ascending order: mirror and percentages" },
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
			  .help = "Accept findings with this code, for this reason" },
			{ .name = "hold",
			  .kind = VALUE_STRING,
			  .offset = SPEC(hold),
			  .flag = "hold",
			  .arg = "REASON",
			  .help = "Why the migration must not advance for now" },
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

bool migration_uses_pull_request(const struct migration *m, bool rollback)
{
	return (rollback ? m->f.spec.git.rollback : m->f.spec.git.mode) == MODE_PULL_REQUEST;
}

/* --- questions ------------------------------------------------------------ */

/* A directory of the file as a prefix of paths: "." is the root. */
static struct slice directory_of(struct slice field)
{
	return slice_is(field, ".") ? SLICE_NONE : field;
}

bool migration_covers(const struct migration *m, struct slice path)
{
	if (m->f.spec.manifests.virtual_service.len)
		return slice_eq(m->f.spec.manifests.virtual_service, path);
	return path_below(path, directory_of(m->f.spec.manifests.path));
}

/* True if the path is in the directory, or is a kustomization above it. */
static bool is_searched(struct slice path, struct slice directory)
{
	directory = directory_of(directory);
	return path_below(path, directory) ||
	       (kustomization_is(path) && path_below(directory, path_directory(path)));
}

bool migration_searches(const struct migration *m, struct slice path)
{
	const struct slices *search = &m->f.spec.manifests.search;
	bool found = !search->n || is_searched(path, m->f.spec.manifests.path);

	for (size_t i = 0; i < search->n && !found; i++)
		found = is_searched(path, search->items[i]);
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

/* --- checks --------------------------------------------------------------- */

int path_check(struct slice path, struct place at, const char *what, struct err *err)
{
	struct slice rest = path, part;

	if (slice_is(path, "."))
		return 0;
	for (size_t i = 0; i < path.len; i++)
		if ((unsigned char)path.ptr[i] < 0x20 || path.ptr[i] == 0x7f || path.ptr[i] == '\\')
			return err_set(err, &CODE_unsafe_path, at,
				       "%s contains a control character or a backslash", what);
	while (slice_next(&rest, '/', &part))
		if (!part.len || slice_is(part, ".") || slice_is(part, "..") ||
		    slice_eq_case(part, SLICE(".git")))
			return err_set(err, &CODE_unsafe_path, at,
				       "%s '%" SLICE_FMT "' is not a path inside the repository",
				       what, SLICE_ARG(path));
	return path.len <= 4096 ? 0 : err_set(err, &CODE_unsafe_path, at, "%s is too long", what);
}

bool migration_name_ok(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (!ascii_is_lower(c) && !ascii_is_digit(c) && !(c == '-' && i && i + 1 < s.len))
			return false;
	}
	return s.len && s.len <= 63;
}

/* The codes of spec.allow: each exists and can be allowed, and has a reason. */
static int check_allow(const struct pairs *allow, struct place at, struct err *err)
{
	for (size_t i = 0; i < allow->n; i++) {
		const struct code *code = code_find(allow->items[i].key);

		if (!code || !code->allow)
			return err_set(err, &CODE_migration_field, at,
				       "the code '%" SLICE_FMT "' %s",
				       SLICE_ARG(allow->items[i].key),
				       code ? "cannot be allowed" : "does not exist");
		if (!slice_trim(allow->items[i].value).len)
			return err_set(err, &CODE_migration_field, at,
				       "the code '%" SLICE_FMT "' is allowed without a reason",
				       SLICE_ARG(allow->items[i].key));
	}
	return 0;
}

/* The paths of spec.manifests. */
static int check_paths(const struct migration_fields *f, struct place at, struct err *err)
{
	if (f->spec.manifests.path.len &&
	    path_check(f->spec.manifests.path, at, "manifests.path", err) < 0)
		return -1;
	for (size_t i = 0; i < f->spec.manifests.search.n; i++)
		if (path_check(f->spec.manifests.search.items[i], at, "manifests.search", err) < 0)
			return -1;
	if (f->spec.manifests.virtual_service.len &&
	    path_check(f->spec.manifests.virtual_service, at, "manifests.virtualService", err) < 0)
		return -1;
	return f->spec.manifests.create.len ?
		       path_check(f->spec.manifests.create, at, "manifests.create", err) :
		       0;
}

/* The methods of spec.mirror: tokens of RFC 9110 in upper case. */
static int check_methods(const struct slices *methods, struct place at, struct err *err)
{
	for (size_t i = 0; i < methods->n; i++)
		for (size_t j = 0; j < methods->items[i].len || !methods->items[i].len; j++)
			if (!methods->items[i].len || methods->items[i].ptr[j] < 'A' ||
			    methods->items[i].ptr[j] > 'Z')
				return err_set(err, &CODE_migration_field, at,
					       "'%" SLICE_FMT "' is not an upper-case HTTP method",
					       SLICE_ARG(methods->items[i]));
	return methods->n ? 0 : err_set(err, &CODE_migration_field, at, "mirror.methods is empty");
}

/* The types of routes to move. */
static int check_routes(const struct slices *types, struct move *move, struct place at,
			struct err *err)
{
	for (size_t i = 0; i < types->n; i++)
		if (!slice_is(types->items[i], "http") && !slice_is(types->items[i], "tls") &&
		    !slice_is(types->items[i], "tcp"))
			return err_set(err, &CODE_migration_field, at,
				       "'%" SLICE_FMT
				       "' is not a type of routes: must be http, tls or tcp",
				       SLICE_ARG(types->items[i]));
	if (types->n && !slices_have(*types, SLICE("http")))
		return err_set(err, &CODE_migration_field, at,
			       "'routes' must contain http, which is always moved");
	move->tls = slices_have(*types, SLICE("tls"));
	move->tcp = slices_have(*types, SLICE("tcp"));
	return 0;
}

/* A Host header: a host with an optional port, never a format of Envoy such as %REQ(x)%. */
static int check_host_header(struct slice header, struct place at, struct err *err)
{
	size_t colon = slice_find_byte(header, ':');
	struct slice host = slice_sub(header, 0, colon == SIZE_MAX ? header.len : colon);
	struct err inner = ERR_INIT;
	long port;

	if (!header.ptr)
		return 0;
	if (host_check(host, "to.hostHeader", &inner) < 0)
		return err_set(err, inner.code, at, "%s", inner.reason);
	if (colon != SIZE_MAX &&
	    !parse_int(slice_sub(header, colon + 1, header.len), 1, 65535, &port))
		return err_set(err, &CODE_host_bad, at,
			       "the port of to.hostHeader '%" SLICE_FMT "' is not valid",
			       SLICE_ARG(header));
	return 0;
}

/* The stages: those of the file, or the default ones. */
static int check_stages(struct migration *out, struct arena *arena, struct err *err)
{
	const struct slices *names = &out->f.spec.stages;
	struct stages list, *own;

	out->stages = &stages_default;
	if (!names->n)
		return 0;
	if (stages_read(names->items, names->n, &list, err) < 0)
		return -1;
	own = arena_alloc(arena, sizeof(*own));
	*own = list;
	out->stages = own;
	return 0;
}

int migration_check(struct migration *out, struct arena *arena, struct place at, struct err *err)
{
	const struct migration_fields *f = &out->f;
	struct err inner = ERR_INIT;

	out->move = (struct move){ .from = f->spec.from.host,
				   .to = f->spec.to.host,
				   .ns = f->spec.from.ns,
				   .port = (int)f->spec.to.port,
				   .mirror_percent = (int)f->spec.mirror.percent,
				   .methods = f->spec.mirror.methods,
				   .host_header = f->spec.to.host_header };
	if (host_check(f->spec.from.host, "the old host", &inner) < 0 ||
	    host_check(f->spec.to.host, "the new host", &inner) < 0)
		return err_set(err, inner.code, at, "%s", inner.reason);
	if (host_same(f->spec.from.host, f->spec.to.host) ||
	    host_near(f->spec.from.host, f->spec.to.host))
		return err_set(err, &CODE_same_host, at,
			       "the old host and the new host are the same: '%" SLICE_FMT "'",
			       SLICE_ARG(f->spec.to.host));
	if (f->spec.from.ns.len && !migration_name_ok(f->spec.from.ns))
		return err_set(err, &CODE_migration_field, at,
			       "'%" SLICE_FMT "' is not a valid namespace",
			       SLICE_ARG(f->spec.from.ns));
	if (check_stages(out, arena, &inner) < 0)
		return err_set(err, inner.code, at, "%s", inner.reason);
	if (check_methods(&f->spec.mirror.methods, at, err) < 0 || check_paths(f, at, err) < 0 ||
	    check_routes(&f->spec.routes, &out->move, at, err) < 0 ||
	    check_host_header(f->spec.to.host_header, at, err) < 0)
		return -1;
	if (f->spec.manifests.create.len && !migration_covers(out, f->spec.manifests.create)) {
		(void)err_set(err, &CODE_migration_field, at,
			      "the file to create, '%" SLICE_FMT "', is outside of manifests.path",
			      SLICE_ARG(f->spec.manifests.create));
		return err_remedy(
			err,
			"choose a file in manifests.path, and remove manifests.virtualService");
	}
	return check_allow(&f->spec.allow, at, err);
}

/* --- reading -------------------------------------------------------------- */

/*
 * The name must match the file name: commands find a migration by its file name, and list it by
 * its name.
 */
static int check_name(const struct migration *m, const struct yaml_node *root, struct err *err)
{
	const struct yaml_node *name = yaml_path(root, "metadata", "name", NULL);
	AUTO_STR struct str wanted = STR_INIT;

	if (!slice_is(m->f.api_version, MIGRATION_API) || !slice_is(m->f.kind, MIGRATION_KIND))
		return err_set(err, &CODE_migration_field, yaml_place(root),
			       "expected kind %s, apiVersion %s", MIGRATION_KIND, MIGRATION_API);
	if (!migration_name_ok(m->name))
		return err_set(err, &CODE_migration_field, yaml_place(name),
			       "the name '%" SLICE_FMT
			       "' is not a DNS label (a-z, 0-9 and '-', at most 63)",
			       SLICE_ARG(m->name));
	str_addf(&wanted, "/%" SLICE_FMT ".yaml", SLICE_ARG(m->name));
	if (!slice_ends(m->path, str_slice(&wanted)))
		return err_set(err, &CODE_migration_field, yaml_place(name),
			       "the file of the migration '%" SLICE_FMT "' must be named '%s'",
			       SLICE_ARG(m->name), wanted.ptr + 1);
	return 0;
}

/* The place of a node; that of the file if there is no node. */
static struct place place_in(const struct migration *m, const struct yaml_node *node)
{
	return node ? yaml_place(node) : (struct place){ m->path, 0, 0 };
}

/* Reads and checks all fields of the parsed file. */
static int read_file(struct migration *m, const struct yaml_file *file, struct err *err)
{
	const struct yaml_node *root = yaml_root(file, 0), *spec = yaml_get(root, "spec");

	if (yaml_documents(file) != 1)
		return err_set(err, &CODE_migration_field, (struct place){ m->path, 0, 0 },
			       "a migration file must contain one document, this one contains %zu",
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
