#include "git/permission_internal.h"

#include "git/config_internal.h"
#include "git/libgit2_internal.h"
#include "git/repo_internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The values that git has names for. */
enum { BY_UMASK = 0, BY_GROUP = 0660, BY_EVERYBODY = 0664 };

/* A value in digits: a permission that replaces that of the umask, or one of git's old numbers. */
static bool parse_number(const char *value, int *out)
{
	unsigned number = 0;

	if (!*value)
		return false;
	for (; *value; value++) {
		if (*value < '0' || *value > '7' || number > 07777)
			return false;
		number = number << 3 | (unsigned)(*value - '0');
	}
	*out = number == 1             ? BY_GROUP :
	       number == 2             ? BY_EVERYBODY :
	       (number & 0600) == 0600 ? -(int)(number & 0666) :
					 BY_UMASK;
	return true;
}

/* The permission: added to that of the umask; negative: replaces it (git_config_perm). */
static int parse_value(const char *value)
{
	static const char *const everybody[] = { "all", "world", "everybody" };
	int number = BY_UMASK, truth = 0;

	for (size_t i = 0; i < sizeof(everybody) / sizeof(everybody[0]); i++)
		if (!strcmp(value, everybody[i]))
			return BY_EVERYBODY;
	if (!strcmp(value, "group"))
		return BY_GROUP;
	if (!strcmp(value, "umask") || parse_number(value, &number))
		return number;
	return git_config_parse_bool(&truth, value) == 0 && truth ? BY_GROUP : BY_UMASK;
}

/* What the configuration sets, read once. */
static int read_setting(struct repo *r)
{
	AUTO_GIT(config) git_config *config = NULL;
	AUTO_STR struct str value = STR_INIT;

	if (!r->shared_known && git_repository_config_snapshot(&config, r->git) == 0 &&
	    config_text(config, "core.sharedrepository", &value))
		r->shared = parse_value(value.ptr);
	r->shared_known = true;
	return r->shared;
}

unsigned permission_of(struct repo *r, unsigned mode)
{
	int shared = read_setting(r);
	unsigned more = (unsigned)abs(shared);

	if (!shared)
		return mode;
	if (!(mode & S_IWUSR))
		more &= ~0222U;
	if (mode & S_IXUSR)
		more |= (more & 0444) >> 2;
	return shared < 0 ? (mode & ~0777U) | more : mode | more;
}

void permission_share(struct repo *r, const char *path)
{
	struct stat st;
	unsigned mode;

	if (!read_setting(r) || lstat(path, &st) < 0 || S_ISLNK(st.st_mode))
		return;
	mode = permission_of(r, st.st_mode & 07777);
	if (S_ISDIR(st.st_mode)) {
		mode |= (mode & 0444) >> 2;
		if (mode & 060)
			mode |= S_ISGID;
	}
	if (mode != (st.st_mode & 07777))
		(void)chmod(path, mode);
}

void permission_share_below(struct repo *r, const char *path, const char *top)
{
	AUTO_STR struct str at = STR_INIT;
	char *slash;

	if (!read_setting(r))
		return;
	str_adds(&at, path);
	while (at.len > strlen(top)) {
		permission_share(r, at.ptr);
		slash = strrchr(at.ptr, '/');
		if (!slash)
			return;
		*slash = '\0';
		at.len = (size_t)(slash - at.ptr);
	}
}
