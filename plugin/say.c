#include "plugin/say.h"

#include "base/alloc.h"
#include "base/str.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

/* Where a message goes, and what is written around it. */
struct say_form {
	enum say_stream to;
	const char *before, *after;
};

/* The errno of the first write to stdout that failed; 0: none did. */
static int out_failed;

/* Keeps why a write failed: a later one may fail for another reason, or none. */
static void note_failure(bool failed)
{
	if (failed && !out_failed)
		out_failed = errno ? errno : EIO;
}

/* The only place where bytes leave. */
static void write_bytes(const struct app *app, enum say_stream to, struct slice bytes)
{
	FILE *stream = to == SAY_OUT ? app->out : app->err;

	errno = 0;
	if (to == SAY_ERR)
		note_failure(fflush(app->out) != 0);
	if (bytes.len && fwrite(bytes.ptr, 1, bytes.len, stream) < bytes.len)
		note_failure(to == SAY_OUT);
}

int say_finish(const struct app *app)
{
	errno = 0;
	note_failure(fflush(app->out) != 0 || ferror(app->out));
	return out_failed;
}

/* Formats a message, neutralises it and writes it in one piece. */
static void write_message(const struct app *app, struct say_form form, const char *format,
			  va_list ap)
{
	AUTO_STR struct str text = STR_INIT, line = STR_INIT;

	str_vaddf(&text, format, ap);
	str_adds(&line, form.before);
	str_add_visible(&line, str_slice(&text), false);
	str_adds(&line, form.after);
	write_bytes(app, form.to, str_slice(&line));
}

void say_out(const struct app *app, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	write_message(app, (struct say_form){ SAY_OUT, "", "\n" }, format, ap);
	va_end(ap);
}

void say_note(const struct app *app, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	write_message(app, (struct say_form){ SAY_ERR, "", "\n" }, format, ap);
	va_end(ap);
}

void say_warning(const struct app *app, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	write_message(app, (struct say_form){ SAY_ERR, "warning: ", "\n" }, format, ap);
	va_end(ap);
}

void say_error(const struct app *app, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	write_message(app, (struct say_form){ SAY_ERR, "error: ", "\n" }, format, ap);
	va_end(ap);
}

void say_line(const struct app *app, enum say_stream to, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	write_message(app, (struct say_form){ to, "", "\n" }, format, ap);
	va_end(ap);
}

void say_text(const struct app *app, enum say_stream to, struct slice text)
{
	AUTO_STR struct str visible = STR_INIT;
	size_t clean = str_visible_prefix(text, true);

	write_bytes(app, to, slice_sub(text, 0, clean));
	if (clean == text.len)
		return;
	str_add_visible(&visible, slice_sub(text, clean, text.len), true);
	if (str_over(&visible))
		fatal("the result is too large to print");
	write_bytes(app, to, str_slice(&visible));
}

void say_bytes(const struct app *app, struct slice bytes)
{
	if (app->out_tty)
		say_text(app, SAY_OUT, bytes);
	else
		write_bytes(app, SAY_OUT, bytes);
}

void say_question(const struct app *app, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	write_message(app, (struct say_form){ SAY_ERR, "", " [y/N] " }, format, ap);
	va_end(ap);
	(void)fflush(app->err);
}

void say_prompt(const struct app *app, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	write_message(app, (struct say_form){ SAY_ERR, "", ": " }, format, ap);
	va_end(ap);
	(void)fflush(app->err);
}

void say_progress(const struct app *app, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	write_message(app, (struct say_form){ SAY_ERR, "", app->err_tty ? "\r" : "\n" }, format,
		      ap);
	va_end(ap);
	(void)fflush(app->err);
}

void say_progress_end(const struct app *app)
{
	if (app->err_tty)
		write_bytes(app, SAY_ERR, SLICE("\r\033[K"));
}
