#include "migration/migration.h"

#include "base/ascii.h"

#include "istio/host.h"

int path_check(struct slice path, struct place at, const char *what, struct err *err)
{
	struct slice rest = path, part;

	if (slice_is(path, "."))
		return 0;
	for (size_t i = 0; i < path.len; i++)
		if ((unsigned char)path.ptr[i] < 0x20 || path.ptr[i] == 0x7f || path.ptr[i] == '\\')
			return err_set(err, &CODE_unsafe_path, at,
				       "%s holds a control character or a backslash", what);
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

/* Every code of `allow` exists and may be allowed, with a reason. */
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
				       "allowing '%" SLICE_FMT "' needs a reason",
				       SLICE_ARG(allow->items[i].key));
	}
	return 0;
}

/* The paths of a migration. */
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

/* Methods are tokens of RFC 9110; written in upper case. */
static int check_methods(const struct slices *methods, struct place at, struct err *err)
{
	for (size_t i = 0; i < methods->n; i++)
		for (size_t j = 0; j < methods->items[i].len || !methods->items[i].len; j++)
			if (!methods->items[i].len || methods->items[i].ptr[j] < 'A' ||
			    methods->items[i].ptr[j] > 'Z')
				return err_set(err, &CODE_migration_field, at,
					       "'%" SLICE_FMT "' is not a method in upper case",
					       SLICE_ARG(methods->items[i]));
	return methods->n ? 0 : err_set(err, &CODE_migration_field, at, "mirror.methods is empty");
}

/* The kinds of routes that are moved. */
static int check_routes(const struct slices *kinds, struct move *move, struct place at,
			struct err *err)
{
	for (size_t i = 0; i < kinds->n; i++)
		if (!slice_is(kinds->items[i], "http") && !slice_is(kinds->items[i], "tls") &&
		    !slice_is(kinds->items[i], "tcp"))
			return err_set(err, &CODE_migration_field, at,
				       "'%" SLICE_FMT
				       "' is not a kind of route; they are http, tls and tcp",
				       SLICE_ARG(kinds->items[i]));
	if (kinds->n && !slices_have(*kinds, SLICE("http")))
		return err_set(err, &CODE_migration_field, at,
			       "routes of http are always moved, and 'routes' does not list them");
	move->tls = slices_have(*kinds, SLICE("tls"));
	move->tcp = slices_have(*kinds, SLICE("tcp"));
	return 0;
}

/* A Host header: a host, and a port if need be. So never one of Envoy's formats (%REQ(x)%). */
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
			       "to.hostHeader '%" SLICE_FMT "' does not end in a port",
			       SLICE_ARG(header));
	return 0;
}

/* The list of stages, or the default one. */
static int check_stages(struct migration *out, struct arena *arena, struct err *err)
{
	const struct slices *said = &out->f.spec.stages;
	struct stages list, *own;

	out->stages = &stages_default;
	if (!said->n)
		return 0;
	if (stages_read(said->items, said->n, &list, err) < 0)
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
			       "the old and the new host are the same: '%" SLICE_FMT "'",
			       SLICE_ARG(f->spec.to.host));
	if (f->spec.from.ns.len && !migration_name_ok(f->spec.from.ns))
		return err_set(err, &CODE_migration_field, at,
			       "'%" SLICE_FMT "' is not a namespace", SLICE_ARG(f->spec.from.ns));
	if (check_stages(out, arena, &inner) < 0)
		return err_set(err, inner.code, at, "%s", inner.reason);
	if (check_methods(&f->spec.mirror.methods, at, err) < 0 || check_paths(f, at, err) < 0 ||
	    check_routes(&f->spec.routes, &out->move, at, err) < 0 ||
	    check_host_header(f->spec.to.host_header, at, err) < 0)
		return -1;
	if (f->spec.manifests.create.len && !migration_covers(out, f->spec.manifests.create)) {
		(void)err_set(err, &CODE_migration_field, at,
			      "the file to create, '%" SLICE_FMT
			      "', is none that the migration covers",
			      SLICE_ARG(f->spec.manifests.create));
		return err_remedy(
			err, "put it below manifests.path, and leave manifests.virtualService out");
	}
	return check_allow(&f->spec.allow, at, err);
}
