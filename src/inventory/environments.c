#include "inventory/environments.h"

#include "base/ascii.h"
#include "base/map.h"
#include "gitops/guard.h"
#include "gitops/kustomization.h"
#include "inventory/inventory.h"

#include <stdlib.h>

/* The number of findings about files that cannot be parsed. */
enum { UNREAD_MAX = 3 };

/* --- environments of files ------------------------------------------------ */

struct environment_index *environments_read(const struct inventory *inv,
					    const struct repository_id *repository,
					    struct slice more)
{
	struct environment_index *r = environment_index_new(repository);
	size_t n;
	struct source *const *sources = inventory_sources(inv, &n);

	if (more.ptr)
		environment_index_path(r, more);
	for (size_t i = 0; i < n; i++) {
		const struct source *s = sources[i];

		environment_index_path(r, s->path);
		if (chart_is(s->path))
			environment_index_chart(r, s->path);
		else if (kustomization_is(s->path))
			environment_index_kustomization(r, s->path,
							s->file ? yaml_root(s->file, 0) : NULL);
		if (s->bytes.ptr && !environment_index_wants(s->bytes))
			continue;
		if (s->file || s->loose)
			environment_index_add(r, s->path, s->file ? &s->objects : &s->templated);
		else /* too large, or not YAML */
			environment_index_unread(r, s->path);
	}
	environment_index_finish(r);
	return r;
}

bool environments_same(const struct environment *a, const struct environment *b)
{
	return a == b || (a->kind == ENVIRONMENT_DIRECTORY && b->kind == ENVIRONMENT_DIRECTORY &&
			  slice_eq(a->directory, b->directory));
}

/* True if the list contains the environment. */
static bool has_environment(const struct environment_uses *a, const struct environment *e)
{
	for (size_t i = 0; i < a->n; i++)
		if (environments_same(a->items[i].environment, e))
			return true;
	return false;
}

/* Adds the environments that are not there yet. */
static struct placement add_uses(struct placement l, struct environment_uses more,
				 struct arena *arena)
{
	struct environment_uses both = { arena_array(arena, l.uses.n + more.n, sizeof(*both.items)),
					 0 };

	for (size_t i = 0; i < l.uses.n; i++)
		both.items[both.n++] = l.uses.items[i];
	for (size_t i = 0; i < more.n; i++)
		if (!has_environment(&l.uses, more.items[i].environment))
			both.items[both.n++] = more.items[i];
	l.uses = both;
	return l;
}

struct placement environments_of(const struct environment_index *r, struct slice path,
				 struct slice kustomization, struct arena *arena)
{
	struct placement l = { path, environment_uses_of(r, path, arena), false };

	if (!kustomization.ptr)
		return l;
	return add_uses(l, environment_uses_of_kustomization(r, kustomization, false, arena),
			arena);
}

struct placement environments_place(const struct environment_view *v, struct slice path,
				    struct slice kustomization, struct arena *arena)
{
	struct placement l = { path, environment_view_uses(v, path, arena), false };
	struct environment_uses more;

	if (!kustomization.ptr)
		return l;
	more = environment_view_kustomization(v, kustomization, arena);
	if (more.n && l.uses.n && l.uses.items[0].environment->kind == ENVIRONMENT_DIRECTORY)
		l.uses.n = 0; /* it will not be a plain file */
	return add_uses(l, more, arena);
}

/* --- the list of the migration -------------------------------------------- */

static int compare_uses(const void *a, const void *b)
{
	const struct environment_use *x = a, *y = b;
	int order = slice_cmp(x->environment->name, y->environment->name);

	if (order || environments_same(x->environment, y->environment))
		return order;
	return (x->environment > y->environment) - (x->environment < y->environment);
}

/*
 * The environments of all files that follow the branch, each once, by name. One that stands for
 * several for some file does so for all.
 */
static struct environment_uses collect_environments(const struct placements *l, bool edited,
						    struct arena *arena)
{
	struct environment_uses all = { NULL, 0 };
	size_t most = 0, n = 0;

