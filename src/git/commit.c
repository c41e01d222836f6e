#include "git/commit.h"

#include "base/alloc.h"
#include "git/identity_internal.h"
#include "git/libgit2_internal.h"
#include "git/sign_internal.h"
#include "git/tree_updater_internal.h"

#include <stdlib.h>

struct commits {
	struct repo *repo;
	struct object_writer *writer;
	struct tree_updater *updater;
	struct oid tip;
};

int commits_new(struct commits **out, struct repo *r, const struct oid *parent, struct err *err)
{
	struct commits *c = xzalloc(sizeof(*c));

	*c = (struct commits){ .repo = r, .writer = object_writer_new(r), .tip = *parent };
	if (tree_updater_new(&c->updater, r, parent, err) < 0) {
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
	object_writer_free(c->writer);
	tree_updater_free(c->updater);
	free(c);
}

/* Appends the bytes of the commit, in the format of git commit-tree; signed if configured. */
static int add_commit(struct commits *c, const git_oid *tree, const char *message, struct str *out,
		      struct err *err)
{
	AUTO_STR struct str head = STR_INIT, body = STR_INIT, all = STR_INIT;
	struct slice author, committer;
	char tree_hex[41], parent_hex[41];

	if (identity_line(c->repo, ROLE_AUTHOR, &author, err) < 0 ||
	    identity_line(c->repo, ROLE_COMMITTER, &committer, err) < 0)
		return -1;
	(void)git_oid_tostr(tree_hex, sizeof(tree_hex), tree);
	oid_text(&c->tip, parent_hex);
	str_addf(&head, "tree %s\nparent %s\n", tree_hex, parent_hex);
	str_addf(&head, "author %" SLICE_FMT "\ncommitter %" SLICE_FMT "\n", SLICE_ARG(author),
		 SLICE_ARG(committer));
	str_addf(&body, "\n%s%s", message, slice_ends(slice_of(message), SLICE("\n")) ? "" : "\n");
	str_add(&all, str_slice(&head));
	str_add(&all, str_slice(&body));
	str_add(out, str_slice(&head));
	if (commit_sign(c->repo, str_slice(&all), out, err) < 0)
		return -1;
	str_add(out, str_slice(&body));
	return 0;
}

int commits_add(struct commits *c, const struct changes *changes, const char *message,
		struct oid *out, struct err *err)
{
	AUTO_STR struct str text = STR_INIT;
	git_oid tree, id;

	if (tree_updater_apply(c->updater, changes, c->writer, &tree, err) < 0 ||
	    add_commit(c, &tree, message, &text, err) < 0)
		return -1;
	object_writer_add(c->writer, GIT_OBJECT_COMMIT, str_slice(&text), &id);
	oid_from_git(&id, &c->tip);
	*out = c->tip;
	return 0;
}

int commits_write(struct commits *c, struct err *err)
{
	return object_writer_write(c->writer, err);
}

int commit_write(struct repo *r, const struct commit_draft *draft, struct oid *out, struct err *err)
{
	struct commits *c = NULL;
	struct oid made;
	int failed = commits_new(&c, r, draft->parent, err);

	if (!failed)
		failed = commits_add(c, draft->changes, draft->message, &made, err);
	if (!failed)
		failed = commits_write(c, err);
	commits_free(c);
	if (!failed)
		*out = made;
	return failed;
}

int commit_tree_with(struct repo *r, const struct oid *parent, const struct changes *changes,
		     struct oid *tree, struct err *err)
{
	struct commits *c = NULL;
	int failed = commits_new(&c, r, parent, err);
	git_oid id;

	if (!failed)
		failed = tree_updater_apply(c->updater, changes, c->writer, &id, err);
	commits_free(c);
	if (!failed)
		oid_from_git(&id, tree);
	return failed;
}
