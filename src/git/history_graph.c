#include "git/history_graph.h"

#include "base/alloc.h"
#include "base/map.h"
#include "git/commit_links_internal.h"
#include "git/libgit2_internal.h"
#include "git/promisor_internal.h"
#include "git/repo_internal.h"
#include "git/tracked_files_internal.h"

#include <stdlib.h>
#include <string.h>

/*
 * The commits beside the line are read newest first, as git log does. Those that are reachable from
 * the end of the line as well are found by walking from there at the same time ("old"): a commit is
 * old before it is read, unless the clock of its committer was wrong.
 */

/* A commit while the graph is read. */
struct graph_node {
	git_oid id, tree;
	size_t *parents; /* indices of nodes; GRAPH_NONE: it is missing */
	size_t nparents;
	int64_t time;
	bool linked;         /* tree, parents and time were read */
	bool old;            /* reachable from the end of the line */
	bool done;           /* its parents were added */
	size_t entry, index; /* index: in the result */
};

struct graph_reader {
	struct repo *repo;
	const struct graph_query *query;
	struct history_graph *out;
	struct graph_node *nodes; /* first those of the line */
	size_t n, cap;
	struct map indices; /* of nodes, by id */
	size_t *heap;       /* nodes to be read, the newest on top */
	size_t nheap, heap_cap;
	size_t nnew;  /* nodes in the heap that are not old */
	size_t nread; /* nodes taken from the heap */
	struct tracked_files *follow;
	struct tracked_file *files;
	size_t changes_cap;
	struct err *err;
};

/* --- the heap ------------------------------------------------------------- */

/* True if the node `a` of the heap is newer than `b`. */
static bool is_newer(const struct graph_reader *g, size_t a, size_t b)
{
	return g->nodes[g->heap[a]].time > g->nodes[g->heap[b]].time;
}

static void swap_items(struct graph_reader *g, size_t a, size_t b)
{
	size_t item = g->heap[a];

	g->heap[a] = g->heap[b];
	g->heap[b] = item;
}

static void push_node(struct graph_reader *g, size_t node)
{
	size_t at = g->nheap;

	ROOM(g->heap, g->nheap, g->heap_cap);
	g->heap[g->nheap++] = node;
	g->nnew += !g->nodes[node].old;
	for (; at && is_newer(g, at, (at - 1) / 2); at = (at - 1) / 2)
		swap_items(g, at, (at - 1) / 2);
}

static size_t pop_node(struct graph_reader *g)
{
	size_t top = g->heap[0], at = 0;

	g->heap[0] = g->heap[--g->nheap];
	g->nnew -= !g->nodes[top].old;
	while (2 * at + 1 < g->nheap) {
		size_t child = 2 * at + 1;

		child += child + 1 < g->nheap && is_newer(g, child + 1, child);
		if (!is_newer(g, child, at))
			break;
		swap_items(g, child, at);
		at = child;
	}
	return top;
}

/* --- nodes ---------------------------------------------------------------- */

/* Finds or adds the node of a commit. */
static size_t add_node(struct graph_reader *g, const git_oid *id)
{
	struct slice key = { (const char *)id->id, GIT_OID_RAWSZ };
	size_t at = map_get(&g->indices, key);

	if (at != MAP_NONE)
		return at;
	ROOM(g->nodes, g->n, g->cap);
	g->nodes[g->n] = (struct graph_node){ .id = *id, .entry = GRAPH_NONE, .index = GRAPH_NONE };
	map_set(&g->indices, arena_copy(g->out->arena, key), g->n);
	return g->n++;
}

/* Reads tree, parents and time of a node; adds nodes for the parents. False: it is missing. */
static bool link_node(struct graph_reader *g, size_t node)
{
	struct commit_links links;
	size_t *parents;

	if (g->nodes[node].linked)
		return true;
	if (!commit_links_read(g->repo, &g->nodes[node].id, g->out->arena, &links))
		return false;
	g->nodes[node].tree = links.tree;
	g->nodes[node].time = links.time;
	g->nodes[node].linked = true;
	if (g->nodes[node].parents)
		return true;
	parents = arena_array(g->out->arena, links.n, sizeof(*parents));
	for (size_t i = 0; i < links.n; i++)
		parents[i] = add_node(g, &links.parents[i]);
	g->nodes[node].parents = parents;
	g->nodes[node].nparents = links.n;
	return true;
}

