#include "flow/pull_request_url.h"

#include "base/ascii.h"

#include <string.h>

/*
 * A forge: a part of the host's name, and what follows the address of the repository. %B is the
 * base branch, %H the branch.
 */
static const struct {
	const char *host, *page;
} forges[] = {
	{ "github", "/compare/%B...%H?expand=1" },
	{ "gitlab", "/-/merge_requests/"
		    "new?merge_request%5Bsource_branch%5D=%H&merge_request%5Btarget_branch%5D=%B" },
	{ "bitbucket.org", "/pull-requests/new?source=%H&dest=%B" },
	{ "gitea", "/compare/%B...%H" },
	{ "forgejo", "/compare/%B...%H" },
	{ "codeberg", "/compare/%B...%H" },
	{ "dev.azure.com", "/pullrequestcreate?sourceRef=%H&targetRef=%B" },
};

/* Appends a branch's name, escaped for an address. */
static void add_name(struct str *out, struct slice name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];

		if (ascii_is_alnum(c) || strchr("-._~/", c))
			str_addc(out, c);
		else
			str_addf(out, "%%%02X", (unsigned char)c);
	}
}

/*
 * Host and path of a repository: of "https://host/path.git", "ssh://git@host:22/path",
 * "git@host:path". False: it is a directory, or the like.
 */
static bool split_address(struct slice url, struct slice *host, struct slice *path)
{
	size_t scheme = slice_find(url, SLICE("://")), end, at;

	if (scheme != SIZE_MAX && !slice_starts(url, SLICE("http")) &&
	    !slice_starts(url, SLICE("ssh")))
		return false;
	url = scheme == SIZE_MAX ? url : slice_sub(url, scheme + 3, url.len);
	end = slice_find_byte(url, scheme == SIZE_MAX ? ':' : '/');
	if (end == SIZE_MAX ||
	    (scheme == SIZE_MAX && slice_find_byte(slice_sub(url, 0, end), '/') != SIZE_MAX))
		return false;
	*host = slice_sub(url, 0, end);
	*path = slice_sub(url, end + 1, url.len);
	at = slice_find_byte(*host, '@');
	*host = at == SIZE_MAX ? *host : slice_sub(*host, at + 1, host->len);
	end = slice_find_byte(*host, ':');
	*host = end == SIZE_MAX ? *host : slice_sub(*host, 0, end);
	while (slice_ends(*path, SLICE("/")))
		path->len--;
	path->len -= slice_ends(*path, SLICE(".git")) ? 4 : 0;
	return host->len && path->len;
}

struct slice pull_request_url(const struct remote *remote, struct slice base, struct slice branch,
			      struct arena *arena)
{
	AUTO_STR struct str out = STR_INIT;
	struct slice host, path;
	const char *page = NULL;

	if (!remote->name.ptr || !split_address(remote->url, &host, &path))
		return SLICE_NONE;
	for (size_t i = 0; i < sizeof(forges) / sizeof(forges[0]) && !page; i++)
		if (slice_find(host, slice_of(forges[i].host)) != SIZE_MAX)
			page = forges[i].page;
	if (!page)
		return SLICE_NONE;
	str_addf(&out, "https://%" SLICE_FMT "/%" SLICE_FMT, SLICE_ARG(host), SLICE_ARG(path));
	for (; *page; page++) {
		bool name = page[0] == '%' && (page[1] == 'B' || page[1] == 'H');

		if (name)
			add_name(&out, *++page == 'B' ? base : branch);
		else
			str_addc(&out, *page);
	}
	return arena_copy(arena, str_slice(&out));
}
