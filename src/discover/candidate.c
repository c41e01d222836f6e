#include "discover/candidate.h"

#include "istio/host.h"

struct slice candidate_host(const struct candidate *c, struct arena *arena)
{
	return host_resolve(c->host, c->ns, arena);
}

struct slice candidate_namespace(const struct candidate *c, const struct environment *e)
{
	for (size_t i = 0; i < c->nmentions && e; i++)
		if (c->mentions[i].environment == e)
			return c->mentions[i].ns;
	return c->ns;
}

struct environment_uses candidate_uses(struct environment_uses uses)
{
	size_t n = 0;

	for (size_t i = 0; i < uses.n; i++)
		if (!uses.items[i].environment->other_revision)
			uses.items[n++] = uses.items[i];
	uses.n = n;
	return uses;
}

struct move candidate_move(const struct candidate *c, const struct discover_inputs *in,
			   struct slice to)
{
	struct move move = { .from = c->host, .ns = c->ns, .port = in->port, .mirror_percent = 10 };

	if (c->migration)
		move = c->migration->move;
	move.to = to.ptr ? to : SLICE(NO_HOST);
	return move;
}
