/*
 * redact.h - text without secrets, for everything that a person or a log may get to see. Pure.
 */
#ifndef GCB_BASE_REDACT_H
#define GCB_BASE_REDACT_H

#include "base/str.h"

/*
 * Appends the text with what may be a secret taken out:
 *
 *	addresses      "https://user:token@host/x?y#z" becomes "https://host/x"
 *	values         "--token=x", "PASSWORD=x", "client_secret=x" keep their name, and "***" takes
 *the value's place headers        "Authorization: ...", "Cookie: ...", "Private-Token: ..." lose
 *the rest of their line in the same way known tokens   what begins as GitHub's, GitLab's and
 *Google's do ("ghp_", "glpat-", "ya29.") becomes "***"
 *
 * A secret that stands anywhere else cannot be told from other text. Where an address has a user,
 *all up to its last '@' goes, as a password that nobody encoded may hold any byte:
 *"https://user:a/b@host" becomes "https://host", and "***" takes the place of a user and password
 *without one.
 */
void redact(struct str *out, struct slice text);

/*
 * Appends a text that is known to be one address of a repository, a path or git's "user@host:path"
 * too, without password, query and fragment.
 */
void redact_address(struct str *out, struct slice url);

#endif
