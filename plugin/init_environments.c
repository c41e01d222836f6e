#include "plugin/init_environments.h"

#include "gitops/path.h"
#include "plugin/say.h"

#include <stdlib.h>

enum { ANSWER_MAX = 4096, PATHS_MAX = 4 };

/* A choice among environments. */
struct choice {
	const struct init_environments *c;
	struct environment_uses all;
	bool *chosen; /* of each of them */
};

/* --- the files of environments -------------------------------------------- */

/* Does the file belong to an environment that is chosen (`wanted`), or to one that is not? */
static bool has_file(const struct choice *c, const struct placement *p, bool wanted)
{
	for (size_t i = 0; i < p->uses.n; i++)
		for (size_t j = 0; j < c->all.n; j++)
			if (c->chosen[j] == wanted &&
			    environments_same(c->all.items[j].environment,
					      p->uses.items[i].environment))
				return true;
	return false;
}

/* What covers only the files of the chosen environments. */
struct chosen_files {
	struct slice directory, file; /* file: absent unless it is the only one, and the directory
					 has files of others; both absent: there is nothing */
	struct slice shared;          /* a file of chosen environments and of others */
};

/* Finds the directory that contains the files of the chosen environments, and no others. */
static struct chosen_files find_coverage(const struct choice *c)
{
	const struct placements *l = c->c->placements;
	struct chosen_files out = { SLICE_NONE, SLICE_NONE, SLICE_NONE };
	struct slice directory = SLICE_NONE, file = SLICE_NONE;
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (!has_file(c, &l->items[i], true))
			continue;
		if (has_file(c, &l->items[i], false))
			out.shared = l->items[i].path;
		file = l->items[i].path;
		directory = n++ ? directory : path_directory(file);
		while (!path_below(file, directory))
			directory = path_directory(directory);
	}
	if (out.shared.ptr)
		return out;
	for (size_t i = 0; i < l->n; i++)
		if (path_below(l->items[i].path, directory) && has_file(c, &l->items[i], false)) {
			out.file = n == 1 ? file : SLICE_NONE;
			return out;
		}
	out.directory = directory.len ? directory : SLICE(".");
	return out;
}

/* --- the migration -------------------------------------------------------- */

/* Lists the chosen environments in the migration, if there are several. */
static void list_chosen(const struct choice *c)
{
	struct slices *list = &c->c->m->f.spec.manifests.environments;
	size_t n = 0;
	bool many = false;

	for (size_t i = 0; i < c->all.n; i++) {
		n += c->chosen[i];
		many = many || (c->chosen[i] && environment_use_is_many(&c->all.items[i]));
	}
	if (list->n || (n < 2 && !many))
		return;
	list->items = arena_array(c->c->app->arena, n, sizeof(*list->items));
	for (size_t i = 0; i < c->all.n; i++)
		if (c->chosen[i])
			list->items[list->n++] =
				arena_copy(c->c->app->arena, c->all.items[i].environment->name);
}

/* Makes the migration one of the chosen environments. */
static int apply_choice(const struct choice *c, struct err *err)
{
	struct migration *m = c->c->m;
	struct arena *arena = c->c->app->arena;
	struct chosen_files coverage;
	bool all = true;

	for (size_t i = 0; i < c->all.n; i++)
		all = all && c->chosen[i];
	if (!all) {
		coverage = find_coverage(c);
		if (coverage.shared.ptr) {
			(void)err_set(err, &CODE_environments_shared,
				      (struct place){ arena_copy(arena, coverage.shared), 0, 0 },
				      "other environments apply the file as well");
			return err_remedy(err, "choose all environments of the file, or give each "
					       "its own VirtualService first");
		}
		if (!coverage.directory.ptr && !coverage.file.ptr) {
			(void)err_set(err, &CODE_environments_shared, NOWHERE,
				      "no directory contains the manifests of these environments "
				      "only");
			return err_remedy(err, "make a migration for each environment");
		}
		if (coverage.file.ptr)
			m->f.spec.manifests.virtual_service = arena_copy(arena, coverage.file);
		else
			m->f.spec.manifests.path = arena_copy(arena, coverage.directory);
	}
	list_chosen(c);
	return migration_check(m, arena, NOWHERE, err);
}

/* --- the list of the user ------------------------------------------------- */

/* Chooses the environment with this name. False: there is none. */
static bool choose_name(const struct choice *c, struct slice name)
{
	bool found = false;

	for (size_t i = 0; i < c->all.n; i++)
		if (environment_is_named(c->all.items[i].environment, name))
			found = c->chosen[i] = true;
	return found;
}

/* "a,b": the names of all environments. */
static struct slice join_names(const struct choice *c, const char *between)
{
	AUTO_STR struct str text = STR_INIT;

	for (size_t i = 0; i < c->all.n; i++)
		str_addf(&text, "%s%" SLICE_FMT, i ? between : "",
			 SLICE_ARG(c->all.items[i].environment->name));
	return arena_copy(c->c->app->arena, str_slice(&text));
}

/* Chooses the environments that --environments lists. */
static int choose_listed(const struct choice *c, struct err *err)
{
	struct slices listed = c->c->m->f.spec.manifests.environments;

	for (size_t i = 0; i < listed.n; i++) {
		if (choose_name(c, listed.items[i]))
			continue;
		(void)err_set(err, &CODE_environments_differ, NOWHERE,
			      "'%" SLICE_FMT "' applies no manifest of the migration",
			      SLICE_ARG(listed.items[i]));
		return c->all.n ? err_remedy(err, "the environments are: %" SLICE_FMT,
					     SLICE_ARG(join_names(c, ", "))) :
				  err_remedy(err, "omit --environments");
	}
	return apply_choice(c, err);
}

