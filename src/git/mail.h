/*
 * mail.h - a commit that is not made, as a mail: what `git format-patch` writes, and `git am` and
 * `git apply` take.
 */
#ifndef GCB_GIT_MAIL_H
#define GCB_GIT_MAIL_H

#include "base/change.h"
#include "git/repo.h"

struct mail {
	const char *message; /* of the commit; its first paragraph is the subject */
	const struct change *changes;
	size_t n;
	size_t number, total; /* it is number 1 ... total */
};

/*
 * Appends the mail in mbox format: "From" line, author and date as git would have them in a commit
 * now, subject, message, diffstat, the patch with whole object names. Nothing is written to the
 * repository. Lines of the message that git would take for the end of it, or for another mail, get
 * a blank in front. Errors: identity, git.
 */
int mail_write(struct repo *r, const struct mail *m, struct str *out, struct err *err);

#endif
