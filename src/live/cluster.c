#include "live/cluster.h"

#include "base/alloc.h"
#include "live/items.h"

#include <stdlib.h>
#include <string.h>

/* What reading a cluster passes around. */
struct cluster_reader {
	struct cluster *c;
	const struct kubectl *k;
	const struct cluster_query *q;
	struct err *err; /* an error that ends the reading */
	struct err
		broken; /* an object of the present call that cannot be parsed; code NULL: none */
};

/* Which kinds a call is about: one flag a kind of the query. */
struct kind_set {
	bool *in;
	size_t n;
};

static struct kind_set kind_set_new(const struct cluster_reader *r)
{
	return (struct kind_set){ arena_array(r->c->arena, r->q->nkinds, sizeof(bool)), 0 };
}

static void kind_set_add(struct kind_set *s, size_t i)
{
	s->n += !s->in[i];
	s->in[i] = true;
}

/* "virtualservices.networking.istio.io". */
static struct slice resource_name(const struct cluster_reader *r, size_t i)
{
	const struct kind *kind = &r->q->kinds[i];

	return arena_printf(r->c->arena, "%s%s%s", kind->plural, kind->group[0] ? "." : "",
			    kind->group);
}

static void set_coverage(const struct cluster_reader *r, size_t i, enum coverage_level level,
			 struct slice reason)
{
	r->c->coverages[i].level = level;
	r->c->coverages[i].reason = reason;
}

/* --- objects -------------------------------------------------------------- */

/* Is the item one to keep? One that must be parsed to decide that and cannot be is broken. */
static bool matches_query(struct cluster_reader *r, struct slice bytes)
{
	AUTO_ARENA struct arena *arena = arena_new();
	enum wanted wanted = r->q->bytes(r->q->ctx, bytes);
	struct yaml_file *file = NULL;
	struct objects found;
	bool result = wanted == WANTED;

	if (wanted != WANTED_MAYBE)
		return result;
	if (yaml_parse(&file, SLICE("cluster"), bytes, &r->broken) < 0)
		return false;
	found = objects_of(file, arena);
	for (size_t i = 0; i < found.n && !result; i++)
		result = r->q->object(r->q->ctx, &found.items[i]);
	yaml_file_free(file);
	return result;
}

/*
 * One object of a list. One that cannot be parsed does not end the reading, but makes it
 * incomplete.
 */
static int take_item(void *ctx, struct slice bytes, struct err *err)
{
	struct cluster_reader *r = ctx;
	struct yaml_file *file;
	struct objects found;

	(void)err;
	if (r->broken.code || !matches_query(r, bytes))
		return 0;
	if (r->c->bytes + bytes.len > CLUSTER_BYTES) {
		(void)err_set(&r->broken, &CODE_live_answer, NOWHERE,
			      "the objects to keep are larger than %zu bytes", CLUSTER_BYTES);
		return 0;
	}
	r->c->bytes += bytes.len;
	if (yaml_parse(&file, SLICE("cluster"), arena_copy(r->c->arena, bytes), &r->broken) < 0)
		return 0;
	ROOM(r->c->files, r->c->nfiles, r->c->files_cap);
	r->c->files[r->c->nfiles++] = file;
	found = objects_of(file, r->c->arena);
	for (size_t i = 0; i < found.n; i++) {
		ROOM(r->c->objects, r->c->n, r->c->cap);
		r->c->objects[r->c->n++] = &found.items[i];
	}
	return 0;
}

/* --- one call ------------------------------------------------------------- */

static int feed_items(void *ctx, struct slice bytes, struct err *err)
{
	return items_feed(ctx, bytes, err);
}

/* Is the kind one that standard error reports as forbidden? Returns the server's reason. */
static bool find_forbidden(const struct cluster_reader *r, size_t i,
			   const struct process_result *result, struct slice *reason)
{
	struct slice rest = str_slice(&result->err), line, name = resource_name(r, i);
	struct slice phrase = arena_printf(
		r->c->arena, "(Forbidden): %" SLICE_FMT " is forbidden: ", SLICE_ARG(name));

	while (slice_next(&rest, '\n', &line)) {
		size_t at = slice_find(line, phrase);

		if (at == SIZE_MAX)
			continue;
		*reason = arena_copy(r->c->arena, slice_sub(line, at + phrase.len, 300));
		return true;
	}
	return false;
}

