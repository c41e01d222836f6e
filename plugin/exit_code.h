/*
 * exit_code.h - the exit code of a command on several migrations.
 */
#ifndef GCB_PLUGIN_EXIT_CODE_H
#define GCB_PLUGIN_EXIT_CODE_H

#include "base/finding.h"
#include "plan/plan.h"

/* The exit code of a refusal: that of the finding that stopped it. */
enum exit_code exit_code_of_findings(const struct findings *f);

/* The exit code of a step; EXIT_OK if it is not refused. */
enum exit_code exit_code_of_step(const struct step *step);

/* The worse of two: the first one in 143, 130, 2, 1, 6, 5, 0. */
enum exit_code exit_code_worse(enum exit_code a, enum exit_code b);

#endif
