#include "git/remote_internal.h"

#include "base/alloc.h"
#include "base/redact.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* --- which one ------------------------------------------------------------ */

/* Takes the name out of "remote.NAME.url" (or pushurl). False: it is another key. */
static bool name_of_key(struct slice key, struct slice *name)
{
	if (!slice_starts(key, SLICE("remote.")) || !slice_ends(key, SLICE(".url")))
		return false;
	*name = slice_sub(key, 7, key.len - 7 - 4);
	return name->len > 0;
}

/* The names of all remotes, in `arena`. */
static int remote_names(git_config *config, struct arena *arena, struct slices *out,
			struct err *err)
{
	git_config_iterator *it = NULL;
	git_config_entry *entry;
	size_t n = 0;

	*out = (struct slices){ NULL, 0 };
	for (int pass = 0; pass < 2; pass++) {
		if (git_config_iterator_new(&it, config) < 0)
			return git_fail(err, NOWHERE, "cannot read git's configuration");
		while (git_config_next(&entry, it) == 0) {
			struct slice name;

			if (!name_of_key(slice_of(entry->name), &name))
				continue;
			n++;
			if (pass && !slices_have(*out, name))
				out->items[out->n++] = arena_copy(arena, name);
		}
		git_config_iterator_free(it);
		if (!pass)
			out->items = arena_array(arena, n, sizeof(*out->items));
	}
	return 0;
}

/* Is it a word that git can be given in an argument? */
static bool name_is_fit(struct slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if ((unsigned char)name.ptr[i] <= ' ' || strchr(":~^?*[\\\x7f", name.ptr[i]))
			return false;
	return name.len && name.ptr[0] != '-' && slice_find(name, SLICE("..")) == SIZE_MAX;
}

int remote_check_branch(const char *branch, struct err *err)
{
	AUTO_STR struct str ref = STR_INIT;
	int valid = 0;

	str_addf(&ref, "refs/heads/%s", branch);
	if (name_is_fit(slice_of(branch)) && git_reference_name_is_valid(&valid, ref.ptr) == 0 &&
	    valid)
		return 0;
	return err_set(err, &CODE_no_branch, NOWHERE, "'%s' cannot be the name of a branch",
		       branch);
}

/* The remote's address for people, in `arena`. */
static struct slice shown_url(git_config *config, struct slice name, const char *key,
			      struct arena *arena)
{
	AUTO_STR struct str full = STR_INIT, value = STR_INIT, shown = STR_INIT;

	str_addf(&full, "remote.%" SLICE_FMT ".%s", SLICE_ARG(name), key);
	if (!config_text(config, full.ptr, &value))
		return SLICE_NONE;
	redact_address(&shown, str_slice(&value));
	return arena_copy(arena, str_slice(&shown));
}

/* The remote that was named, or that the branch belongs to; absent: none. */
static struct slice pick(git_config *config, const char *branch, const char *name,
			 const struct slices *names, struct arena *arena)
{
	AUTO_STR struct str key = STR_INIT, value = STR_INIT;

	if (name)
		return slice_of(name);
	str_addf(&key, "branch.%s.remote", branch);
	if (config_text(config, key.ptr, &value))
		return slice_is(str_slice(&value), ".") ? SLICE_NONE :
							  arena_copy(arena, str_slice(&value));
	if (!names->n)
		return SLICE_NONE;
	return names->n == 1 ? names->items[0] : SLICE("origin");
}

int remote_find(struct repo *r, const char *branch, const char *name, struct arena *arena,
		struct remote *out, struct err *err)
{
	AUTO_GIT(config) git_config *config = NULL;
	AUTO_STR struct str list = STR_INIT, shown = STR_INIT;
	struct slices names;
	struct slice picked;

	if (git_repository_config_snapshot(&config, r->git) < 0)
		return git_fail(err, place_of(repo_where(r)), "cannot read git's configuration");
	if (remote_names(config, arena, &names, err) < 0)
		return -1;
	picked = pick(config, branch, name, &names, arena);
	if (!picked.ptr)
		return 1;
	*out = (struct remote){ .name = arena_copy(arena, picked),
				.url = shown_url(config, picked, "url", arena) };
	if (out->url.ptr && name_is_fit(picked))
		return 0;
	for (size_t i = 0; i < names.n; i++) {
		str_adds(&list, i ? ", " : "");
		redact_address(&list, names.items[i]);
	}
	redact_address(&shown, picked); /* git takes an address for a name */
	(void)err_set(err, &CODE_no_remote, place_of(repo_where(r)), "there is no remote '%s'",
		      shown.ptr);
	return list.len ? err_remedy(err, "there is %s", list.ptr) : -1;
}

/* --- what is known of it -------------------------------------------------- */

/* When FETCH_HEAD was written, which every fetch does; 0: not known. */
static long long fetched_at(const struct repo *r)
{
	AUTO_STR struct str path = STR_INIT;
	struct stat st;

	str_addf(&path, "%sFETCH_HEAD", git_repository_path(r->git));
	return stat(path.ptr, &st) == 0 ? (long long)st.st_mtime : 0;
}

void remote_tracking(const struct remote *remote, const char *branch, struct str *out)
{
	str_addf(out, "refs/remotes/%" SLICE_FMT "/%s", SLICE_ARG(remote->name), branch);
}

int remote_tip(struct repo *r, const struct remote *remote, const char *branch, struct oid *tip,
	       long long *when, struct err *err)
{
	AUTO_STR struct str ref = STR_INIT;
	git_oid id;
	int code;

	if (remote_check_branch(branch, err) < 0)
		return -1;
	remote_tracking(remote, branch, &ref);
	code = git_reference_name_to_id(&id, r->git, ref.ptr);
	if (code == GIT_ENOTFOUND)
		return 1;
	if (code < 0)
		return git_fail(err, place_of(repo_where(r)), "cannot read %s", ref.ptr);
	oid_from_git(&id, tip);
	if (when)
		*when = fetched_at(r);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct remote_branch *x = a, *y = b;

	return slice_cmp(x->name, y->name);
}

int remote_branches(struct repo *r, const struct remote *remote, const char *under,
		    struct arena *arena, struct remote_branch **out, size_t *n, struct err *err)
{
	AUTO_STR struct str glob = STR_INIT;
	git_reference_iterator *it = NULL;
	struct remote_branch *rows = NULL;
	size_t cap = 0, prefix;
	const char *name;
	int code;

	remote_tracking(remote, under, &glob);
	prefix = glob.len - strlen(under);
	str_adds(&glob, "/*");
	*n = 0;
	code = git_reference_iterator_glob_new(&it, r->git, glob.ptr);
	while (code == 0 && (code = git_reference_next_name(&name, it)) == 0) {
		git_oid id;

		if (git_reference_name_to_id(&id, r->git, name) < 0)
			continue; /* gone in the meantime */
		ROOM(rows, *n, cap);
		rows[*n] = (struct remote_branch){ .name = arena_copy(arena,
								      slice_of(name + prefix)) };
		oid_from_git(&id, &rows[(*n)++].tip);
	}
	git_reference_iterator_free(it);
	*out = arena_array(arena, *n, sizeof(**out));
	if (*n) {
		qsort(rows, *n, sizeof(*rows), by_name);
		memcpy(*out, rows, *n * sizeof(**out));
	}
	free(rows);
	return code == GIT_ITEROVER ?
		       0 :
		       git_fail(err, place_of(repo_where(r)), "cannot list branches of the remote");
}

bool remote_is_shallow(struct repo *r)
{
	return git_repository_is_shallow(r->git) > 0;
}
