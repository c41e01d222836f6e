#include "inventory/inventory_subset.h"

#include "base/alloc.h"
#include "inventory/file_text.h"
#include "inventory/inventory_internal.h"
#include "istio/rules.h"

#include <string.h>

/* --- scanning ------------------------------------------------------------- */

/* A file with more tokens than this is parsed once for all subsets, not once for each. */
enum { TOKENS_MAX = 16 };

/* The file at hand, while its tokens are recorded. */
struct token_scan {
	struct inventory *inv;
	size_t source, ntokens;
};

/* Records a token of the file, unless it was the last one to contain it. */
static bool record_token(struct slice token, void *ctx)
{
	struct token_scan *scan = ctx;
	struct inventory *inv = scan->inv;
	size_t first = map_get(&inv->containing, token);

	if (!token.len || (first != MAP_NONE && inv->occurrences[first].source == scan->source))
		return false;
	ROOM(inv->occurrences, inv->noccurrences, inv->occurrences_cap);
	map_set(&inv->containing, token, inv->noccurrences);
	inv->occurrences[inv->noccurrences++] = (struct occurrence){ scan->source, first };
	scan->ntokens++;
	return false;
}

/* Records the tokens of all files anew. */
static void record_tokens(struct inventory *inv)
{
	struct token_scan scan = { inv, 0, 0 };

	map_release(&inv->containing);
	inv->containing = (struct map)MAP_INIT_FOLD;
	inv->noccurrences = 0;
	for (; scan.source < inv->sources.n; scan.source++) {
		struct source *s = inv->sources.items[scan.source];

		scan.ntokens = 0;
		if (!s->bytes.ptr)
			continue;
		(void)host_tokens_each(&inv->tokens, s->text, record_token, &scan);
		s->many_tokens = scan.ntokens > TOKENS_MAX;
	}
}

/* True if the file is relevant to all migrations. */
static bool is_common(const struct inventory *inv, const struct source *s)
{
	return !s->bytes.ptr || inventory_wants_definition(inv, s->path, s->text) ||
	       inventory_may_configure_proxies(s->text) || file_text_replaced(s->bytes);
}

/* Parses one of the files that were added since the last scan, if it is common. */
static void parse_common(void *ctx, size_t i)
{
	const struct inventory *inv = ctx;
	struct source *s = inv->sources.items[inv->nscanned + i];

	s->common = is_common(inv, s);
	s->unfilled = s->bytes.ptr &&
		      (inventory_may_hide_host(s->text) || inventory_may_hide_rule(s->text));
	if (s->common || s->unfilled)
		inventory_parse_source(inv, s);
}

/* Parses one of all files, if it has many tokens. */
static void parse_many_tokens(void *ctx, size_t i)
{
	const struct inventory *inv = ctx;

	if (inv->sources.items[i]->many_tokens)
		inventory_parse_source(inv, inv->sources.items[i]);
}

void inventory_scan(struct inventory *inv, each_fn *each)
{
	each(inv->sources.n - inv->nscanned, parse_common, inv);
	for (; inv->nscanned < inv->sources.n; inv->nscanned++)
		if (inv->sources.items[inv->nscanned]->common ||
		    inv->sources.items[inv->nscanned]->unfilled)
			inventory_list(inv, inv->sources.items[inv->nscanned]);
	record_tokens(inv);
	each(inv->sources.n, parse_many_tokens, inv);
	for (size_t i = 0; i < inv->sources.n; i++)
		if (inv->sources.items[i]->many_tokens) {
			inventory_list(inv, inv->sources.items[i]);
			inventory_index(inv, inv->sources.items[i]);
		}
}

void inventory_each_manifest(const struct inventory *inv, struct slice token,
			     void (*found)(const struct source *s, void *ctx), void *ctx)
{
	for (size_t i = map_get(&inv->containing, token); i != MAP_NONE;
	     i = inv->occurrences[i].next) {
		const struct source *s = inv->sources.items[inv->occurrences[i].source];

		if (slice_find(s->text, SLICE("VirtualService")) != SIZE_MAX)
			found(s, ctx);
	}
}

/* --- subsets -------------------------------------------------------------- */

/*
 * Adds the files of `under` that contain the token to the subset, and the related tokens of its
 * objects in files with many tokens.
 */
static void take_token(struct slice token, void *ctx)
{
	struct inventory *subset = ctx;
	const struct inventory *inv = subset->under;

	for (size_t i = map_get(&inv->containing, token); i != MAP_NONE;
	     i = inv->occurrences[i].next) {
		const struct source *s = inv->sources.items[inv->occurrences[i].source];

		if (!s->many_tokens && !s->why && !map_has(&subset->paths, s->path))
			(void)inventory_add_borrowed(subset, s->path, s->bytes, s->mode);
	}
	for (size_t i = map_get(&inv->by_token, token); i != MAP_NONE && !subset->last_round;
	     i = inv->objects[i].next)
		inventory_note_relatives(subset, inv->objects[i].ref.object);
}

struct inventory *inventory_subset(const struct inventory *inv,
				   const struct migration *const *migrations, size_t n,
				   each_fn *each)
{
	struct inventory *subset = inventory_overlay(inv);
	struct map taken = MAP_INIT_FOLD;

	for (size_t i = 0; i < n; i++)
		host_tokens_of(migrations[i], subset->arena, take_token, subset);
	inventory_parse(subset, each);
	subset->last_round = true; /* files that are only related have no relatives of interest */
	for (size_t i = 0; i < n; i++)
		host_tokens_of_created(migrations[i], take_token, subset);
	for (size_t i = 0; i < subset->related.n; i++)
		if (map_add(&taken, subset->related.items[i]))
			take_token(subset->related.items[i], subset);
	map_release(&taken);
	inventory_parse(subset, each);
	return subset;
}