	for (size_t i = 0; i < l->n; i++)
		most += l->items[i].uses.n;
	all.items = arena_array(arena, most, sizeof(*all.items));
	for (size_t i = 0; i < l->n; i++)
		for (size_t j = 0; j < l->items[i].uses.n && (l->items[i].edited || !edited); j++)
			if (!l->items[i].uses.items[j].environment->other_revision)
				all.items[all.n++] = l->items[i].uses.items[j];
	if (all.n)
		qsort(all.items, all.n, sizeof(*all.items), compare_uses);
	for (size_t i = 0; i < all.n; i++) {
		struct environment_use *last = n ? &all.items[n - 1] : NULL;

		if (!last || !environments_same(last->environment, all.items[i].environment)) {
			all.items[n++] = all.items[i];
			continue;
		}
		last->source_types |= all.items[i].source_types;
		if (all.items[i].roots > last->roots)
			last->roots = all.items[i].roots;
	}
	all.n = n;
	return all;
}

struct environment_uses environments_moved(const struct placements *l, struct arena *arena)
{
	return collect_environments(l, true, arena);
}

struct slices environments_names(const struct placements *l, struct arena *arena)
{
	struct environment_uses all = collect_environments(l, false, arena);
	struct slices names = { arena_array(arena, all.n, sizeof(struct slice)), all.n };

	for (size_t i = 0; i < all.n; i++)
		names.items[i] = all.items[i].environment->name;
	return names;
}

/* True if YAML reads the name as a string in a flow sequence without quotes. */
static bool is_plain(struct slice name)
{
	static const char *const words[] = { "true", "false", "yes", "no", "on",
					     "off",  "null",  "y",   "n" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (slice_eq_case(name, slice_of(words[i])))
			return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];

		if (!ascii_is_alpha(c) &&
		    (!i || !(ascii_is_digit(c) || c == '-' || c == '.' || c == '/' || c == '_')))
			return false;
	}
	return name.len > 0;
}

/* "environments: [prod, test]", to be pasted. */
static struct slice format_list(const struct environment_uses *all, struct arena *arena)
{
	AUTO_STR struct str text = STR_INIT;

	str_adds(&text, "environments: [");
	for (size_t i = 0; i < all->n; i++) {
		struct slice name = all->items[i].environment->name;

		if (i && slice_eq(name, all->items[i - 1].environment->name))
			continue; /* a directory beside a kustomization in it */
		str_adds(&text, i ? ", " : "");
		if (is_plain(name)) {
			str_add(&text, name);
			continue;
		}
		str_addc(&text, '\'');
		for (size_t k = 0; k < name.len; k++) {
			str_addc(&text, name.ptr[k]);
			if (name.ptr[k] == '\'')
				str_addc(&text, '\'');
		}
		str_addc(&text, '\'');
	}
	str_addc(&text, ']');
	return arena_copy(arena, str_slice(&text));
}

/* "'prod', 'test' (several)": the environments of one file. */
static void add_names(struct str *out, const struct environment_uses *a)
{
	bool first = true;

	for (size_t i = 0; i < a->n; i++) {
		const struct environment *e = a->items[i].environment;

		if (e->other_revision)
			continue;
		str_addf(out, "%s'%" SLICE_FMT "'%s", first ? "" : ", ", SLICE_ARG(e->name),
			 environment_use_is_many(&a->items[i]) ? " (several)" : "");
		first = false;
	}
}

/* Adds findings for the files that several environments use. False: there is none. */
static bool note_shared(const struct placements *l, const struct environment_uses *all,
			struct findings *findings)
{
	bool any = false;

	for (size_t i = 0; i < l->n; i++) {
		AUTO_STR struct str names = STR_INIT;

		if (!l->items[i].edited || !environment_uses_shared(&l->items[i].uses))
			continue;
		any = true;
		add_names(&names, &l->items[i].uses);
		findings_add(findings, &CODE_environments_shared,
			     (struct place){ l->items[i].path, 0, 0 },
			     "more than one environment applies the file: %s", names.ptr)
			->remedy = arena_printf(findings->arena,
						"give each environment its own VirtualService, or "
						"list all of them in spec.manifests: %" SLICE_FMT,
						SLICE_ARG(format_list(all, findings->arena)));
	}
	return any;
}

/* Adds a finding if the files together move several environments. */
static void note_several(const struct placements *l, const struct environment_uses *all,
			 struct place at, struct findings *findings)
{
	struct environment_uses moved = environments_moved(l, findings->arena);
	AUTO_STR struct str names = STR_INIT;