/* Marks a node and those before it that were read already as old. */
static void mark_old(struct graph_reader *g, size_t node)
{
	AUTO_FREE size_t *stack = NULL;
	size_t n = 0, cap = 0;

	ROOM(stack, n, cap);
	stack[n++] = node;
	while (n) {
		struct graph_node *at = &g->nodes[stack[--n]];

		if (at->old)
			continue;
		at->old = true;
		g->nnew -= at->linked && !at->done;
		for (size_t i = 0; at->done && i < at->nparents; i++) {
			ROOM(stack, n, cap);
			stack[n++] = at->parents[i];
		}
	}
}

/* Wants a parent of a node to be read. */
static void want_parent(struct graph_reader *g, size_t parent, bool old)
{
	bool known = g->nodes[parent].linked;

	if (parent < g->out->nline)
		return;
	if (known && old)
		mark_old(g, parent);
	if (known)
		return;
	if (!link_node(g, parent)) {
		g->out->cut = g->out->cut || !old;
		return;
	}
	g->nodes[parent].old = old;
	push_node(g, parent);
}

/* Wants all parents of a node. */
static void want_parents(struct graph_reader *g, size_t node)
{
	g->nodes[node].done = true;
	for (size_t i = 0; i < g->nodes[node].nparents; i++)
		want_parent(g, g->nodes[node].parents[i], g->nodes[node].old);
}

/* Sets the parents of a commit of the line, which the walk has read: `merge` NULL: it is none. */
static void set_line_parents(struct graph_reader *g, size_t node, const struct line_merge *merge)
{
	size_t n = merge ? merge->n : 0;
	size_t *parents = arena_array(g->out->arena, n + 1, sizeof(*parents));

	parents[0] = node + 1;
	for (size_t i = 0; i < n; i++) {
		git_oid id;

		oid_to_git(&g->query->line->others[merge->first + i], &id);
		parents[i + 1] = add_node(g, &id);
	}
	g->nodes[node].parents = parents;
	g->nodes[node].nparents = n + 1;
	g->nodes[node].done = true;
}

/* Adds the line, and what its merges bring. */
static void read_line(struct graph_reader *g)
{
	const struct history_line *line = g->query->line;
	size_t last = line->n - 1, merge = 0;

	for (size_t i = 0; i < line->n; i++) {
		git_oid id;
		size_t node;

		oid_to_git(&line->commits[i], &id);
		node = add_node(g, &id);
		g->nodes[node].entry = i;
	}
	g->out->nline = g->n;
	for (size_t i = 0; i < last; i++) {
		bool is = merge < line->nmerges && line->merges[merge].at == i;

		set_line_parents(g, i, is ? &line->merges[merge++] : NULL);
		for (size_t j = 1; j < g->nodes[i].nparents; j++)
			want_parent(g, g->nodes[i].parents[j], false);
	}
	if (!link_node(g, last))
		return;
	g->nodes[last].old = true;
	want_parents(g, last);
}

/* Reads the commits beside the line. */
static void read_sides(struct graph_reader *g)
{
	while (g->nheap && g->nnew) {
		size_t node = pop_node(g);

		if (++g->nread > g->query->max) {
			g->out->cut = true;
			return;
		}
		want_parents(g, node);
	}
}

/* --- the result ----------------------------------------------------------- */

/* Sets the entry of the commits that only a merge of the line brought, and older ones did not. */
static void set_entry(struct graph_reader *g, size_t merge)
{
	AUTO_FREE size_t *stack = NULL;
	size_t n = 0, cap = 0;

	ROOM(stack, n, cap);
	stack[n++] = merge;
	while (n) {
		const struct graph_node *node = &g->nodes[stack[--n]];

		for (size_t i = 0; i < node->nparents; i++) {
			struct graph_node *parent = &g->nodes[node->parents[i]];

			if (parent->old || parent->entry != GRAPH_NONE)
				continue;
			parent->entry = merge;
			ROOM(stack, n, cap);
			stack[n++] = node->parents[i];
		}
	}
}

