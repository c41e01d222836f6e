/*
 * output_path.h - files that the user specified for output.
 */
#ifndef GCB_PLUGIN_OUTPUT_PATH_H
#define GCB_PLUGIN_OUTPUT_PATH_H

#include "base/err.h"
#include "flow/session.h"

/*
 * Refuses a path that leads through a symlink of the working tree: whoever can commit chose where
 * that leads. Symlinks elsewhere are the user's own. Errors: unsafe_path.
 */
int output_path_check(const struct session *s, const char *path, struct err *err);

#endif
