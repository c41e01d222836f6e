#include "git/config_internal.h"

#include "git/libgit2_internal.h"

#include <stdlib.h>
#include <string.h>

/*
 * The configuration as git reads it. libgit2 1.5 reads the usual files, but knows neither the
 * variables that replace them or contain values (git-config(1), ENVIRONMENT), nor "*" in
 * safe.directory; CI images use both. libgit2 1.9 knows GIT_CONFIG_GLOBAL, GIT_CONFIG_SYSTEM and
 * GIT_CONFIG_NOSYSTEM, but not GIT_CONFIG_COUNT.
 */

/* Replaces the file of a level by that of a variable; if it is empty or /dev/null, by none. */
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

/*
 * The next value of a key in GIT_CONFIG_COUNT's list, from number `*from` on, which moves past it;
 * NULL: there are no more.
 */
static const char *next_from_environment(const char *key, size_t *from)
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

	while ((next = next_from_environment(key, &at)) != NULL)
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

struct safe_directory {
	struct slice directory; /* without a slash at its end */
	bool safe;
};

/* Removes slashes from the end. */
static struct slice trim_slashes(struct slice s)
{
	while (s.len > 1 && s.ptr[s.len - 1] == '/')
		s.len--;
	return s;
}

/* Applies one value; an empty one resets those before it. */
static void match_value(struct safe_directory *s, const char *value)
{
	AUTO_STR struct str path = STR_INIT;
	struct slice text = slice_of(value), named;

	config_add_path(text, &path);
	named = str_slice(&path);
	if (!named.len)
		s->safe = false;
	else if (slice_is(named, "*") || slice_eq(trim_slashes(named), s->directory))
		s->safe = true;
	else if (slice_ends(named, SLICE("/*")))
		s->safe = s->safe || slice_starts(s->directory, slice_sub(named, 0, named.len - 1));
}

static int match_entry(const git_config_entry *entry, void *payload)
{
	match_value(payload, entry->value ? entry->value : "");
	return 0;
}

bool config_trusts(const char *directory)
{
	AUTO_GIT(config) git_config *config = NULL;
	struct safe_directory safe = { .directory = trim_slashes(slice_of(directory)) };
	const char *value;
	size_t at = 0;

	if (git_config_open_default(&config) < 0 || config_follow_environment(config, NULL) < 0)
		return false;
	(void)git_config_get_multivar_foreach(config, "safe.directory", NULL, match_entry, &safe);
	while ((value = next_from_environment("safe.directory", &at)) != NULL)
		match_value(&safe, value);
	return safe.safe;
}
