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

/* The parts of a row: what it is, and the option that sets it. */
#define ROW(what, key, at) .name = key, .kind = VALUE_##what, .offset = at
#define REQUIRED .flags = FIELD_REQUIRED
#define OPTION(long_name, value, text) .flag = long_name, .arg = value, .help = text

static const char *const modes[] = { "direct", "pull-request", NULL };
static const char *const rollback_modes[] = { "auto", "direct", "pull-request", NULL };

static const struct field metadata_fields[] = {
	{ ROW(STRING, "name", META(name)), REQUIRED },
	{ ROW(PAIRS, "labels", META(labels)),
	  OPTION("label", "KEY=VALUE", "A label of the migration, to select it with -l") },
	{ ROW(PAIRS, "annotations", META(annotations)) },
	FIELDS_END,
};

static const struct record metadata_record = { .fields = metadata_fields };

static const struct field from_fields[] = {
	{ ROW(STRING, "host", PART(from, host)), REQUIRED,
	  OPTION("from", "HOST", "The old host: a host of a ServiceEntry") },
	{ ROW(STRING, "namespace", PART(from, ns)), .letter = 'n',
	  OPTION("namespace", "NAMESPACE",
		 "The namespace of the ServiceEntry; also the namespace of short host names and of "
		 "VirtualServices without one") },
	FIELDS_END,
};

static const struct record from_record = { .fields = from_fields };

static const struct field to_fields[] = {
	{ ROW(STRING, "host", PART(to, host)), REQUIRED,
	  OPTION("to", "HOST", "The new host: the host of a GCPBackend") },
	{ ROW(INT, "port", PART(to, port)), .min = 1, .max = 65535,
	  OPTION("to-port", "PORT",
		 "The port of the new host. Required if the old destination specifies a port") },
	{ ROW(STRING, "hostHeader", PART(to, host_header)),
	  OPTION("host-header", "HOST",
		 "The Host header of requests to the new host. Defaults to that of the client") },
	FIELDS_END,
};

static const struct record to_record = { .fields = to_fields };

static const struct field manifests_fields[] = {
	{ ROW(STRING, "path", PART(manifests, path)),
	  OPTION("path", "DIR",
		 "The directory of the manifests that may be changed. Defaults to the whole "
		 "repository") },
	{ ROW(STRING, "virtualService", PART(manifests, virtual_service)),
	  OPTION("virtual-service", "FILE", "The only file whose VirtualServices may be changed") },
	{ ROW(STRING, "create", PART(manifests, create)),
	  OPTION("create", "FILE",
		 "The file to create with a new VirtualService if none routes to the old host") },
	{ ROW(LIST, "environments", PART(manifests, environments)),
	  OPTION("environments", "LIST",
		 "The environments that apply the manifests, as listed by plan and discover. "
		 "Required if more than one applies the same manifest") },
	{ ROW(LIST, "search", PART(manifests, search)),
	  OPTION("search", "LIST",
		 "Search for related objects only in path and these directories") },
	FIELDS_END,
};

static const struct record manifests_record = { .fields = manifests_fields };

static const struct field mirror_fields[] = {
	{ ROW(INT, "percent", PART(mirror, percent)), .min = 1, .max = 100,
	  OPTION("mirror-percent", "PERCENT",
		 "The percentage of the matching requests to mirror") },
	{ ROW(LIST, "methods", PART(mirror, methods)),
	  OPTION("mirror-methods", "LIST", "The methods of the requests to mirror") },
	FIELDS_END,
};

static const struct record mirror_record = { .fields = mirror_fields };

