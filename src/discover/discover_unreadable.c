#include "discover/discover_unreadable.h"

#include "base/ascii.h"
#include "base/map.h"
#include "discover/candidate.h"
#include "gitops/kustomization.h"
#include "gitops/path.h"
#include "istio/host.h"
#include "istio/route.h"
#include "kube/group.h"

#include <stdlib.h>

/* The kinds that a file can be about. */
static const char *const kinds[] = { "VirtualService", "ServiceEntry", "DestinationRule",
				     "GCPBackend", "WorkloadEntry" };

enum { NKINDS = sizeof(kinds) / sizeof(kinds[0]), OBJECTS_MAX = 20 };

/* --- the list ------------------------------------------------------------- */

/* Adds a file. */
static struct unreadable *add_unreadable(struct discovery *d, struct place at, struct slice reason)
{
	struct unreadable *u;

	ARENA_ROOM(d->arena, d->unreadable, d->nunreadable, d->unreadable_cap);
	u = &d->unreadable[d->nunreadable++];
	*u = (struct unreadable){ .at = at, .reason = reason };
	return u;
}

/* "VirtualService shop/web", as a list. */
static struct slices object_list(const struct object *o, struct arena *arena)
{
	struct slices list = { arena_array(arena, 1, sizeof(struct slice)), 1 };

	list.items[0] = arena_printf(arena, "%" SLICE_FMT " %" SLICE_FMT "%s%" SLICE_FMT,
				     SLICE_ARG(o->kind), SLICE_ARG(o->ns), o->ns.len ? "/" : "",
				     SLICE_ARG(o->name));
	return list;
}

void discover_add_placeholder(struct discovery *d, const struct object *object,
			      const struct yaml_node *host)
{
	struct unreadable *u;

	for (size_t i = 0; i < d->nunreadable; i++)
		if (slice_eq(d->unreadable[i].at.path, yaml_name(host->file)) &&
		    d->unreadable[i].at.line == host->line)
			return; /* the same in another environment */
	u = add_unreadable(d, yaml_place(host), SLICE("another program fills in the host"));
	u->objects = object_list(object, d->arena);
}

/* --- objects in a text ---------------------------------------------------- */

/* The scalar behind "key:", in quotes or not, as far as it is on the line; absent: it is none. */
static struct slice value_behind(struct slice line, struct slice key)
{
	size_t at = slice_find(line, key), n = 0;

	line = at == SIZE_MAX ? SLICE_NONE : slice_sub(line, at + key.len, line.len);
	while (line.len && (ascii_is_blank(*line.ptr) || *line.ptr == '"' || *line.ptr == '\'' ||
			    *line.ptr == ':'))
		line = slice_sub(line, 1, line.len);
	while (n < line.len && (ascii_is_alnum(line.ptr[n]) || line.ptr[n] == '-' ||
				line.ptr[n] == '.' || line.ptr[n] == '_'))
		n++;
	return slice_sub(line, 0, n);
}

/* The kind of the mesh that the line declares; NULL: none. */
static const char *kind_in(struct slice line)
{
	struct slice kind = value_behind(line, SLICE("kind"));

	for (size_t i = 0; i < NKINDS && kind.len; i++)
		if (slice_is(kind, kinds[i]))
			return kinds[i];
	return NULL;
}

/* Adds an object to a list with room for OBJECTS_MAX. */
static void add_object(struct slices *out, const char *kind, struct slice name, struct arena *arena)
{
	struct slice text =
		arena_printf(arena, "%s%s%" SLICE_FMT, kind, name.len ? " " : "", SLICE_ARG(name));

	if (out->n < OBJECTS_MAX && !slices_have(*out, text))
		out->items[out->n++] = text;
}

/* The objects of the mesh that a text declares, with their names as far as they are plain. */
static struct slices find_objects(struct slice bytes, struct arena *arena)
{
	struct slices out = { arena_array(arena, OBJECTS_MAX, sizeof(struct slice)), 0 };
	const char *kind = NULL;
	struct slice line;

	while (slice_next(&bytes, '\n', &line)) {
		const char *next = kind_in(line);
		struct slice name = kind ? value_behind(line, SLICE("name:")) : SLICE_NONE;

		if (kind && (next || name.len || slice_starts(line, SLICE("---")))) {
			add_object(&out, kind, name, arena);
			kind = NULL;
		}
		kind = next ? next : kind;
	}
	if (kind)
		add_object(&out, kind, SLICE_NONE, arena);
	return out;
}

