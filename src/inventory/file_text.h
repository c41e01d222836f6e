/*
 * file_text.h - the characters of a manifest, for searching: hosts can be written in ways in which
 * the bytes do not contain them.
 */
#ifndef GCB_INVENTORY_FILE_TEXT_H
#define GCB_INVENTORY_FILE_TEXT_H

#include "base/str.h"

/*
 * Decodes a file for searching: UTF-16 and UTF-32 (with a byte order mark, or as YAML detects them
 * by the first character); escapes of double-quoted scalars, wherever a backslash is; line breaks
 * behind a backslash; and the values of !!binary, which follow them on a line of their own. Returns
 * the bytes themselves if they contain nothing of that, else what is appended to `out`. Takes time
 * linear in the bytes.
 */
struct slice file_text(struct slice bytes, struct str *out);

/* True if a value of the text has the tag !!binary: other readers decode it. */
bool file_text_has_binary(struct slice text);

/*
 * Why the content of the file is elsewhere ("the file is a pointer of Git LFS"), or NULL: it is a
 * pointer of Git LFS, or is encrypted by git-crypt.
 */
const char *file_text_replaced(struct slice bytes);

#endif