static const struct field git_fields[] = {
	{ ROW(STRING, "branch", PART(git, branch)),
	  OPTION("branch", "BRANCH",
		 "The branch that is applied. Defaults to the default branch of the remote") },
	{ ROW(STRING, "remote", PART(git, remote)),
	  OPTION("remote", "NAME",
		 "The remote to fetch the branch from and push it to. Defaults to the upstream "
		 "remote of the branch, or origin") },
	{ ROW(ENUM, "mode", PART(git, mode)), .choices = modes,
	  OPTION("mode", "MODE",
		 "Where stages are committed: direct, on the branch that is applied; pull-request, "
		 "on a branch of their own") },
	{ ROW(ENUM, "rollback", PART(git, rollback)), .choices = rollback_modes,
	  OPTION("rollback-mode", "MODE",
		 "Where rollbacks are committed: direct or pull-request, as for --mode; auto, "
		 "direct, or on a branch of their own if the branch that is applied takes no "
		 "push") },
	FIELDS_END,
};

static const struct record git_record = { .fields = git_fields };

static const struct field migration_spec_fields[] = {
	{ ROW(RECORD, "from", SPEC(from)), REQUIRED, .of = &from_record },
	{ ROW(RECORD, "to", SPEC(to)), REQUIRED, .of = &to_record },
	{ ROW(RECORD, "manifests", SPEC(manifests)), .of = &manifests_record },
	{ ROW(LIST, "routes", SPEC(routes)),
	  OPTION("routes", "LIST",
		 "The types of routes to move: http, tls, tcp. Defaults to http") },
	{ ROW(LIST, "stages", SPEC(stages)),
	  OPTION("stages", "LIST", "The stages in ascending order: mirror and percentages") },
	{ ROW(RECORD, "mirror", SPEC(mirror)), .of = &mirror_record },
	{ ROW(RECORD, "git", SPEC(git)), .of = &git_record },
	{ ROW(PAIRS, "allow", SPEC(allow)),
	  OPTION("allow", "CODE=REASON", "Accept findings with this code, for this reason") },
	{ ROW(STRING, "hold", SPEC(hold)),
	  OPTION("hold", "REASON", "Why the migration must not advance for now") },
	{ ROW(STRING, "proposed", SPEC(proposed)) },
	FIELDS_END,
};

const struct record migration_spec_record = {
	.size = sizeof(struct migration_spec),
	.fields = migration_spec_fields,
};

static const struct field migration_record_fields[] = {
	{ ROW(STRING, "apiVersion", AT(api_version)), REQUIRED },
	{ ROW(STRING, "kind", AT(kind)), REQUIRED },
	{ ROW(RECORD, "metadata", AT(metadata)), REQUIRED, .of = &metadata_record },
	{ ROW(RECORD, "spec", AT(spec)), REQUIRED, .of = &migration_spec_record },
	FIELDS_END,
};

const struct record migration_record = {
	.kind = MIGRATION_KIND,
	.size = sizeof(struct migration_fields),
	.fields = migration_record_fields,
};

void migration_defaults(struct migration_spec *spec)
{
	static struct slice safe[] = { SLICE_INIT("GET"), SLICE_INIT("HEAD") };

	spec->mirror.percent = 10;
	spec->mirror.methods = (struct slices){ safe, 2 };
}

