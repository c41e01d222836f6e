/*
 * Paths that may be committed, judged by git's own gate (git update-index with core.protectHFS and
 * core.protectNTFS): what git refuses is never taken, and what git takes is refused only for a
 * backslash or a control character.
 */
#include "git/commit.h"

#include "base/alloc.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

TestSuite(tree_path, .init = scratch_enter, .fini = scratch_leave);

/* A repository with one commit, and what is needed to ask. */
struct gate {
	struct repo *repo;
	struct oid head;
	char *blob;
	size_t refused, taken;
};

/* Makes it. */
static void gate_open(struct gate *g)
{
	new_repo();
	put("f", "f\n");
	commit_all("first");
	git("config", "core.protectHFS", "true", NULL);
	git("config", "core.protectNTFS", "true", NULL);
	*g = (struct gate){ .repo = open_here(),
			    .head = oid_at("HEAD"),
			    .blob = git_output("rev-parse", "HEAD:f", NULL) };
}

static void gate_close(struct gate *g)
{
	repo_close(g->repo);
	free(g->blob);
}

/* Does git take the path into an index? */
static bool git_takes(const struct gate *g, const char *path)
{
	git("read-tree", "--empty", NULL);
	return git_code("update-index", "--add", "--cacheinfo", "100644", g->blob, path, NULL) == 0;
}

/* Do we take it into a commit? */
static bool we_take(const struct gate *g, const char *path)
{
	const struct change c = { slice_of(path), { NULL, 0 }, SLICE("f\n"), 0100644 };
	struct err err = ERR_INIT;
	struct oid out;

	if (commit_write(g->repo, &(struct commit_draft){ &g->head, CHANGES(&c, 1), "path" }, &out,
			 &err) == 0)
		return true;
	cr_expect_eq(err.code, &CODE_unsafe_path, "'%s': %s", path, err.reason);
	return false;
}

/* Asks both. */
static void ask(struct gate *g, const char *path)
{
	bool stricter = strpbrk(path, "\\\001\t\n\177") != NULL, theirs = git_takes(g, path),
	     ours = we_take(g, path);

	cr_expect(theirs || !ours, "'%s' is taken; git refuses it", path);
	cr_expect(ours || !theirs || stricter, "'%s' is refused; git takes it", path);
	*(ours ? &g->taken : &g->refused) += 1;
}

/* A name as a whole path, and at each place of one. */
static void ask_everywhere(struct gate *g, const char *name)
{
	static const char *const forms[] = { "%s", "%s/b", "a/%s", "a/%s/b" };

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		AUTO_STR struct str path = STR_INIT;
		const char *at = strchr(forms[i], '%');

		str_add(&path, (struct slice){ forms[i], (size_t)(at - forms[i]) });
		str_adds(&path, name);
		str_adds(&path, at + 2);
		ask(g, path.ptr);
	}
}

Test(tree_path, the_git_directory_in_every_spelling)
{
	static const char *const names[] = { ".git", ".GIT", "git~1", "GIT~1" };
	static const char *const more[] = { "",
					    " ",
					    ".",
					    " . .",
					    ":",
					    "::$INDEX_ALLOCATION",
					    "\342\200\214",
					    "\342\200\217",
					    "\342\200\252",
					    "\342\200\256",
					    "\342\201\252",
					    "\342\201\257",
					    "\357\273\277",
					    "\377",
					    "\342\200",
					    "x",
					    "\342\200\220",
					    "\302\240",
					    "\\",
					    "\t",
					    "2" };
	struct gate g;

	gate_open(&g);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		for (size_t k = 0; k < sizeof(more) / sizeof(more[0]); k++) {
			AUTO_STR struct str behind = STR_INIT, inside = STR_INIT;

			str_addf(&behind, "%s%s", names[i], more[k]);
			ask(&g, behind.ptr);
			str_addf(&inside, "%.2s%s%s", names[i], more[k], names[i] + 2);
			ask(&g, inside.ptr);
		}
	cr_expect_gt(g.refused, 60);
	cr_expect_gt(g.taken, 20);
	gate_close(&g);
}

Test(tree_path, wherever_it_stands)
{
	static const char *const names[] = { "..",           ".",          "",       "...",
					     "..  ",         ".git",       "git~1.", "CON",
					     ".gitmodules",  ".gitignore", "a\\b",   "a\001b",
					     "\303\251\377", "-x" };
	struct gate g;

	gate_open(&g);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ask_everywhere(&g, names[i]);
	cr_expect_gt(g.refused, 10);
	cr_expect_gt(g.taken, 10);
	gate_close(&g);
}