	if (!environment_uses_shared(&moved))
		return;
	add_names(&names, &moved);
	findings_add(findings, &CODE_environments_shared, at,
		     "the migration moves more than one environment: %s", names.ptr)
		->remedy = arena_printf(findings->arena,
					"make a migration for each environment, with its own "
					"spec.manifests.path, or list all of them in "
					"spec.manifests: %" SLICE_FMT,
					SLICE_ARG(format_list(all, findings->arena)));
}

/* "FILE:object": the other name of an environment (environment_is_named). */
static struct slice full_name(const struct environment *e, struct arena *arena)
{
	return arena_join(arena, (struct slice[]){ e->at.path, SLICE(":"), e->object }, 3);
}

/* Writes the names of the list that no environment has. */
static void note_absent(struct str *why, const struct environment_uses *all, struct slices listed,
			struct arena *arena)
{
	struct map names = MAP_INIT;

	for (size_t i = 0; i < all->n; i++) {
		(void)map_add(&names, all->items[i].environment->name);
		(void)map_add(&names, full_name(all->items[i].environment, arena));
	}
	for (size_t i = 0; i < listed.n; i++)
		if (!map_has(&names, listed.items[i]))
			str_addf(why, "%s'%" SLICE_FMT "' applies no file of the migration",
				 why->len ? "; " : "", SLICE_ARG(listed.items[i]));
	map_release(&names);
}

/* Writes the environments of which the list has no name. */
static void note_unlisted(struct str *why, const struct environment_uses *all, struct slices listed,
			  struct arena *arena)
{
	struct map names = MAP_INIT;

	for (size_t i = 0; i < listed.n; i++)
		(void)map_add(&names, listed.items[i]);
	for (size_t i = 0; i < all->n; i++) {
		const struct environment *e = all->items[i].environment;

		if (!map_has(&names, e->name) && !map_has(&names, full_name(e, arena)))
			str_addf(why,
				 "%s'%" SLICE_FMT
				 "' applies a file of the migration but is not listed",
				 why->len ? "; " : "", SLICE_ARG(e->name));
	}
	map_release(&names);
}

/* Adds a finding if the list differs from the environments. */
static void compare_list(const struct environment_uses *all, struct slices listed, struct place at,
			 struct findings *findings)
{
	AUTO_STR struct str why = STR_INIT;

	note_absent(&why, all, listed, findings->arena);
	note_unlisted(&why, all, listed, findings->arena);
	if (why.len)
		findings_add(findings, &CODE_environments_differ, at, "%s", why.ptr)->remedy =
			all->n ? arena_printf(findings->arena,
					      "change the list if this is intended: %" SLICE_FMT,
					      SLICE_ARG(format_list(all, findings->arena))) :
				 SLICE("remove the list");
}

/* Adds findings for the environments that may or may not use a file. */
static void note_unsure(const struct placements *l, const struct environment_uses *all,
			struct findings *findings)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct environment_use *a = &all->items[i];

		if (a->environment->unsure || a->source_types & SOURCE_UNKNOWN)
			findings_add(findings, &CODE_environments_unsure, a->environment->at,
				     "the %s '%" SLICE_FMT "' may apply %" SLICE_FMT
				     "; it counts as an environment that does",
				     environment_kind_text(a->environment->kind),
				     SLICE_ARG(a->environment->name),
				     SLICE_ARG(l->n == 1 ? l->items[0].path :
							   SLICE("files of the migration")));
	}
}

void environments_note_unread(const struct environment_index *r, struct findings *findings)
{
	struct slices unread = environment_index_unread_files(r);

	for (size_t i = 0; i < unread.n && i < UNREAD_MAX; i++)
		findings_add(findings, &CODE_environments_unread,
			     (struct place){ unread.items[i], 0, 0 },
			     "the file cannot be parsed, and may declare an environment that "
			     "applies files of the migration%s",
			     i + 1 == UNREAD_MAX && unread.n > UNREAD_MAX ?
				     "; there are more such files" :
				     "");
}

/* The first environment of another revision, if no other one applies the file; else NULL. */
static const struct environment *find_elsewhere(const struct environment_uses *uses)
{
	for (size_t i = 0; i < uses->n; i++)
		if (!uses->items[i].environment->other_revision)
			return NULL;
	return uses->n ? uses->items[0].environment : NULL;
}

