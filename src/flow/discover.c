#include "flow/discover.h"

#include "base/parallel.h"
#include "flow/session_internal.h"
#include "git/tree.h"

/* A commit that is searched for ServiceEntries. */
struct entry_search {
	const struct fleet *fleet;
	struct inventory *inventory;
	struct arena *arena;     /* of the texts */
	struct text_file *texts; /* that are only searched for hosts */
	size_t ntexts, cap;
	size_t count; /* files so far: for the progress */
};

static bool wants_name(struct slice path, void *ctx)
{
	struct entry_search *h = ctx;

	progress_report(session_progress(h->fleet->base.session), "files scanned", ++h->count, 0);
	return inventory_wants_path(h->inventory, path);
}

/* May the file contain objects of the mesh, or define environments? */
static bool is_manifest(const struct entry_search *h, struct slice path, struct slice bytes)
{
	return discover_wants(bytes) || inventory_wants_definition(h->inventory, path, bytes);
}

static bool wants_bytes(struct slice path, struct slice bytes, void *ctx)
{
	const struct entry_search *h = ctx;

	return !fleet_has_file(h->fleet, path, bytes) &&
	       (is_manifest(h, path, bytes) || discover_wants_text(path, bytes));
}

/* Adds a file that is only searched for hosts. */
static void add_text(struct entry_search *h, const struct tree_file *file)
{
	ARENA_ROOM(h->arena, h->texts, h->ntexts, h->cap);
	h->texts[h->ntexts++] = (struct text_file){ arena_copy(h->arena, file->path),
						    arena_copy(h->arena, file->bytes) };
}

/* Adds one file to the inventory, or to the texts. */
static int take_file(const struct tree_file *file, void *ctx, struct err *err)
{
	struct entry_search *h = ctx;

	(void)err;
	if (file->bytes.ptr && is_manifest(h, file->path, file->bytes))
		(void)inventory_add(h->inventory, file->path, file->bytes, file->mode);
	else if (file->bytes.ptr)
		add_text(h, file);
	else if (file->size > MANIFEST_MAX)
		inventory_add_large(h->inventory, file->path, file->size);
	return 0;
}

/* Fills the inventory, and the texts, with all files that matter. */
static int read_files(struct entry_search *search, struct err *err)
{
	const struct base_commit *base = &search->fleet->base;
	const struct tree_query query = { .name_wanted = wants_name,
					  .bytes_wanted = wants_bytes,
					  .max = MANIFEST_MAX,
					  .file = take_file,
					  .ctx = search };

	inventory_want_environments(search->inventory);
	if (tree_search(base->session->repo, &base->id, &query, err) < 0)
		return -1;
	inventory_parse(search->inventory, parallel_each);
	return 0;
}

/* Notes the files of which it is not known what they are about. */
static void note_unread(struct commit_discovery *d)
{
	for (size_t i = 0; i < d->found.nunreadable; i++) {
		const struct unreadable *u = &d->found.unreadable[i];
		const struct source *s = inventory_find(d->evidence.inventory, u->at.path);

		if (u->broken && s && s->why)
			findings_add_err(&d->unread, s->why);
		else if (!u->hosts.n)
			findings_add(
				&d->unread, &CODE_host_rendered, u->at,
				"%" SLICE_FMT ": %" SLICE_FMT,
				SLICE_ARG(u->objects.n ? u->objects.items[0] : SLICE("the file")),
				SLICE_ARG(u->reason));
	}
	environments_note_unread(d->evidence.environments, &d->unread);
}

int discover_commit(const struct fleet *fleet, int port, struct commit_discovery *out,
		    struct err *err)
{
	struct session *s = fleet->base.session;
	struct commit_discovery d = { .unread = { .arena = s->arena } };
	struct entry_search search = { .fleet = fleet, .arena = s->arena };

	d.evidence = (struct evidence){ .fleet = fleet, .inventory = inventory_new() };
	search.inventory = d.evidence.inventory;
	if (read_files(&search, err) < 0) {
		discover_commit_release(&d);
		return -1;
	}
	gather_environments(&d.evidence);
	progress_report(&s->options.progress, NULL, 0, 0);
	discover_make(&d.found, &(struct discover_inputs){
					.inventory = d.evidence.inventory,
					.migrations = (const struct migration *const *)fleet->all,
					.n = fleet->n,
					.taken = fleet_broken_names(fleet),
					.port = port,
					.texts = search.texts,
					.ntexts = search.ntexts,
					.environments = d.evidence.environments });
	note_unread(&d);
	*out = d;
	return 0;
}

void discover_commit_release(struct commit_discovery *d)
{
	discover_release(&d->found);
	evidence_release(&d->evidence);
}