bool migration_uses_pull_request(const struct migration *m, bool rollback)
{
	return rollback ? m->f.spec.git.rollback == ROLLBACK_PULL_REQUEST :
			  m->f.spec.git.mode == MODE_PULL_REQUEST;
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

/* The field that is being checked: spec.MAP.KEY or spec.KEY, and the number of an item in it. */
struct checked_field {
	const char *map, *key; /* NULL: spec itself */
	size_t item;
};

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
static int check_allow(const struct pairs *allow, struct place at, struct checked_field *where,
		       struct err *err)
{
	for (size_t i = 0; i < allow->n; i++) {
		const struct code *code = code_find(allow->items[i].key);

		*where = (struct checked_field){ NULL, "allow", i };
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
static int check_paths(const struct migration_fields *f, struct place at,
		       struct checked_field *where, struct err *err)
{
	*where = (struct checked_field){ "manifests", "path", 0 };
	if (f->spec.manifests.path.len &&
	    path_check(f->spec.manifests.path, at, "manifests.path", err) < 0)
		return -1;
	for (size_t i = 0; i < f->spec.manifests.search.n; i++) {
		*where = (struct checked_field){ "manifests", "search", i };
		if (path_check(f->spec.manifests.search.items[i], at, "manifests.search", err) < 0)
			return -1;
	}
	*where = (struct checked_field){ "manifests", "virtualService", 0 };
	if (f->spec.manifests.virtual_service.len &&
	    path_check(f->spec.manifests.virtual_service, at, "manifests.virtualService", err) < 0)
		return -1;
	where->key = "create";
	return f->spec.manifests.create.len ?
		       path_check(f->spec.manifests.create, at, "manifests.create", err) :
		       0;
}

/* The methods of spec.mirror: tokens of RFC 9110 in upper case. */
static int check_methods(const struct slices *methods, struct place at, struct checked_field *where,
			 struct err *err)
{
	*where = (struct checked_field){ "mirror", "methods", 0 };
	for (size_t i = 0; i < methods->n; i++) {
		where->item = i;
		for (size_t j = 0; j < methods->items[i].len || !methods->items[i].len; j++)
			if (!methods->items[i].len || methods->items[i].ptr[j] < 'A' ||
			    methods->items[i].ptr[j] > 'Z')
				return err_set(err, &CODE_migration_field, at,
					       "'%" SLICE_FMT "' is not an upper-case HTTP method",
					       SLICE_ARG(methods->items[i]));
	}
	return methods->n ? 0 : err_set(err, &CODE_migration_field, at, "mirror.methods is empty");
}

/* The types of routes to move. */
static int check_routes(const struct slices *types, struct place at, struct checked_field *where,
			struct err *err)
{
	for (size_t i = 0; i < types->n; i++) {
		*where = (struct checked_field){ NULL, "routes", i };
		if (!slice_is(types->items[i], "http") && !slice_is(types->items[i], "tls") &&
		    !slice_is(types->items[i], "tcp"))
			return err_set(err, &CODE_migration_field, at,
				       "'%" SLICE_FMT
				       "' is not a type of routes: must be http, tls or tcp",
				       SLICE_ARG(types->items[i]));
	}
	if (types->n && !slices_have(*types, SLICE("http")))
		return err_set(err, &CODE_migration_field, at,
			       "'routes' must contain http, which is always moved");
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
static int check_stages(struct migration *out, struct arena *arena, struct checked_field *where,
			struct err *err)
{
	const struct slices *names = &out->f.spec.stages;
	struct stages list, *own;

	out->stages = &stages_default;
	if (!names->n)
		return 0;
	*where = (struct checked_field){ NULL, "stages", 0 };
	if (stages_read(names->items, names->n, &list, err) < 0) {
		struct err ignored = ERR_INIT;

		while (where->item + 1 < names->n &&
		       stages_read(names->items, where->item + 1, &list, &ignored) == 0)
			where->item++;
		return -1;
	}
	own = arena_alloc(arena, sizeof(*own));
	*own = list;
	out->stages = own;
	return 0;
}

/* spec.proposed: "stage 10", "none", or "none after COMMIT". */
static int check_proposed(struct slice text, struct place at, struct err *err)
{
	struct stage ignored;

	if (!text.ptr || slice_is(text, "none") || slice_starts(text, SLICE("none after ")) ||
	    (slice_starts(text, SLICE("stage ")) &&
	     stage_parse(slice_sub(text, 6, text.len), &ignored)))
		return 0;
	(void)err_set(err, &CODE_migration_field, at,
		      "'%" SLICE_FMT "' is not a value of 'proposed': must be 'stage STAGE' or "
		      "'none'",
		      SLICE_ARG(text));
	return err_remedy(err, "remove the field: promote and rollback write it");
}

/* Checks all fields; after an error, `where` is the field. */
static int check_fields(struct migration *out, struct arena *arena, struct place at,
			struct checked_field *where, struct err *err)
{
	const struct migration_fields *f = &out->f;
	struct err inner = ERR_INIT;

	out->move = (struct move){ .from = f->spec.from.host,
				   .to = f->spec.to.host,
				   .ns = f->spec.from.ns,
				   .port = (int)f->spec.to.port,
				   .mirror_percent = (int)f->spec.mirror.percent,
				   .methods = f->spec.mirror.methods,
				   .tls = slices_have(f->spec.routes, SLICE("tls")),
				   .tcp = slices_have(f->spec.routes, SLICE("tcp")),
				   .host_header = f->spec.to.host_header };
	*where = (struct checked_field){ "from", "host", 0 };
	if (host_check(f->spec.from.host, "the old host", &inner) < 0)
		return err_set(err, inner.code, at, "%s", inner.reason);
	*where = (struct checked_field){ "to", "host", 0 };
	if (host_check(f->spec.to.host, "the new host", &inner) < 0)
		return err_set(err, inner.code, at, "%s", inner.reason);
	if (host_same(f->spec.from.host, f->spec.to.host) ||
	    host_near(f->spec.from.host, f->spec.to.host))
		return err_set(err, &CODE_same_host, at,
			       "the old host and the new host are the same: '%" SLICE_FMT "'",
			       SLICE_ARG(f->spec.to.host));
	*where = (struct checked_field){ "from", "namespace", 0 };
	if (f->spec.from.ns.len && !migration_name_ok(f->spec.from.ns))
		return err_set(err, &CODE_migration_field, at,
			       "'%" SLICE_FMT "' is not a valid namespace",
			       SLICE_ARG(f->spec.from.ns));
	if (check_stages(out, arena, where, &inner) < 0)
		return err_set(err, inner.code, at, "%s", inner.reason);
	if (check_methods(&f->spec.mirror.methods, at, where, err) < 0 ||
	    check_paths(f, at, where, err) < 0 || check_routes(&f->spec.routes, at, where, err) < 0)
		return -1;
	*where = (struct checked_field){ "to", "hostHeader", 0 };
	if (check_host_header(f->spec.to.host_header, at, err) < 0)
		return -1;
	*where = (struct checked_field){ NULL, "proposed", 0 };
	if (check_proposed(f->spec.proposed, at, err) < 0)
		return -1;
	*where = (struct checked_field){ "manifests", "create", 0 };
	if (f->spec.manifests.create.len && !migration_covers(out, f->spec.manifests.create)) {
		(void)err_set(err, &CODE_migration_field, at,
			      "the file to create, '%" SLICE_FMT "', is outside of manifests.path",
			      SLICE_ARG(f->spec.manifests.create));
		return err_remedy(
			err,
			"choose a file in manifests.path, and remove manifests.virtualService");
	}
	return check_allow(&f->spec.allow, at, where, err);
}

int migration_check(struct migration *out, struct arena *arena, struct place at, struct err *err)
{
	struct checked_field where = { NULL, NULL, 0 };

	return check_fields(out, arena, at, &where, err);
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

/* Sets the place of an error to that of a field, or of its item, if the file has it. */
static void place_error(const struct yaml_node *spec, const struct checked_field *where,
			struct err *err)
{
	const struct yaml_node *node = where->map ? yaml_path(spec, where->map, where->key, NULL) :
				       where->key ? yaml_get(spec, where->key) :
						    NULL;
	const struct yaml_node *item = node ? node->first : NULL;
	struct place at;

	for (size_t i = 0; item && i < where->item; i++)
		item = item->next;
	if (!node)
		return;
	at = yaml_place(item ? item : node);
	err->line = at.line;
	err->col = at.col;
}

/* Reads and checks all fields of the parsed file. */
static int read_file(struct migration *m, const struct yaml_file *file, struct err *err)
{
	const struct yaml_node *root = yaml_root(file, 0), *spec = yaml_get(root, "spec");
	struct checked_field where = { NULL, NULL, 0 };

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
	if (check_name(m, root, err) < 0)
		return -1;
	if (check_fields(m, m->arena, yaml_place(spec), &where, err) == 0)
		return 0;
	place_error(spec, &where, err);
	return -1;
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