/* Which merge of the line brought each node: the oldest one. */
static void set_entries(struct graph_reader *g)
{
	const struct history_line *line = g->query->line;

	for (size_t m = line->nmerges; m-- > 0;)
		set_entry(g, line->merges[m].at);
}

/* Adds the parents of the commits in the result that are not in it, with the state before them. */
static void list_boundary(struct graph_reader *g)
{
	struct history_graph *out = g->out;
	size_t n = g->n;

	for (size_t i = 0; i < n; i++) {
		const struct graph_node *node = &g->nodes[i];

		for (size_t j = 0; node->index < out->ninner && j < node->nparents; j++) {
			struct graph_node *parent = &g->nodes[node->parents[j]];

			if (parent->index != GRAPH_NONE)
				continue;
			parent->index = out->n;
			out->commits[out->n].entry = GRAPH_NONE;
			oid_from_git(&parent->id, &out->commits[out->n++].id);
		}
	}
}

/* Adds the nodes that belong to the graph to the result. */
static void list_commits(struct graph_reader *g)
{
	struct history_graph *out = g->out;

	out->commits = arena_array(out->arena, g->n, sizeof(*out->commits));
	for (size_t i = 0; i < g->n; i++) {
		struct graph_node *node = &g->nodes[i];

		if (i >= out->nline && (node->old || !node->done || node->entry == GRAPH_NONE))
			continue;
		node->index = out->n;
		out->commits[out->n].entry = node->entry;
		oid_from_git(&node->id, &out->commits[out->n++].id);
	}
	out->ninner = out->n;
	list_boundary(g);
}

/* Sets the parents of the commits, which have their indices now. */
static void link_commits(struct graph_reader *g)
{
	struct history_graph *out = g->out;

	for (size_t i = 0; i < g->n; i++) {
		const struct graph_node *node = &g->nodes[i];
		size_t *parents;

		if (node->index >= out->ninner)
			continue;
		parents = arena_array(out->arena, node->nparents, sizeof(*parents));
		for (size_t j = 0; j < node->nparents; j++)
			parents[j] = g->nodes[node->parents[j]].index;
		out->commits[node->index].parents = parents;
		out->commits[node->index].nparents = node->nparents;
	}
}

/* --- changes -------------------------------------------------------------- */

/* Goes to a commit. `*changed` are the files that differ from the one before. */
static int visit_node(struct graph_reader *g, size_t node, struct tracked_file ***changed,
		      size_t *n)
{
	*n = 0;
	if (!link_node(g, node)) {
		g->out->cut = true;
		return 0;
	}
	promisor_fetch_trees(g->repo, &g->nodes[node].id);
	return tracked_files_step(g->follow, &g->nodes[node].tree, changed, n, g->err);
}

/* Takes over what the last step found. */
static void settle(struct tracked_file **changed, size_t n)
{
	for (size_t i = 0; i < n; i++)
		git_oid_cpy(&changed[i]->id, &changed[i]->older);
}

/* Adds the changes from the first parent to a node. */
static int add_changes(struct graph_reader *g, size_t node)
{
	struct history_graph *out = g->out;
	struct tracked_file **changed;
	size_t n;

	if (visit_node(g, g->nodes[node].parents[0], &changed, &n) < 0)
		return -1;
	settle(changed, n);
	if (visit_node(g, node, &changed, &n) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct graph_change *c;

		ARENA_ROOM(out->arena, out->changes, out->nchanges, g->changes_cap);
		c = &out->changes[out->nchanges++];
		*c = (struct graph_change){ .commit = g->nodes[node].index,
					    .path = changed[i]->number };
		oid_from_git(&changed[i]->id, &c->from);
		oid_from_git(&changed[i]->older, &c->to);
	}
	settle(changed, n);
	return 0;
}

