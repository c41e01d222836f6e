#include "inventory/unread_files.h"

#include "inventory/file_text.h"
#include "inventory/host_tokens.h"
#include "inventory/inventory_subset.h"
#include "istio/host.h"
#include "istio/route.h"
#include "istio/vs_list.h"

/* The search for such files. */
struct unread_search {
	const struct inventory *inv;
	const struct migration *m;
	struct slice host, needle;
	unread_file_fn *found;
	void *ctx;
};

/* What a document of a VirtualService contains. */
struct alias_search {
	struct slice host;
	bool alias, anchored; /* is there an alias, and the host in a value with an anchor */
	bool named;           /* the VirtualService names the host itself */
};

/* Searches a node and those below; the parser limits how deep they are nested. */
static void search_node(struct alias_search *a, const struct yaml_node *n, bool anchored)
{
	anchored = anchored || n->outer != n->start;
	a->alias = a->alias || n->kind == YAML_ALIAS;
	a->anchored =
		a->anchored || (anchored && n->kind == YAML_SCALAR && host_same(n->text, a->host));
	for (const struct yaml_node *c = n->first; c; c = c->next)
		search_node(a, c, anchored);
}

static void compare_host(struct slice host, void *ctx)
{
	struct alias_search *a = ctx;

	a->named = a->named || host_same(host, a->host);
}

/* True if a VirtualService of the file may get the host from an anchor. */
static bool has_host_by_alias(const struct source *s, struct slice host)
{
	for (size_t i = 0; i < s->objects.n; i++) {
		struct alias_search a = { .host = host };

		if (!vs_is(&s->objects.items[i]))
			continue;
		search_node(&a, s->objects.items[i].node, false);
		if (!a.alias || !a.anchored)
			continue;
		vs_each_host(&s->objects.items[i], compare_host, &a);
		if (!a.named)
			return true;
	}
	return false;
}

/* Judges a file that contains the token and a VirtualService. */
static void judge_file(const struct source *scanned, void *ctx)
{
	const struct unread_search *u = ctx;
	const struct source *s = inventory_find(u->inv, scanned->path);

	if (slice_find_case(s->text, u->needle) == SIZE_MAX)
		return;
	if (!s->file && s->why)
		u->found(s, s->why->reason, u->ctx);
	else if (s->file && has_host_by_alias(s, u->host))
		u->found(s, "the host is an alias", u->ctx);
}

void unread_files(const struct inventory *inv, const struct migration *m, struct slice host,
		  unread_file_fn *found, void *ctx)
{
	struct unread_search u = { inv, m, host, host_needle(m->move.from), found, ctx };
	const struct inventory *root = inv;
	size_t n;
	struct source *const *broken = inventory_broken(inv, &n);

	while (inventory_under(root))
		root = inventory_under(root);
	inventory_each_manifest(root, host_first_label(host), judge_file, &u);
	for (size_t i = 0; i < n; i++)
		if (!broken[i]->bytes.ptr ||
		    (file_text_replaced(broken[i]->bytes) && migration_covers(m, broken[i]->path)))
			found(broken[i], broken[i]->why->reason, ctx);
}