/* --- asking --------------------------------------------------------------- */

/* "clusters/dev/pay.yaml, clusters/dev/pay2.yaml": the files of one environment. */
static void add_files(const struct choice *c, const struct environment *e, struct str *out)
{
	const struct placements *l = c->c->placements;
	bool any = false;

	for (size_t i = 0; i < l->n; i++)
		for (size_t j = 0; j < l->items[i].uses.n; j++)
			if (environments_same(l->items[i].uses.items[j].environment, e)) {
				str_addf(out, "%s%" SLICE_FMT, any ? ", " : "",
					 SLICE_ARG(l->items[i].path));
				any = true;
			}
}

/* Lists the environments. */
static void show_environments(const struct choice *c)
{
	say_note(c->c->app, "more than one environment would move:");
	for (size_t i = 0; i < c->all.n; i++) {
		const struct environment *e = c->all.items[i].environment;
		AUTO_STR struct str files = STR_INIT;

		add_files(c, e, &files);
		say_note(c->c->app, "  %zu) %" SLICE_FMT " (%s%s%" SLICE_FMT "%s): %s", i + 1,
			 SLICE_ARG(e->name), environment_kind_text(e->kind),
			 e->destination.len ? ", " : "", SLICE_ARG(e->destination),
			 environment_use_is_many(&c->all.items[i]) ? ", several" : "", files.ptr);
	}
}

/* The options that choose one of the environments, for the first few that a directory has. */
static struct slice list_paths(const struct choice *c)
{
	AUTO_STR struct str text = STR_INIT;
	size_t n = 0;

	for (size_t i = 0; i < c->all.n && n < PATHS_MAX && c->all.n > 1; i++) {
		struct chosen_files coverage;

		for (size_t j = 0; j < c->all.n; j++)
			c->chosen[j] = j == i;
		coverage = find_coverage(c);
		if (coverage.file.ptr || coverage.directory.ptr)
			str_addf(&text, "%s--%s %" SLICE_FMT, n++ ? ", " : "",
				 coverage.file.ptr ? "virtual-service" : "path",
				 SLICE_ARG(coverage.file.ptr ? coverage.file : coverage.directory));
	}
	return arena_copy(c->c->app->arena, str_slice(&text));
}

/* The error where the question cannot be asked. */
static int refuse_choice(const struct choice *c, struct err *err)
{
	struct slice paths = list_paths(c);

	(void)err_set(err, &CODE_environments_shared, NOWHERE,
		      "more than one environment would move: %" SLICE_FMT "%s",
		      SLICE_ARG(join_names(c, ", ")), c->all.n == 1 ? " (several)" : "");
	return err_remedy(
		err, "specify --environments %" SLICE_FMT " to move them together%s%" SLICE_FMT,
		SLICE_ARG(join_names(c, ",")), paths.len ? ", or for one of them: " : "",
		SLICE_ARG(paths));
}

/* Chooses what one word of the answer specifies: a name, or a number of the list. */
static bool choose_word(const struct choice *c, struct slice word)
{
	size_t number = 0;

	if (choose_name(c, word))
		return true;
	for (size_t i = 0; i < word.len; i++) {
		if (word.ptr[i] < '0' || word.ptr[i] > '9' || number > c->all.n)
			return false;
		number = number * 10 + (size_t)(word.ptr[i] - '0');
	}
	if (!number || number > c->all.n)
		return false;
	return c->chosen[number - 1] = true;
}

/* The error of an answer with this word, or (absent) without any. */
static int refuse_answer(struct err *err, struct slice word)
{
	if (word.ptr)
		(void)err_set(err, &CODE_not_confirmed, NOWHERE,
			      "'%" SLICE_FMT "' is none of the environments; nothing was changed",
			      SLICE_ARG(word));
	else
		(void)err_set(err, &CODE_not_confirmed, NOWHERE,
			      "no environment was chosen; nothing was changed");
	return err_remedy(err, "answer with names or numbers of the list, or use --environments "
			       "or --path");
}

/* Reads the answer. */
static int read_answer(const struct choice *c, struct err *err)
{
	char answer[ANSWER_MAX];
	struct slice rest = SLICE("");
	size_t n = 0;

	if (fgets(answer, sizeof(answer), stdin))
		rest = slice_of(answer);
	while (rest.len) {
		size_t end = 0;
		struct slice word;

		while (end < rest.len && rest.ptr[end] != ',' && rest.ptr[end] > ' ')
			end++;
		word = slice_sub(rest, 0, end);
		rest = slice_sub(rest, end + 1, rest.len);
		if (!word.len)
			continue;
		n++;
		if (slice_is(word, "all"))
			for (size_t i = 0; i < c->all.n; i++)
				c->chosen[i] = true;
		else if (!choose_word(c, word))
			return refuse_answer(err, word);
	}
	return n ? 0 : refuse_answer(err, SLICE_NONE);
}

int init_environments_choose(const struct init_environments *of, struct err *err)
{
	struct choice c = { .c = of, .all = environments_moved(of->placements, of->app->arena) };

	c.chosen = arena_array(of->app->arena, c.all.n, sizeof(*c.chosen));
	if (of->m->f.spec.manifests.environments.n)
		return choose_listed(&c, err);
	if (!environment_uses_shared(&c.all))
		return 0;
	if (!of->app->in_tty || of->yes)
		return refuse_choice(&c, err);
	show_environments(&c);
	say_prompt(of->app, "Which of them does the migration move? Names or numbers, or 'all'");
	return read_answer(&c, err) < 0 ? -1 : apply_choice(&c, err);
}
