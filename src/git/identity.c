#include "git/internal.h"

#include <stdlib.h>
#include <string.h>

/*
 * Where the parts of an identity are found: the environment, then the role's own key, then the
 * user's.
 */
struct role {
	const char *name, *env_name, *env_email, *env_date, *key_name, *key_email;
};

static const struct role author_role = { "author",          "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL",
					 "GIT_AUTHOR_DATE", "author.name",     "author.email" };
static const struct role committer_role = { "committer",           "GIT_COMMITTER_NAME",
					    "GIT_COMMITTER_EMAIL", "GIT_COMMITTER_DATE",
					    "committer.name",      "committer.email" };

/* Is this a character that git takes off the ends of names (crud() in ident.c)? */
static bool is_crud(char c)
{
	return (unsigned char)c <= 32 || strchr(".,:;<>\"\\'", c) != NULL;
}

/*
 * Appends a value as git cleans it: nothing in it can end the line or the address. Was anything
 * left?
 */
static bool add_clean(struct str *out, const char *value)
{
	struct slice s = slice_of(value);

	while (s.len && is_crud(s.ptr[0]))
		s = slice_sub(s, 1, s.len);
	while (s.len && is_crud(s.ptr[s.len - 1]))
		s.len--;
	for (size_t i = 0; i < s.len; i++)
		if (!strchr("\n<>", s.ptr[i]))
			str_addc(out, s.ptr[i]);
	return s.len > 0;
}

/* A value of the configuration. */
static bool from_config(git_config *config, const char *key, struct str *out)
{
	AUTO_STR struct str value = STR_INIT;

	return config_text(config, key, &value) && value.ptr && add_clean(out, value.ptr);
}

/* A value of the environment. */
static bool from_environment(const char *name, struct str *out)
{
	const char *value = getenv(name);

	return value && add_clean(out, value);
}

/* The name and the address. */
static int find_who(const struct role *role, git_config *config, struct str *name,
		    struct str *email, struct err *err)
{
	if (!from_environment(role->env_name, name) && !from_config(config, role->key_name, name) &&
	    !from_config(config, "user.name", name))
		return err_set(err, &CODE_identity, NOWHERE, "git does not know the name of the %s",
			       role->name);
	if (!from_environment(role->env_email, email) &&
	    !from_config(config, role->key_email, email) &&
	    !from_config(config, "user.email", email) && !from_environment("EMAIL", email))
		return err_set(err, &CODE_identity, NOWHERE,
			       "git does not know the e-mail address of the %s", role->name);
	return 0;
}

int identity(struct repo *r, bool author, git_signature **out, struct err *err)
{
	const struct role *role = author ? &author_role : &committer_role;
	AUTO_GIT(config) git_config *config = NULL;
	AUTO_STR struct str name = STR_INIT, email = STR_INIT;
	const char *date = getenv(role->env_date);
	git_time_t when;
	int zone, failed;

	if (git_repository_config_snapshot(&config, r->git) < 0)
		return git_fail(err, place_of(repo_where(r)), "cannot read git's configuration");
	if (find_who(role, config, &name, &email, err) < 0)
		return -1;
	if (date && *date && !date_parse(date, &when, &zone)) {
		(void)err_set(err, &CODE_identity, NOWHERE, "%s is not a date: '%s'",
			      role->env_date, date);
		return err_remedy(err,
				  "write it as '2026-01-31T12:00:00+0000' or '@SECONDS +0000'");
	}
	failed = date && *date ? git_signature_new(out, name.ptr, email.ptr, when, zone) :
				 git_signature_now(out, name.ptr, email.ptr);
	return failed ? git_fail(err, NOWHERE, "this identity cannot be written into a commit") : 0;
}