/* Is the line a warning of the API, or one of kubectl's own log ("E1123 14:23:00 ...")? */
static bool is_log_line(struct slice line)
{
	return slice_starts(line, SLICE("Warning:")) || !line.len ||
	       (line.len > 5 && strchr("IWEF", line.ptr[0]) &&
		strspn(line.ptr + 1, "0123456789") >= 4 && line.ptr[5] == ' ');
}

/* How many lines of standard error report an error. */
static size_t count_errors(const struct process_result *result)
{
	struct slice rest = str_slice(&result->err), line;
	size_t n = 0;

	while (slice_next(&rest, '\n', &line))
		n += !is_log_line(slice_trim(line));
	return n;
}

/* The result of a call. */
struct kinds_answer {
	struct kind_set denied; /* kinds that the user may not read so */
	struct slice *denials;  /* the server's messages about these, by kind */
	bool failed;            /* another error: what was read does not count */
	struct slice reason;    /* of `failed` */
};

/* kubectl get KINDS in a namespace (absent: in all). -1: the reading ends. */
static int get_kinds(struct cluster_reader *r, const struct kind_set *kinds, struct slice ns,
		     struct kinds_answer *out)
{
	AUTO_PROCESS struct process_result result = PROCESS_RESULT_INIT;
	AUTO_STR struct str names = STR_INIT;
	struct items items = { .item = take_item, .ctx = r };
	size_t before = r->c->n;
	struct err err = ERR_INIT;
	const char *arguments[] = {
		"get", NULL,   ns.ptr ? "-n" : "-A",    ns.ptr ? ns.ptr : "--ignore-not-found",
		"-o",  "json", "--show-managed-fields", "--chunk-size=500",
		NULL
	};
	const struct kubectl_call query = { arguments, feed_items, &items };
	int failed;

	*out = (struct kinds_answer){ .denied = kind_set_new(r) };
	out->denials = arena_array(r->c->arena, r->q->nkinds, sizeof(*out->denials));
	r->broken = (struct err)ERR_INIT;
	for (size_t i = 0; i < r->q->nkinds; i++)
		if (kinds->in[i])
			str_addf(&names, "%s%s", names.len ? "," : "", resource_name(r, i).ptr);
	arguments[1] = names.ptr;
	failed = kubectl_run(r->k, &query, &result, &err) < 0 || items_end(&items, &err) < 0;
	items_release(&items);
	if (failed && err.code != &CODE_live_answer) {
		*r->err = err;
		return -1;
	}
	for (size_t i = 0; i < r->q->nkinds && result.exit_code; i++)
		if (kinds->in[i] && find_forbidden(r, i, &result, &out->denials[i]))
			kind_set_add(&out->denied, i);
	if (!failed && r->broken.code)
		err = r->broken;
	out->failed = err.code || (result.exit_code && count_errors(&result) != out->denied.n);
	if (err.code)
		out->reason = arena_copy(r->c->arena, slice_of(err.reason));
	else if (out->failed)
		out->reason = process_last_line(&result, r->c->arena);
	if (out->failed)
		r->c->n = before;
	return 0;
}

/* --- all of it ------------------------------------------------------------ */

/*
 * Sets the coverage after a call in all namespaces; those that are denied remain for
 * read_namespaces.
 */
