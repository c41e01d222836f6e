/*
 * The commits on all sides of merges, and which of them change a file. `git log` is the judge of
 * which commits there are.
 */
#include "git/history_graph.h"

#include "git/commit_read.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

TestSuite(history_graph, .init = scratch_enter, .fini = scratch_leave);

/* Walks to the first version that stops, as the visitor of history_each. */
static int stop_at(const struct file_version *v, void *ctx, struct err *err)
{
	(void)err;
	return v->bytes.ptr && slice_is(slice_trim(v->bytes), ctx) ? HISTORY_STOP : HISTORY_MORE;
}

/* The subject of a commit. */
static void add_subject(struct repo *r, const struct oid *id, struct str *out)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct commit_info info;
	struct err err = ERR_INIT;

	cr_assert_eq(commit_read_info(r, id, arena, &info, &err), 0, "%s", err.reason);
	str_addf(out, "%" SLICE_FMT, SLICE_ARG(info.summary));
}

/*
 * The graph of the file `a` from HEAD to the version `stop`, as "SIDES;CHANGES": the commits beside
 * the line, and "SUBJECT in ENTRY" of each change.
 */
static void expect_graph(const char *stop, bool whole, size_t max, const char *should)
{
	AUTO_REPO struct repo *r = open_here();
	AUTO_STR struct str text = STR_INIT;
	struct history_line line = { .n = 0 };
	struct slice path = SLICE("a");
	struct oid head = oid_at("HEAD");
	struct history_graph graph;
	struct err err = ERR_INIT;

	cr_assert_eq(history_each(r,
				  &(struct history_query){ &head, &path, 1, NULL, stop_at,
							   (void *)(uintptr_t)stop, 0, &line },
				  &err),
		     0, "%s", err.reason);
	cr_assert_eq(history_graph_read(r, &(struct graph_query){ &line, &path, 1, whole, max },
					&graph, &err),
		     0, "%s", err.reason);
	for (size_t i = graph.nline; i < graph.ninner; i++) {
		add_subject(r, &graph.commits[i].id, &text);
		str_addc(&text, ' ');
	}
	for (size_t i = 0; i < graph.nchanges; i++) {
		const struct graph_commit *c = &graph.commits[graph.changes[i].commit];

		str_addc(&text, ';');
		add_subject(r, &c->id, &text);
		str_adds(&text, " in ");
		add_subject(r, &graph.commits[c->entry].id, &text);
	}
	str_adds(&text, graph.cut ? "!" : "");
	cr_expect_str_eq(text.ptr ? text.ptr : "", should, "is\n%s\nnot\n%s", text.ptr, should);
	history_graph_release(&graph);
	history_line_release(&line);
}

/* Puts one file and commits. */
static void step(const char *path, const char *text, const char *subject)
{
	put(path, text);
	commit_all(subject);
}

static void merge(const char *branch, const char *subject)
{
	git("merge", "-q", "--no-ff", "-m", subject, branch, NULL);
}

/* a is 1, then 2 and 1 again on main, while dev forked at the first and merges main. */
static void pull(void)
{
	new_repo();
	step("a", "1\n", "c1");
	git("branch", "dev", NULL);
	step("a", "2\n", "up");
	step("a", "1\n", "down");
	git("checkout", "-q", "dev", NULL);
	step("b", "1\n", "d1");
	merge("main", "pull");
}

Test(history_graph, without_merges_there_are_no_sides)
{
	new_repo();
	step("a", "1\n", "c1");
	step("a", "2\n", "c2");
	expect_graph("", false, 99, "");
	expect_graph("", true, 99, ";c2 in c2");
}

Test(history_graph, a_change_that_was_undone_beside_the_line)
{
	pull();
	expect_graph("", false, 99, "down up ;down in pull;up in pull");
	git("checkout", "-q", "main", NULL);
	merge("dev", "again");
	expect_graph("", false, 99, "pull d1 ");
}

Test(history_graph, the_oldest_merge_brought_it)
{
	pull();
	step("a", "3\n", "later");
	git("checkout", "-q", "main", NULL);
	git("branch", "third", NULL);
	git("checkout", "-q", "dev", NULL);
	git("checkout", "-q", "third", NULL);
	step("c", "1\n", "t1");
	git("checkout", "-q", "dev", NULL);
	merge("third", "second");
	expect_graph("", true, 99, "t1 down up ;later in later;down in pull;up in pull");
}

Test(history_graph, not_what_the_end_of_the_line_contains)
{
	pull();
	step("a", "4\n", "end");
	git("checkout", "-q", "-b", "side", NULL);
	step("a", "5\n", "s1");
	git("checkout", "-q", "dev", NULL);
	step("b", "2\n", "d2");
	merge("side", "top");
	expect_graph("4", false, 99, "s1 ;top in top;s1 in top");
}

Test(history_graph, a_side_that_forked_before_the_end_of_the_line)
{
	new_repo();
	step("a", "1\n", "c1");
	git("branch", "old", NULL);
	step("a", "2\n", "c2");
	step("b", "1\n", "c3");
	git("checkout", "-q", "old", NULL);
	step("c", "1\n", "o1");
	step("c", "2\n", "o2");
	git("checkout", "-q", "main", NULL);
	merge("old", "m");
	expect_graph("2", false, 99, "o2 o1 ");
}

Test(history_graph, a_merge_beside_the_line_that_only_took_over)
{
	new_repo();
	step("a", "1\n", "c1");
	git("branch", "feature", NULL);
	step("a", "2\n", "c2");
	git("checkout", "-q", "feature", NULL);
	step("b", "1\n", "f1");
	merge("main", "update");
	git("checkout", "-q", "main", NULL);
	merge("feature", "m");
	expect_graph("", false, 99, "update f1 ");
}

Test(history_graph, an_octopus)
{
	new_repo();
	step("a", "1\n", "c1");
	git("branch", "x", NULL);
	git("branch", "y", NULL);
	step("d", "1\n", "c2");
	git("checkout", "-q", "x", NULL);
	step("b", "1\n", "x1");
	git("checkout", "-q", "y", NULL);
	step("a", "2\n", "y1");
	step("a", "1\n", "y2");
	git("checkout", "-q", "main", NULL);
	git("merge", "-q", "--no-ff", "-m", "octopus", "x", "y", NULL);
	expect_graph("", false, 99, "x1 y2 y1 ;y2 in octopus;y1 in octopus");
}

Test(history_graph, too_many_commits)
{
	pull();
	expect_graph("", false, 1, "down ;down in pull!");
}

Test(history_graph, a_merge_with_another_history)
{
	new_repo();
	step("a", "1\n", "c1");
	git("checkout", "-q", "--orphan", "other", NULL);
	git("rm", "-q", "-rf", ".", NULL);
	step("z", "1\n", "o1");
	git("checkout", "-q", "main", NULL);
	git("merge", "-q", "--allow-unrelated-histories", "-m", "m", "other", NULL);
	expect_graph("", false, 99, "o1 ");
}
