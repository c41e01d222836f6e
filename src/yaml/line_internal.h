/*
 * line_internal.h - line ends and blanks of a file. Offsets are bytes.
 */
#ifndef GCB_YAML_LINE_INTERNAL_H
#define GCB_YAML_LINE_INTERNAL_H

#include "yaml/yaml_internal.h"

/* Begin of the line that holds `at`, and its end: the line feed, or the end of the file. */
uint32_t yaml_line_start(const struct yaml_file *file, uint32_t at);
uint32_t yaml_line_end(const struct yaml_file *file, uint32_t at);

/* Begin of the line behind that of `at`, or the end of the file. */
uint32_t yaml_next_line(const struct yaml_file *file, uint32_t at);

/* Bytes between the begin of the line and `at`. */
uint32_t yaml_column(const struct yaml_file *file, uint32_t at);

/* The line end of the line: "\n" or "\r\n"; of a last line without one that of the line above. */
struct slice yaml_eol(const struct yaml_file *file, uint32_t at);

/* Is `at` the end of a file whose last line has no line end? */
bool yaml_at_bare_end(const struct yaml_file *file, uint32_t at);

/*
 * Begin of the line end in front of the line that begins at `line`, if there is one; the end of a
 * last line without one.
 */
uint32_t yaml_before_break(const struct yaml_file *file, uint32_t line);

/* Begin of the blanks directly before `at` on its line. */
uint32_t yaml_blanks_before(const struct yaml_file *file, uint32_t at);

/* Are there only blanks between the begin of the line and `at`? */
bool yaml_on_own_line(const struct yaml_file *file, uint32_t at);

/* The first byte from `at` on that is not a blank. */
uint32_t yaml_skip_blanks(const struct yaml_file *file, uint32_t at);

/* Are there only blanks from `at` to the line end? */
bool yaml_line_rest_blank(const struct yaml_file *file, uint32_t at);

/* Skips blanks, line ends and comments, up to `limit`. */
uint32_t yaml_skip_trivia(const struct yaml_file *file, uint32_t at, uint32_t limit);

#endif