/* --- hosts in a text ------------------------------------------------------ */

/* A candidate of a word, as a linked list. */
struct word_use {
	size_t candidate, next;
};

/* The words that mean candidates. */
struct host_words {
	struct discovery *d;
	struct map first;
	struct word_use *uses;
	size_t n;
	size_t *last; /* the file, counted from 1, in which each candidate was last found */
	size_t file;
};

/* Adds a word of a candidate. */
static void add_word(struct host_words *w, struct slice word, size_t candidate)
{
	w->uses[w->n] = (struct word_use){ candidate, map_get(&w->first, word) };
	map_set(&w->first, word, w->n++);
}

/*
 * Collects the words of all candidates: their hosts, and the short names of services. A name of one
 * word is more often another word.
 */
static void collect_words(struct host_words *w)
{
	const struct slice suffix = SLICE(".svc.cluster.local");
	struct discovery *d = w->d;

	w->uses = arena_array(d->arena, 3 * d->n, sizeof(*w->uses));
	w->last = arena_array(d->arena, d->n, sizeof(*w->last));
	for (size_t i = 0; i < d->n; i++) {
		struct slice host = candidate_host(&d->items[i], d->arena),
			     label = host_first_label(host);

		add_word(w, host, i);
		if (!slice_ends(host, suffix))
			continue;
		add_word(w, slice_sub(host, 0, host.len - suffix.len), i);
		if (slice_find_byte(label, '-') != SIZE_MAX)
			add_word(w, label, i);
	}
}

/* True if the byte can be part of a host name or wildcard. */
static bool is_host_byte(char c)
{
	return ascii_is_alnum(c) || c == '-' || c == '_' || c == '.' || c == '*';
}

/* What is done with a candidate whose host is found, at `at` bytes from the beginning. */
typedef void host_found_fn(struct candidate *c, size_t at, void *ctx);

/* Calls `found` for each candidate whose host the text contains, once for each file. */
static void each_host(struct host_words *w, struct slice text, host_found_fn *found, void *ctx)
{
	for (size_t at = 0, end; at < text.len; at = end + 1) {
		struct slice word;

		for (end = at; end < text.len && is_host_byte(text.ptr[end]);)
			end++;
		word = slice_sub(text, at, end - at);
		if (slice_ends(word, SLICE(".")))
			word.len--;
		for (size_t i = word.len ? map_get(&w->first, word) : MAP_NONE; i != MAP_NONE;
		     i = w->uses[i].next) {
			size_t k = w->uses[i].candidate;

			if (w->last[k] == w->file)
				continue;
			w->last[k] = w->file;
			found(&w->d->items[k], at, ctx);
		}
	}
}

/* The line of a byte, counted from 1. */
static uint32_t line_of(struct slice text, size_t at)
{
	uint32_t line = 1;

	for (size_t i = 0; i < at && i < text.len; i++)
		line += text.ptr[i] == '\n';
	return line;
}

/* --- files ---------------------------------------------------------------- */

/* A file while it is searched. */
struct file_search {
	struct discovery *d;
	struct slice path, bytes;
	const struct err *why;       /* it cannot be parsed; else NULL */
	struct slice reason;         /* why it is not known what is applied */
	bool certain;                /* manifests are made of it for sure */
	struct unreadable *entry;    /* NULL: not in the list yet */
	const struct object *object; /* that is searched; NULL: the whole file */
	uint32_t line;               /* of the part that is searched; 0: not a part */
	size_t hosts_cap;
};

/* Where the byte `at` of the file is, or the part that is searched. */
static struct place place_in(const struct file_search *f, size_t at)
{
	return (struct place){ f->path, f->line ? f->line : line_of(f->bytes, at), 0 };
}

/* The entry of the file, which is made when it is first needed; it is at its byte `at`. */
static struct unreadable *file_entry(struct file_search *f, size_t at)
{
	struct place place = place_in(f, at);

	if (f->entry)
		return f->entry;
	if (f->why)
		place.line = f->why->line;
	f->entry = add_unreadable(f->d, place, f->reason);
	f->entry->broken = f->why != NULL;
	f->entry->objects = f->object ? object_list(f->object, f->d->arena) :
					find_objects(f->bytes, f->d->arena);
	return f->entry;
}

