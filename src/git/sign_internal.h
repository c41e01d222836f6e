/*
 * sign_internal.h - signatures of commits.
 */
#ifndef GCB_GIT_SIGN_INTERNAL_H
#define GCB_GIT_SIGN_INTERNAL_H

#include "git/repo.h"

/*
 * If commit.gpgSign is set, appends the header with the signature of a commit's bytes, made by gpg,
 * gpgsm or ssh-keygen as gpg.* and user.signingKey configure. Errors: signing, identity,
 * program_missing, interrupted ...
 */
int commit_sign(struct repo *r, struct slice text, struct str *out, struct err *err);

#endif
