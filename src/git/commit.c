#include "git/commit.h"

#include "base/alloc.h"
#include "git/internal.h"

#include <stdlib.h>
#include <string.h>

/* "NAME <EMAIL> SECONDS ZONE". */
static void add_signature(struct str *out, const char *role, const git_signature *who)
{
	int offset = who->when.offset < 0 ? -who->when.offset : who->when.offset;

	str_addf(out, "%s %s <%s> %lld %c%02d%02d\n", role, who->name, who->email,
		 (long long)who->when.time, who->when.offset < 0 ? '-' : '+', offset / 60,
		 offset % 60);
}

struct commits {
	struct repo *repo;
	struct batch *batch;
	struct folders *folders;
	struct oid tip;
	git_signature *author, *committer;
};

int commits_new(struct commits **out, struct repo *r, const struct oid *parent, struct err *err)
{
	struct commits *c = xzalloc(sizeof(*c));

	*c = (struct commits){ .repo = r, .batch = batch_new(r), .tip = *parent };
	if (folders_open(&c->folders, r, parent, err) < 0) {
		commits_free(c);
		return -1;
	}
	*out = c;
	return 0;
}

void commits_free(struct commits *c)
{
	if (!c)
		return;
	batch_free(c->batch);
	folders_free(c->folders);
	git_signature_free(c->author);
	git_signature_free(c->committer);
	free(c);
}

/*
 * The commit object's bytes, in the format of git commit-tree; signed, when the user's
 * configuration wants that.
 */
static int commit_text(struct commits *c, const git_oid *tree, const char *message, struct str *out,
		       struct err *err)
{
	AUTO_STR struct str head = STR_INIT, body = STR_INIT, all = STR_INIT;
	char tree_hex[41], parent_hex[41];

	if (!c->author && (identity(c->repo, true, &c->author, err) < 0 ||
			   identity(c->repo, false, &c->committer, err) < 0))
		return -1;
	(void)git_oid_tostr(tree_hex, sizeof(tree_hex), tree);
	oid_text(&c->tip, parent_hex);
	str_addf(&head, "tree %s\nparent %s\n", tree_hex, parent_hex);
	add_signature(&head, "author", c->author);
	add_signature(&head, "committer", c->committer);
	str_addf(&body, "\n%s%s", message, slice_ends(slice_of(message), SLICE("\n")) ? "" : "\n");
	str_add(&all, str_slice(&head));
	str_add(&all, str_slice(&body));
	str_add(out, str_slice(&head));
	if (commit_sign(c->repo, c->committer, str_slice(&all), out, err) < 0)
		return -1;
	str_add(out, str_slice(&body));
	return 0;
}

int commits_add(struct commits *c, const struct change *changes, size_t n, const char *message,
		struct oid *out, struct err *err)
{
	AUTO_STR struct str text = STR_INIT;
	git_oid tree, id;

	if (folders_change(c->folders, changes, n, c->batch, &tree, err) < 0 ||
	    commit_text(c, &tree, message, &text, err) < 0)
		return -1;
	batch_add(c->batch, GIT_OBJECT_COMMIT, str_slice(&text), &id);
	oid_from_git(&id, &c->tip);
	*out = c->tip;
	return 0;
}

int commits_write(struct commits *c, struct err *err)
{
	return batch_write(c->batch, err);
}

int commit_write(struct repo *r, const struct oid *parent, const struct change *changes, size_t n,
		 const char *message, struct oid *out, struct err *err)
{
	struct commits *c = NULL;
	struct oid made;
	int failed = commits_new(&c, r, parent, err);

	if (!failed)
		failed = commits_add(c, changes, n, message, &made, err);
	if (!failed)
		failed = commits_write(c, err);
	commits_free(c);
	if (!failed)
		*out = made;
	return failed;
}

int commit_tree_with(struct repo *r, const struct oid *parent, const struct change *changes,
		     size_t n, struct oid *tree, struct err *err)
{
	struct commits *c = NULL;
	int failed = commits_new(&c, r, parent, err);
	git_oid id;

	if (!failed)
		failed = folders_change(c->folders, changes, n, c->batch, &id, err);
	commits_free(c);
	if (!failed)
		oid_from_git(&id, tree);
	return failed;
}