/* A host is in the file: adds what that means for its candidate. */
static void note_host(struct candidate *c, size_t at, void *ctx)
{
	struct file_search *f = ctx;
	struct unreadable *u;

	if (!f->why && !f->certain && c->ncenters)
		return; /* a configuration of a client, as far as is known */
	u = file_entry(f, at);
	ARENA_ROOM(f->d->arena, u->hosts.items, u->hosts.n, f->hosts_cap);
	u->hosts.items[u->hosts.n++] = c->host;
	if (!c->unclear.ptr)
		c->unclear = f->path;
	if (f->why) {
		findings_add_err(&c->findings, f->why);
		return;
	}
	findings_add(&c->findings, &CODE_host_rendered, place_in(f, at),
		     "the file contains '%" SLICE_FMT "': %" SLICE_FMT, SLICE_ARG(c->host),
		     SLICE_ARG(f->reason));
}

/* Does the text declare an object that routes, or a host? */
static bool declares_mesh(struct slice bytes)
{
	struct slice line;

	if (slice_find(bytes, SLICE("VirtualService")) == SIZE_MAX &&
	    slice_find(bytes, SLICE("ServiceEntry")) == SIZE_MAX &&
	    slice_find(bytes, SLICE("GCPBackend")) == SIZE_MAX &&
	    slice_find(bytes, SLICE("DestinationRule")) == SIZE_MAX)
		return false;
	while (slice_next(&bytes, '\n', &line))
		if (kind_in(line))
			return true;
	return false;
}

/*
 * Does a file that is no manifest look like one that manifests are made of: values of a chart, or a
 * patch of routes?
 */
static bool is_ingredient(struct slice path, struct slice bytes)
{
	return slice_starts(path_base(path), SLICE("values")) ||
	       slice_find(bytes, SLICE("/spec/http")) != SIZE_MAX ||
	       slice_find(bytes, SLICE("/spec/hosts")) != SIZE_MAX ||
	       slice_find(bytes, SLICE("destination")) != SIZE_MAX;
}

/* Searches a file that cannot be parsed. */
static void search_broken(struct host_words *w, const struct source *s)
{
	struct file_search f = { .d = w->d,
				 .path = s->path,
				 .bytes = s->bytes,
				 .why = s->why,
				 .reason = slice_of(s->why->reason) };

	w->file++;
	each_host(w, s->bytes, note_host, &f);
	if (!f.entry && (!s->bytes.ptr || declares_mesh(s->bytes)))
		(void)file_entry(&f, 0);
}

/* Searches a file without objects, or a HelmRelease; `part`: it is a part of a kustomization. */
static void search_text(struct host_words *w, const struct text_file *t, bool part)
{
	bool release = slice_find(t->bytes, SLICE("HelmRelease")) != SIZE_MAX;
	struct file_search f = {
		.d = w->d,
		.path = t->path,
		.bytes = t->bytes,
		.reason = release ? SLICE("a HelmRelease is rendered by Helm") :
			  slice_starts(path_base(t->path), SLICE("values")) ?
				    SLICE("values are rendered by Helm") :
				    SLICE("it is no manifest, and may be a part of one"),
		.certain = release || part || is_ingredient(t->path, t->bytes)
	};

	w->file++;
	each_host(w, t->bytes, note_host, &f);
}

/* --- parts of files ------------------------------------------------------- */

/* A part of a file that other manifests are made of. */
struct part_row {
	const char *kind; /* NULL: a kustomization */
	const char *key;  /* of the kustomization, or of spec */
	const char *reason;
};

static const struct part_row parts[] = {
	{ NULL, "patches", "a patch of a kustomization fills it in" },
	{ NULL, "patchesStrategicMerge", "a patch of a kustomization fills it in" },
	{ NULL, "patchesJson6902", "a patch of a kustomization fills it in" },
	{ NULL, "replacements", "a replacement of a kustomization fills it in" },
	{ NULL, "vars", "a variable of a kustomization fills it in" },
	{ NULL, "helmCharts", "a chart of a kustomization is rendered by Helm" },
	{ NULL, "helmChartInflationGenerator", "a chart of a kustomization is rendered by Helm" },
	{ NULL, "transformers", "a plugin of kustomize is not evaluated" },
	{ NULL, "generators", "a plugin of kustomize is not evaluated" },
	{ "HelmRelease", "values", "a HelmRelease is rendered by Helm" },
	{ "HelmRelease", "postRenderers", "a HelmRelease is rendered by Helm" },
	{ "Application", "source", "the Application passes it to Helm, kustomize or a plugin" },
	{ "Application", "sources", "the Application passes it to Helm, kustomize or a plugin" },
	{ "ApplicationSet", "template",
	  "the ApplicationSet passes it to Helm, kustomize or a "
	  "plugin" },
	{ "ApplicationSet", "generators",
	  "the ApplicationSet passes it to Helm, kustomize or a "
	  "plugin" },
	{ "Kustomization", "patches", "a patch of the Flux Kustomization fills it in" },
	{ "Kustomization", "postBuild", "a variable of the Flux Kustomization fills it in" },
};

