#include "flow/host_references.h"

#include "base/ascii.h"
#include "git/tree.h"
#include "flow/session_internal.h"
#include "inventory/inventory.h"
#include "istio/host.h"

#include <string.h>

struct text_search {
	const struct fleet *fleet;
	struct slice host; /* in full */
	struct host_references found;
};

/* Is it prose, which no program reads? */
static bool is_prose(struct slice path)
{
	static const struct slice endings[] = { SLICE_INIT(".md"), SLICE_INIT(".txt"),
						SLICE_INIT(".rst"), SLICE_INIT(".adoc") };

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (slice_ends(path, endings[i]))
			return true;
	return false;
}

static bool wants_file(struct slice path, void *ctx)
{
	(void)ctx;
	return !is_prose(path);
}

/* Can the byte be part of a host name? */
static bool in_name(char c)
{
	return ascii_is_alnum(c) || c == '-' || c == '_';
}

/*
 * Is the name at `at`, with nothing around it that makes it another one? `open`: more may follow.
 */
static bool is_named_at(struct slice bytes, size_t at, struct slice host, bool open)
{
	struct slice behind = slice_sub(bytes, at + host.len, 2);

	if (!slice_eq_case(slice_sub(bytes, at, host.len), host))
		return false;
	if (at && (in_name(bytes.ptr[at - 1]) || bytes.ptr[at - 1] == '.'))
		return false;
	if (behind.len && in_name(behind.ptr[0]))
		return false;
	return open || behind.len < 2 || behind.ptr[0] != '.' || !in_name(behind.ptr[1]);
}

/* Adds a place, with its line and column. */
static void add_reference(struct text_search *s, const struct tree_file *file, size_t at)
{
	struct host_reference r = { arena_copy(s->fleet->base.session->arena, file->path),
				    (uint32_t)at, 1, 1 };

	for (size_t i = 0; i < at && file->bytes.ptr; i++) {
		r.col = file->bytes.ptr[i] == '\n' ?
				1 :
				r.col + (((unsigned char)file->bytes.ptr[i] & 0xc0) != 0x80);
		r.line += file->bytes.ptr[i] == '\n';
	}
	s->found.items[s->found.n++] = r;
}

/* Adds all places of one file. */
static int search_file(const struct tree_file *file, void *ctx, struct err *err)
{
	struct text_search *s = ctx;
	bool local = slice_ends(s->host, SLICE(".svc.cluster.local"));
	struct slice host =
		local ? slice_sub(s->host, 0, s->host.len - strlen(".svc.cluster.local")) : s->host;

	(void)err;
	if (file->bytes.ptr && fleet_has_file(s->fleet, file->path, file->bytes))
		return 0;
	if (!file->bytes.ptr && (file->mode & 0170000) == 0100000 &&
	    s->found.n < HOST_REFERENCES_MAX)
		add_reference(s, file, 0);
	for (size_t at = 0; at + host.len <= file->bytes.len && s->found.n < HOST_REFERENCES_MAX;
	     at++)
		if (is_named_at(file->bytes, at, host, local))
			add_reference(s, file, at);
	return 0;
}

int host_references_find(const struct fleet *fleet, const struct migration *m,
			 struct host_references *out, struct err *err)
{
	struct session *session = fleet->base.session;
	struct text_search s = { .fleet = fleet,
				 .host = host_resolve(m->move.from, m->move.ns, session->arena) };
	const struct tree_query query = {
		.name_wanted = wants_file, .max = MANIFEST_MAX, .file = search_file, .ctx = &s
	};

	s.found.items = arena_array(session->arena, HOST_REFERENCES_MAX, sizeof(*s.found.items));
	if (tree_search(session->repo, &fleet->base.id, &query, err) < 0)
		return -1;
	*out = s.found;
	return 0;
}
