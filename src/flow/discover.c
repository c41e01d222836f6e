#include "flow/discover.h"

#include "base/parallel.h"
#include "flow/session_internal.h"
#include "git/tree.h"

/* A commit that is searched for ServiceEntries. */
struct entry_search {
	const struct fleet *fleet;
	struct inventory *inventory;
	size_t count; /* files so far: for the progress */
};

static bool wants_name(struct slice path, void *ctx)
{
	struct entry_search *h = ctx;

	progress_report(session_progress(h->fleet->base.session), "files scanned", ++h->count, 0);
	return inventory_wants_path(h->inventory, path);
}

static bool wants_bytes(struct slice path, struct slice bytes, void *ctx)
{
	const struct entry_search *h = ctx;

	return !fleet_has_file(h->fleet, path, bytes) &&
	       (discover_wants(bytes) || inventory_wants_definition(h->inventory, path, bytes));
}

/* Adds one file to the inventory. */
static int take_file(const struct tree_file *file, void *ctx, struct err *err)
{
	struct inventory *inventory = ((const struct entry_search *)ctx)->inventory;

	(void)err;
	if (file->bytes.ptr)
		(void)inventory_add(inventory, file->path, file->bytes, file->mode);
	else if (file->size > MANIFEST_MAX)
		inventory_add_large(inventory, file->path, file->size);
	return 0;
}

/* Fills the inventory with all files that matter. */
static int read_files(struct commit_discovery *d, struct err *err)
{
	const struct base_commit *base = &d->evidence.fleet->base;
	struct entry_search search = { .fleet = d->evidence.fleet,
				       .inventory = d->evidence.inventory };
	const struct tree_query query = { .name_wanted = wants_name,
					  .bytes_wanted = wants_bytes,
					  .max = MANIFEST_MAX,
					  .file = take_file,
					  .ctx = &search };

	inventory_want_environments(search.inventory);
	if (tree_search(base->session->repo, &base->id, &query, err) < 0)
		return -1;
	inventory_parse(search.inventory, parallel_each);
	return 0;
}

/* Notes the files whose contents are not listed. */
static void note_unread(struct commit_discovery *d)
{
	struct source *const *broken;
	size_t n;

	broken = inventory_broken(d->evidence.inventory, &n);
	for (size_t i = 0; i < n; i++)
		if (!broken[i]->bytes.ptr || discover_wants(broken[i]->bytes))
			findings_add_err(&d->unread, broken[i]->why);
	environments_note_unread(d->evidence.environments, &d->unread);
}

int discover_commit(const struct fleet *fleet, int port, struct commit_discovery *out,
		    struct err *err)
{
	struct session *s = fleet->base.session;
	struct commit_discovery d = { .unread = { .arena = s->arena } };

	d.evidence = (struct evidence){ .fleet = fleet, .inventory = inventory_new() };
	if (read_files(&d, err) < 0) {
		discover_commit_release(&d);
		return -1;
	}
	gather_environments(&d.evidence);
	progress_report(&s->options.progress, NULL, 0, 0);
	note_unread(&d);
	discover_make(&d.found, &(struct discover_inputs){
					.inventory = d.evidence.inventory,
					.migrations = (const struct migration *const *)fleet->all,
					.n = fleet->n,
					.taken = fleet_broken_names(fleet),
					.port = port,
					.environments = d.evidence.environments });
	*out = d;
	return 0;
}

void discover_commit_release(struct commit_discovery *d)
{
	discover_release(&d->found);
	evidence_release(&d->evidence);
}
