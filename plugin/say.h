/*
 * say.h - the door for output: the only place in plugin/ that writes to a stream.
 *
 * No text from outside (a host, a path, a branch, a reason, the message of a server) can steer a
 * terminal or add a line of its own, because nothing has to be remembered where a message is made:
 * a message is formatted first and neutralised as a whole (str_add_visible). A format stands for
 * one line without its end, which is added here; a line feed in it or in an argument is escaped.
 * Before something is written to stderr, stdout is flushed, so that both keep their order where
 * they are one terminal.
 */
#ifndef GCB_PLUGIN_SAY_H
#define GCB_PLUGIN_SAY_H

#include "plugin/command.h"

/* A stream, where the caller chooses it. */
enum say_stream { SAY_OUT, SAY_ERR };

/* A line of the result, on stdout. */
void say_out(const struct app *app, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A line of progress or a remark, on stderr. */
void say_note(const struct app *app, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A line that begins with "warning: ", on stderr. */
void say_warning(const struct app *app, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A line that begins with "error: ", on stderr. */
void say_error(const struct app *app, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A line on the chosen stream. */
void say_line(const struct app *app, enum say_stream to, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * A text of several lines, such as a table, a document, help or a diff: line feeds and tabs are
 * kept, all else is neutralised. JSON and YAML of print.h come through unchanged, as they contain
 * nothing that has to be.
 */
void say_text(const struct app *app, enum say_stream to, struct slice text);

/*
 * The contents of a file, such as a manifest or a patch, on stdout: every byte as it is, for the
 * program or file that reads it. On a terminal as say_text.
 */
void say_bytes(const struct app *app, struct slice bytes);

/* A line on stderr that stays open for the answer, followed by " [y/N] ". */
void say_question(const struct app *app, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The same, followed by ": ". */
void say_prompt(const struct app *app, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * A line on stderr that the next one replaces: on a terminal it stays until say_progress_end, or is
 * written over; elsewhere it is an ordinary line.
 */
void say_progress(const struct app *app, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Clears the line of say_progress from a terminal. */
void say_progress_end(const struct app *app);

/* Writes what is left for stdout. Returns 0, or the errno of the first write to it that failed. */
int say_finish(const struct app *app);

#endif
