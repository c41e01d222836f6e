#include "inventory/carried_hosts.h"

#include "base/ascii.h"
#include "inventory/host_tokens.h"
#include "istio/host.h"

void carried_hosts_init(struct carried_hosts *h)
{
	h->names = h->labels = h->parts = (struct map)MAP_INIT_FOLD;
}

void carried_hosts_release(struct carried_hosts *h)
{
	map_release(&h->names);
	map_release(&h->labels);
	map_release(&h->parts);
}

/* Adds one host. */
static void add_host(struct carried_hosts *h, struct slice host, struct arena *arena)
{
	if (!host.len)
		return;
	map_add(&h->names, host);
	map_add(&h->parts, host_first_label(host));
	if (host_needle(host).len < host.len)
		map_add(&h->labels, host_first_label(host));
	for (size_t i = 0; i < host.len; i++)
		if (host.ptr[i] == '.')
			map_add(&h->names, host_wildcard(slice_sub(host, i, host.len), arena));
}

void carried_hosts_add(struct carried_hosts *h, const struct migration *m, struct arena *arena)
{
	add_host(h, host_resolve(m->move.from, m->move.ns, arena), arena);
	add_host(h, host_resolve(m->move.to, m->move.ns, arena), arena);
}

/* Is the word one of the hosts? A lone asterisk is one where the text is about hosts. */
static bool is_host(const struct carried_hosts *h, struct slice word, struct slice text)
{
	while (word.len && word.ptr[word.len - 1] == '.')
		word.len--;
	if (host_is_odd_wildcard(word))
		return word.len > 1 || slice_find(text, SLICE("host")) != SIZE_MAX;
	return map_has(&h->names, word) || map_has(&h->labels, host_first_label(word));
}

/* Is the byte one of a host or a wildcard; `first`: the first one? */
static bool is_of_word(char c, bool first)
{
	return ascii_is_alnum(c) || c == '*' || (!first && (c == '.' || c == '-' || c == '_'));
}

/* The next word of the text from `*at` on, of the bytes of hosts; absent: there is none. */
static struct slice next_word(struct slice text, size_t *at)
{
	size_t start;

	while (*at < text.len && !is_of_word(text.ptr[*at], true))
		++*at;
	start = *at;
	while (*at < text.len && is_of_word(text.ptr[*at], false))
		++*at;
	return slice_sub(text, start, *at - start);
}

/* Does the text contain a host; `part`: or the first label of one? */
static bool search_text(const struct carried_hosts *h, struct slice text, bool part)
{
	size_t at = 0;

	for (struct slice word = next_word(text, &at); word.len; word = next_word(text, &at))
		if (is_host(h, word, text) || (part && map_has(&h->parts, host_first_label(word))))
			return true;
	return false;
}

bool carried_hosts_in(const struct carried_hosts *h, struct slice text)
{
	return h->names.n && search_text(h, text, false);
}

bool carried_hosts_part_in(const struct carried_hosts *h, struct slice text)
{
	return h->names.n && search_text(h, text, true);
}