/* Is it an entry of `patches` for objects of other kinds, as far as it shows? */
static bool is_other_patch(const struct yaml_node *entry)
{
	struct slice kind = yaml_string(yaml_path(entry, "target", "kind", NULL)),
		     text = yaml_string(yaml_get(entry, "patch"));

	for (size_t i = 0; i < NKINDS && kind.len; i++)
		if (slice_find(kind, slice_of(kinds[i])) != SIZE_MAX ||
		    slice_find_byte(kind, '*') != SIZE_MAX)
			return false;
	return kind.len || (slice_find(text, SLICE("kind:")) != SIZE_MAX && !declares_mesh(text));
}

/* Searches all scalars of a part. */
static void search_part(struct host_words *w, struct file_search *f, const struct yaml_node *part)
{
	if (part->kind == YAML_MAP && is_other_patch(part))
		return;
	for (const struct yaml_node *c = part->first; c; c = c->next)
		search_part(w, f, c);
	if (part->kind != YAML_SCALAR)
		return;
	f->line = part->line;
	each_host(w, part->text, note_host, f);
}

/* Searches the parts of a map that other manifests are made of. */
static void search_parts(struct host_words *w, struct file_search *f, const char *kind,
			 const struct yaml_node *map)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const struct yaml_node *part = yaml_get(map, parts[i].key);
		bool same = kind && parts[i].kind ? slice_is(slice_of(kind), parts[i].kind) :
						    kind == parts[i].kind;

		if (!part || !same)
			continue;
		f->reason = slice_of(parts[i].reason);
		search_part(w, f, part);
	}
}

/* Searches a kustomization; what it generates is of interest where it is read by others. */
static void search_kustomization(struct host_words *w, struct file_search *f,
				 const struct yaml_node *root)
{
	const struct yaml_node *generated = yaml_get(root, "configMapGenerator");

	search_parts(w, f, NULL, root);
	if (!generated || !(yaml_get(root, "vars") || yaml_get(root, "replacements")))
		return;
	f->reason = SLICE("a variable or a replacement of a kustomization fills it in");
	search_part(w, f, generated);
}

/* Searches a ConfigMap that was read since a replacement may have it as its source. */
static void search_source(struct host_words *w, struct file_search *f, const struct object *o)
{
	const struct yaml_node *data = yaml_get(o->node, "data");

	f->reason = SLICE("a replacement of a kustomization may fill it in");
	if (data && slice_is(o->kind, "ConfigMap"))
		search_part(w, f, data);
}

/* Searches a file that can be parsed. */
static void search_parsed(struct host_words *w, const struct source *s)
{
	struct file_search f = { .d = w->d, .path = s->path, .bytes = s->bytes, .certain = true };
	const struct text_file text = { s->path, s->bytes };

	if (!s->objects.n && !kustomization_is(s->path)) {
		search_text(w, &text, s->common);
		return;
	}
	w->file++;
	if (kustomization_is(s->path)) {
		search_kustomization(w, &f, yaml_root(s->file, 0));
		return;
	}
	for (size_t i = 0; i < s->objects.n; i++) {
		const struct object *o = &s->objects.items[i];

		if (s->common)
			search_source(w, &f, o);
		for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++)
			if (parts[k].kind && slice_is(o->kind, parts[k].kind) &&
			    (!k || parts[k].kind != parts[k - 1].kind))
				search_parts(w, &f, parts[k].kind, o->spec);
	}
}

/* The environments of a file, by what declares them. */
static struct environment_uses uses_of(const struct discover_inputs *in, struct slice path,
				       struct arena *arena)
{
	if (!in->environments)
		return (struct environment_uses){ NULL, 0 };
	return candidate_uses(environment_uses_of(in->environments, path, arena));
}

/* --- routes with variables ------------------------------------------------ */

/* A VirtualService of which another program fills in a host. */
struct variable_search {
	struct host_words *words;
	const struct discover_inputs *in;
	const struct object *object;
	const struct source *source;
	const struct yaml_node *host; /* the first one, in the file */
	struct file_search file;
};

/* A host of the VirtualService as an environment applies it. */
static void note_filled(struct slice host, void *ctx)
{
	struct variable_search *v = ctx;

	each_host(v->words, host, note_host, &v->file);
}

