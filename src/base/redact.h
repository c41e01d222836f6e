/*
 * redact.h - removes secrets from text that people or logs may see. Pure.
 */
#ifndef GCB_BASE_REDACT_H
#define GCB_BASE_REDACT_H

#include "base/str.h"

/*
 * Appends the text without what may be a secret:
 *
 *	addresses     "https://user:token@host/x?y#z" becomes "https://host/x"
 *	values        "--token=x", "PASSWORD=x", "client_secret=x" keep their name; the value
 *becomes
 *	              "***"
 *	headers       of "Authorization: ...", "Cookie: ...", "Private-Token: ..." the rest of the
 *	              line becomes "***"
 *	known tokens  words that begin like GitHub's, GitLab's and Google's ("ghp_", "glpat-",
 *	              "ya29.") become "***"
 *
 * A secret in any other place cannot be told from other text. If an address has a user, everything
 * up to its last '@' is removed, because a password that is not encoded may contain any byte:
 * "https://user:a/b@host" becomes "https://host", and a user and password without '@' become "***".
 */
void redact(struct str *out, struct slice text);

/*
 * Appends the address of a repository, which may also be a path or git's "user@host:path", without
 * password, query and fragment.
 */
void redact_address(struct str *out, struct slice url);

#endif
