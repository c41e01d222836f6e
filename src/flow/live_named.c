#include "flow/live.h"

#include "istio/host.h"
#include "istio/live.h"
#include "istio/live_references.h"

/* Only what has the host's first label in it can name it. */
static enum wanted wants_bytes(void *ctx, struct slice bytes)
{
	const struct slice *host = ctx;

	return slice_find(bytes, host_first_label(*host)) == SIZE_MAX ? WANTED_NO : WANTED;
}

/* Never asked: no object is WANTED_MAYBE. */
static bool wants_object(void *ctx, const struct object *o)
{
	(void)ctx;
	(void)o;
	return true;
}

int session_live_named(struct session *s, const struct kubectl *kubectl, const struct migration *m,
		       struct live_report *seen, struct findings *out, struct err *err)
{
	struct slice ns = m->move.ns, host = host_resolve(m->move.from, ns, s->arena);
	const struct cluster_query query = { live_kinds,  live_nkinds,  { &ns, ns.len > 0 },
					     wants_bytes, wants_object, &host };
	struct cluster c;
	int result = cluster_read(&c, kubectl, &query, err);

	*out = (struct findings){ .arena = s->arena };
	if (result == 0) {
		live_report_fill(seen, &c, s->arena);
		live_note_blind(c.coverages, LIVE_MESH_KINDS, c.context, out);
		live_note_coverage(c.coverages + LIVE_MESH_KINDS, c.ncoverages - LIVE_MESH_KINDS,
				   c.context, out);
		live_note_references((const struct object *const *)c.objects, c.n, host, out);
	}
	cluster_release(&c);
	return result;
}
