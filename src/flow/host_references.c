#include "flow/host_references.h"

#include "base/ascii.h"

#include "istio/host.h"

#include <string.h>

struct search {
	struct session *session;
	struct slice host;
	struct host_reference *items;
	size_t n;
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

static bool wants(struct slice path, void *ctx)
{
	(void)ctx;
	return !is_prose(path);
}

/* May the byte stand in a host name? */
static bool in_name(char c)
{
	return ascii_is_alnum(c) || c == '-' || c == '_';
}

/* Does the name stand at `at`, with nothing around that makes it another one? */
static bool named_at(struct slice bytes, size_t at, struct slice host, bool open)
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
static void note(struct search *s, const struct tree_file *file, size_t at)
{
	struct host_reference m = { arena_copy(s->session->arena, file->path), (uint32_t)at, 1, 1 };

	for (size_t i = 0; i < at && file->bytes.ptr; i++) {
		m.col = file->bytes.ptr[i] == '\n' ?
				1 :
				m.col + (((unsigned char)file->bytes.ptr[i] & 0xc0) != 0x80);
		m.line += file->bytes.ptr[i] == '\n';
	}
	s->items[s->n++] = m;
}

/* All places of one file. */
static int look(const struct tree_file *file, void *ctx, struct err *err)
{
	struct search *s = ctx;
	bool local = slice_ends(s->host, SLICE(".svc.cluster.local"));
	struct slice host =
		local ? slice_sub(s->host, 0, s->host.len - strlen(".svc.cluster.local")) : s->host;

	(void)err;
	if (file->bytes.ptr && session_has_migration(s->session, file->path, file->bytes))
		return 0;
	if (!file->bytes.ptr && (file->mode & 0170000) == 0100000 && s->n < HOST_REFERENCES_MAX)
		note(s, file, 0);
	for (size_t at = 0; at + host.len <= file->bytes.len && s->n < HOST_REFERENCES_MAX; at++)
		if (named_at(file->bytes, at, host, local))
			note(s, file, at);
	return 0;
}

int session_host_references(struct session *session, const struct migration *m,
			    struct host_reference **out, size_t *n, struct err *err)
{
	struct search s = { session, host_resolve(m->move.from, m->move.ns, session->arena), NULL,
			    0 };
	const struct tree_query query = {
		.under = "", .name_wanted = wants, .max = MANIFEST_MAX, .file = look, .ctx = &s
	};

	s.items = arena_array(session->arena, HOST_REFERENCES_MAX, sizeof(*s.items));
	if (tree_search(session->repo, &session->base, &query, err) < 0)
		return -1;
	*out = s.items;
	*n = s.n;
	return 0;
}
