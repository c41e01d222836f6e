#include "inventory/inventory_internal.h"

#include "base/alloc.h"
#include "gitops/kustomization.h"
#include "istio/rules.h"

#include <string.h>

/* --- the whole: what all have to do with, and who holds which word -------- */

/* A file with more words than this is parsed once for all, not for each part that needs it. */
enum { WORDS_MOST = 16 };

/* Where a file is while its words are noted. */
struct noting {
	struct inventory *inv;
	size_t source, words;
};

/* Notes that the file holds a word; once in a row. */
static bool note_word(struct slice word, void *ctx)
{
	struct noting *n = ctx;
	struct inventory *inv = n->inv;
	size_t first = map_get(&inv->by_word, word);

	if (!word.len || (first != MAP_NONE && inv->held[first].source == n->source))
		return false;
	ROOM(inv->held, inv->nheld, inv->held_cap);
	map_set(&inv->by_word, word, inv->nheld);
	inv->held[inv->nheld++] = (struct held){ n->source, first };
	n->words++;
	return false;
}

/* The same of a host. */
static void note_host(struct slice host, void *ctx)
{
	const struct noting *n = ctx;

	(void)note_word(arena_copy(n->inv->arena, inventory_word(host)), ctx);
}

/* A file whose words cannot be told from its bytes: parses it for its hosts, and forgets it. */
static void note_escaped(struct noting *n, struct source *s)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct yaml_file *file = NULL;
	struct err ignored = ERR_INIT;
	struct objects objects;

	if (yaml_parse(&file, s->path, s->bytes, &ignored) < 0)
		return;
	objects = objects_of(file, arena);
	for (size_t i = 0; i < objects.n; i++)
		if (vs_is(&objects.items[i])) {
			vs_each_host(&objects.items[i], note_host, n);
			rules_each_host(&objects.items[i], note_host, n);
		}
	yaml_file_free(file);
}

/* Notes the words of all files anew, and which files hold many. */
static void note_words(struct inventory *inv)
{
	struct noting n = { inv, 0, 0 };

	map_release(&inv->by_word);
	inv->by_word = (struct map)MAP_INIT_FOLD;
	inv->nheld = 0;
	for (; n.source < inv->sources.n; n.source++) {
		struct source *s = inv->sources.items[n.source];

		n.words = 0;
		if (!s->bytes.ptr)
			continue;
		(void)host_tokens_each(&inv->words, s->bytes, note_word, &n);
		if (inventory_may_escape(s->bytes))
			note_escaped(&n, s);
		s->shared = n.words > WORDS_MOST;
	}
}

/* Has everybody to do with the file? */
static bool is_common(const struct inventory *inv, const struct source *s)
{
	return !s->bytes.ptr || inventory_wants_around(inv, s->path, s->bytes) ||
	       inventory_may_be_sidecar(s->bytes);
}

/* Parses one of the files that were added since the last time, if everybody has to do with it. */
static void parse_common(void *ctx, size_t i)
{
	const struct inventory *inv = ctx;
	struct source *s = inv->sources.items[inv->nlooked + i];

	s->common = is_common(inv, s);
	if (s->common)
		inventory_parse_source(inv, s);
}

/* Parses one of all files, if many have to do with it. */
static void parse_shared(void *ctx, size_t i)
{
	const struct inventory *inv = ctx;

	if (inv->sources.items[i]->shared)
		inventory_parse_source(inv, inv->sources.items[i]);
}

void inventory_look(struct inventory *inv, each_fn *each)
{
	each(inv->sources.n - inv->nlooked, parse_common, inv);
	for (; inv->nlooked < inv->sources.n; inv->nlooked++)
		if (inv->sources.items[inv->nlooked]->common)
			inventory_list(inv, inv->sources.items[inv->nlooked]);
	note_words(inv);
	each(inv->sources.n, parse_shared, inv);
	for (size_t i = 0; i < inv->sources.n; i++)
		if (inv->sources.items[i]->shared) {
			inventory_list(inv, inv->sources.items[i]);
			inventory_enter(inv, inv->sources.items[i]);
		}
}

void inventory_ask(struct inventory *inv, struct slice word)
{
	ROOM(inv->asked.items, inv->asked.n, inv->asked_cap);
	inv->asked.items[inv->asked.n++] = arena_copy(inv->arena, word);
}

void inventory_each_routing(const struct inventory *inv, struct slice word,
			    void (*source)(const struct source *s, void *ctx), void *ctx)
{
	for (size_t i = map_get(&inv->by_word, word); i != MAP_NONE; i = inv->held[i].next) {
		const struct source *s = inv->sources.items[inv->held[i].source];

		if (slice_find(s->bytes, SLICE("VirtualService")) != SIZE_MAX)
			source(s, ctx);
	}
}

/* --- a part --------------------------------------------------------------- */

/* Takes the files over that hold the word, and asks for the relatives of what is in the others. */
static void take_word(struct slice word, void *ctx)
{
	struct inventory *part = ctx;
	const struct inventory *inv = part->under;

	for (size_t i = map_get(&inv->by_word, word); i != MAP_NONE; i = inv->held[i].next) {
		const struct source *s = inv->sources.items[inv->held[i].source];

		if (!s->shared && !s->why && !map_has(&part->paths, s->path))
			(void)inventory_share(part, s->path, s->bytes, s->mode);
	}
	for (size_t i = map_get(&inv->by_label, word); i != MAP_NONE && !part->second;
	     i = inv->entries[i].next)
		if (vs_is(inv->entries[i].holding.object))
			inventory_note_relatives(part, inv->entries[i].holding.object);
}

struct inventory *inventory_part(const struct inventory *inv,
				 const struct migration *const *migrations, size_t n, each_fn *each)
{
	struct inventory *part = inventory_over(inv);

	for (size_t i = 0; i < n; i++)
		inventory_each_word(migrations[i], part->arena, take_word, part);
	inventory_parse(part, each);
	part->second = true; /* what comes now asks for no more */
	for (size_t i = 0; i < part->asked.n; i++)
		take_word(part->asked.items[i], part);
	inventory_parse(part, each);
	return part;
}