/* Do all environments that apply the file follow the revision? Sets an absent revision first. */
static bool follow_revision(const struct environment_uses *uses, struct slice *revision)
{
	for (size_t i = 0; i < uses->n; i++) {
		struct slice r = uses->items[i].environment->revision;

		if (!uses->items[i].environment->other_revision)
			return false;
		if (slice_starts(r, SLICE("refs/heads/")))
			r = slice_sub(r, 11, r.len);
		if (revision->ptr && !slice_eq(*revision, r))
			return false;
		*revision = r;
	}
	return true;
}

struct slice environments_other_branch(const struct placements *l)
{
	struct slice revision = SLICE_NONE;

	for (size_t i = 0; i < l->n; i++)
		if (l->items[i].edited && !follow_revision(&l->items[i].uses, &revision))
			return SLICE_NONE;
	return revision;
}

void environments_check_branch(const struct placements *l, struct findings *findings)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct environment *e =
			l->items[i].edited ? find_elsewhere(&l->items[i].uses) : NULL;

		if (e)
			findings_add(findings, &CODE_branch_not_followed, e->at,
				     "'%" SLICE_FMT "' is not applied from the branch that would "
				     "change: %s '%" SLICE_FMT "' follows '%" SLICE_FMT "'",
				     SLICE_ARG(l->items[i].path), environment_kind_text(e->kind),
				     SLICE_ARG(e->name), SLICE_ARG(e->revision));
	}
}

void environments_check(const struct placements *l, struct slices listed, struct place at,
			struct findings *findings)
{
	struct environment_uses all = collect_environments(l, false, findings->arena);

	if (listed.n)
		compare_list(&all, listed, at, findings);
	else if (!note_shared(l, &all, findings))
		note_several(l, &all, at, findings);
	note_unsure(l, &all, findings);
}

/* --- migration files ------------------------------------------------------ */

/* What to do about the source types that the file is not guarded against. */
static struct slice remedy_of(const struct environment *e, struct slice path, unsigned open,
			      struct arena *arena)
{
	struct slice inside = path_from(path_directory(path), e->directory);

	if (open & SOURCE_CHART)
		return arena_printf(
			arena,
			"Helm renders every file of the chart: use a directory outside of "
			"%" SLICE_FMT " for migration files (--migrations DIR)",
			SLICE_ARG(e->directory));
	if (open & SOURCE_UNKNOWN)
		return SLICE("add the comment '# " GUARD_ARGOCD
			     "' and the annotation " GUARD_KUSTOMIZE ": \"true\" to the file, "
			     "or use another directory for migration files (--migrations DIR)");
	if (open & SOURCE_KUSTOMIZE)
		return SLICE("add the annotation " GUARD_KUSTOMIZE
			     ": \"true\" to the file (with init: to the template migration.yaml)");
	return arena_printf(arena,
			    "add the line '# " GUARD_ARGOCD
			    "' to the file (with init: to the template migration.yaml), or exclude "
			    "it in the Application: directory: {exclude: '%" SLICE_FMT "%s*'}",
			    SLICE_ARG(inside), inside.len ? "/" : "");
}

void environments_check_guards(const struct environment_index *r, struct slice path,
			       struct slice bytes, const struct code *code,
			       struct findings *findings)
{
	struct environment_uses a = environment_uses_of(r, path, findings->arena);
	struct yaml_file *file = NULL;
	struct err ignored = ERR_INIT;

	if (!a.n || yaml_parse(&file, path, bytes, &ignored) < 0)
		return;
	for (size_t i = 0; i < a.n; i++) {
		const struct environment *e = a.items[i].environment;
		unsigned open = guard_open(file, a.items[i].source_types);

		if (!open)
			continue;
		findings_add(findings, code, e->at,
			     "the %s '%" SLICE_FMT "' %s %" SLICE_FMT
			     ", which is not a Kubernetes object",
			     environment_kind_text(e->kind), SLICE_ARG(e->name),
			     open & SOURCE_UNKNOWN ? "may apply" : "applies", SLICE_ARG(path))
			->remedy = remedy_of(e, path, open, findings->arena);
	}
	yaml_file_free(file);
}