/* What an environment fills in. False: it is not known. */
static bool read_filled(struct variable_search *v, const struct environment *e)
{
	const struct built *b = builds_find(v->words->d->builds, e, v->object);

	if (!b)
		return builds_of(v->words->d->builds, e)->stop.verdict == BUILD_KNOWN;
	if (b->stop.verdict != BUILD_KNOWN || vs_find_placeholder(&b->object))
		return false;
	v->file.reason = arena_printf(v->words->d->arena,
				      "the %s '%" SLICE_FMT "' fills it in as the host of a route",
				      environment_kind_text(e->kind), SLICE_ARG(e->name));
	vs_each_host(&b->object, note_filled, v);
	return true;
}

/* Looks for the hosts that are filled into a VirtualService. */
static void search_variable(struct variable_search *v)
{
	struct arena *arena = v->words->d->arena;
	struct environment_uses uses = uses_of(v->in, v->source->path, arena);
	bool known = uses.n > 0;
	struct unreadable *u;

	v->words->file++;
	v->file = (struct file_search){ .d = v->words->d,
					.path = v->source->path,
					.bytes = v->source->bytes,
					.certain = true,
					.object = v->object,
					.line = v->host->line };
	for (size_t i = 0; i < uses.n; i++)
		known = read_filled(v, uses.items[i].environment) && known;
	if (known)
		return;
	v->file.reason = SLICE("another program fills in the host of a route");
	u = file_entry(&v->file, 0);
	u->reason = v->file.reason;
}

/* Looks for VirtualServices with variables in a file. */
static void search_variables(struct host_words *w, const struct discover_inputs *in,
			     const struct source *s)
{
	for (size_t i = 0; i < s->objects.n; i++) {
		struct variable_search v = { w, in, &s->objects.items[i], s, NULL, { NULL } };

		v.host = vs_find_placeholder(v.object);
		if (v.host)
			search_variable(&v);
	}
}

/* --- all ------------------------------------------------------------------ */

/* May the file contain a VirtualService, of which no host is known? */
static bool may_route_anywhere(const struct unreadable *u)
{
	bool found = false;

	for (size_t i = 0; i < u->objects.n && !u->hosts.n; i++)
		found = found || slice_starts(u->objects.items[i], SLICE("VirtualService"));
	return found;
}

/* Does one of the environments of the candidate apply the file, as far as is known? */
static bool may_apply(const struct candidate *c, const struct environment_uses *uses)
{
	for (size_t i = 0; i < c->nenvironments; i++)
		if (!c->environments[i] || environment_uses_have(uses, c->environments[i]))
			return true;
	return !uses->n;
}

/* Notes the file for the candidates to which nothing is known to route. */
static void note_anywhere(struct discovery *d, const struct discover_inputs *in,
			  const struct unreadable *u)
{
	struct environment_uses uses = uses_of(in, u->at.path, d->arena);

	for (size_t i = 0; i < d->n; i++)
		if (!d->items[i].ncenters && !d->items[i].unclear.ptr &&
		    may_apply(&d->items[i], &uses))
			d->items[i].unclear = u->at.path;
}

static int compare_unreadable(const void *a, const void *b)
{
	const struct unreadable *x = a, *y = b;
	int order = slice_cmp(x->at.path, y->at.path);

	return order ? order : (x->at.line > y->at.line) - (x->at.line < y->at.line);
}

void discover_list_unreadable(struct discovery *d, const struct discover_inputs *in)
{
	struct host_words w = { .d = d, .first = MAP_INIT_FOLD };
	size_t n;
	struct source *const *sources = inventory_sources(in->inventory, &n);

	collect_words(&w);
	for (size_t i = 0; i < n; i++) {
		if (sources[i]->file) {
			search_parsed(&w, sources[i]);
			search_variables(&w, in, sources[i]);
		} else if (sources[i]->why) {
			search_broken(&w, sources[i]);
		}
	}
	for (size_t i = 0; i < in->ntexts; i++)
		if (!inventory_find(in->inventory, in->texts[i].path))
			search_text(&w, &in->texts[i], false);
	for (size_t i = 0; i < d->nunreadable; i++)
		if (may_route_anywhere(&d->unreadable[i]))
			note_anywhere(d, in, &d->unreadable[i]);
	if (d->nunreadable)
		qsort(d->unreadable, d->nunreadable, sizeof(*d->unreadable), compare_unreadable);
	map_release(&w.first);
}
