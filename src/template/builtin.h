/*
 * builtin.h - the templates inside the program.
 */
#ifndef GCB_TEMPLATE_BUILTIN_H
#define GCB_TEMPLATE_BUILTIN_H

#include "base/err.h"

/*
 * The built-in template with this name: the name of its file, with the extension, and its bytes.
 * Error: `template` (there is none; the remedy names the nearest).
 */
int template_builtin(struct slice name, struct slice *file_name, struct slice *bytes,
		     struct err *err);

#endif