/* Drops changes of a merge, from number `first` on, that another parent has as well. */
static int drop_inherited(struct graph_reader *g, size_t node, size_t first)
{
	struct history_graph *out = g->out;

	for (size_t p = 1; p < g->nodes[node].nparents && out->nchanges > first; p++) {
		struct tracked_file **changed;
		size_t n, left = first;

		if (visit_node(g, g->nodes[node].parents[p], &changed, &n) < 0)
			return -1;
		settle(changed, n);
		for (size_t i = first; i < out->nchanges; i++) {
			struct oid id;

			oid_from_git(&g->files[out->changes[i].path].id, &id);
			if (!oid_eq(&id, &out->changes[i].to))
				out->changes[left++] = out->changes[i];
		}
		out->nchanges = left;
	}
	return 0;
}

/* Adds the changes of a commit beside the line. */
static int add_side_changes(struct graph_reader *g, size_t node)
{
	size_t first = g->out->nchanges;

	if (!g->nodes[node].nparents)
		return 0; /* of another history: it changes nothing of this one */
	if (add_changes(g, node) < 0)
		return -1;
	return drop_inherited(g, node, first);
}

/* Finds the merges of the line that changed a file, or brought commits that did. */
static bool *list_wanted(const struct graph_reader *g)
{
	const struct history_line *line = g->query->line;
	bool *wanted = xzalloc(line->n + 1);

	for (size_t i = 0; i < line->nmerges; i++)
		wanted[line->merges[i].at] = line->merges[i].changed;
	for (size_t i = 0; i < g->out->nchanges; i++)
		wanted[g->out->commits[g->out->changes[i].commit].entry] = true;
	return wanted;
}

/* Adds the changes of the line. */
static int add_line_changes(struct graph_reader *g)
{
	AUTO_FREE bool *wanted = list_wanted(g);

	for (size_t i = 0; i < g->out->nline; i++) {
		if (!g->query->whole && !wanted[i])
			continue;
		if (link_node(g, i) && g->nodes[i].nparents && add_changes(g, i) < 0)
			return -1;
	}
	return 0;
}

static int by_commit(const void *a, const void *b)
{
	const struct graph_change *x = a, *y = b;

	if (x->commit != y->commit)
		return x->commit < y->commit ? -1 : 1;
	return (x->path > y->path) - (x->path < y->path);
}

/* Finds the changes of all commits. */
static int find_changes(struct graph_reader *g)
{
	const struct graph_query *q = g->query;

	g->files = xrealloc_array(NULL, q->n + 1, sizeof(*g->files));
	g->follow = tracked_files_new(g->repo);
	for (size_t i = 0; i < q->n; i++) {
		g->files[i] = (struct tracked_file){ .number = i, .live = true };
		tracked_files_add(g->follow, &g->files[i], q->paths[i]);
	}
	for (size_t i = g->out->nline; i < g->n; i++)
		if (g->nodes[i].index < g->out->ninner && add_side_changes(g, i) < 0)
			return -1;
	if (add_line_changes(g) < 0)
		return -1;
	if (g->out->nchanges)
		qsort(g->out->changes, g->out->nchanges, sizeof(*g->out->changes), by_commit);
	return 0;
}

int history_graph_read(struct repo *r, const struct graph_query *query, struct history_graph *out,
		       struct err *err)
{
	struct graph_reader g = {
		.repo = r, .query = query, .out = out, .indices = MAP_INIT, .err = err
	};
	int failed = 0;

	*out = (struct history_graph){ .arena = arena_new() };
	if (query->line->n && (query->whole || query->line->nmerges)) {
		read_line(&g);
		read_sides(&g);
		set_entries(&g);
		list_commits(&g);
		link_commits(&g);
		failed = find_changes(&g);
	}
	tracked_files_free(g.follow);
	map_release(&g.indices);
	free(g.nodes);
	free(g.heap);
	free(g.files);
	return failed;
}

void history_graph_release(struct history_graph *graph)
{
	arena_free(graph->arena);
	*graph = (struct history_graph){ .arena = NULL };
}
