#include "git/internal.h"

#include <stdlib.h>
#include <string.h>

/*
 * The configuration as git has it. libgit2 1.5 reads the usual files, but knows neither the
 * variables that name other ones or hold values themselves (git-config(1), ENVIRONMENT), nor "*" in
 * safe.directory; both are what CI images use.
 */

/*
 * Replaces the file of a level by one that a variable names; an empty name or /dev/null: by none.
 */
static int replace_file(git_config *config, git_repository *repo, git_config_level_t level,
			const char *path)
{
	if (!*path || !strcmp(path, "/dev/null"))
		path = "/proc/self/no-such-file";
	return git_config_add_file_ondisk(config, path, level, repo, 1);
}

int config_follow_environment(git_config *config, git_repository *repo)
{
	const char *global = getenv("GIT_CONFIG_GLOBAL"), *system = getenv("GIT_CONFIG_SYSTEM");
	int unused = 0;

	(void)git_config_parse_bool(
		&unused, getenv("GIT_CONFIG_NOSYSTEM") ? getenv("GIT_CONFIG_NOSYSTEM") : "false");
	if (unused)
		system = "";
	if (system && replace_file(config, repo, GIT_CONFIG_LEVEL_SYSTEM, system) < 0)
		return -1;
	if (!global)
		return 0;
	return replace_file(config, repo, GIT_CONFIG_LEVEL_XDG, "") < 0 ?
		       -1 :
		       replace_file(config, repo, GIT_CONFIG_LEVEL_GLOBAL, global);
}

const char *config_from_environment(const char *key, size_t *from)
{
	const char *text = getenv("GIT_CONFIG_COUNT");
	long count = 0;

	if (!text || !parse_int(slice_of(text), 0, 10000, &count))
		return NULL;
	while (*from < (size_t)count) {
		AUTO_STR struct str name = STR_INIT, value = STR_INIT;
		const char *found;

		str_addf(&name, "GIT_CONFIG_KEY_%zu", *from);
		str_addf(&value, "GIT_CONFIG_VALUE_%zu", *from);
		++*from;
		found = getenv(name.ptr);
		if (found && slice_eq_case(slice_of(found), slice_of(key)))
			return getenv(value.ptr);
	}
	return NULL;
}

bool config_text(git_config *config, const char *key, struct str *out)
{
	const char *value = NULL, *next;
	git_buf buf = { 0 };
	size_t at = 0;
	bool found;

	while ((next = config_from_environment(key, &at)) != NULL)
		value = next;
	if (!value && git_config_get_string_buf(&buf, config, key) == 0)
		value = buf.ptr;
	found = value && *value;
	if (found)
		str_adds(out, value);
	git_buf_dispose(&buf);
	return found;
}

void config_add_path(struct slice path, struct str *out)
{
	if (slice_starts(path, SLICE("~/")) && getenv("HOME")) {
		str_adds(out, getenv("HOME"));
		path = slice_sub(path, 1, path.len);
	}
	str_add(out, path);
}

/* --- safe.directory ------------------------------------------------------- */

struct safe {
	struct slice folder; /* without a slash at its end */
	bool yes;
};

/* Takes the slashes off the end. */
static struct slice without_slash(struct slice s)
{
	while (s.len > 1 && s.ptr[s.len - 1] == '/')
		s.len--;
	return s;
}

/* One value: an empty one takes back those before it. */
static void judge(struct safe *safe, const char *value)
{
	AUTO_STR struct str path = STR_INIT;
	struct slice text = slice_of(value), named;

	config_add_path(text, &path);
	named = str_slice(&path);
	if (!named.len)
		safe->yes = false;
	else if (slice_is(named, "*") || slice_eq(without_slash(named), safe->folder))
		safe->yes = true;
	else if (slice_ends(named, SLICE("/*")))
		safe->yes =
			safe->yes || slice_starts(safe->folder, slice_sub(named, 0, named.len - 1));
}

static int judge_entry(const git_config_entry *entry, void *payload)
{
	judge(payload, entry->value ? entry->value : "");
	return 0;
}

bool config_trusts(const char *folder)
{
	AUTO_GIT(config) git_config *config = NULL;
	struct safe safe = { .folder = without_slash(slice_of(folder)) };
	const char *value;
	size_t at = 0;

	if (git_config_open_default(&config) < 0 || config_follow_environment(config, NULL) < 0)
		return false;
	(void)git_config_get_multivar_foreach(config, "safe.directory", NULL, judge_entry, &safe);
	while ((value = config_from_environment("safe.directory", &at)) != NULL)
		judge(&safe, value);
	return safe.yes;
}
