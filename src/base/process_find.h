/*
 * process_find.h - finds the files of programs. World column.
 */
#ifndef GCB_BASE_PROCESS_FIND_H
#define GCB_BASE_PROCESS_FIND_H

#include "base/err.h"
#include "base/str.h"

/*
 * The file of a program: a name with a slash is a path; others are searched in the absolute
 * directories of PATH (the others would run whatever is in the current directory). Appends an
 * absolute path to `out`. Errors: program_missing, program_denied.
 */
int process_find(const char *name, struct str *out, struct err *err);

#endif