static int read_all(struct cluster_reader *r, const struct kind_set *kinds, struct kind_set *denied)
{
	struct kinds_answer answer;

	if (!kinds->n)
		return 0;
	if (get_kinds(r, kinds, SLICE_NONE, &answer) < 0)
		return -1;
	for (size_t i = 0; i < r->q->nkinds; i++) {
		struct kind_set one = kind_set_new(r);

		if (!kinds->in[i])
			continue;
		kind_set_add(&one, i);
		if (answer.failed && kinds->n > 1) {
			if (read_all(r, &one, denied) < 0)
				return -1;
		} else if (answer.failed) {
			set_coverage(r, i, COVERED_FAILED, answer.reason);
		} else if (answer.denied.in[i]) {
			set_coverage(r, i, COVERED_FORBIDDEN, answer.denials[i]);
			kind_set_add(denied, i);
		} else {
			set_coverage(r, i, COVERED_ALL, SLICE_NONE);
		}
	}
	return 0;
}

/* The denied kinds, namespace by namespace. */
static int read_namespaces(struct cluster_reader *r, const struct kind_set *denied)
{
	size_t count = r->q->namespaces.n;

	if (count > CLUSTER_NAMESPACES)
		count = 0; /* an incomplete result is reported, which is better than thousands of
			      calls */
	for (size_t n = 0; n < count && denied->n; n++) {
		struct slice ns = arena_copy(r->c->arena, r->q->namespaces.items[n]);
		struct kinds_answer answer;

		if (get_kinds(r, denied, ns, &answer) < 0)
			return -1;
		for (size_t i = 0; i < r->q->nkinds && !answer.failed; i++) {
			struct coverage *s = &r->c->coverages[i];

			if (!denied->in[i] || answer.denied.in[i])
				continue;
			if (!s->namespaces.items)
				s->namespaces.items =
					arena_array(r->c->arena, count, sizeof(struct slice));
			s->namespaces.items[s->namespaces.n++] = ns;
			s->level = COVERED_SOME;
		}
	}
	return 0;
}

/* Finds the kinds that are installed; the coverage of the others is set here. */
static int find_installed(struct cluster_reader *r, struct kind_set *installed)
{
	static const char *const arguments[] = { "api-resources", "-o", "name", "--verbs=list",
						 NULL };
	const struct kubectl_call query = { .arguments = arguments };
	AUTO_PROCESS struct process_result result = PROCESS_RESULT_INIT;
	struct slice rest, line;

	if (kubectl_run(r->k, &query, &result, r->err) < 0)
		return -1;
	if (result.exit_code && !result.out.len)
		return err_set(r->err, &CODE_live_unreachable, NOWHERE, "kubectl: %s",
			       process_last_line(&result, r->c->arena).ptr);
	for (size_t i = 0; i < r->q->nkinds; i++) {
		struct slice name = resource_name(r, i);

		rest = str_slice(&result.out);
		set_coverage(r, i, COVERED_NOT_INSTALLED, SLICE_NONE);
		if (result.exit_code) /* the list is incomplete */
			set_coverage(r, i, COVERED_FAILED, process_last_line(&result, r->c->arena));
		while (slice_next(&rest, '\n', &line))
			if (slice_eq(slice_trim(line), name))
				kind_set_add(installed, i);
	}
	return 0;
}

int cluster_read(struct cluster *out, const struct kubectl *k, const struct cluster_query *q,
		 struct err *err)
{
	struct cluster_reader r = { .c = out, .k = k, .q = q, .err = err };
	struct kind_set installed, denied;

	*out = (struct cluster){ .arena = arena_new(), .ncoverages = q->nkinds };
	out->coverages = arena_array(out->arena, q->nkinds, sizeof(*out->coverages));
	for (size_t i = 0; i < q->nkinds; i++)
		out->coverages[i].kind = &q->kinds[i];
	installed = kind_set_new(&r);
	denied = kind_set_new(&r);
	if (kubectl_context(k, out->arena, &out->context, err) < 0 ||
	    find_installed(&r, &installed) < 0 || read_all(&r, &installed, &denied) < 0)
		return -1;
	return read_namespaces(&r, &denied);
}

void cluster_release(struct cluster *c)
{
	for (size_t i = 0; i < c->nfiles; i++)
		yaml_file_free(c->files[i]);
	free(c->files);
	free(c->objects);
	arena_free(c->arena);
	*c = (struct cluster){ 0 };
}
